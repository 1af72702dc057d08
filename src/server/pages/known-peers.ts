import { ADAPTERS, type ChainName, chains } from "../../chains/index.ts";
import type { TextSample } from "../../lib/prometheus-text.ts";
import type { ChainFamily } from "../../model/report.ts";
import { count, UNKNOWN } from "./format.ts";
import { type Markup, markup } from "./markup.ts";
import { PEER, text } from "./peers.ts";
import { type Column, type PageQuery, table } from "./table.ts";

/** The peers that a node knows, of chains whose APIs list no connections: read from the chain's own families about peers. */

/** The families that the table shows. */
export const KNOWN_PEER_FAMILIES: readonly string[] = ADAPTERS.flatMap(({ families }) => ofPeers(families)).map(
  ({ name }) => name,
);

function ofPeers(families: readonly ChainFamily[]): readonly ChainFamily[] {
  return families.filter(({ scope }) => scope === "peer");
}

type KnownPeersOptions = {
  readonly chain: ChainName;
  /** The samples of those families, of one node. */
  readonly samples: readonly TextSample[];
  /** Peers that share a row with others. */
  readonly merged: number;
  readonly path: string;
  readonly query: PageQuery;
};

type KnownPeer = {
  readonly peer: string;
  readonly labels: TextSample["labels"];
  readonly values: ReadonlyMap<string, number>;
};

/** @returns undefined when no peer has a series */
export function knownPeersTable({ chain, samples, merged, path, query }: KnownPeersOptions): Markup | undefined {
  const families = ofPeers(chains[chain].families);
  const infos = families.filter(({ labels }) => labels.length > 0);
  const names = infos.map(({ name }) => name);
  const rows = rowsOf(samples, names);
  if (rows.length === 0) return undefined;
  const columns: readonly Column<KnownPeer>[] = [
    PEER,
    ...infos.flatMap(({ labels }) => labels).map((label) => text<KnownPeer>(label, titleOf(label), textOf(label))),
    ...families.filter(({ labels }) => labels.length === 0).map(number),
  ];
  const shared = merged === 0 ? "" : "; some share a row (connections.address)";
  return table({
    caption: `${count(rows.length + merged)} known peers at the last poll, as in the ${names[0]} series; the node need not be connected to them${shared}.`,
    columns: columns.filter(({ key, sortBy }) => key === PEER.key || rows.some((row) => sortBy?.(row) !== undefined)),
    rows,
    sorting: { path, query, anchor: "peers" },
  });
}

function rowsOf(samples: readonly TextSample[], infos: readonly string[]): readonly KnownPeer[] {
  const values = new Map<string, Map<string, number>>();
  for (const { name, labels, value } of samples) {
    const peer = labels.get("peer") ?? "";
    const known = values.get(peer) ?? new Map<string, number>();
    values.set(peer, known.set(name, value));
  }
  return samples
    .filter(({ name }) => infos.includes(name))
    .map(({ labels }) => {
      const peer = labels.get("peer") ?? "";
      return { peer, labels, values: values.get(peer) ?? new Map() };
    });
}

function textOf(label: string): (row: KnownPeer) => string {
  return ({ labels }) => labels.get(label) ?? "";
}

/** `cut_height` of p2p_chainweb_peer_cut_height. */
function shortName(family: string): string {
  return family.slice(family.indexOf(PEER_PREFIX) + PEER_PREFIX.length);
}

const PEER_PREFIX = "_peer_";

function titleOf(name: string): string {
  if (name === "address_type") return "Address";
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function number({ name }: ChainFamily): Column<KnownPeer> {
  const isTruth = name.endsWith("_reachable");
  return {
    key: shortName(name),
    title: titleOf(shortName(name)),
    isNumeric: !isTruth,
    first: "desc",
    sortBy: ({ values }) => values.get(name),
    cell: ({ values }) => {
      const value = values.get(name);
      if (value === undefined) return UNKNOWN;
      return isTruth ? markup`${value > 0 ? "yes" : "no"}` : markup`${count(value)}`;
    },
  };
}
