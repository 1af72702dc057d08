import { expectAddressTypes, expectSubnets } from "../addresses.ts";
import { between, createExpectations, type Expectations, oneOf } from "../expectations.ts";
import { OUTAGES } from "../http.ts";
import { expectNoFork, expectReferences, highest, highestPossible, supported } from "../lag.ts";
import {
  expectChurn,
  expectFailures,
  expectPolls,
  INTERVAL_SECONDS,
  type Memory,
  type Reason,
  rememberPoll,
} from "../memory.ts";
import type { AddressMode } from "../names.ts";
import { expectPositions } from "../positions.ts";
import { expectPlugin, type PluginMemory } from "./expect-plugin.ts";
import { addressType, expectRows, numericAddress, STATES, shownState } from "./expect-rows.ts";
import { hasLeapFields, type WireFault, type WireNode, type WireRow } from "./node.ts";
import { isSameProcess, viewsOf, visibleChanges, type WireView } from "./views.ts";
import type { WireLife } from "./world.ts";

/** What the page should say of a nodeos or nodeop after a poll, by the documents. */

export type WireMemory = Memory & {
  views: readonly WireView[];
  readonly plugin: PluginMemory;
  /** The process of the last peer lists, and how many lists it gave. */
  lists: { process: number; count: number; isSeen: boolean };
  /** Outbound peers with an end of a socket in the last list. */
  ends: ReadonlySet<string>;
  /** Outbound peers of this process that lists have shown as open, now or before. */
  readonly seenOpen: Set<string>;
  /** Of these, the ones that a list without anything from before may have made the exporter forget. */
  readonly mayBeForgotten: Set<string>;
  /** Since when the node gave a head. */
  headSinceMs: number | undefined;
};

export type WirePoll = {
  readonly life: WireLife;
  readonly memory: WireMemory;
  readonly mode: AddressMode | undefined;
  readonly endedMs: number;
  readonly seconds: number;
  readonly fleet: readonly number[];
  readonly configured: readonly number[];
  readonly areTogether: boolean;
};

/** Deeper reorganisations are not usual on this chain. */
const REORG_DEPTH_BLOCKS = 36;

/** The reason of a part that failed. @param outage of the whole node */
function reasonOf({ outage, fault }: WireNode, part: WireFault["part"]): Reason | undefined {
  if (outage !== undefined) return OUTAGES[outage].reason;
  if (fault?.part !== part) return undefined;
  return ({ hang: "timeout", busy: "busy", missing: "unavailable", error: "http", host: "host_header" } as const)[
    fault.kind
  ];
}

export function isInfoAnswered(node: WireNode): boolean {
  return reasonOf(node, "chain") === undefined;
}

export function expectWireReference({ node }: WireLife): Expectations {
  const expectations = createExpectations();
  const isUp = isInfoAnswered(node);
  expectations.expect("p2p_reference_up", isUp ? 1 : 0);
  expectations.expect("p2p_reference_head_height", isUp ? node.head : undefined);
  return expectations;
}

export function expectWire(poll: WirePoll): Expectations {
  const { life, memory, endedMs, seconds } = poll;
  const { node } = life;
  const expectations = createExpectations();
  const { expect } = expectations;
  const netFailure = reasonOf(node, "net");
  const chainFailure = reasonOf(node, "chain");
  const connected = node.rows.filter(({ state }) => state === "connected");
  const views = viewsOf(connected, node.dialect);
  const isFirst = memory.connected === undefined;
  // Where nothing shows that the process is the same, it may be taken for another one.
  const isUnclear = !isFirst && netFailure === undefined && !isSameProcess(memory.views, views);
  rememberPoll(
    memory,
    netFailure ?? new Map(connected.map(({ connection, side }) => [String(connection), side] as const)),
    endedMs,
    isFirst ? undefined : visibleChanges(memory.views, views),
    isUnclear,
  );
  if (netFailure === undefined) memory.views = views;

  expect("p2p_node_up", netFailure === undefined ? 1 : 0);
  expect("p2p_node_api_up", netFailure === undefined ? 1 : 0, { api: "peers" });
  expect("p2p_node_api_up", chainFailure === undefined ? 1 : 0, { api: "head" });
  expect("p2p_node_poll_duration_seconds", seconds);
  expectPolls(expectations, memory, INTERVAL_SECONDS);
  expectFailures(expectations, { peers: netFailure, head: chainFailure });
  expect("p2p_node_block_interval_seconds", chainFailure === undefined ? 0.5 : oneOf(0.5, undefined));
  if (chainFailure === undefined) expectInfo(expectations, poll, netFailure === undefined);
  else memory.headSinceMs = undefined;
  if (netFailure === undefined) {
    expectPeers(expectations, node, connected);
    expectRows(expectations, poll);
    // A height of a handshake that is not above the head says nothing about now, and one of another chain nothing at all.
    const told = connected.map(({ peerHead, chainId }) =>
      chainId === node.chain.id && peerHead > node.head ? peerHead : undefined,
    );
    expectPositions(expectations, chainFailure === undefined ? node.head : undefined, told);
    if (isUnclear) for (const peer of memory.seenOpen) memory.mayBeForgotten.add(peer);
    expectVanished(expectations, life, memory);
    expectPeersFinal(expectations, node, connected, chainFailure === undefined);
    expect(
      "p2p_wire_wrong_chain_peers",
      chainFailure === undefined ? connected.filter(({ chainId }) => chainId !== node.chain.id).length : undefined,
    );
  }
  expectChurn(expectations, memory);
  expectPlugin(expectations, poll, netFailure === undefined);
  return expectations;
}

