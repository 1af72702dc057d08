import {
  ADDRESS_TYPES,
  type Direction,
  isConnectedPeer,
  NEW_TEXTS_PER_HOUR,
  type PeerConnection,
} from "../../model/report.ts";
import { knownCombinations } from "../connections.ts";
import { cleanText, renderLabels, type SampleValue } from "../exposition.ts";
import { labelled, type NodeView, one, pastOnly, type SharedFamily, sinceFirstPoll } from "../family.ts";
import { networkOf } from "../peer-label.ts";

/** The agent label of the peers that have none of the most common agents. */
const OTHER_AGENTS = "other";

/** The agent label of the peers that report no software. */
const UNKNOWN_AGENT = "unknown";

/** Counts of the node's peers. */
export const peerFamilies: readonly SharedFamily[] = [
  {
    name: "p2p_node_peers",
    type: "gauge",
    help: "Connected peers, from the last poll. Chainweb: known peers that are not failing (its API lists no connections).",
    labels: ["direction"],
    samples: (view) =>
      labelled(
        "direction",
        countBy(connectedRows(view), view.traits.directions, ({ direction }) => direction),
      ),
  },
  {
    name: "p2p_node_connections",
    type: "gauge",
    help: "Rows of the peer list by state, from the last poll (connecting, is_socket_open, generation; state). Before Leap 5, which does not send is_socket_open, outbound rows that shake hands count as dialing. Not for Chainweb, whose API lists no connections.",
    labels: ["direction", "state"],
    samples: connectionCounts,
  },
  {
    name: "p2p_node_syncing_peers",
    type: "gauge",
    help: "Peers that are syncing, from the last poll: download, this node syncs from them (Monero state synchronizing, standby); upload, they sync from this node (Wire syncing).",
    labels: ["flow"],
    samples: syncingPeers,
  },
];

function* connectionCounts(view: NodeView): Iterable<SampleValue> {
  const rows = rowsOf(view);
  if (rows === undefined) return;
  for (const [direction, state] of knownCombinations(view.traits)) {
    const labels = renderLabels([
      ["direction", direction],
      ["state", state],
    ]);
    yield [labels, rows.filter((row) => row.direction === direction && row.state === state).length];
  }
}

function syncingPeers(view: NodeView): Iterable<SampleValue> {
  const { flow } = view.traits;
  const rows = rowsOf(view);
  if (flow === undefined || rows === undefined) return [];
  return labelled("flow", [[flow, rows.filter(({ syncing }) => syncing === flow).length]]);
}

/** Traffic, churn and diversity of the node's peers, and its clock and certificate. */
export const trafficFamilies: readonly SharedFamily[] = [
  {
    name: "p2p_node_receive_bytes_total",
    type: "counter",
    help: "P2P bytes received, from the last poll: the node's own counter where it has one (since the node's start), else added up over its connections since the exporter's start: a lower bound, as the bytes between the last poll of a connection and its end are not known.",
    labels: [],
    samples: (view) => one(totalsOf(view)?.received, totalsCreated(view)),
  },
  {
    name: "p2p_node_transmit_bytes_total",
    type: "counter",
    help: "P2P bytes sent, from the last poll: the node's own counter where it has one (since the node's start), else added up over its connections since the exporter's start: a lower bound, as the bytes between the last poll of a connection and its end are not known.",
    labels: [],
    samples: (view) => one(totalsOf(view)?.sent, totalsCreated(view)),
  },
  {
    name: "p2p_node_peer_connects_total",
    type: "counter",
    help: "Connections that were established up to the last poll; one that opened and closed between two polls is not counted.",
    needsHistory: true,
    labels: ["direction"],
    samples: (view) => churnSamples(view, "connects"),
  },
  {
    name: "p2p_node_peer_disconnects_total",
    type: "counter",
    help: "Established connections that were closed up to the last poll.",
    needsHistory: true,
    labels: ["direction"],
    samples: (view) => churnSamples(view, "disconnects"),
  },
  {
    name: "p2p_node_peer_subnets",
    type: "gauge",
    help: "Distinct subnets (IPv4 /16, IPv6 /32) among connected peers with a known IP address, from the last poll; a low number is an eclipse risk.",
    labels: [],
    samples: (view) => one(countSubnets(connectedRows(view))),
  },
  {
    name: "p2p_node_peers_by_agent",
    type: "gauge",
    help: "Connected peers by the software that they report, from the last poll: the 20 most common, and unknown for those that report none; the rest, and those beyond 60 new ones in an hour, as other. The sum is the number of connected peers.",
    labels: ["agent"],
    newSeries: { perHour: NEW_TEXTS_PER_HOUR, rest: [OTHER_AGENTS] },
    samples: agentCounts,
  },
  {
    name: "p2p_node_peers_by_address_type",
    type: "gauge",
    help: "Connected peers by the type of their address, from the last poll: ipv4, ipv6, tor, i2p, unknown (a host name).",
    labels: ["address_type"],
    samples: (view) => labelled("address_type", countAddressTypes(connectedRows(view))),
  },
  {
    name: "p2p_node_connections_omitted",
    type: "gauge",
    help: "Connections of the last poll without their own series (connections.max_per_node, connections.series).",
    source: "computed",
    labels: [],
    samples: ({ shown }) => one(shown?.omitted),
  },
  {
    name: "p2p_node_connections_merged",
    type: "gauge",
    help: "Connections of the last poll whose series are also those of another one, because their labels are the same (connections.address): of each group of connections that share their series, all but one.",
    source: "computed",
    labels: [],
    samples: ({ shown }) => one(shown?.merged),
  },
  {
    name: "p2p_node_series_withheld",
    type: "gauge",
    help: "Connections of the last poll without their own series, because the node had too many new ones in an hour (connections.max_new_per_hour), plus 1 while p2p_node_info is withheld.",
    source: "computed",
    needsHistory: true,
    labels: [],
    samples: ({ shown, withheld }) => (shown === undefined && withheld === 0 ? [] : one(withheld)),
  },
  {
    name: "p2p_node_connections_malformed",
    type: "gauge",
    help: "Rows of the last poll's peer list that could not be read.",
    source: "computed",
    labels: [],
    samples: ({ report }) => one(report?.peers.ok ? report.peers.value.malformed : undefined),
  },
  {
    name: "p2p_node_clock_skew_seconds",
    type: "gauge",
    help: "The node's clock minus the exporter's, from the last poll (X-Server-Timestamp, in steps of a second). Only Chainweb nodes send their time; on other chains, a start or a block in the future shows a wrong clock (p2p_monero_start_timestamp_seconds, p2p_node_head_timestamp_seconds).",
    labels: [],
    samples: ({ report }) => one(report?.clockSkewSeconds),
  },
  {
    name: "p2p_node_tls_certificate_expiry_timestamp_seconds",
    type: "gauge",
    help: "Unix time when the node's certificate expires, from the last TLS handshake, at most an hour before the last poll; if the last poll found the node down, from a connection that is still open.",
    source: "TLS notAfter",
    labels: [],
    samples: ({ report }) => one(report?.certificateExpirySeconds),
  },
];

