import { expectAddressTypes, expectSubnets } from "../addresses.ts";
import { createExpectations, type Expectations, oneOf } from "../expectations.ts";
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
import { expectPositions } from "../positions.ts";
import { expectMessages, expectRowInfos, expectRows, type MessageMemory } from "./expect-rows.ts";
import {
  ADDED,
  ADDRESSES,
  type BitcoinNode,
  type BitcoinPeer,
  DISK_SIZE,
  FORK,
  PROGRESS,
  UPLOAD_LEFT,
  versionOf,
} from "./node.ts";
import type { BitcoinLife } from "./world.ts";

/** What the page should say of a node, from docs/metrics.md, docs/head-lag.md and the documentation of the node's API. */

export type BitcoinMemory = Memory & { knownHash: string | undefined; messages: MessageMemory | undefined };

export type BitcoinPoll = {
  readonly life: BitcoinLife;
  readonly memory: BitcoinMemory;
  readonly endedMs: number;
  readonly seconds: number;
  readonly fleet: readonly number[];
  readonly configured: readonly number[];
  readonly areTogether: boolean;
};

/** A reference is polled for its head only, and has series of its own. */
export function expectBitcoinReference({ node }: BitcoinLife): Expectations {
  const expectations = createExpectations();
  const isUp = isInfoAnswered(node);
  expectations.expect("p2p_reference_up", isUp ? 1 : 0);
  expectations.expect("p2p_reference_head_height", isUp ? node.tip.height : undefined);
  return expectations;
}

export function isInfoAnswered(node: BitcoinNode): boolean {
  return failureOf(node, "getblockchaininfo") === undefined;
}

function failureOf({ outage, isStarting, fault }: BitcoinNode, method: string): Reason | undefined {
  if (outage !== undefined) return OUTAGES[outage].reason;
  if (isStarting) return "busy";
  if (fault?.method !== method) return undefined;
  return fault.kind === "busy" ? "busy" : "unauthorized";
}

/** Six blocks, after which payments count as final. */
const REORG_DEPTH_BLOCKS = 6;

export function expectBitcoin(poll: BitcoinPoll): Expectations {
  const { life, memory, endedMs, seconds } = poll;
  const { node } = life;
  const expectations = createExpectations();
  const { expect, ignore } = expectations;
  const infoFailure = failureOf(node, "getblockchaininfo");
  const peersFailure = failureOf(node, "getpeerinfo");
  const [isInfoKnown, isUp] = [infoFailure === undefined, peersFailure === undefined];
  const working = node.peers.filter(({ isReady }) => isReady);
  const connected = new Map(working.map(({ identity, side }) => [identity, side] as const));
  rememberPoll(memory, peersFailure ?? connected, endedMs);

  expect("p2p_node_up", isUp ? 1 : 0);
  expect("p2p_node_api_up", isUp ? 1 : 0, { api: "peers" });
  expect("p2p_node_api_up", isInfoKnown ? 1 : 0, { api: "head" });
  expect("p2p_node_poll_duration_seconds", seconds);
  expectPolls(expectations, memory, INTERVAL_SECONDS);
  expectFailures(expectations, { peers: peersFailure, head: infoFailure });
  expect("p2p_node_block_interval_seconds", isInfoKnown ? 600 : oneOf(600, undefined));
  const isWarmup = node.outage === undefined && node.isStarting;
  expect("p2p_bitcoin_warming_up", isInfoKnown || isUp ? 0 : isWarmup ? 1 : undefined);
  if (isInfoKnown) expectInfo(expectations, poll);
  // The version is known from another call.
  else ignore("p2p_node_info");
  const isSyncing = isInfoKnown ? node.isInitialDownload || node.headers > node.tip.height + 2 : undefined;
  expect("p2p_node_syncing", isSyncing === undefined ? undefined : Number(isSyncing));
  if (isUp) {
    expectPeers(expectations, node, working, isSyncing !== false);
    expectRows(expectations, node.peers, isSyncing !== false);
    expectRowInfos(expectations, node.peers, node.release === "30");
    memory.messages = expectMessages(expectations, memory.messages, node.peers);
    // A peer may long have more than is known to be in common: only a height above the head says something.
    const { height } = node.tip;
    expectPositions(
      expectations,
      isInfoKnown ? height : undefined,
      working.map(({ syncedHeaders }) => (syncedHeaders > height ? syncedHeaders : undefined)),
    );
  }
  expectChurn(expectations, memory);
  if (isInfoKnown || isUp) expectSecondary(expectations, node);
  return expectations;
}

