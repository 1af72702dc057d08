import type { ChainTraits } from "../../chains/adapter.ts";
import { NEW_TEXTS_PER_HOUR } from "../../model/chain-family.ts";
import { ADDRESS_TYPES, DIRECTIONS, type Direction, type PeerConnection } from "../../model/report.ts";
import { cleanText, renderLabels, type SampleValue } from "../exposition.ts";
import { labelled, type NodeView, one, type SharedFamily } from "../family.ts";
import { countBy } from "./rows.ts";

/** The agent label of the peers that have none of the most common agents. */
const OTHER_AGENTS = "other";

/** The agent label of the peers that report no software. */
const UNKNOWN_AGENT = "unknown";

const IP_FIELDS =
  "Wire: remote_ip from /v1/net/connections. Monero: address from get_connections. Chainweb: address.hostname from cut/peer. Bitcoin family: network and addr from getpeerinfo.";

/** How different the node's peers are: many of one kind may be one attacker, or fail together. */
export const diversityFamilies: readonly SharedFamily[] = [
  {
    name: "p2p_node_peer_subnets",
    type: "gauge",
    help: `Different subnets (IPv4 /16, IPv6 /32) of the connected peers with a known IP address, from the last poll; few subnets are an eclipse risk. ${IP_FIELDS}`,
    labels: [],
    samples: (view) => one(subnetsOf(view)?.size),
  },
  {
    name: "p2p_node_largest_subnet_peers",
    type: "gauge",
    help: `Connected peers in the largest of their subnets (IPv4 /16, IPv6 /32), from the last poll; a large share of all peers may be one operator. Absent where no peer has a known IP address. ${IP_FIELDS}`,
    labels: [],
    samples: (view) => {
      const sizes = subnetsOf(view);
      return one(sizes && Math.max(0, ...sizes.values()));
    },
  },
  {
    name: "p2p_node_peers_by_agent",
    type: "gauge",
    help: "Connected peers by the software that they report, from the last poll: the 20 most common agents of both directions together; other for the rest, and for those beyond 60 new ones in an hour; unknown for peers that report none. The sum is the number of connected peers. Wire: agent of last_handshake from /v1/net/connections. Bitcoin family: subver from getpeerinfo.",
    labels: ["agent", "direction"],
    values: { direction: DIRECTIONS },
    newSeries: { perHour: NEW_TEXTS_PER_HOUR, rest: [OTHER_AGENTS] },
    samples: agentSamples,
  },
  {
    name: "p2p_node_peers_by_address_type",
    type: "gauge",
    help: "Connected peers by the type of their address, from the last poll: ipv4, ipv6, tor, i2p, cjdns, unknown (a host name). Wire: remote_ip and peer from /v1/net/connections. Monero: address and address_type from get_connections. Chainweb: address.hostname from cut/peer. Bitcoin family: network and addr from getpeerinfo.",
    labels: ["address_type"],
    values: { address_type: ADDRESS_TYPES },
    samples: ({ peers, traits }) => labelled("address_type", countAddressTypes(peers?.connected, traits)),
  },
];

/** Undefined when there are peers, but none with a numeric address. */
function subnetsOf({ peers }: NodeView): ReadonlyMap<string, number> | undefined {
  return peers === undefined || (peers.subnets.size === 0 && peers.connected.length > 0) ? undefined : peers.subnets;
}

/** Nothing for a chain whose API has no agents: all peers would be unknown, always. */
function* agentSamples(view: NodeView): Iterable<SampleValue> {
  const { agents, directions } = view.traits;
  const rows = view.peers?.connected;
  if (rows === undefined || (agents !== true && rows.every(({ agent }) => agent === undefined))) return;
  for (const [agent, counts] of countAgents(rows)) {
    for (const direction of DIRECTIONS) {
      const isAlwaysShown = agent === UNKNOWN_AGENT && directions.includes(direction);
      if (counts[direction] === 0 && !isAlwaysShown) continue;
      const labels = renderLabels([
        ["agent", agent],
        ["direction", direction],
      ]);
      yield [labels, counts[direction]];
    }
  }
}

/** Peers choose their agents, so only the most common ones have their own series. */
const MAX_AGENTS = 20;

type Counts = Record<Direction, number>;

/**
 * The number of rows by agent and direction, the most common agent first, the rest as one, and those without an agent last;
 * together all rows. A peer may call itself other or unknown, and is counted so.
 */
export function countAgents(rows: readonly PeerConnection[]): ReadonlyMap<string, Counts> {
  const counts = new Map<string, Counts>();
  for (const { agent = UNKNOWN_AGENT, direction } of rows) countsOf(counts, agent)[direction] += 1;
  const clean = new Map<string, Counts>();
  for (const [agent, own] of counts) {
    // An empty label is the same as no label.
    addTo(countsOf(clean, cleanText(agent) || UNKNOWN_AGENT), own);
  }
  const unknown = countsOf(clean, UNKNOWN_AGENT);
  clean.delete(UNKNOWN_AGENT);
  const ranked = [...clean].sort(([a, x], [b, y]) => totalOf(y) - totalOf(x) || (a < b ? -1 : 1));
  const shown = new Map(ranked.slice(0, MAX_AGENTS));
  for (const [, own] of ranked.slice(MAX_AGENTS)) addTo(countsOf(shown, OTHER_AGENTS), own);
  return shown.set(UNKNOWN_AGENT, unknown);
}

/** The counts of an agent, which begin with 0. */
function countsOf(all: Map<string, Counts>, agent: string): Counts {
  const known = all.get(agent);
  if (known !== undefined) return known;
  const counts = { inbound: 0, outbound: 0, unknown: 0 };
  all.set(agent, counts);
  return counts;
}

function addTo(counts: Counts, more: Counts): void {
  for (const direction of DIRECTIONS) counts[direction] += more[direction];
}

function totalOf(counts: Counts): number {
  return DIRECTIONS.reduce((sum, direction) => sum + counts[direction], 0);
}

const COMMON_TYPES = ADDRESS_TYPES.filter((type) => type !== "cjdns");

/** The number of rows by type of address, with 0 for those that no row has; empty without a list. */
export function countAddressTypes(
  rows: readonly PeerConnection[] | undefined,
  { cjdns }: Pick<ChainTraits, "cjdns">,
): ReadonlyMap<string, number> {
  return countBy(rows, cjdns ? ADDRESS_TYPES : COMMON_TYPES, ({ address }) => address.type);
}
