import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { connectionState } from "../../grafana/src/derived.ts";
import { panelQueries, substitute } from "../../grafana/src/queries.ts";
import { ADAPTERS } from "../../src/chains/index.ts";
import { createCatalogue } from "../../src/metrics/catalogue.ts";
import { findServer, run, tempFolder } from "../support/servers.ts";

// Several connections may share a name, such as all inbound ones from one host. A family with further labels (the states, the
// software, the roles) then has several series for the name. Grafana joins the queries of a table by the labels that they
// share, so a query that gives a name twice would give two rows, each with all the bytes.

const promtool = findServer("promtool", "apt-get install prometheus");

const TABLES = [
  "Connections",
  "Handshakes, scores and blocks of connections",
  "Address book",
  "Types, round trips and blocks of connections",
];

const queries = panelQueries().filter(({ panel }) => TABLES.includes(panel));

const families = createCatalogue(ADAPTERS).filter(({ labels }) => labels.includes("peer"));

const SHARED = "203.0.113.7";
const OWN = "198.51.100.4:9876";

/** What the labels of two connections are that share a name. Without an entry, any texts do. */
const TEXTS: Readonly<Record<string, readonly [string, string]>> = {
  state: ["handshaking", "connected"],
  flow: ["download", "upload"],
};

/** Two exporters, to which the same node had the connections in another order. */
const EXPORTERS = ['job="a",instance="a:10900"', 'job="b",instance="b:10900"'];

/** The series of a family: both connections of the shared name, and one with a name of its own. */
function seriesOf({ name, labels }: (typeof families)[number]): readonly string[] {
  const further = labels.filter((label) => label !== "direction" && label !== "peer");
  const direction = labels.includes("direction") ? 'direction="inbound",' : "";
  const texts = (each: 0 | 1) => further.map((label) => `${label}="${(TEXTS[label] ?? ["x", "y"])[each]}",`).join("");
  // Each flow is a column of its own.
  const isForEach = further.includes("flow");
  const connections = new Set([
    `${direction}peer="${SHARED}",${texts(0)}`,
    `${direction}peer="${SHARED}",${texts(1)}`,
    `${direction}peer="${OWN}",${texts(0)}`,
    `${direction}peer="${OWN}",${isForEach ? texts(1) : texts(0)}`,
  ]);
  return EXPORTERS.flatMap((exporter) =>
    [...connections].map((own) => `${name}{${own}target="node-1",chain="any",${exporter}}`),
  );
}

type Expected = { readonly expr: string; readonly exp_samples: readonly { labels: string; value: number }[] };

async function evaluate(expected: readonly Expected[]): Promise<void> {
  const file = join(tempFolder(), "tables.yaml");
  writeFileSync(
    file,
    stringify({
      evaluation_interval: "15s",
      tests: [
        {
          interval: "15s",
          input_series: families.flatMap(seriesOf).map((series) => ({ series, values: "1+0x40" })),
          promql_expr_test: expected.map((one) => ({ ...one, eval_time: "10m" })),
        },
      ],
    }),
  );
  const { code, output } = await run(promtool ?? "", ["test", "rules", file]);
  expect(code, output).toBe(0);
}

describe.skipIf(promtool === undefined)("tables of connections that share names", () => {
  test("every table is there", () => {
    expect([...new Set(queries.map(({ panel }) => panel))].sort()).toEqual([...TABLES].sort());
  });

  test("every query gives each name once", async () => {
    const names = 2;
    await evaluate(
      queries.flatMap(({ expr }) => {
        const plain = substitute(expr);
        return [
          { expr: `count by (target, direction, peer) (${plain}) > 1`, exp_samples: [] },
          { expr: `count(${plain})`, exp_samples: [{ labels: "{}", value: names }] },
        ];
      }),
    );
  });

  test("a name is connected while one of its connections is", async () => {
    await evaluate([
      {
        expr: `count by (peer, state) (${substitute(connectionState())})`,
        exp_samples: [
          { labels: `{peer="${SHARED}", state="connected"}`, value: 1 },
          { labels: `{peer="${OWN}", state="handshaking"}`, value: 1 },
        ],
      },
    ]);
  });
});
