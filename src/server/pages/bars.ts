import { ADAPTERS } from "../../chains/index.ts";
import type { TextSample } from "../../lib/prometheus-text.ts";
import { subnet } from "../../metrics/peer-label.ts";
import { parseAddress } from "../../model/address.ts";
import { count } from "./format.ts";
import { type Markup, markup, NOTHING } from "./markup.ts";
import { addressTypeName } from "./peers.ts";

/** What kinds of peers a node has: bars of agents, types of addresses and subnets, read from the node's samples. */

const AGENTS = "p2p_node_peers_by_agent";
const ADDRESS_TYPES = "p2p_node_peers_by_address_type";
const SUBNETS = "p2p_node_peer_subnets";
const LARGEST_SUBNET = "p2p_node_largest_subnet_peers";
const STATE = "p2p_connection_state";
/** Connections that a row of their own does not show. */
const NOT_SHOWN = ["p2p_node_connections_omitted", "p2p_node_connections_merged", "p2p_node_series_withheld"];

/** The chains' own families with bars. */
const OF_CHAINS = ADAPTERS.flatMap(({ families }) => families).filter(({ barsTitle }) => barsTitle !== undefined);

/** The families that the bars show. */
export const BAR_FAMILIES: readonly string[] = [
  ...[AGENTS, ADDRESS_TYPES, SUBNETS, LARGEST_SUBNET, STATE],
  ...OF_CHAINS.map(({ name }) => name),
  ...NOT_SHOWN,
];

/** One that may be cut at the end of its column. */
const LONG_NAME = 18;

/** The most common ones have a bar of their own. */
const MAX_BARS = 8;

type Group = { readonly name: string; readonly outbound: number; readonly peers: number };

/** @returns nothing when the node has no peers */
export function bars(samples: readonly TextSample[]): Markup {
  const shown = [
    barsOf("Agents", groupsBy(samples, AGENTS, "agent")),
    barsOf("Address types", groupsBy(samples, ADDRESS_TYPES, "address_type").map(withTypeName)),
    ...OF_CHAINS.map(({ name, barsTitle = "", labels }) =>
      // A label for the direction, which comes first, is shown as part of each bar.
      barsOf(barsTitle, groupsBy(samples, name, labels.at(-1) ?? "")),
    ),
    barsOf("Subnets", subnetGroups(samples), subnetWords(samples)),
  ].filter((each) => each !== NOTHING);
  return shown.length === 0
    ? NOTHING
    : markup`<div class="bars">
${shown}</div>
`;
}

function groupsBy(samples: readonly TextSample[], family: string, label: string): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const { name, labels, value } of samples) {
    if (name !== family || !(value > 0)) continue;
    const own = labels.get(label) ?? "";
    const known = groups.get(own) ?? { name: own, outbound: 0, peers: 0 };
    const outbound = labels.get("direction") === "outbound" ? value : 0;
    groups.set(own, { ...known, outbound: known.outbound + outbound, peers: known.peers + value });
  }
  return [...groups.values()];
}

function withTypeName(group: Group): Group {
  return { ...group, name: addressTypeName(group.name) || "host name or unknown" };
}

/**
 * Subnets are made of the addresses that the series show, so what these hide stays hidden. They are left out where they are not
 * those that the exporter counted: where connections share a series or have none, and where a name stands for an address.
 */
function subnetGroups(samples: readonly TextSample[]): readonly Group[] {
  const isPartly = samples.some(({ name, value }) => NOT_SHOWN.includes(name) && value > 0);
  if (isPartly || (only(samples, LARGEST_SUBNET) ?? 0) < 2) return [];
  const groups = new Map<string, Group>();
  for (const { name, labels } of samples) {
    if (!(name === STATE && labels.get("state") === "connected") && !KNOWN_PEER.test(name)) continue;
    const address = parseAddress(labels.get("peer") ?? "");
    if (address.ip === undefined) continue;
    const own = subnet(address);
    const known = groups.get(own) ?? { name: own, outbound: 0, peers: 0 };
    const outbound = labels.get("direction") === "outbound" ? 1 : 0;
    groups.set(own, { ...known, outbound: known.outbound + outbound, peers: known.peers + 1 });
  }
  const found = [...groups.values()];
  const largest = Math.max(0, ...found.map(({ peers }) => peers));
  return found.length === only(samples, SUBNETS) && largest === only(samples, LARGEST_SUBNET) ? found : [];
}

