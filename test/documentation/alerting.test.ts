import { expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { textOf } from "../../tools/repository.ts";
import { readYaml } from "../prometheus/support.ts";
import { troubles } from "../prometheus/troubles.ts";

const config = z.object({ inhibit_rules: z.array(z.object({ source_matchers: z.array(z.string()) })) });

test("docs/alerting.md has every inhibition of the example", () => {
  const { inhibit_rules: rules } = config.parse(readYaml("alertmanager.yml"));
  const sources = rules.flatMap(({ source_matchers }) => {
    const matcher = source_matchers.find((each) => each.startsWith("alertname")) ?? "";
    const names = /"(.*)"/.exec(matcher)?.[1] ?? "";
    // Those of two severities, of all alerts, are a sentence.
    return names.includes("+") ? [] : names.split("|");
  });
  const table = textOf("docs/alerting.md").split("## Inhibition")[1]?.split("\n## ")[0] ?? "";
  const firsts = [...table.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name),
  );
  expect([...new Set(firsts)].sort()).toEqual([...new Set(sources)].sort());
});

/** test/e2e/troubles.test.ts compares the cells. */
test("docs/alerting.md has a row for every trouble", () => {
  const table =
    textOf("docs/alerting.md").split("<!-- troubles: begin -->")[1]?.split("<!-- troubles: end -->")[0] ?? "";
  const [, ...rows] = table.match(/^\| [^|]*/gm) ?? [];
  expect(rows.map((row) => row.slice(2).trim())).toEqual(troubles.map(({ name }) => name));
});

test("docs/grafana.md shows the provider as it is", () => {
  const shown = /```yaml\n# provisioning\/dashboards.*?\n(.*?)```/s.exec(textOf("docs/grafana.md"));
  const real = parse(textOf("grafana/provisioning/dashboards/peer-exporter.yaml"));
  expect(real).toMatchObject(parse(shown?.[1] ?? ""));
});
