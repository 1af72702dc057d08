import { byName, parseAlerts, plainSummary } from "../prometheus-rules.ts";
import { textOf } from "../repository.ts";
import { between } from "./markers.ts";

/** docs/alerting.md: its table of alerts comes from prometheus/alerts.yaml. */
export function alertingDocument(document: string): string {
  const alerts = parseAlerts(textOf("prometheus/alerts.yaml")).flatMap(({ rules }) => rules);
  const rows = [...byName(alerts)]
    .flatMap(([alert, rules]) =>
      [...new Set(rules.map(({ labels }) => labels.severity))].map((severity) => {
        // An alert whose wait depends on the chain has a rule for each.
        const alike = rules.filter(({ labels }) => labels.severity === severity);
        const waits = [...new Set(alike.map(({ for: wait }) => (wait === "0m" ? "immediately" : wait)))].join(", ");
        const summaries = [...new Set(alike.map(({ annotations }) => plainSummary(annotations.summary)))];
        return summaries.map((summary) => `| [${alert}](runbooks/${alert}.md) | ${severity} | ${waits} | ${summary} |`);
      }),
    )
    .flat();
  const table = `| alert | severity | fires after | meaning |\n|---|---|---|---|\n${rows.join("\n")}\n`;
  return between(document, "alerts", table);
}
