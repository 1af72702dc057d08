import { describe, expect, test } from "vitest";
import { ADAPTERS } from "../../../src/chains/index.ts";
import type { NodeReport } from "../../../src/model/report.ts";
import { createRecentPolls } from "../../../src/poll/recent-polls.ts";
import { type NodeState, toStored } from "../../../src/poll/store.ts";
import { headline } from "../../../src/server/pages/headline.ts";
import { htmlOf } from "../../../src/server/pages/markup.ts";
import { overviewOf } from "../../../src/server/pages/overview.ts";
import { OLD_HEADS } from "../../../src/server/pages/reading-troubles.ts";
import { parseAlerts } from "../../../tools/prometheus-rules.ts";
import { textOf } from "../../../tools/repository.ts";
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

const DAY = 86_400;
const GIB = 2 ** 30;

type Samples = Readonly<Record<string, number>>;

function headlineOf(states: readonly NodeState[], samples: Samples = {}, nowMs = NOW): string {
  const recentPolls = createRecentPolls();
  for (const state of states) recentPolls.record(state, []);
  const last = states.at(-1);
  if (last === undefined) throw new Error("no state");
  const state = { ...last, report: last.report && withSamples(last.report, samples) };
  return htmlOf(headline(overviewOf(toStored(state), recentPolls.of(last.node.name)), nowMs, ""));
}

/** The report from which a node gets these samples. */
function withSamples(given: NodeReport, samples: Samples): NodeReport {
  const families = ADAPTERS.flatMap((adapter) => adapter.families);
  const timestampSeconds = samples.p2p_node_head_timestamp_seconds;
  return {
    ...given,
    head:
      given.head.ok && timestampSeconds !== undefined
        ? head(given.head.value.height, { timestampSeconds })
        : given.head,
    blockSeconds: samples.p2p_node_block_interval_seconds ?? given.blockSeconds,
    clockSkewSeconds: samples.p2p_node_clock_skew_seconds,
    certificateExpirySeconds: samples[EXPIRY],
    chainSamples: Object.entries(samples).flatMap(([key, value]) => {
      const [name, ...labels] = key.split(" ");
      const family = families.find((each) => each.name === name);
      return family === undefined ? [] : [{ family, labels, value }];
    }),
  };
}

/** The badges after the name of the node: class and words. */
function badgesOf(html: string): readonly string[] {
  const [first = ""] = html.split("\n");
  expect(first).toMatch(/^<h1>node-1 .*<\/h1>$/);
  return [...html.matchAll(/<span class="badge (\w+)"><span aria-hidden="true">(.)<\/span> ([^<]*)<\/span>/g)].map(
    ([, level, sign, text]) => `${level} ${sign} ${text}`,
  );
}

const badges = (...given: Parameters<typeof headlineOf>) => badgesOf(headlineOf(...given));

const after = (given: Partial<NodeReport>, options: Parameters<typeof stateAfter>[1] = {}) =>
  stateAfter(report({ peers: peers(row()), ...given }), options);

const up = after({});
const forked = { ...up, forks: { depths: new Map([["fleet", 11] as const]), reorgDepth: 10 } };

test.each<[string, NodeState, readonly string[]]>([
  ["up", up, ["up ● up"]],
  ["down", stateAfter(deadReport()), ["down ✕ down"]],
  ["not polled", firstState(), ["waiting ○ not polled yet"]],
  ["forked", forked, ["down ✕ forked"]],
  ["without peers", after({ peers: peers() }), ["down ✕ no peers"]],
  ["one API fails", after({ head: failing("http") }), ["degraded ◐ head fails"]],
  [
    "two APIs fail for different reasons",
    after({ head: failing("http"), apis: new Map([["bans", failing("busy")]]) }),
    ["degraded ◐ 2 APIs fail"],
  ],
  ["behind", after({ head: head(100), peers: peersAt(262, 262) }), ["degraded ◐ 162 blocks behind"]],
  [
    "behind, but not so far that an alert looks at it",
    after({ head: head(100), peers: peersAt(105, 105) }),
    ["degraded ◐ up, 5 blocks behind"],
  ],
  ["as far behind as usual", after({ head: head(100), peers: peersAt(102, 102) }), ["up ● up"]],
])("the headline of a node: %s", (_, state, expected) => {
  expect(badges([state])).toEqual(expected);
});

test("a Wire node that is 162 blocks behind is not green, although the alert looks from 181 on", () => {
  const behind = (blocks: number) =>
    after({ head: head(1000), peers: peersAt(1000 + blocks, 1000 + blocks) }, { node: nodeConfig({ chain: "wire" }) });
  expect(badges([behind(162)])).toEqual(["degraded ◐ up, 162 blocks behind"]);
  expect(badges([behind(181)])).toEqual(["degraded ◐ 181 blocks behind"]);
  expect(badges([behind(90)])).toEqual(["up ● up"]);
});