/** A sum over connections is of the last peer list, the node's own counters are of the last poll that got them: no older ones. */
function totalsOf({ state, report }: NodeView) {
  const { totals } = state.history;
  const isCurrent = totals?.source === "node" ? report?.totals?.ok : report?.peers.ok && totals?.isCurrent;
  return isCurrent === true ? totals?.counts : undefined;
}

/** The node's own counters begin with the node; sums over connections with the first poll. */
function totalsCreated(view: NodeView): number | undefined {
  const isOwn = view.state.history.totals?.source === "node";
  return isOwn ? pastOnly(view, view.report?.startSeconds) : sinceFirstPoll(view);
}

function churnSamples(view: NodeView, name: "connects" | "disconnects"): Iterable<SampleValue> {
  const { state, report, traits } = view;
  const counts = state.history.churn?.[name];
  // A list of known peers has no connections.
  if (counts === undefined || !report?.peers.ok || traits.states.length === 0) return [];
  return labelled(
    "direction",
    traits.directions.map((direction: Direction) => [direction, counts.get(direction) ?? 0] as const),
    sinceFirstPoll(view),
  );
}

/** The rows of the last poll; undefined when it got no peer list. */
function rowsOf({ report }: NodeView): readonly PeerConnection[] | undefined {
  return report?.peers.ok ? report.peers.value.connections : undefined;
}

function connectedRows(view: NodeView): readonly PeerConnection[] | undefined {
  return rowsOf(view)?.filter(isConnectedPeer);
}

/** The number of rows by key; keys in `known` are always present. */
function countBy(
  rows: readonly PeerConnection[] | undefined,
  known: readonly string[],
  keyOf: (row: PeerConnection) => string | undefined,
): ReadonlyMap<string, number> {
  if (rows === undefined) return new Map();
  const counts = new Map(known.map((key) => [key, 0]));
  for (const row of rows) {
    const key = keyOf(row);
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** Distinct subnets of the rows with a numeric address; undefined when there are rows but no numeric address. */
export function countSubnets(rows: readonly PeerConnection[] | undefined): number | undefined {
  if (rows === undefined) return undefined;
  const subnets = new Set<string>();
  for (const { address } of rows) {
    if (address.ip !== undefined) subnets.add(networkOf(address.ip));
  }
  return subnets.size === 0 && rows.length > 0 ? undefined : subnets.size;
}

/** Nothing for a chain whose API has no agents: all peers would be unknown, always. */
function agentCounts(view: NodeView): Iterable<SampleValue> {
  const rows = connectedRows(view);
  const hasAgents = view.traits.agents === true || rows?.some(({ agent }) => agent !== undefined);
  return hasAgents ? labelled("agent", countAgents(rows)) : [];
}

/** Peers choose their agents, so only the most common ones have their own series. */
const MAX_AGENTS = 20;

/**
 * The number of rows by agent, the most common first, the rest as one, and those without an agent last; together all rows.
 * A peer may call itself other or unknown, and is counted so.
 */
export function countAgents(rows: readonly PeerConnection[] | undefined): ReadonlyMap<string, number> {
  if (rows === undefined) return new Map();
  const counts = new Map<string, number>();
  let unknown = 0;
  for (const [agent, count] of countBy(rows, [], (row) => row.agent ?? UNKNOWN_AGENT)) {
    // An empty label is the same as no label.
    const clean = cleanText(agent) || UNKNOWN_AGENT;
    if (clean === UNKNOWN_AGENT) unknown += count;
    else counts.set(clean, (counts.get(clean) ?? 0) + count);
  }
  const ranked = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const shown = new Map(ranked.slice(0, MAX_AGENTS));
  const rest = ranked.slice(MAX_AGENTS).reduce((sum, [, count]) => sum + count, 0);
  if (rest > 0) shown.set(OTHER_AGENTS, (shown.get(OTHER_AGENTS) ?? 0) + rest);
  return shown.set(UNKNOWN_AGENT, unknown);
}

export function countAddressTypes(rows: readonly PeerConnection[] | undefined): ReadonlyMap<string, number> {
  return countBy(rows, ADDRESS_TYPES, ({ address }) => address.type);
}
