import { type AddressType, expectAddressTypes, expectSubnets } from "../addresses.ts";
import { between, createExpectations, type Expectations, oneOf } from "../expectations.ts";
import { OUTAGES } from "../http.ts";
import { expectNoFork, expectReferences } from "../lag.ts";
import { expectFailures, expectPolls, INTERVAL_SECONDS, type Memory, type Reason, rememberPoll } from "../memory.ts";
import { type Address, type AddressMode, byName, labelsOf } from "../names.ts";
import {
  type ChainwebFault,
  type ChainwebNode,
  type ChainwebPeer,
  cutHeight,
  cutWeight,
  mempoolPeers,
} from "./node.ts";
import type { ChainwebLife } from "./world.ts";

/** What the page should say of a chainweb node after a poll, by the documents. */

export type ChainwebMemory = Memory & {
  /** Since when the node gave a cut. */
  headSinceMs: number | undefined;
  /** Since when something shows how far the node is behind: times of its own blocks, or a node that is at the head. */
  comparableSinceMs: number | undefined;
};

/** Heights by chain. */
export type CutHeights = readonly number[];

export type ChainwebPoll = {
  readonly life: ChainwebLife;
  readonly memory: ChainwebMemory;
  readonly mode: AddressMode | undefined;
  readonly endedMs: number;
  readonly seconds: number;
  readonly fleet: readonly CutHeights[];
  readonly configured: readonly CutHeights[];
  readonly areTogether: boolean;
  /** Of all chains. */
  readonly newestHeight: number;
};

/** Deeper reorganisations are not usual on this chain. */
const REORG_DEPTH_BLOCKS = 6;

function reasonOf({ outage, fault }: ChainwebNode, part: ChainwebFault["part"]): Reason | undefined {
  if (outage !== undefined) return OUTAGES[outage].reason;
  if (fault?.part !== part) return undefined;
  return ({ hang: "timeout", error: "http", starting: "unavailable" } as const)[fault.kind];
}

export function isCutAnswered(node: ChainwebNode): boolean {
  return reasonOf(node, "cut") === undefined;
}

export function expectChainwebReference({ node }: ChainwebLife): Expectations {
  const expectations = createExpectations();
  const isUp = isCutAnswered(node);
  expectations.expect("p2p_reference_up", isUp ? 1 : 0);
  expectations.expect("p2p_reference_head_height", isUp ? cutHeight(node) : undefined);
  return expectations;
}

export function expectChainweb(poll: ChainwebPoll): Expectations {
  const { life, memory, endedMs, seconds } = poll;
  const { node } = life;
  const expectations = createExpectations();
  const { expect } = expectations;
  const peersFailure = reasonOf(node, "cut/peer");
  const cutFailure = reasonOf(node, "cut");
  rememberPoll(memory, peersFailure ?? new Map(), endedMs);
  expect("p2p_node_up", peersFailure === undefined ? 1 : 0);
  expect("p2p_node_api_up", peersFailure === undefined ? 1 : 0, { api: "peers" });
  expect("p2p_node_api_up", cutFailure === undefined ? 1 : 0, { api: "head" });
  expect("p2p_node_poll_duration_seconds", seconds);
  expectPolls(expectations, memory, INTERVAL_SECONDS);
  expectFailures(expectations, { peers: peersFailure, head: cutFailure });
  const interval = CHAIN_BLOCK_SECONDS / node.tips.length;
  expect("p2p_node_block_interval_seconds", cutFailure === undefined ? interval : oneOf(interval, undefined));
  const isAnswered = peersFailure === undefined || cutFailure === undefined;
  const isInfoKnown = node.hasService && reasonOf(node, "info") === undefined;
  if (node.hasService) expect("p2p_node_api_up", isInfoKnown ? 1 : 0, { api: "info" });
  expectIdentity(expectations, node, { isAnswered, isInfoKnown });
  expect("p2p_node_clock_skew_seconds", isAnswered ? skew(node) : undefined);
  if (peersFailure === undefined) expectPeers(expectations, node, poll.mode);
  if (cutFailure === undefined) expectCut(expectations, poll);
  else memory.headSinceMs = undefined;
  if (node.readsTips && cutFailure !== undefined) expect("p2p_node_api_up", 0, { api: "tips" });
  if (node.countsMempools) expectMempools(expectations, node, cutFailure === undefined);
  return expectations;
}

