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
import type { AddressMode, NameCounts } from "../names.ts";
import { expectPositions } from "../positions.ts";
import { expectConnections, TYPES } from "./expect-connections.ts";
import { DATABASE_SIZE, FREE_SPACE, MAX_OUTBOUND, type MoneroNode, type MoneroPeer, RATE_LIMITS } from "./node.ts";
import type { MoneroLife } from "./world.ts";

/** What the page should say of a monerod after a poll, by the documents. */

export type MoneroMemory = Memory & {
  /** The block whose header was answered last. */
  knownHash: string | undefined;
  /** When connections opened, as first shown. */
  starts: ReadonlyMap<string, number>;
  /** The bytes of the names of connections. */
  names: NameCounts;
};

export type MoneroPoll = {
  readonly life: MoneroLife;
  readonly memory: MoneroMemory;
  readonly mode: AddressMode | undefined;
  readonly endedMs: number;
  readonly seconds: number;
  /** Fresh heads of the other nodes of the configuration, and of its references. */
  readonly fleet: readonly number[];
  readonly configured: readonly number[];
  readonly areTogether: boolean;
};

/** A reference is polled for its head only, and has series of its own. */
export function expectMoneroReference({ node }: MoneroLife): Expectations {
  const expectations = createExpectations();
  const isUp = isInfoAnswered(node);
  expectations.expect("p2p_reference_up", isUp ? 1 : 0);
  expectations.expect("p2p_reference_head_height", isUp ? node.tip.height + 1 : undefined);
  return expectations;
}

export function isInfoAnswered({ outage, fault }: MoneroNode): boolean {
  return outage === undefined && fault?.method !== "get_info";
}

/** Deeper reorganisations are not usual on this chain. */
const REORG_DEPTH_BLOCKS = 10;

export function expectMonero(poll: MoneroPoll): Expectations {
  const { life, memory, endedMs, seconds } = poll;
  const { node } = life;
  const { outage, fault } = node;
  const expectations = createExpectations();
  const { expect } = expectations;
  const failureOf = (method: string): Reason | undefined => {
    if (outage !== undefined) return OUTAGES[outage].reason;
    if (fault?.method !== method) return undefined;
    return ({ hang: "timeout", busy: "busy", refused: "http" } as const)[fault.kind];
  };
  const infoFailure = failureOf("get_info");
  // A restricted RPC refuses the call, and is not even asked when get_info says that it is one.
  const isKnownRestricted = node.restricted && infoFailure === undefined;
  const peersFailure = isKnownRestricted
    ? "unavailable"
    : (failureOf("get_connections") ?? (node.restricted ? "unavailable" : undefined));
  // The peers come before calls that may hang: if they hang, no time is left for the others.
  const isTimeUp = peersFailure === "timeout";
  const isUp = peersFailure === undefined;
  const working = node.peers.filter(({ state }) => state !== "before_handshake");
  rememberPoll(memory, isUp ? new Map(working.map(({ id, side }) => [id, side] as const)) : peersFailure, endedMs);

  expect("p2p_node_up", isUp ? 1 : 0);
  expect("p2p_node_api_up", isUp ? 1 : 0, { api: "peers" });
  expect("p2p_node_api_up", infoFailure === undefined ? 1 : 0, { api: "head" });
  expect("p2p_node_poll_duration_seconds", seconds);
  expectPolls(expectations, memory, INTERVAL_SECONDS);
  expectFailures(expectations, { peers: peersFailure, head: infoFailure });
  // From get_info; a node keeps its chain's usual interval.
  expect("p2p_node_block_interval_seconds", infoFailure === undefined ? 120 : oneOf(120, undefined));
  if (infoFailure === undefined)
    expectInfo(expectations, poll, isTimeUp ? "timeout" : failureOf("get_last_block_header"));
  if (isUp) {
    expectPeers(expectations, node, working);
    expectConnections(expectations, poll);
    const own = infoFailure === undefined ? node.tip.height + 1 : undefined;
    expectPositions(
      expectations,
      own,
      working.map(({ height }) => (height === 0 ? undefined : height)),
    );
  }
  expectChurn(expectations, memory);
  const isSyncing = infoFailure === undefined ? syncing(node, isUp) : undefined;
  expect("p2p_node_syncing", isSyncing === "unclear" ? oneOf(0, 1) : isSyncing);
  const isAway = infoFailure !== undefined && peersFailure !== undefined;
  if (!node.restricted && !isAway) {
    expectSecondary(
      expectations,
      poll,
      (method) => (isTimeUp ? "timeout" : failureOf(method)),
      infoFailure === undefined,
    );
  }
  return expectations;
}

