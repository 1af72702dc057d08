import { listsConnections } from "../../chains/adapter.ts";
import { DIRECTIONS, type Direction } from "../../model/report.ts";
import type { SampleValue } from "../exposition.ts";
import { labelled, type NodeView, one, pastOnly, type SharedFamily, sinceFirstPoll } from "../family.ts";

/** What goes through the node's connections, and how they come and go; its clock and certificate. */
export const trafficFamilies: readonly SharedFamily[] = [
  {
    name: "p2p_node_receive_bytes_total",
    type: "counter",
    help: bytesHelp("received", {
      node: "total_bytes_in",
      monero: "recv_count",
      bitcoin: "totalbytesrecv",
      wire: "p2p_bytes_received",
    }),
    labels: [],
    samples: (view) => one(totalsOf(view)?.received, totalsCreated(view)),
  },
  {
    name: "p2p_node_transmit_bytes_total",
    type: "counter",
    help: bytesHelp("sent", {
      node: "total_bytes_out",
      monero: "send_count",
      bitcoin: "totalbytessent",
      wire: "p2p_bytes_sent",
    }),
    labels: [],
    samples: (view) => one(totalsOf(view)?.sent, totalsCreated(view)),
  },
  {
    name: "p2p_node_peer_connects_total",
    type: "counter",
    help: "Connections that were established up to the last poll with a peer list, counted by the exporter since its start; one that opened and closed between two polls is not counted. Present while the node is down, too.",
    needsHistory: true,
    labels: ["direction"],
    values: { direction: DIRECTIONS },
    samples: (view) => churnSamples(view, "connects"),
  },
  {
    name: "p2p_node_peer_disconnects_total",
    type: "counter",
    help: "Established connections that were closed up to the last poll with a peer list, counted by the exporter since its start. Present while the node is down, too.",
    needsHistory: true,
    labels: ["direction"],
    values: { direction: DIRECTIONS },
    samples: (view) => churnSamples(view, "disconnects"),
  },
  {
    name: "p2p_node_clock_skew_seconds",
    type: "gauge",
    help: "The node's clock minus the exporter's, from the last poll. Only Chainweb nodes (X-Server-Timestamp, in steps of a second) and the Bitcoin family (timemillis from getnettotals) send their time; on other chains, a start or a block in the future shows a wrong clock (p2p_monero_start_timestamp_seconds, p2p_node_head_timestamp_seconds).",
    labels: [],
    samples: ({ report }) => one(report?.clockSkewSeconds),
  },
  {
    name: "p2p_node_tls_certificate_expiry_timestamp_seconds",
    type: "gauge",
    help: "Unix time when the node's certificate expires (TLS notAfter), from the last TLS handshake, at most an hour before the last poll; if the last poll found the node down, from a connection that is still open.",
    source: "TLS notAfter",
    labels: [],
    samples: ({ report }) => one(report?.certificateExpirySeconds),
  },
];

/** @param fields where the node's own counter is, and those of its connections */
function bytesHelp(what: string, fields: Readonly<Record<"node" | "monero" | "bitcoin" | "wire", string>>): string {
  const { node, monero, bitcoin, wire } = fields;
  return `P2P bytes ${what}, from the last poll. Monero: ${node} from /get_net_stats, Bitcoin family: ${bitcoin} from getnettotals, both since the node's start. Wire (${wire} from prometheus_plugin), and Monero without get_net_stats (${monero} from get_connections): added up over all connections since the exporter's start; a lower bound, as the bytes between the last poll of a connection and its end are not known.`;
}

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

/** These are the exporter's own counts, so they are true while the node is down, and nothing was counted meanwhile. */
function churnSamples(view: NodeView, name: "connects" | "disconnects"): Iterable<SampleValue> {
  const { state, traits } = view;
  const counts = state.history.churn?.[name];
  if (counts === undefined || !listsConnections(traits)) return [];
  return labelled(
    "direction",
    traits.directions.map((direction: Direction) => [direction, counts.get(direction) ?? 0] as const),
    sinceFirstPoll(view),
  );
}
