import { type Direction, NEW_TEXTS_PER_HOUR } from "../../model/report.ts";
import type { SampleValue } from "../exposition.ts";
import { labelled, type NodeView, one, type SharedFamily } from "../family.ts";
import { countAddressTypes, countAgents, countSubnets, REST, workingRows } from "../rows.ts";

/** Bytes, churn and diversity of a node's peers, and what its clock and certificate say. */
export const trafficFamilies: readonly SharedFamily[] = [
  {
    name: "p2p_node_receive_bytes_total",
    type: "counter",
    help: "P2P bytes received, from the last poll: the node's own counter where it has one (since the node's start), else added up over connections (since the exporter's start).",
    labels: [],
    samples: (view) => one(totalsOf(view)?.received),
  },
  {
    name: "p2p_node_transmit_bytes_total",
    type: "counter",
    help: "P2P bytes sent, from the last poll: the node's own counter where it has one (since the node's start), else added up over connections (since the exporter's start).",
    labels: [],
    samples: (view) => one(totalsOf(view)?.sent),
  },
  {
    name: "p2p_node_peer_connects_total",
    type: "counter",
    help: "Working connections that appeared up to the last poll; one that came and went between two polls is not seen.",
    needsHistory: true,
    labels: ["direction"],
    samples: (view) => churnSamples(view, "connects"),
  },
  {
    name: "p2p_node_peer_disconnects_total",
    type: "counter",
    help: "Working connections that vanished up to the last poll.",
    needsHistory: true,
    labels: ["direction"],
    samples: (view) => churnSamples(view, "disconnects"),
  },
  {
    name: "p2p_node_peer_subnets",
    type: "gauge",
    help: "Distinct subnets (IPv4 /16, IPv6 /32) among working peers with a known IP address, from the last poll; a low number is an eclipse risk.",
    labels: [],
    samples: (view) => one(countSubnets(workingRows(view))),
  },
  {
    name: "p2p_node_peers_by_agent",
    type: "gauge",
    help: "Working peers by the software they say they run, from the last poll: the 20 most common, the rest as other, and so are those beyond 60 new ones in an hour.",
    labels: ["agent"],
    newSeries: { perHour: NEW_TEXTS_PER_HOUR, rest: [REST] },
    samples: (view) => labelled("agent", countAgents(workingRows(view))),
  },
  {
    name: "p2p_node_peers_by_address_type",
    type: "gauge",
    help: "Working peers by the type of their address, from the last poll: ipv4, ipv6, tor, i2p, unknown (a host name).",
    labels: ["address_type"],
    samples: (view) => labelled("address_type", countAddressTypes(workingRows(view))),
  },
  {
    name: "p2p_node_connections_omitted",
    type: "gauge",
    help: "Connections of the last poll without series of their own (connections.max_per_node, connections.series).",
    source: "computed",
    labels: [],
    samples: ({ shown }) => one(shown?.omitted),
  },
  {
    name: "p2p_node_connections_merged",
    type: "gauge",
    help: "Connections of the last poll that share the series of another one, because their labels are the same; such a series has no byte counters.",
    source: "computed",
    labels: [],
    samples: ({ shown }) => one(shown?.merged),
  },
  {
    name: "p2p_node_series_withheld",
    type: "gauge",
    help: "Connections of the last poll without series of their own, as the node had too many new ones in an hour (connections.max_new_per_hour); and 1 while p2p_node_info is held back.",
    source: "computed",
    needsHistory: true,
    labels: [],
    samples: ({ shown, withheld }) => (shown === undefined && withheld === 0 ? [] : one(withheld)),
  },
  {
    name: "p2p_node_connections_malformed",
    type: "gauge",
    help: "Rows of the last poll's peer list that could not be read and were left out.",
    source: "computed",
    labels: [],
    samples: ({ report }) => one(report?.peers.ok ? report.peers.value.malformed : undefined),
  },
  {
    name: "p2p_node_clock_skew_seconds",
    type: "gauge",
    help: "The node's clock minus the exporter's, from the last poll (X-Server-Timestamp or Date, both in steps of a second).",
    labels: [],
    samples: ({ report }) => one(report?.clockSkewSeconds),
  },
  {
    name: "p2p_node_tls_certificate_expiry_timestamp_seconds",
    type: "gauge",
    help: "Unix time when the certificate ends that the node presented for the connection of the last poll.",
    source: "TLS notAfter",
    labels: [],
    samples: ({ report }) => one(report?.certificateExpirySeconds),
  },
];

/** The node's own counters stand for themselves; those added up belong to the peer list. */
function totalsOf({ state, report }: NodeView) {
  const { totals } = state.history;
  return totals?.source === "node" || (report?.peers.ok && totals?.isCurrent) ? totals?.counts : undefined;
}

function churnSamples({ state, report, traits }: NodeView, name: "connects" | "disconnects"): Iterable<SampleValue> {
  const counts = state.history.churn?.[name];
  // A list of known peers tells nothing of connections.
  if (counts === undefined || !report?.peers.ok || traits.states.length === 0) return [];
  return labelled(
    "direction",
    traits.directions.map((direction: Direction) => [direction, counts.get(direction) ?? 0] as const),
  );
}