function expectInfo(expectations: Expectations, poll: BitcoinPoll): void {
  const { expect } = expectations;
  const { memory, endedMs } = poll;
  const { node } = poll.life;
  const { tip, release } = node;
  expect("p2p_node_info", 1, { version: versionOf(node), network: "main" });
  expect("p2p_node_head_height", tip.height);
  // Core 0.21 tells the time of a block only in its header, which is asked for once.
  const isHeaderKnown = memory.knownHash === tip.hash || failureOf(node, "getblockheader") === undefined;
  const isTimeKnown = release === "30" || isHeaderKnown;
  if (isTimeKnown) memory.knownHash = tip.hash;
  expect("p2p_node_head_timestamp_seconds", isTimeKnown ? tip.seconds : undefined);
  if (release !== "30") expect("p2p_node_api_up", isTimeKnown ? 1 : 0, { api: "last_block" });
  expectLag(expectations, poll, isTimeKnown ? endedMs / 1000 - tip.seconds : undefined);
  expect("p2p_bitcoin_headers_height", node.headers);
  expect("p2p_bitcoin_initial_block_download", Number(node.isInitialDownload));
  expect("p2p_bitcoin_verification_progress_ratio", PROGRESS);
  expect("p2p_bitcoin_pruned", 0);
  expect("p2p_bitcoin_size_on_disk_bytes", DISK_SIZE);
  expect("p2p_bitcoin_warnings", 0);
}

/** Ten blocks. A head that is older may have others above it. */
const YOUNG_SECONDS = 6000;

/** Twice as many blocks as intended. */
const FASTEST_BLOCK_SECONDS = 300;

function expectLag(
  expectations: Expectations,
  { life, fleet, configured, areTogether }: BitcoinPoll,
  age: number | undefined,
): void {
  const { node } = life;
  const own = node.tip.height;
  const limit = highestPossible(own, age, FASTEST_BLOCK_SECONDS);
  const arePeersKnown = failureOf(node, "getpeerinfo") === undefined;
  const claimed = node.peers
    .filter(({ isReady, syncedHeaders }) => isReady && syncedHeaders > 0 && syncedHeaders <= limit)
    .map(({ syncedHeaders }) => syncedHeaders);
  // Its own headers need no support, and count above the head only.
  const verified = node.headers > own ? [node.headers] : [];
  const known = arePeersKnown ? supported(claimed) : undefined;
  const peers = highest([...verified, ...(known === undefined ? [] : [known])]);
  expectNoFork(expectations, { fleet, configured }, REORG_DEPTH_BLOCKS);
  const references = { peers, fleet: highest(fleet), configured: highest(configured) };
  // Peers prove nothing by heights that are as old as what they announced last; a block is as long as a minute at least.
  const isLevel = [references.fleet, references.configured].some((height) => height !== undefined && height >= own - 1);
  const isEarned = isLevel || age === undefined || age < YOUNG_SECONDS;
  expectReferences(expectations, own, references, { isEarned, areTogether });
}

const TYPES = { ipv4: "ipv4", ipv6: "ipv6", onion: "tor", cjdns: "unknown" } as const;

function expectPeers(
  expectations: Expectations,
  { peers, release }: BitcoinNode,
  working: readonly BitcoinPeer[],
  maySync: boolean,
): void {
  const { expect } = expectations;
  const count = (fits: (peer: BitcoinPeer) => boolean) => working.filter(fits).length;
  for (const direction of ["inbound", "outbound"] as const) {
    const own = peers.filter(({ side }) => side === direction).length;
    const connected = count(({ side }) => side === direction);
    expect("p2p_node_peers", connected, { direction });
    expect("p2p_node_connections", connected, { direction, state: "connected" });
    expect("p2p_node_connections", own - connected, { direction, state: "handshaking" });
    for (const peer_network of [...NETWORKS, "not_publicly_routable", "unknown"]) {
      const found = count(({ side, network }) => side === direction && network === peer_network);
      expect("p2p_bitcoin_peers_by_network", found, { direction, peer_network });
    }
    const agents = new Map([["unknown", 0]]);
    for (const { agent, side } of working) if (side === direction) agents.set(agent, (agents.get(agent) ?? 0) + 1);
    for (const [agent, found] of agents) expect("p2p_node_peers_by_agent", found, { agent, direction });
  }
  const downloads = maySync ? peers.filter(({ inFlight }) => inFlight.length > 0).length : 0;
  expect("p2p_node_syncing_peers", downloads, { flow: "download" });
  const others = working.filter(({ network }) => network !== "cjdns");
  expectAddressTypes(
    expectations,
    others.map(({ network }) => TYPES[network]),
  );
  expect("p2p_node_peers_by_address_type", working.length - others.length, { address_type: "cjdns" });
  const numeric = working.filter(({ network }) => network === "ipv4" || network === "ipv6");
  expectSubnets(
    expectations,
    numeric.map(({ addr }) => addr.replace("[", "")),
    working.length,
  );
  for (const connection_type of CONNECTION_TYPES) {
    expect(
      "p2p_bitcoin_peers_by_connection_type",
      count(({ type }) => type === connection_type),
      { connection_type },
    );
  }
  const isNew = release === "30";
  for (const name of ["detecting", "v1", "v2", "other"]) {
    const found = count(({ transport }) => transport === name);
    // Of no peer at all, none has any transport.
    expect("p2p_bitcoin_peers_by_transport", isNew ? found : noneOf(working), { transport: name });
  }
  expect(
    "p2p_bitcoin_transaction_relay_peers",
    count(({ relaysTransactions }) => relaysTransactions),
  );
  expect("p2p_bitcoin_address_relay_peers", isNew ? working.length : noneOf(working));
  expect(
    "p2p_bitcoin_permitted_peers",
    count(({ permissions }) => permissions.length > 0),
  );
  expect(
    "p2p_bitcoin_ping_waiting_peers",
    count(({ waitSeconds = 0 }) => waitSeconds > 60),
  );
  expect("p2p_bitcoin_blocks_in_flight", new Set(working.flatMap(({ inFlight }) => inFlight)).size);
  for (const name of ["omitted", "merged", "malformed"]) expect(`p2p_node_connections_${name}`, 0);
  expect("p2p_node_series_withheld", 0);
}