/** Its header has whole seconds. */
function skew({ clockSkew }: ChainwebNode) {
  return between(clockSkew - 0.501, clockSkew + 0.501);
}

function expectIdentity(
  { expect }: Expectations,
  { version, network, serviceDate }: ChainwebNode,
  { isAnswered, isInfoKnown }: { readonly isAnswered: boolean; readonly isInfoKnown: boolean },
): void {
  if (!isAnswered && !isInfoKnown) return;
  expect("p2p_node_info", 1, { version, network: isAnswered ? network : "" });
  // Releases before 3.2 no longer follow the network.
  if (isAnswered) expect("p2p_chainweb_outdated", version === "3.2" ? 0 : 1);
  const ends = isInfoKnown && serviceDate !== undefined ? Date.parse(serviceDate) / 1000 : undefined;
  expect("p2p_chainweb_service_date_timestamp_seconds", ends);
}

function expectPeers(expectations: Expectations, { peers }: ChainwebNode, mode: AddressMode | undefined): void {
  const { expect } = expectations;
  expect("p2p_node_peers", peers.length, { direction: "unknown" });
  expectAddressTypes(expectations, peers.map(addressType));
  const numeric = peers.flatMap((peer) => (addressType(peer) === "unknown" ? [] : [peer.host]));
  expectSubnets(expectations, numeric, peers.length);
  const pinned = peers.filter(({ id }) => id !== null).length;
  expect("p2p_chainweb_peers_by_identity", pinned, { identity: "pinned" });
  expect("p2p_chainweb_peers_by_identity", peers.length - pinned, { identity: "ca" });
  for (const name of ["omitted", "malformed"]) expect(`p2p_node_connections_${name}`, 0);
  expect("p2p_node_series_withheld", 0);
  const labels = (peer: ChainwebPeer) => labelsOf(mode, addressOf(peer));
  const groups = byName(peers, labels);
  expect("p2p_node_connections_merged", peers.length - groups.size);
  for (const [first] of groups.values()) {
    if (first === undefined) continue;
    const identity = first.id === null ? "ca" : "pinned";
    const { peer } = labels(first);
    expect("p2p_chainweb_peer_info", 1, { peer: peer ?? "", address_type: addressType(first), identity });
  }
}

/** Entries of an address book have no direction, and their ports are their own. */
function addressOf(peer: ChainwebPeer): Address {
  const { host, port } = peer;
  const type = addressType(peer);
  const whole = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  return { side: "outbound", whole, host, numeric: type === "unknown" ? undefined : host, type };
}

function addressType({ host }: ChainwebPeer): AddressType {
  if (host.includes(":")) return "ipv6";
  return /^[\d.]+$/.test(host) ? "ipv4" : "unknown";
}

/** How soon a catch-up has to be seen, and how long after it the page may still say so. */
const SYNC_DELAY_MS = 3 * 60_000;

/** Each chain makes a block in half a minute; the cut height counts those of all chains. */
const CHAIN_BLOCK_SECONDS = 30;

/** Of the cut of 20 chains. */
const BLOCK_SECONDS = 1.5;
/** A node that is so near is as good as there. */
const NEAR_SECONDS = 120;
/** A reference that is this far below, at most, may be level with the node. */
const LEVEL_SECONDS = 60;

