import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CHAIN_NAMES } from "../../../src/chains/index.ts";
import { createRecentPolls } from "../../../src/poll/recent-polls.ts";
import { type NodeState, toStored } from "../../../src/poll/store.ts";
import { htmlOf } from "../../../src/server/pages/markup.ts";
import { isBehind, type NodeOverview, overviewOf, type peersOf } from "../../../src/server/pages/overview.ts";
import { headlineOf, headlineText, peersText, summary } from "../../../src/server/pages/summary.ts";
import { assess } from "../../../src/server/pages/troubles.ts";
import {
  deadReport,
  failing,
  firstState,
  head,
  INTERVAL_MS,
  NOW,
  nodeConfig,
  peers,
  peersAt,
  report,
  row,
  stateAfter,
} from "../../poll/support.ts";

const CHAINS = CHAIN_NAMES.toSorted();

function overview(state: NodeState): NodeOverview {
  const recentPolls = createRecentPolls();
  recentPolls.record(state, []);
  return overviewOf(toStored(state), recentPolls.of(state.node.name));
}

const up = overview(stateAfter(report({ peers: peers(row()) })));
const forked = { ...up, isForked: true };
const alone = overview(stateAfter(report()));
const down = overview(stateAfter(deadReport()));
const degraded = overview(stateAfter(report({ peers: peers(row()), head: failing("http") })));
const waiting = overview(firstState());
const behind = overview(stateAfter(report({ head: head(100), peers: peersAt(106, 106) })));
const usual = overview(stateAfter(report({ head: head(100), peers: peersAt(105, 105) })));
const reference = overview(stateAfter(deadReport(), { node: nodeConfig({ role: "reference" }) }));

const assessed = (nodes: readonly NodeOverview[], nowMs = NOW) => nodes.map((node) => assess(node, nowMs));
const heading = (nodes: readonly NodeOverview[], nowMs = NOW) => headlineText(headlineOf(assessed(nodes, nowMs)));
const refused = overview(stateAfter(deadReport("unauthorized")));

test.each<[string, readonly NodeOverview[]]>([
  ["No nodes to poll", []],
  ["Only references are polled", [reference]],
  ["The node is up", [up]],
  ["1 of 1 node down: no connection", [down]],
  ["All 2 nodes are up", [up, up, reference]],
  ["2 of 3 nodes down: no connection", [down, degraded, down]],
  ["3 of 3 nodes down: mostly login refused", [refused, down, refused]],
  ["2 of 2 nodes down", [refused, down]],
  ["1 of 3 nodes degraded: HTTP error", [behind, degraded, waiting]],
  ["1 of 2 nodes not polled yet", [behind, waiting]],
  ["1 of 3 nodes behind", [up, behind, usual]],
  ["1 of 4 nodes without peers", [behind, alone, degraded, waiting]],
  ["2 of 3 nodes forked", [forked, alone, forked]],
])("the worst is the heading: %s", (expected, nodes) => {
  expect(heading(nodes)).toBe(expected);
});

test("nodes that are not polled as often as they should be are worse than those behind", () => {
  expect(heading([behind, up], NOW + 4 * INTERVAL_MS + 61_000)).toBe("2 of 2 nodes not polled in time");
});

test.each<[string, readonly NodeOverview[]]>([
  ["", [up, reference, up].slice(0, 1)],
  ["1 of 1 reference down. ", [reference]],
  ["Also 1 forked, 2 behind. ", [down, forked, behind, behind]],
  [
    "2 login refused, 1 no connection. Also 1 not polled yet. 1 of 1 reference down. ",
    [refused, waiting, down, refused, reference],
  ],
  ["This exporter polls no nodes: its configuration has none or, with --shard, the other exporters poll them.", []],
])("what else there is: %s", (expected, nodes) => {
  const html = htmlOf(summary(assessed(nodes), (state) => `/?state=${state}`));
  expect(html.replaceAll(/<[^>]*>/g, "")).toBe(expected);
  expect(html.includes('<a href="/?state=behind">2 behind</a>')).toBe(expected.includes("2 behind"));
});

test("unhealthy ones are first: down, forked, without peers, degraded, not polled, behind, up", () => {
  const order = [down, forked, alone, degraded, waiting, behind, up];
  const rankNow = (node: NodeOverview) => assess(node, NOW).rank;
  expect([up, waiting, behind, alone, forked, down, degraded].sort((a, b) => rankNow(a) - rankNow(b))).toEqual(order);
  expect([behind, usual].map(isBehind)).toEqual([true, false]);
});

/** The usual seconds between two blocks; Chainweb: of all its chains together, on mainnet. */
const BLOCK_SECONDS: Readonly<Record<(typeof CHAINS)[number], number>> = {
  antelope: 0.5,
  bitcoin: 600,
  bitcoincash: 600,
  dash: 150,
  dogecoin: 60,
  litecoin: 150,
  zcash: 75,
  chainweb: 1.5,
  monero: 120,
  wire: 0.5,
};

test("a node is behind on the pages from where the alert looks at it", () => {
  const alerts = readFileSync(new URL("../../../prometheus/alerts.yaml", import.meta.url), "utf8");
  const [, seconds, least] =
    /p2p_node_head_lag_blocks \* p2p_node_block_interval_seconds > (\d+)\s+and p2p_node_head_lag_blocks > (\d+)\n/.exec(
      alerts,
    ) ?? [];
  for (const chain of CHAINS) {
    const blocks = Math.max(Number(least), Number(seconds) / BLOCK_SECONDS[chain]);
    const at = (lag: number) =>
      isBehind(
        overview(
          stateAfter(report({ head: head(1000), peers: peersAt(1000 + lag, 1000 + lag) }), {
            node: nodeConfig({ chain }),
          }),
        ),
      );
    expect([chain, at(blocks), at(blocks + 1)]).toEqual([chain, false, true]);
  }
});

test.each<[string, readonly NonNullable<ReturnType<typeof peersOf>>[]]>([
  [
    "3 / 2",
    [
      { inbound: 3, outbound: 0, unknown: 0 },
      { inbound: 0, outbound: 2, unknown: 0 },
    ],
  ],
  ["0 / 0", [{ inbound: 0, outbound: 0, unknown: 0 }]],
  [
    "257 known",
    [
      { inbound: 0, outbound: 0, unknown: 250 },
      { inbound: 0, outbound: 0, unknown: 7 },
    ],
  ],
  [
    "3 / 2 and 250 known",
    [
      { inbound: 3, outbound: 2, unknown: 0 },
      { inbound: 0, outbound: 0, unknown: 250 },
    ],
  ],
])("connections and known peers are not added up: %s", (expected, all) => {
  expect(htmlOf(peersText(all)).replaceAll(/<[^>]*>/g, "")).toBe(expected);
});
