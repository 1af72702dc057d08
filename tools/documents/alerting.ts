import { parseAlerts, plainSummary } from "../prometheus-rules.ts";
import { textOf } from "../repository.ts";
import { between } from "./markers.ts";

/** docs/alerting.md: its table of alerts comes from prometheus/alerts.yaml. */
export function alertingDocument(document: string): string {
  const alerts = parseAlerts(textOf("prometheus/alerts.yaml")).flatMap(({ rules }) => rules);
  const rows = alerts.map(
    ({ alert, labels, annotations, for: wait }) =>
      `| [${alert}](runbooks/${alert}.md) | ${labels.severity} | ${wait === "0m" ? "immediately" : wait} | ${plainSummary(annotations.summary)} |`,
  );
  const table = `| alert | severity | fires after | meaning |\n|---|---|---|---|\n${rows.join("\n")}\n`;
  return between(document, "alerts", table);
}