function noneOf(working: readonly BitcoinPeer[]): number | undefined {
  return working.length === 0 ? 0 : undefined;
}

const NETWORKS = ["ipv4", "ipv6", "onion", "i2p", "cjdns"];
const CONNECTION_TYPES = [
  ...["outbound-full-relay", "block-relay-only", "inbound", "manual", "addr-fetch", "feeler", "private-broadcast"],
  "other",
];

function expectSecondary({ expect, ignore }: Expectations, node: BitcoinNode): void {
  const areTotalsKnown = failureOf(node, "getnettotals") === undefined;
  const isUptimeKnown = failureOf(node, "uptime") === undefined;
  const isNew = node.release === "30";
  expect("p2p_node_api_up", Number(areTotalsKnown), { api: "totals" });
  expect("p2p_node_receive_bytes_total", areTotalsKnown ? node.receivedBytes : undefined);
  expect("p2p_node_transmit_bytes_total", areTotalsKnown ? node.sentBytes : undefined);
  expect("p2p_node_clock_skew_seconds", areTotalsKnown ? 0 : undefined);
  expect("p2p_bitcoin_upload_target_left_bytes", areTotalsKnown ? UPLOAD_LEFT : undefined);
  expect("p2p_node_api_up", Number(isUptimeKnown), { api: "uptime" });
  expect("p2p_bitcoin_start_timestamp_seconds", areTotalsKnown && isUptimeKnown ? node.startedSeconds : undefined);
  for (const api of ["network", "chain_tips", "bans", "added_nodes"]) expect("p2p_node_api_up", 1, { api });
  // From release 26 on.
  expect("p2p_node_api_up", isNew ? 1 : undefined, { api: "address_manager" });
  for (const [peer_network, sizes] of Object.entries(ADDRESSES)) {
    for (const [table, size] of Object.entries(sizes)) {
      expect("p2p_bitcoin_address_manager_size", isNew ? size : undefined, { peer_network, table });
    }
  }
  expect("p2p_bitcoin_network_active", 1);
  expect("p2p_bitcoin_local_addresses", 1);
  expect("p2p_bitcoin_time_offset_seconds", -2);
  for (const peer_network of NETWORKS.slice(0, isNew ? 5 : 3)) {
    expect("p2p_bitcoin_network_reachable", Number(peer_network === "ipv4"), { peer_network });
  }
  for (const status of ["active", "valid-fork", "valid-headers", "headers-only", "invalid"]) {
    expect("p2p_bitcoin_chain_tips", status === "active" || status === "valid-fork" ? 1 : 0, { status });
  }
  expect("p2p_bitcoin_chain_tip_lead_blocks", -FORK.below, { status: "valid-fork" });
  // The answer is up to five minutes old, and the node may have moved on.
  ignore("p2p_bitcoin_chain_tip_height");
  expect("p2p_bitcoin_longest_fork_blocks", FORK.length);
  expect("p2p_bitcoin_bans", 2, { kind: "address" });
  expect("p2p_bitcoin_bans", 1, { kind: "subnet" });
  expect("p2p_bitcoin_added_nodes", ADDED.filter((isConnected) => isConnected).length, { state: "connected" });
  expect("p2p_bitcoin_added_nodes", ADDED.filter((isConnected) => !isConnected).length, { state: "away" });
}
