import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { alerts, readYaml } from "../prometheus/support.ts";
import { ROOT } from "./markdown.ts";
import { between } from "./sections.ts";

const file = join(ROOT, "docs/alerting.md");
const text = () => readFileSync(file, "utf8");

function table(): string {
  const rows = alerts.map(
    ({ alert, labels, annotations, for: wait }) =>
      `| [${alert}](runbooks/${alert}.md) | ${labels.severity} | ${wait === "0m" ? "at once" : wait} | ${annotations.summary} |`,
  );
  return `| alert | severity | fires after | what it says |\n|---|---|---|---|\n${rows.join("\n")}\n`;
}

test("docs/alerting.md has the alerts of prometheus/alerts.yaml (npm run docs)", () => {
  const wanted = between(text(), "alerts", table());
  if (process.env.UPDATE_DOCS === "1") writeFileSync(file, wanted);
  expect(text()).toBe(wanted);
});

const config = z.object({ inhibit_rules: z.array(z.object({ source_matchers: z.array(z.string()) })) });

test("docs/alerting.md has every inhibition of the example", () => {
  const { inhibit_rules: rules } = config.parse(readYaml("alertmanager.yml"));
  const sources = rules.map(({ source_matchers: [matcher = ""] }) => /"(.*)"/.exec(matcher)?.[1] ?? "");
  const table = text().split("## Inhibition")[1]?.split("\n## ")[0] ?? "";
  expect([...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)).toEqual(sources);
});

test("docs/grafana.md shows the provider as it is", () => {
  const shown = /```yaml\n# provisioning\/dashboards.*?\n(.*?)```/s.exec(
    readFileSync(join(ROOT, "docs/grafana.md"), "utf8"),
  );
  const real = parse(readFileSync(join(ROOT, "grafana/provisioning/dashboards/peer-exporter.yaml"), "utf8"));
  expect(real).toMatchObject(parse(shown?.[1] ?? ""));
});