/** How soon a catch-up has to be seen, and how long after it the page may still say so. */
const SYNC_DELAY_MS = 3 * 60_000;
/** A node that is so near is as good as there: two minutes. */
const NEAR_BLOCKS = 240;

function expectInfo(expectations: Expectations, poll: WirePoll, arePeersKnown: boolean): void {
  const { life, memory, endedMs } = poll;
  const { node } = life;
  const { head, final, forkDbHead, dialect, chain } = node;
  const { expect } = expectations;
  memory.headSinceMs ??= endedMs;
  expect("p2p_node_info", 1, { version: dialect.version, chain_id: chain.id });
  expect("p2p_node_head_height", head);
  expect("p2p_node_head_timestamp_seconds", chain.timeOf(head) / 1000);
  expect("p2p_node_final_height", final);
  expect("p2p_wire_fork_db_head_height", forkDbHead);
  if (hasLeapFields(dialect)) {
    expect("p2p_wire_earliest_available_block", node.earliest);
    expect("p2p_node_final_timestamp_seconds", chain.timeOf(final) / 1000);
  }
  expectLag(expectations, poll, arePeersKnown);
  const isSettled = endedMs - life.modeSinceMs > SYNC_DELAY_MS;
  const isWatched = endedMs - memory.headSinceMs > SYNC_DELAY_MS;
  const right = life.mode === "catching up" ? 1 : 0;
  // A node that is healthy is never said to be syncing, however short it was watched.
  const isHealthy = life.mode === "following" || life.mode === "irreversible";
  const isNear = life.mode === "catching up" && chain.height(endedMs) - head < NEAR_BLOCKS;
  expect(
    "p2p_node_syncing",
    isSettled && isWatched && !isNear ? right : isHealthy && isSettled ? oneOf(0, undefined) : oneOf(0, 1, undefined),
  );
}

const BLOCK_SECONDS = 0.5;
/** A head that is older than this may have others above it that nobody told of. */
const YOUNG_SECONDS = 60;

function expectLag(expectations: Expectations, poll: WirePoll, arePeersKnown: boolean): void {
  const { node } = poll.life;
  const { head, chain } = node;
  const age = (poll.endedMs - chain.timeOf(head)) / 1000;
  const limit = highestPossible(head, age, BLOCK_SECONDS);
  const heights = node.rows
    .filter(({ state, chainId }) => state === "connected" && chainId === chain.id)
    .map(({ peerHead }) => peerHead)
    .filter((height) => height > 0 && height <= limit);
  const references = {
    peers: arePeersKnown ? supported(heights) : undefined,
    fleet: highest(poll.fleet),
    configured: highest(poll.configured),
  };
  expectNoFork(expectations, poll, REORG_DEPTH_BLOCKS);
  expectReferences(expectations, head, references, { isEarned: age < YOUNG_SECONDS, areTogether: poll.areTogether });
}

