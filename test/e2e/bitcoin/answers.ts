import * as z from "zod";
import { showSeries } from "../../support/exposition-lines.ts";
import type { Page } from "../../support/exposition-parser.ts";
import type { Litecoind } from "../../support/litecoind.ts";

/** What a page must have, written from the answers of litecoin-cli. */

const bytes = z.record(z.string(), z.number());
const row = z.object({
  id: z.number(),
  addr: z.string(),
  network: z.string(),
  inbound: z.boolean(),
  version: z.number(),
  subver: z.string(),
  connection_type: z.string(),
  permissions: z.array(z.string()),
  relaytxes: z.boolean(),
  bytessent: z.number(),
  bytesrecv: z.number(),
  bytessent_per_msg: bytes,
  bytesrecv_per_msg: bytes,
  conntime: z.number(),
  pingtime: z.number().optional(),
  pingwait: z.number().optional(),
  synced_headers: z.number().optional(),
  synced_blocks: z.number().optional(),
  inflight: z.array(z.number()).default([]),
  lastrecv: z.number(),
  last_block: z.number(),
  last_transaction: z.number(),
});
export type PeerRow = z.infer<typeof row>;

const chainInfo = z.object({
  chain: z.string(),
  blocks: z.number(),
  headers: z.number(),
  bestblockhash: z.string(),
  initialblockdownload: z.boolean(),
  verificationprogress: z.number(),
  pruned: z.boolean(),
  size_on_disk: z.number(),
  warnings: z.string(),
});
const totals = z.object({ totalbytesrecv: z.number(), totalbytessent: z.number(), timemillis: z.number() });
const networkInfo = z.object({
  subversion: z.string(),
  networkactive: z.boolean(),
  timeoffset: z.number(),
  networks: z.array(z.object({ name: z.string(), reachable: z.boolean() })),
  localaddresses: z.array(z.object({ address: z.string() })),
});
const tips = z.array(z.object({ height: z.number(), branchlen: z.number(), status: z.string() }));
const bans = z.array(z.object({ address: z.string() }));
const addedNodes = z.array(z.object({ addednode: z.string(), connected: z.boolean() }));

export async function peerRows(node: Litecoind): Promise<readonly PeerRow[]> {
  return z.array(row).parse(await node.rpc("getpeerinfo"));
}

export async function blockchainInfo(node: Litecoind): Promise<z.infer<typeof chainInfo>> {
  return chainInfo.parse(await node.rpc("getblockchaininfo"));
}

export type Answers = Awaited<ReturnType<typeof askEverything>>;

/** All that the exporter asks, by litecoin-cli. */
export async function askEverything(node: Litecoind) {
  const info = chainInfo.parse(await node.cli("getblockchaininfo"));
  const [peers, traffic, uptime, network, chainTips, banned, added, header] = await Promise.all([
    node.cli("getpeerinfo"),
    node.cli("getnettotals"),
    node.cli("uptime"),
    node.cli("getnetworkinfo"),
    node.cli("getchaintips"),
    node.cli("listbanned"),
    node.cli("getaddednodeinfo"),
    node.cli("getblockheader", info.bestblockhash),
  ]);
  return {
    info,
    peers: z.array(row).parse(peers),
    totals: totals.parse(traffic),
    uptime: z.number().parse(uptime),
    network: networkInfo.parse(network),
    tips: tips.parse(chainTips),
    bans: bans.parse(banned),
    added: addedNodes.parse(added),
    headTime: z.object({ time: z.number() }).parse(header).time,
  };
}

/** What the exporter computes, counts itself, or compares with other nodes; other tests look at it. */
const NOT_OF_ANSWERS =
  /^(?:peer_exporter_|p2p_node_(?:up|api_up|failure|poll|last_success|clock_skew|reference|head_lag|peer_(?:dis)?connects|connections_|series_)|p2p_bitcoin_(?:message_|warming_up))/;

type Series = Map<string, number>;

/** What is wrong on a page of one node, which was polled between the two answers: each sample has a value between theirs. */
export function deviations(page: Page, before: Answers, after: Answers): readonly string[] {
  const [first, second] = [seriesOf(before), seriesOf(after)];
  const shown: Series = new Map();
  for (const { name, labels, value } of page.families.flatMap(({ samples }) => samples)) {
    if (!NOT_OF_ANSWERS.test(name)) shown.set(keyOf(name, Object.fromEntries(labels)), value);
  }
  const missing = [...first.keys()].filter((key) => second.has(key) && !shown.has(key)).map((key) => `missing: ${key}`);
  const wrong = [...shown].flatMap(([key, value]) => {
    const known = [first.get(key), second.get(key)].filter((one) => one !== undefined);
    if (known.length === 0) return [`not expected: ${key} ${value}`];
    // The start of the node is computed from whole seconds, by calls that have some time between them.
    const tolerance = key.startsWith("p2p_bitcoin_start_timestamp") ? 2 : 0;
    const isRight = value >= Math.min(...known) - tolerance && value <= Math.max(...known) + tolerance;
    return isRight ? [] : [`${key}: expected ${known.join(" to ")}, found ${value}`];
  });
  return [...missing, ...wrong];
}

