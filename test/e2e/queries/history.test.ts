import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { queryOf, questions } from "../../documentation/queries.ts";
import { type Prometheus, recordedBlocks, startPrometheus } from "../../support/prometheus.ts";
import { findServer } from "../../support/servers.ts";
import { AGES, historyLines, node, SENT_BY_MESSAGE } from "./history.ts";

/** The queries of docs/queries.md over a day that has known answers, each node scraped twice. */

const isInstalled = findServer("prometheus", "apt-get install prometheus") !== undefined;

const DAY_SECONDS = 86_400;

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

const byChain = (chain: string, label: string, value: string) => ({ chain, [label]: value });

/** A day of 24 hours with traffic of one byte received and two sent in each second. */
const DAY_OF_ONE = 3 * DAY_SECONDS;

/** The answers by their questions. */
const ANSWERS: Readonly<Record<string, readonly Sample[]>> = {
  "Which nodes are more than ten minutes behind?": [
    [node.wireA, 1000],
    [node.moneroA, 960],
  ],
  "Which peers use the most bandwidth?": Array.from({ length: 10 }, (_, index) => [
    { ...node.moneroA, direction: "inbound", peer: `192.0.2.${12 - index}` },
    3000 * (12 - index),
  ]),
  "Which software do inbound peers use?": [
    [byChain("wire", "agent", "Spring"), 0.5],
    [byChain("wire", "agent", "Leap"), 0.3],
    [byChain("wire", "agent", "other"), 0.1],
    [byChain("wire", "agent", "unknown"), 0.1],
    [byChain("antelope", "agent", "Leap"), 0.75],
    [byChain("antelope", "agent", "unknown"), 0.25],
  ],
  "How many peers are in one subnet?": [
    [node.moneroA, 0.75],
    [node.wireA, 0.25],
  ],
  "When will a node have caught up?": [[node.wireA, 2000]],
  "On which nodes do the peers disagree?": [[node.moneroA, 0.4]],
  "Which exporter watches which node?": [node.wireA, node.moneroA].flatMap((labels) =>
    ["a:10900", "b:10900"].map((instance) => [{ ...labels, instance }, 1] as const),
  ),
  "How many bytes does each network cost a day?": [
    [byChain("wire", "chain_id", "c0ffee"), 10 * DAY_OF_ONE],
    [byChain("monero", "network", "mainnet"), (100 + 7 / 2) * DAY_OF_ONE],
    [byChain("monero", "network", "stagenet"), DAY_OF_ONE],
  ],
  "How many peers did a deploy cost?": [[node.moneroA, 12]],
  "Which certificates expire within 14 days?": [
    [node.kadenaC, -DAY_SECONDS],
    [node.kadenaA, 10 * DAY_SECONDS],
  ],
  "Why do polls fail?": [
    [byChain("monero", "reason", "connect"), 0.25],
    [byChain("monero", "reason", "timeout"), 0.05],
  ],
  "Whose data is the oldest?": [...AGES].sort(([, a], [, b]) => b - a).slice(0, 5),
  "Are all outbound peers on one network?": [[node.litecoin, 8]],
  "How long will an initial download take?": [[node.bitcoin, 5000]],
  "Does a node know a longer branch?": [
    [{ ...node.bitcoin, status: "headers-only" }, 10],
    [{ ...node.litecoin, status: "invalid" }, 3],
  ],
  "Which messages take the upload?": Object.entries(SENT_BY_MESSAGE)
    .slice(0, 5)
    .map(([message, perSecond]) => [byChain("bitcoin", "message", message), perSecond] as const),
  "How many peers have an encrypted transport?": [[{ chain: "bitcoin" }, 0.75]],
};

/** Their answers come in the order of their values. */
const SORTED = /^(?:sort|sort_desc|topk)\(/;

const keyOf = ([labels]: Sample) => JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));

function inOrder(samples: readonly Sample[]): readonly Sample[] {
  return [...samples].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

test("every question has its answer here", () => {
  expect(questions().map(({ title }) => title)).toEqual(Object.keys(ANSWERS));
});

describe.skipIf(!isInstalled)("the queries over a generated day", () => {
  const endSeconds = 60 * Math.floor(Date.now() / 60_000);
  let prometheus: Prometheus;

  beforeAll(async () => {
    prometheus = await startPrometheus({ targets: [], data: await recordedBlocks(historyLines(endSeconds)) });
  });

  afterAll(async () => {
    await prometheus?.stop();
  });

  test.each(Object.entries(ANSWERS))("%s", async (title, expected) => {
    const query = queryOf(title);
    const found = (await prometheus.query(query, endSeconds)).map(({ metric, value }): Sample => [metric, value]);
    const arrange = SORTED.test(query) ? (samples: readonly Sample[]) => samples : inOrder;
    const [given, wanted] = [arrange(found), arrange(expected)];
    expect(given.map(keyOf)).toEqual(wanted.map(keyOf));
    for (const [index, sample] of wanted.entries()) {
      const [labels, value] = sample;
      // Prometheus extrapolates a counter to the ends of a range.
      expect(Math.abs((given[index]?.[1] ?? 0) / value - 1), JSON.stringify([labels, value, given])).toBeLessThan(0.01);
    }
  });
});