function expectPeers(expectations: Expectations, node: WireNode, connected: readonly WireRow[]): void {
  const { expect } = expectations;
  for (const direction of ["inbound", "outbound"] as const) {
    expect("p2p_node_peers", connected.filter(({ side }) => side === direction).length, { direction });
    for (const state of STATES) {
      const rows = node.rows.filter((row) => row.side === direction && shownState(row, node) === state);
      expect("p2p_node_connections", rows.length, { direction, state });
    }
  }
  expect("p2p_node_syncing_peers", connected.filter(({ syncing }) => syncing).length, { flow: "upload" });
  expectAddressTypes(
    expectations,
    connected.map((row) => addressType(row, node)),
  );
  const numeric = connected.flatMap((row) => numericAddress(row, node) ?? []);
  expectSubnets(expectations, numeric, connected.length);
  for (const direction of ["inbound", "outbound"] as const) {
    const agents = new Map([["unknown", 0]]);
    for (const { agent, side } of connected) {
      const name = agent === "" ? "unknown" : agent;
      if (side === direction) agents.set(name, (agents.get(name) ?? 0) + 1);
    }
    for (const [agent, count] of agents) expect("p2p_node_peers_by_agent", count, { agent, direction });
  }
  expectFacts(expectations, node, connected);
  const listening = new Set(connected.flatMap(({ side, listens }) => (side === "inbound" ? [listens] : [])));
  const isDuplicate = ({ side, state, listens }: WireRow) =>
    side === "outbound" && state !== "connected" && listening.has(listens);
  expect("p2p_wire_duplicate_links", node.rows.filter(isDuplicate).length);
  expect("p2p_node_connections_omitted", 0);
  expect("p2p_node_connections_malformed", 0);
  expect("p2p_node_series_withheld", 0);
}

/** Where the node does not give its chain, that of its peers may stand for it. */
function expectPeersFinal(
  { expect }: Expectations,
  { chain }: WireNode,
  connected: readonly WireRow[],
  isChainKnown: boolean,
): void {
  const finalOf = (rows: readonly WireRow[]) => supported(rows.map(({ peerFinal }) => peerFinal).filter(Boolean));
  const own = finalOf(connected.filter(({ chainId }) => chainId === chain.id));
  if (isChainKnown) {
    expect("p2p_wire_peers_final_height", own);
    return;
  }
  const chains = [...new Set([chain.id, ...connected.map(({ chainId }) => chainId)])];
  const finals = chains.map((id) => finalOf(connected.filter(({ chainId }) => chainId === id)));
  expect("p2p_wire_peers_final_height", oneOf(...finals, finalOf(connected)));
  for (const id of chains) expect("p2p_node_info", oneOf(1, undefined), { chain_id: id });
}

/** What the peers said of themselves in their handshakes. */
function expectFacts({ expect }: Expectations, { dialect }: WireNode, connected: readonly WireRow[]): void {
  const counts = new Map<string, number>();
  for (const { networkVersion, os } of connected) {
    for (const fact of [networkVersion, ...(dialect.wholeHandshake ? [os] : [])]) {
      counts.set(String(fact), (counts.get(String(fact)) ?? 0) + 1);
    }
  }
  for (const [fact, count] of counts) {
    if (/^\d+$/.test(fact)) expect("p2p_wire_peers_by_network_version", count, { network_version: fact });
    else expect("p2p_wire_peers_by_os", count, { os: fact });
  }
}

/** After so many lists of another process, it must be clear that it is another one. */
const LISTS_TO_SEE_A_RESTART = 4;

/**
 * Peers that another process removed are forgotten. A restart stays hidden where the next list has nothing that only a restart
 * can bring about: a row of a configured peer that lost the end of its socket, which a list has since Leap 5.
 */
function expectVanished({ expect }: Expectations, life: WireLife, memory: WireMemory): void {
  const { process, vanished, everConfigured, node } = life;
  const { lists } = memory;
  const ends = new Set(
    node.rows.flatMap(({ side, peer, everOpened }) => (side === "outbound" && everOpened ? [peer] : [])),
  );
  const isSame = lists.process === process;
  const hasLost = node.dialect.socket && node.rows.some(({ peer }) => memory.ends.has(peer) && !ends.has(peer));
  memory.lists = { process, count: isSame ? lists.count + 1 : 1, isSeen: isSame ? lists.isSeen : hasLost };
  memory.ends = ends;
  if (lists.process !== process) memory.seenOpen.clear();
  for (const row of node.rows) {
    const isOpen = row.state === "connected" || (node.dialect.socket && row.everOpened);
    if (row.side !== "outbound" || !isOpen) continue;
    memory.seenOpen.add(row.peer);
    memory.mayBeForgotten.delete(row.peer);
  }
  const all = [...vanished].filter((peer) => memory.seenOpen.has(peer));
  const known = all.length;
  const least = all.filter((peer) => !memory.mayBeForgotten.has(peer)).length;
  const isClear = process === 1 || (memory.lists.isSeen && memory.lists.count > LISTS_TO_SEE_A_RESTART);
  const listed = new Set(node.rows.map(({ peer }) => peer));
  const most = [...everConfigured].filter((peer) => !listed.has(peer)).length;
  expect("p2p_wire_vanished_peers", between(least, isClear ? known : Math.max(known, most)));
}