test("a syncing node is syncing, however far behind", () => {
  const syncing = { ...after({ head: head(100), peers: peersAt(5100, 5100) }), syncing: true };
  expect(badges([syncing])).toEqual(["degraded ◐ syncing, 5\u202f000 blocks behind"]);
  expect(badges([{ ...up, syncing: true }])).toEqual(["degraded ◐ syncing"]);
});

test("the worst is first, and nothing is left out", () => {
  const state = { ...after({ head: head(100), peers: peersAt(262, 262) }), forks: forked.forks };
  const samples = { p2p_node_tls_certificate_expiry_timestamp_seconds: NOW / 1000 + 2 * DAY, p2p_chainweb_outdated: 1 };
  expect(badges([state], samples)).toEqual([
    "down ✕ forked",
    "down ✕ certificate expires in 2d",
    "degraded ◐ 162 blocks behind",
    "degraded ◐ too old for the network",
  ]);
});

test("a node that is down has no other trouble: the rest is not known, or old", () => {
  const down = { ...stateAfter(deadReport()), forks: forked.forks };
  expect(badges([down], { p2p_chainweb_outdated: 1 }, NOW + 3_600_000)).toEqual(["down ✕ down"]);
});

test("a node that says that it is starting is not down, and has no other trouble", () => {
  const starting = badges([stateAfter(deadReport())], { p2p_bitcoin_warming_up: 1, p2p_chainweb_outdated: 1 });
  expect(starting).toEqual(["degraded ◐ starting"]);
});

const EXPIRY = "p2p_node_tls_certificate_expiry_timestamp_seconds";
const SERVICE = "p2p_chainweb_service_date_timestamp_seconds";
const inDays = (days: number) => NOW / 1000 + days * DAY;

test.each<[Samples, string]>([
  [{ [EXPIRY]: inDays(14.1) }, "up ● up"],
  [{ [EXPIRY]: inDays(10.5) }, "degraded ◐ certificate expires in 10d12h"],
  [{ [EXPIRY]: inDays(2.5) }, "down ✕ certificate expires in 2d12h"],
  [{ [EXPIRY]: inDays(-1) }, "down ✕ certificate expired"],
  [{ [SERVICE]: inDays(10) }, "degraded ◐ release expires in 10d"],
  [{ p2p_node_clock_skew_seconds: -7 }, "degraded ◐ clock differs by 7s"],
  [{ p2p_node_clock_skew_seconds: 5 }, "up ● up"],
  [{ p2p_chainweb_outdated: 1 }, "degraded ◐ too old for the network"],
  [{ p2p_chainweb_outdated: 0 }, "up ● up"],
  [{ p2p_monero_untrusted: 1 }, "degraded ◐ a bootstrap daemon answers"],
  [{ p2p_wire_vanished_peers: 2 }, "degraded ◐ dropped configured peers"],
  [{ p2p_wire_wrong_chain_peers: 1 }, "degraded ◐ 1 peer of another chain"],
  [{ p2p_bitcoin_initial_block_download: 1 }, "degraded ◐ initial block download"],
  [{ p2p_bitcoin_initial_block_download: 0, p2p_bitcoin_warming_up: 0, p2p_bitcoin_network_active: 1 }, "up ● up"],
  [{ p2p_bitcoin_network_active: 0 }, "degraded ◐ network switched off"],
  [{ "p2p_bitcoin_chain_tip_lead_blocks invalid": -1 }, "up ● up"],
  [{ "p2p_bitcoin_chain_tip_lead_blocks headers-only": 9 }, "up ● up"],
  [{ "p2p_bitcoin_chain_tip_lead_blocks invalid": 0 }, "down ✕ refuses a branch as high as its own"],
  [{ "p2p_bitcoin_chain_tip_lead_blocks invalid": 1 }, "down ✕ refuses a branch 1 block higher"],
  [{ "p2p_bitcoin_added_nodes away": 2, "p2p_bitcoin_added_nodes connected": 3 }, "degraded ◐ 2 added nodes away"],
  [{ "p2p_bitcoin_added_nodes away": 0, "p2p_bitcoin_added_nodes connected": 3 }, "up ● up"],
  [{ p2p_monero_free_space_bytes: 20 * GIB }, "up ● up"],
  [{ p2p_monero_free_space_bytes: 19 * GIB }, "degraded ◐ 19.0\u202fGiB of disk free"],
  [{ p2p_monero_free_space_bytes: 2 * GIB }, "down ✕ 2.0\u202fGiB of disk free"],
])("what its samples say: %j", (samples, expected) => {
  expect(badges([up], samples)).toEqual([expected]);
});

test.each([
  [0.5, 300],
  [10, 1200],
  [120, 7200],
  [150, 10_800],
  [600, 21_600],
])("with a block every %d s, a head block of %d s is not old, and a second later it is", (blockSeconds, seconds) => {
  const at = (age: number) =>
    badges([up], {
      p2p_node_head_timestamp_seconds: NOW / 1000 - age,
      p2p_node_block_interval_seconds: blockSeconds,
    });
  expect(at(seconds)).toEqual(["up ● up"]);
  expect(at(seconds + 1)[0]).toMatch(/^degraded ◐ newest block was \S+ old$/);
});