function keyOf(name: string, labels: Readonly<Record<string, string>>): string {
  const own = Object.entries(labels).filter(([label]) => label !== "target" && label !== "chain");
  return showSeries(
    name,
    own.sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

const DIRECTIONS = ["inbound", "outbound"];
const ADDRESS_TYPES = ["ipv4", "ipv6", "tor", "i2p", "cjdns", "unknown"];
const NETWORKS = ["ipv4", "ipv6", "onion", "i2p", "cjdns", "not_publicly_routable", "unknown"];
const CONNECTION_TYPES = [
  ...["outbound-full-relay", "block-relay-only", "inbound", "manual", "addr-fetch", "feeler", "private-broadcast"],
  "other",
];
const STATUSES = ["active", "valid-fork", "valid-headers", "headers-only", "invalid"];

const directionOf = ({ inbound }: PeerRow) => (inbound ? "inbound" : "outbound");
const isConnected = ({ version }: PeerRow) => version > 0;

function addressTypeOf({ network, addr }: PeerRow): string {
  if (network === "onion") return "tor";
  return addr.startsWith("[") ? "ipv6" : "ipv4";
}

function seriesOf(answers: Answers): Series {
  const series: Series = new Map();
  const add: Add = (name, value, labels = {}) => {
    if (value !== undefined) series.set(keyOf(name, labels), Number(value));
  };
  addNode(add, answers);
  addPeers(add, answers);
  for (const peer of answers.peers) addConnection(add, peer, isSyncing(answers));
  return series;
}

type Add = (name: string, value: number | boolean | undefined, labels?: Readonly<Record<string, string>>) => void;

function isSyncing({ info }: Answers): boolean {
  return info.initialblockdownload || info.headers > info.blocks + 2;
}

function addNode(add: Add, answers: Answers): void {
  const { info, totals: traffic, network, uptime, headTime } = answers;
  add("p2p_node_info", 1, { version: network.subversion.slice(1, -1), network: info.chain });
  add("p2p_node_head_height", info.blocks);
  add("p2p_node_head_timestamp_seconds", headTime);
  add("p2p_node_syncing", isSyncing(answers));
  add("p2p_node_receive_bytes_total", traffic.totalbytesrecv);
  add("p2p_node_transmit_bytes_total", traffic.totalbytessent);
  add("p2p_bitcoin_start_timestamp_seconds", Math.floor(traffic.timemillis / 1000) - uptime);
  add("p2p_bitcoin_headers_height", info.headers);
  add("p2p_bitcoin_initial_block_download", info.initialblockdownload);
  add("p2p_bitcoin_verification_progress_ratio", info.verificationprogress);
  add("p2p_bitcoin_pruned", info.pruned);
  add("p2p_bitcoin_size_on_disk_bytes", info.size_on_disk);
  add("p2p_bitcoin_warnings", info.warnings !== "");
  add("p2p_bitcoin_network_active", network.networkactive);
  add("p2p_bitcoin_time_offset_seconds", network.timeoffset);
  add("p2p_bitcoin_local_addresses", network.localaddresses.length);
  for (const { name, reachable } of network.networks) {
    add("p2p_bitcoin_network_reachable", reachable, { peer_network: name });
  }
  for (const status of STATUSES) {
    const heights = answers.tips.flatMap((tip) => (tip.status === status ? [tip.height] : []));
    add("p2p_bitcoin_chain_tips", heights.length, { status });
    if (heights.length === 0) continue;
    const highest = Math.max(...heights);
    add("p2p_bitcoin_chain_tip_height", highest, { status });
    if (status !== "active") add("p2p_bitcoin_chain_tip_lead_blocks", highest - info.blocks, { status });
  }
  const forks = answers.tips.flatMap((tip) => (tip.status === "valid-fork" ? [tip.branchlen] : []));
  add("p2p_bitcoin_longest_fork_blocks", Math.max(0, ...forks));
  const single = answers.bans.filter(({ address }) => /\/(?:32|128)$/.test(address)).length;
  add("p2p_bitcoin_bans", single, { kind: "address" });
  add("p2p_bitcoin_bans", answers.bans.length - single, { kind: "subnet" });
  const here = answers.added.filter(({ connected }) => connected).length;
  add("p2p_bitcoin_added_nodes", here, { state: "connected" });
  add("p2p_bitcoin_added_nodes", answers.added.length - here, { state: "away" });
}

function addPeers(add: Add, answers: Answers): void {
  const peers = answers.peers.filter(isConnected);
  const counted = (isCounted: (peer: PeerRow) => boolean) => peers.filter(isCounted).length;
  for (const direction of DIRECTIONS) {
    const rows = answers.peers.filter((peer) => directionOf(peer) === direction);
    const connected = rows.filter(isConnected);
    add("p2p_node_peers", connected.length, { direction });
    add("p2p_node_connections", connected.length, { direction, state: "connected" });
    add("p2p_node_connections", rows.length - connected.length, { direction, state: "handshaking" });
    for (const agent of new Set(["", ...connected.map(({ subver }) => subver)])) {
      const same = connected.filter(({ subver }) => subver === agent).length;
      add("p2p_node_peers_by_agent", same, { direction, agent: agent || "unknown" });
    }
    for (const network of NETWORKS) {
      // 0.21 calls it by another name.
      const same = connected.filter((peer) => peer.network.replace("unroutable", "not_publicly_routable") === network);
      add("p2p_bitcoin_peers_by_network", same.length, { direction, peer_network: network });
    }
  }
  // Networks of two bytes of IPv4, or four of IPv6; the address of a proxy counts for none.
  const subnets = peers
    .filter(({ network }) => network !== "onion")
    .map(({ addr }) => (addr.startsWith("[") ? addr.slice(0, 5) : addr.split(".", 2).join(".")));
  add("p2p_node_peer_subnets", new Set(subnets).size);
  add("p2p_node_largest_subnet_peers", Math.max(0, ...subnets.map((one) => subnets.filter((a) => a === one).length)));
  // The best header in common with a peer may be of long ago.
  const ahead = counted(({ synced_headers = -1 }) => synced_headers > answers.info.blocks);
  add("p2p_node_peers_by_head", ahead, { position: "ahead" });
  add("p2p_node_peers_by_head", 0, { position: "equal" });
  add("p2p_node_peers_by_head", 0, { position: "behind" });
  add("p2p_node_peers_by_head", peers.length - ahead, { position: "unknown" });
  for (const type of ADDRESS_TYPES) {
    const same = counted((peer) => addressTypeOf(peer) === type);
    add("p2p_node_peers_by_address_type", same, { address_type: type });
  }
  for (const type of CONNECTION_TYPES) {
    const same = counted((peer) => peer.connection_type === type);
    add("p2p_bitcoin_peers_by_connection_type", same, { connection_type: type });
  }
  const downloads = counted(({ inflight }) => isSyncing(answers) && inflight.length > 0);
  add("p2p_node_syncing_peers", downloads, { flow: "download" });
  add(
    "p2p_bitcoin_transaction_relay_peers",
    counted(({ relaytxes }) => relaytxes),
  );
  add(
    "p2p_bitcoin_permitted_peers",
    counted(({ permissions }) => permissions.length > 0),
  );
  add(
    "p2p_bitcoin_ping_waiting_peers",
    counted(({ pingwait = 0 }) => pingwait > 60),
  );
  add("p2p_bitcoin_blocks_in_flight", new Set(peers.flatMap(({ inflight }) => inflight)).size);
}

function addConnection(add: Add, peer: PeerRow, nodeSyncs: boolean): void {
  const labels = { direction: directionOf(peer), peer: peer.addr };
  const known = (value = 0) => (value > 0 ? value : undefined);
  if (isConnected(peer)) {
    add("p2p_connection_info", 1, { ...labels, agent: peer.subver, address_type: addressTypeOf(peer) });
    const { connection_type, permissions } = peer;
    add("p2p_bitcoin_connection_info", 1, { ...labels, connection_type, permitted: String(permissions.length > 0) });
    add("p2p_connection_syncing", nodeSyncs && peer.inflight.length > 0, { ...labels, flow: "download" });
  }
  add("p2p_connection_state", 1, { ...labels, state: isConnected(peer) ? "connected" : "handshaking" });
  add("p2p_connection_receive_bytes_total", peer.bytesrecv, labels);
  add("p2p_connection_transmit_bytes_total", peer.bytessent, labels);
  add("p2p_connection_head_height", known(peer.synced_headers), labels);
  add("p2p_connection_start_timestamp_seconds", peer.conntime, labels);
  add("p2p_connection_latency_seconds", peer.pingtime, labels);
  add("p2p_bitcoin_connection_synced_blocks_height", known(peer.synced_blocks), labels);
  add("p2p_bitcoin_connection_last_receive_timestamp_seconds", known(peer.lastrecv), labels);
  add("p2p_bitcoin_connection_last_block_timestamp_seconds", known(peer.last_block), labels);
  add("p2p_bitcoin_connection_last_transaction_timestamp_seconds", known(peer.last_transaction), labels);
}