function expectInfo(expectations: Expectations, poll: MoneroPoll, headerFailure: Reason | undefined): void {
  const { expect } = expectations;
  const { memory, endedMs } = poll;
  const { node } = poll.life;
  const { tip, restricted } = node;
  expect("p2p_node_info", 1, { version: restricted ? "" : node.version, network: node.network });
  expect("p2p_node_head_height", tip.height + 1);
  const isHeaderAsked = node.synchronized && memory.knownHash !== tip.hash;
  const isTimeKnown = node.synchronized && (!isHeaderAsked || headerFailure === undefined);
  if (isTimeKnown) memory.knownHash = tip.hash;
  expect("p2p_node_head_timestamp_seconds", isTimeKnown ? tip.seconds : undefined);
  if (node.synchronized) expect("p2p_node_api_up", isTimeKnown ? 1 : 0, { api: "last_block" });
  expectLag(expectations, poll, isTimeKnown ? endedMs / 1000 - tip.seconds : undefined);

  expect("p2p_monero_restricted", restricted ? 1 : 0);
  expect("p2p_monero_offline", 0);
  if (node.sendsUntrusted) expect("p2p_monero_untrusted", 0);
  expect("p2p_monero_target_height", node.targetHeight === 0 ? undefined : node.targetHeight);
  if (restricted) return;
  expect("p2p_monero_peerlist_size", node.white, { list: "white" });
  expect("p2p_monero_peerlist_size", node.gray, { list: "gray" });
  expect("p2p_monero_alternative_blocks", node.alternatives);
  expect("p2p_monero_start_timestamp_seconds", node.startedSeconds);
  expect("p2p_monero_update_available", 0);
  expect("p2p_monero_rpc_connections", 1);
  expect("p2p_monero_free_space_bytes", FREE_SPACE);
  expect("p2p_monero_database_size_bytes", DATABASE_SIZE);
}

/** Ten blocks. A head that is older may have others above it. */
const YOUNG_SECONDS = 1200;

/** Twice as many blocks as the target allows. */
const FASTEST_BLOCK_SECONDS = 60;

function expectLag(
  expectations: Expectations,
  { life, fleet, configured, areTogether }: MoneroPoll,
  age?: number,
): void {
  const { node } = life;
  const own = node.tip.height + 1;
  const limit = highestPossible(own, age, FASTEST_BLOCK_SECONDS);
  const arePeersKnown = !node.restricted && node.fault?.method !== "get_connections";
  const heights = node.peers
    .filter(({ state, height }) => state !== "before_handshake" && height > 0 && height <= limit)
    .map(({ height }) => height);
  const peers = arePeersKnown ? supported(heights) : undefined;
  expectNoFork(expectations, { fleet, configured }, REORG_DEPTH_BLOCKS);
  const references = { peers, fleet: highest(fleet), configured: highest(configured) };
  const isLevel = Object.values(references).some((height) => height !== undefined && height >= own - 1);
  const isEarned = isLevel || age === undefined || age < YOUNG_SECONDS;
  expectReferences(expectations, own, references, { isEarned, areTogether });
}

/** A peer that has the newest blocks a moment earlier is not one to catch up with. */
const USUAL_AHEAD = 2;

/** Whether the node downloads from a peer that is far ahead. */
function isDownloading({ tip, peers }: MoneroNode): boolean {
  const isFar = ({ state, height }: MoneroPeer) =>
    (state === "synchronizing" || state === "standby") && height > tip.height + 1 + USUAL_AHEAD;
  return peers.some(isFar);
}

/** Monero's own word decides: its flags in the first sync, the states of its peers later. */
function syncing(node: MoneroNode, arePeersKnown: boolean): number | "unclear" | undefined {
  if (!node.synchronized || node.targetHeight > node.tip.height + 1) return 1;
  if (!arePeersKnown) return undefined;
  if (isDownloading(node)) return 1;
  // The last blocks of a catch-up belong to it.
  return node.peers.some(({ state }) => state === "synchronizing" || state === "standby") ? "unclear" : 0;
}

