import { CONNECTION_STATES, DIRECTIONS, FLOWS, type NodeReport, type PeerConnection } from "../../model/report.ts";
import { comparableHeight } from "../../poll/head-lag.ts";
import { knownCombinations } from "../connections.ts";
import { renderLabels, type SampleValue } from "../exposition.ts";
import { labelled, type NodeView, one, type SharedFamily } from "../family.ts";
import { countBy } from "./rows.ts";

/** The heads of peers against the node's own. */
const POSITIONS = ["ahead", "equal", "behind", "unknown"] as const;

/** Counts of the node's peers, and of the rows of its peer list. */
export const peerFamilies: readonly SharedFamily[] = [
  {
    name: "p2p_node_peers",
    type: "gauge",
    help: "Connected peers, from the last poll. Wire: rows of /v1/net/connections with an open socket (is_socket_open) and a received handshake (last_handshake generation). Monero: rows of get_connections in any state but before_handshake. Chainweb, whose API lists no connections: the peers of cut/peer, which the node knows and whose last session did not fail.",
    labels: ["direction"],
    values: { direction: DIRECTIONS },
    samples: (view) =>
      labelled(
        "direction",
        countBy(view.peers?.connected, view.traits.directions, ({ direction }) => direction),
      ),
  },
  {
    name: "p2p_node_connections",
    type: "gauge",
    help: "Rows of the peer list by state, from the last poll. Wire: connecting, is_socket_open and last_handshake generation from /v1/net/connections; before Leap 5, which does not send is_socket_open, outbound rows that shake hands count as dialing. Monero: state from get_connections. Absent for Chainweb, whose API lists no connections.",
    labels: ["direction", "state"],
    values: { direction: DIRECTIONS, state: CONNECTION_STATES },
    samples: connectionCounts,
  },
  {
    name: "p2p_node_syncing_peers",
    type: "gauge",
    help: "Connected peers that sync, from the last poll: download, this node syncs from them (Monero: state synchronizing or standby from get_connections); upload, they sync from this node (Wire: syncing from /v1/net/connections).",
    labels: ["flow"],
    values: { flow: FLOWS },
    samples: syncingPeers,
  },
  {
    name: "p2p_node_peers_by_head",
    type: "gauge",
    help: "Connected peers by the height that they report, compared to the node's head, from the last poll: ahead, equal, behind; unknown without a height or on another chain. Monero: height from get_connections, which is up to a minute old, and from get_info; so for a minute after each block peers may count as behind. Wire: last_handshake from /v1/net/connections; handshakes are rarely repeated, so only a height above the head counts, and every other peer is unknown. Bitcoin family: the same, as the best header in common with a peer (synced_headers) grows only with what the peer announces.",
    // Which heights count as equal may change, once operators have seen how far the peers of busy nodes are apart.
    stability: "experimental",
    labels: ["position"],
    values: { position: POSITIONS },
    samples: headPositions,
  },
  {
    name: "p2p_node_connections_omitted",
    type: "gauge",
    help: "Connections of the last poll without series, because the node has more names of connections than connections.max_per_node, or because of connections.series.",
    source: "computed",
    labels: [],
    samples: ({ shown }) => one(shown?.omitted),
  },
  {
    name: "p2p_node_connections_merged",
    type: "gauge",
    help: "Connections of the last poll that share the series of another connection, because both have the same name (connections.address): of each group, all but one.",
    source: "computed",
    labels: [],
    samples: ({ shown }) => one(shown?.merged),
  },
  {
    name: "p2p_node_series_withheld",
    type: "gauge",
    help: "Connections of the last poll without series, because the node had too many new ones in an hour (connections.max_new_per_hour), plus 1 while p2p_node_info is withheld.",
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
];

function* connectionCounts(view: NodeView): Iterable<SampleValue> {
  const rows = view.peers?.rows;
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
  const rows = view.peers?.rows;
  if (flow === undefined || rows === undefined) return [];
  return labelled("flow", [[flow, rows.filter(({ syncing }) => syncing === flow).length]]);
}

/** Nothing for a chain whose peers report no heights: all would be unknown, always. */
function headPositions(view: NodeView): Iterable<SampleValue> {
  const { report, traits } = view;
  if (traits.heights !== true || !report?.head.ok) return [];
  const own = report.head.value.height;
  return labelled(
    "position",
    countBy(view.peers?.connected, POSITIONS, (row) => positionOf(row, own, report)),
  );
}

function positionOf(row: PeerConnection, own: number, report: NodeReport): (typeof POSITIONS)[number] {
  const height = comparableHeight(row, report.identity);
  if (height === undefined) return "unknown";
  if (height > own) return "ahead";
  // The peer was there when it shook hands; where it is now is not known.
  if (report.peerHeightsAreOld === true) return "unknown";
  return height === own ? "equal" : "behind";
}
