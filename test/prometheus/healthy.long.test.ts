import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { findServer, run, tempFolder } from "../support/servers.ts";
import { HOURS, healthySeries } from "./healthy-nodes.ts";
import { alerts, folder, metricsIn, recordings } from "./support.ts";

const promtool = findServer("promtool", "apt-get install prometheus");

const series = healthySeries();

test("the healthy nodes have every metric that an alert uses", () => {
  const recorded = recordings.map(({ record }) => record);
  const given = new Set([...series.map(({ series: text }) => text.replace(/\{.*/, "")), ...recorded]);
  const used = alerts.flatMap(({ expr }) => metricsIn(expr));
  expect([...new Set(used)].filter((name) => !given.has(name))).toEqual([]);
});

describe.skipIf(promtool === undefined)("promtool", () => {
  test("no alert fires for healthy nodes of all chains within hours, but those for a node that is down", {
    timeout: 600_000,
  }, async () => {
    const temp = tempFolder();
    const files = ["rules.yaml", "alerts.yaml"];
    for (const file of files) cpSync(join(folder, file), join(temp, file));
    const labels = 'job="peer-exporter", instance="a:10900", target="down-1", chain="wire"';
    const fired = `count by (alertname, severity, target, instance) (count_over_time(ALERTS{alertstate="firing"}[${HOURS}h]))`;
    const tests = {
      rule_files: files,
      evaluation_interval: "1m",
      tests: [
        {
          interval: "1m",
          input_series: [...series, { series: `p2p_node_up{${labels}}`, values: `0x${HOURS * 60}` }],
          promql_expr_test: [
            {
              expr: fired,
              eval_time: `${HOURS}h`,
              exp_samples: ["warning", "critical"].map((severity) => ({
                labels: `{alertname="P2PNodeDown", severity="${severity}", target="down-1", instance="a:10900"}`,
                value: 1,
              })),
            },
          ],
        },
      ],
    };
    writeFileSync(join(temp, "test.yaml"), stringify(tests));
    const { code, output } = await run(promtool ?? "", ["test", "rules", "test.yaml"], { cwd: temp });
    expect(code, output).toBe(0);
  });
});