/** The chain's own family about the peers that a node knows. */
const KNOWN_PEER = /_peer_info$/;

function subnetWords(samples: readonly TextSample[]): string {
  const [subnets, largest] = [only(samples, SUBNETS) ?? 0, only(samples, LARGEST_SUBNET) ?? 0];
  return subnets === 0 ? "" : `${count(subnets)} (IPv4 /16, IPv6 /32), at most ${counted(largest)} in one`;
}

function counted(peers: number): string {
  return `${count(peers)} ${peers === 1 ? "peer" : "peers"}`;
}

function only(samples: readonly TextSample[], family: string): number | undefined {
  return samples.find(({ name }) => name === family)?.value;
}

/** @param words that say what is known even without groups */
function barsOf(title: string, groups: readonly Group[], words = ""): Markup {
  if (groups.length === 0) return words === "" ? NOTHING : markup`<p><b>${title}</b> ${words}</p>\n`;
  const shown = mostCommon(groups);
  const all = sum(groups, ({ peers }) => peers);
  const largest = Math.max(...shown.map(({ peers }) => peers));
  const hasDirections = groups.some(({ outbound }) => outbound > 0);
  const heads = ["Peers", ...(hasDirections ? ["In", "Out"] : []), "Share"];
  const rows = shown.map(({ name, peers, outbound }) => {
    const numbers = [peers, ...(hasDirections ? [peers - outbound, outbound] : [])];
    return markup`
<tr><th${name.length > LONG_NAME ? markup` title="${name}"` : NOTHING}>${name}<td>${bar(peers / largest, outbound / largest)}${numbers.map((number) => markup`<td>${count(number)}`)}<td>${Math.round((100 * peers) / all)} %`;
  });
  const more = words === "" ? `${count(groups.length)} different` : words;
  return markup`<table class="bar">
<caption><b>${title}</b> ${groups.length > 1 ? more : words}</caption>
<thead><tr><th scope="col">Name<td>${heads.map((head) => markup`<th scope="col">${head}`)}<tbody>${rows}
</table>
`;
}

/** The rest becomes one group, which the exporter may have made for its own rest already. */
function mostCommon(groups: readonly Group[]): readonly Group[] {
  const isRest = ({ name }: Group) => name === REST;
  const ranked = groups
    .filter((group) => !isRest(group))
    .sort((a, b) => b.peers - a.peers || (a.name < b.name ? -1 : 1));
  const shown = ranked.slice(0, ranked.length === MAX_BARS + 1 ? MAX_BARS + 1 : MAX_BARS);
  const rest = [...ranked.slice(shown.length), ...groups.filter(isRest)];
  if (rest.length === 0) return shown;
  const other = { name: REST, outbound: sum(rest, ({ outbound }) => outbound), peers: sum(rest, ({ peers }) => peers) };
  return [...shown, other];
}

const REST = "other";

function sum(groups: readonly Group[], of: (group: Group) => number): number {
  return groups.reduce((total, group) => total + of(group), 0);
}

/** As in the chart of peers, outbound ones come first and are darker. */
function bar(all: number, outbound: number): Markup {
  const percent = (share: number) => `${Math.round(share * 1000) / 10}%`;
  const dark = outbound > 0 ? markup`<rect class="out" width="${percent(outbound)}" height="100%"/>` : NOTHING;
  return markup`<svg aria-hidden="true"><rect width="${percent(all)}" height="100%"/>${dark}</svg>`;
}