function expectPeers(expectations: Expectations, { peers }: MoneroNode, working: readonly MoneroPeer[]): void {
  const { expect } = expectations;
  for (const direction of ["inbound", "outbound"] as const) {
    const own = peers.filter(({ side }) => side === direction);
    const connected = own.filter(({ state }) => state !== "before_handshake").length;
    expect("p2p_node_peers", connected, { direction });
    expect("p2p_node_connections", connected, { direction, state: "connected" });
    expect("p2p_node_connections", own.length - connected, { direction, state: "handshaking" });
  }
  const downloads = peers.filter(({ state }) => state === "synchronizing" || state === "standby").length;
  expect("p2p_node_syncing_peers", downloads, { flow: "download" });
  expectAddressTypes(
    expectations,
    working.map(({ type }) => TYPES[type]),
  );
  const numeric = working.flatMap(({ host, type }) => (type <= 2 ? [host] : []));
  expectSubnets(expectations, numeric, working.length);
  for (const stripe of ["none", "1", "2", "3", "4", "5", "6", "7", "8"]) {
    const wanted = stripe === "none" ? 0 : Number(stripe);
    expect("p2p_monero_peers_by_pruning_stripe", working.filter((peer) => peer.stripe === wanted).length, { stripe });
  }
  expect("p2p_monero_public_rpc_peers", working.filter(({ offersRpc }) => offersRpc).length);
  for (const name of ["omitted", "malformed"]) expect(`p2p_node_connections_${name}`, 0);
  expect("p2p_node_series_withheld", 0);
}

/** Values that an operator sets may be this old. */
const SLOW_SECONDS = 60;

function expectSecondary(
  { expect }: Expectations,
  { life, endedMs }: MoneroPoll,
  failureOf: (method: string) => Reason | undefined,
  isInfoKnown: boolean,
): void {
  const { node, bans } = life;
  const totals = failureOf("get_net_stats") === undefined;
  expect("p2p_node_api_up", totals ? 1 : 0, { api: "totals" });
  expect("p2p_node_receive_bytes_total", totals ? node.receivedBytes : undefined);
  expect("p2p_node_transmit_bytes_total", totals ? node.sentBytes : undefined);
  const mayLimitsFail = failureOf("get_limit") !== undefined;
  const limits = (value: number) => (isInfoKnown ? (mayLimitsFail ? oneOf(value, undefined) : value) : undefined);
  expect("p2p_node_api_up", isInfoKnown ? (mayLimitsFail ? oneOf(0, 1) : 1) : undefined, { api: "limits" });
  expect("p2p_monero_max_peers", limits(MAX_OUTBOUND), { direction: "outbound" });
  expect("p2p_monero_receive_limit_bytes_per_second", limits(RATE_LIMITS.down * 1024));
  expect("p2p_monero_transmit_limit_bytes_per_second", limits(RATE_LIMITS.up * 1024));
  // The last answer is kept for a while, so that a failure may not show.
  const areBansKnown = failureOf("get_bans") === undefined;
  expect("p2p_node_api_up", areBansKnown ? 1 : oneOf(0, 1), { api: "bans" });
  const recent = bans.filter(({ fromMs: _ }, index) => {
    const next = bans[index + 1];
    return next === undefined || next.fromMs >= endedMs - SLOW_SECONDS * 1000;
  });
  for (const kind of ["address", "subnet"] as const) {
    const counts = recent.map(({ hosts }) => hosts.filter((host) => host.includes("/") === (kind === "subnet")).length);
    expect("p2p_monero_bans", oneOf(...counts, ...(areBansKnown ? [] : [undefined])), { kind });
  }
  const isSyncing = syncing(node, failureOf("get_connections") === undefined);
  const isSyncAsked = isInfoKnown && isSyncing === 1;
  const isSyncKnown = isSyncAsked && failureOf("sync_info") === undefined;
  const isUnclear = isInfoKnown && isSyncing === "unclear";
  const zero = isUnclear ? oneOf(0, undefined) : isSyncKnown ? 0 : undefined;
  const asked = isSyncAsked ? (isSyncKnown ? 1 : 0) : undefined;
  expect("p2p_node_api_up", isUnclear ? oneOf(0, 1, undefined) : asked, { api: "sync" });
  for (const state of ["requested", "downloaded"]) {
    expect("p2p_monero_sync_spans", zero, { state });
    expect("p2p_monero_sync_queued_blocks", zero, { state });
  }
  expect("p2p_monero_sync_queued_bytes", zero);
}