function expectCut(expectations: Expectations, poll: ChainwebPoll): void {
  const { life, memory, endedMs, fleet, configured, newestHeight } = poll;
  const { node } = life;
  const { expect } = expectations;
  memory.headSinceMs ??= endedMs;
  expect("p2p_node_head_height", cutHeight(node));
  expect("p2p_chainweb_chains", node.tips.length);
  expect("p2p_chainweb_cut_weight", cutWeight(node));
  for (const [chain, { height }] of node.tips.entries()) {
    expect("p2p_chainweb_chain_height", height, { braided_chain: String(chain) });
  }
  const references = { peers: undefined, fleet: bestCut(node, fleet), configured: bestCut(node, configured) };
  expectNoFork(expectations, poll, REORG_DEPTH_BLOCKS);
  // Nothing but a reference that is level with the node shows that there are no newer blocks.
  const isLevel = [...fleet, ...configured].some((heights) => below(node, heights) <= LEVEL_SECONDS / BLOCK_SECONDS);
  expectReferences(expectations, cutHeight(node), references, { isEarned: isLevel, areTogether: poll.areTogether });
  if (node.readsTips) expectTips(expectations, node);
  const isSettled = endedMs - life.sinceMs > SYNC_DELAY_MS && endedMs - memory.headSinceMs > SYNC_DELAY_MS;
  // Another node that catches up as well shows nothing.
  const isAtHead = (heights: CutHeights) =>
    newestHeight - heights.reduce((sum, height) => sum + height, 0) <= LEVEL_SECONDS / BLOCK_SECONDS;
  const areTimesKnown = node.readsTips && reasonOf(node, "header") === undefined;
  const isComparable = areTimesKnown || (poll.areTogether && [...fleet, ...configured].some(isAtHead));
  if (!isComparable) memory.comparableSinceMs = undefined;
  else memory.comparableSinceMs ??= endedMs;
  const comparedMs = isComparable ? endedMs - (memory.comparableSinceMs ?? endedMs) : 0;
  const isHealthy = life.rate === undefined && endedMs - life.sinceMs > SYNC_DELAY_MS;
  const unclear = isHealthy ? oneOf(0, undefined) : oneOf(0, 1, undefined);
  const isNear = life.rate !== undefined && life.distance < NEAR_SECONDS / BLOCK_SECONDS;
  expect("p2p_node_syncing", isSettled && comparedMs > SYNC_DELAY_MS && !isNear ? (isHealthy ? 0 : 1) : unclear);
}

/** Compared chain by chain: what others are ahead is added to the own height. */
function bestCut({ tips }: ChainwebNode, others: readonly CutHeights[]): number | undefined {
  if (others.length === 0) return undefined;
  return tips.reduce((sum, { height }, chain) => {
    return sum + Math.max(height, ...others.map((heights) => heights[chain] ?? 0));
  }, 0);
}

/** Blocks of all chains by which others are lower. */
function below({ tips }: ChainwebNode, heights: CutHeights): number {
  return tips.reduce((sum, { height }, chain) => sum + Math.max(0, height - (heights[chain] ?? 0)), 0);
}

/** A header that was read once is known; a failure ends the requests of a poll. */
function expectTips({ expect }: Expectations, node: ChainwebNode): void {
  const mayFail = reasonOf(node, "header") !== undefined;
  expect("p2p_node_api_up", mayFail ? oneOf(0, 1) : 1, { api: "tips" });
  for (const [chain, { seconds }] of node.tips.entries()) {
    expect("p2p_chainweb_chain_head_timestamp_seconds", mayFail ? oneOf(seconds, undefined) : seconds, {
      braided_chain: String(chain),
    });
  }
  const oldest = Math.min(...node.tips.map(({ seconds }) => seconds));
  expect("p2p_node_head_timestamp_seconds", mayFail ? oneOf(oldest, undefined) : oldest);
}

function expectMempools({ expect }: Expectations, node: ChainwebNode, isCutKnown: boolean): void {
  const isKnown = isCutKnown && reasonOf(node, "mempool") === undefined;
  expect("p2p_node_api_up", isKnown ? 1 : 0, { api: "mempool" });
  if (!isKnown) return;
  for (const chain of node.tips.keys()) {
    expect("p2p_chainweb_mempool_peers", mempoolPeers(node, chain).length, { braided_chain: String(chain) });
  }
}
