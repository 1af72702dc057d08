import { LARGEST_SUBNET_SHARE } from "../derived.ts";
import { BYTES, SUBNET_SHARE, SUBNETS } from "../looks.ts";
import { node, once, perMinute, rate } from "../select.ts";
import { gauge } from "../shorthand.ts";
import type { PanelSpec } from "../spec.ts";

/** The peers of one node: how many, their connections, and how different they are. */

export const peers: readonly PanelSpec[] = [
  {
    kind: "graph",
    title: "Connected peers by direction",
    description:
      "Inbound: the peer opened the connection; outbound: the node did; unknown: the API does not report it.",
    unit: "short",
    decimals: 0,
    min: 0,
    stack: true,
    queries: [{ expr: once(node("p2p_node_peers")), legend: "{{direction}}" }],
  },
  {
    kind: "graph",
    title: "Syncing peers",
    description: "Download: this node syncs from these peers; upload: they sync from this node.",
    unit: "short",
    decimals: 0,
    min: 0,
    queries: [{ expr: once(node("p2p_node_syncing_peers")), legend: "{{flow}}" }],
  },
  {
    kind: "graph",
    title: "Connections opened and closed",
    description:
      "Per minute, closed connections below zero. Connections that opened and closed between two polls are not counted.",
    unit: "cpm",
    queries: [
      {
        expr: perMinute(once(rate(node("p2p_node_peer_connects_total")))),
        legend: "{{direction}} opened",
      },
      {
        expr: perMinute(once(rate(node("p2p_node_peer_disconnects_total")))),
        legend: "{{direction}} closed",
      },
    ],
    below: "/ closed$/",
  },
  {
    kind: "graph",
    title: "P2P traffic",
    description: "Bytes per second received and sent, sent below zero. Not available for Chainweb.",
    unit: "Bps",
    queries: [
      { expr: once(rate(node("p2p_node_receive_bytes_total"))), legend: "received" },
      { expr: once(rate(node("p2p_node_transmit_bytes_total"))), legend: "sent" },
    ],
    below: "/^sent$/",
    colors: BYTES,
  },
];

export const diversity: readonly PanelSpec[] = [
  {
    kind: "bars",
    title: "Peers by software",
    description:
      "Software that connected peers report, by direction: the 20 most common, the rest as other; unknown: peers that report none. Monero and Chainweb have none.",
    unit: "short",
    decimals: 0,
    width: 12,
    queries: [{ expr: `sort_desc(${once(node("p2p_node_peers_by_agent"))} > 0)`, legend: "{{agent}} {{direction}}" }],
  },
  {
    kind: "graph",
    title: "Peers by address type",
    description: "Unknown: a host name.",
    unit: "short",
    decimals: 0,
    width: 12,
    min: 0,
    stack: true,
    queries: [
      {
        expr: once(node("p2p_node_peers_by_address_type")),
        legend: "{{address_type}}",
      },
    ],
  },
  {
    kind: "graph",
    title: "Distinct subnets of peers",
    description: "IPv4 /16 and IPv6 /32 of connected peers. A low number is an eclipse risk.",
    unit: "short",
    decimals: 0,
    width: 12,
    min: 0,
    queries: [gauge("p2p_node_peer_subnets", "subnets")],
    steps: SUBNETS,
  },
  {
    kind: "graph",
    title: "Peers in the largest subnet",
    description: "Share of the peers in the subnet with most of them, which one operator may own.",
    unit: "percentunit",
    width: 12,
    min: 0,
    max: 1,
    queries: [{ expr: LARGEST_SUBNET_SHARE, legend: "share" }],
    steps: SUBNET_SHARE,
  },
];

/** What the peer list has beyond the peers. */
export const rows: readonly PanelSpec[] = [
  {
    kind: "graph",
    title: "Connections by state",
    description: "Rows of the peer list by direction and state. Chainweb lists no connections.",
    unit: "short",
    decimals: 0,
    min: 0,
    stack: true,
    queries: [
      {
        expr: once(node("p2p_node_connections")),
        legend: "{{direction}} {{state}}",
      },
    ],
  },
  {
    kind: "stat",
    title: "Rows without their own series",
    description:
      "Omitted: above the configured number; withheld: too many new series in an hour; merged: same name as another row; malformed: could not be read.",
    unit: "short",
    decimals: 0,
    width: 12,
    height: 8,
    steps: [
      [null, "text"],
      [1, "orange"],
    ],
    queries: [
      gauge("p2p_node_connections_omitted", "omitted"),
      gauge("p2p_node_series_withheld", "withheld"),
      gauge("p2p_node_connections_merged", "merged"),
      gauge("p2p_node_connections_malformed", "malformed"),
    ],
  },
];