const alertsOf = parseAlerts(textOf("prometheus/alerts.yaml")).flatMap(({ rules }) => rules);
const exprOf = (name: string) => alertsOf.flatMap(({ alert, expr }) => (alert === name ? [expr] : [])).join("\n");

describe("the conditions are those of the alerts", () => {
  const BANDS = [...exprOf("P2PNodeHeadStalled").matchAll(/offset (\d+)([mh])\s+and \S+ (?:> \d+ )?<= (\d+)/g)].map(
    ([, number, unit, blockSeconds]) => ({
      blockSeconds: Number(blockSeconds),
      seconds: Number(number) * (unit === "h" ? 3600 : 60),
    }),
  );

  test("P2PNodeHeadStalled has bands", () => {
    expect(BANDS).toHaveLength(5);
  });

  test.each(BANDS)("P2PNodeHeadStalled with a block every $blockSeconds s: $seconds s", ({ blockSeconds, seconds }) => {
    const polled = (height: number, age: number) =>
      after({ head: head(height), blockSeconds }, { endedMs: NOW + age * 1000 });
    const still = (age: number) => badges([polled(99, -60), polled(100, 0), polled(100, age)], {}, NOW + age * 1000);
    expect(still(seconds - 1)).toEqual(["up ● up"]);
    expect(still(seconds)[0]).toMatch(/^down ✕ head stopped for \S+$/);
    // A head that goes back is no progress, and a higher one is.
    const moved = (height: number) =>
      badges([polled(100, 0), polled(98, 1), polled(height, seconds)], {}, NOW + seconds * 1000);
    expect([moved(98)[0]?.slice(0, 19), moved(99)[0]]).toEqual(["down ✕ head stopped", "up ● up"]);
  });

  test("P2PNodeHeadOld", () => {
    const bands = [
      ...exprOf("P2PNodeHeadOld").matchAll(
        /(\d+) \+ 0 \* \(p2p_node_block_interval_seconds (?:> \d+ )?<= (\d+)\)\s+and/g,
      ),
    ];
    expect(bands.map(([, seconds, blockSeconds]) => [Number(blockSeconds), Number(seconds)])).toEqual(
      OLD_HEADS.map(({ blockSeconds, seconds }) => [blockSeconds, seconds]),
    );
  });

  test("P2PNodeDataStale", () => {
    const [, intervals, seconds] =
      /> (\d+) \* p2p_node_poll_interval_seconds \+ (\d+)/.exec(exprOf("P2PNodeDataStale")) ?? [];
    const age = Number(intervals) * INTERVAL_MS + Number(seconds) * 1000;
    expect(badges([up], {}, NOW + age)).toEqual(["up ● up"]);
    expect(badges([up], {}, NOW + age + 1000)).toEqual(["degraded ◐ data is 1m46s old"]);
  });

  test.each([
    ["P2PNodeCertificateExpiring", EXPIRY],
    ["P2PChainwebNodeExpiring", SERVICE],
  ])("%s", (name, family) => {
    const limits = [...exprOf(name).matchAll(/< (\d+) \* 86400/g)];
    expect(limits).toHaveLength(2);
    for (const [, days] of limits) {
      const level = (at: number) => badges([up], { [family]: inDays(at) })[0]?.split(" ")[0];
      expect([level(Number(days)), level(Number(days) - 0.01)]).toEqual(
        Number(days) === 14 ? ["up", "degraded"] : ["degraded", "down"],
      );
    }
  });

  test("each trouble leads to the runbook of its alert", () => {
    const html = headlineOf([forked], { [EXPIRY]: inDays(1) });
    const links = [...html.matchAll(/<a href="(.*?)">(.*?)<\/a>/g)].map(([, url, text]) => [url, text]);
    expect(links).toEqual(
      ["P2PNodeForked", "P2PNodeCertificateExpiring"].map((name) => [`/docs/runbooks/${name}`, name]),
    );
    expect(headlineOf([up])).not.toContain("<a");
  });

  const OF_FAMILIES = ADAPTERS.flatMap(({ families }) =>
    families.flatMap(({ name, troubles = [] }) => troubles.map(({ state, alert }) => ({ name, state, alert }))),
  );

  test("chains have troubles of their own", () => {
    expect(OF_FAMILIES.length).toBeGreaterThan(0);
  });

  test.each(OF_FAMILIES)("$name, $state: its alert reads the family", ({ name, alert }) => {
    expect(exprOf(alert)).toContain(name);
  });

  test("P2PNodeClockSkewed", () => {
    const [, seconds] = /clock_skew_seconds\[\w+\]\)\) > (\d+)/.exec(exprOf("P2PNodeClockSkewed")) ?? [];
    const at = (skew: number) => badges([up], { p2p_node_clock_skew_seconds: skew })[0]?.split(" ")[0];
    expect([at(Number(seconds)), at(Number(seconds) + 1)]).toEqual(["up", "degraded"]);
  });
});
