import { ADAPTERS, type ChainName, chains } from "../../chains/index.ts";
import type { TextSample } from "../../lib/prometheus-text.ts";
import type { ChainFamily } from "../../model/chain-family.ts";
import { count } from "./format.ts";
import { type Markup, markup } from "./markup.ts";
import { addressTypeName, DASH, PEER, text, withPlace } from "./peers.ts";
import type { PageQuery } from "./query.ts";
import { type Column, table } from "./table.ts";

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
  /** The samples of those families and of heads, of one node. */
  readonly samples: readonly TextSample[];
  /** Peers that share a row with others. */
  readonly merged: number;
  readonly path: string;
  readonly query: PageQuery;
};

type KnownPeer = {
  readonly peer: string;
  readonly labels: TextSample["labels"];
  /** Whether it answered when the exporter last asked it; undefined: not asked of late. */
  readonly answers: boolean | undefined;
  readonly height: number | undefined;
  /** Behind the best head that the exporter knows. */
  readonly behind: number | undefined;
};

/** @returns undefined when no peer has a series */
export function knownPeersTable({ chain, samples, merged, path, query }: KnownPeersOptions): Markup | undefined {
  const infos = ofPeers(chains[chain].families).filter(({ labels }) => labels.length > 0);
  const names = infos.map(({ name }) => name);
  const all = rowsOf(samples, names);
  // Those that the exporter asked come first.
  const isAsked = ({ answers }: KnownPeer) => answers !== undefined;
  const asked = all.filter(isAsked);
  const rows = [...asked, ...all.filter((row) => !isAsked(row))];
  if (rows.length === 0) return undefined;
  const { usualLagBlocks } = chains[chain];
  const columns: readonly Column<KnownPeer>[] = [
    PEER,
    ...infos.flatMap(({ labels }) => labels).map((label) => text<KnownPeer>(label, titleOf(label), textOf(label))),
    {
      key: "state",
      title: "When last asked",
      // What needs a look comes first.
      sortBy: ({ answers, behind }) => (answers === undefined ? undefined : answers ? -(behind ?? 0) : -Infinity),
      cell: (row) => stateOf(row, usualLagBlocks),
    },
    number("height", "Height", ({ height }) => height),
    number("behind", "Blocks behind", ({ behind }) => behind),
  ];
  const shared = merged === 0 ? "" : "; some share a row (connections.address)";
  const words =
    asked.length === 0
      ? (chains[chain].traits.unaskedNote ?? "the exporter asked none of them in the last polls")
      : `the exporter asked ${count(asked.length)} of them in the last polls, and ${count(asked.filter(({ answers }) => answers).length)} answered`;
  return table({
    caption: `${count(rows.length + merged)} known peers whose last session with the node did not fail, as in the ${names[0]} series; the node need not be connected to them${shared}. The node leaves out peers that fail, and of the others it tells only address and id; ${words}.`,
    columns: columns.map((column) => withPlace(column, rows)),
    rows,
    sorting: { path, query, anchor: "peers" },
    titlesOf: "known",
  });
}

function stateOf({ answers, behind }: KnownPeer, usualLagBlocks: number): Markup {
  if (answers === undefined) return DASH;
  if (!answers) return markup`<span class="reason">no answer</span>`;
  if (behind === undefined) return markup`answers`;
  return behind > usualLagBlocks ? markup`<strong class="warning">behind</strong>` : markup`up to date`;
}

const HEADS: readonly string[] = ["p2p_node_head_height", "p2p_node_reference_height"];
const REACHABLE = /_peer_reachable$/;
const HEIGHT = /_peer_cut_height$/;

function rowsOf(samples: readonly TextSample[], infos: readonly string[]): readonly KnownPeer[] {
  const best = Math.max(...samples.filter(({ name }) => HEADS.includes(name)).map(({ value }) => value));
  const valuesOf = (family: RegExp) =>
    new Map(
      samples.filter(({ name }) => family.test(name)).map(({ labels, value }) => [labels.get("peer") ?? "", value]),
    );
  const [reachable, heights] = [valuesOf(REACHABLE), valuesOf(HEIGHT)];
  return samples
    .filter(({ name }) => infos.includes(name))
    .map(({ labels }) => {
      const peer = labels.get("peer") ?? "";
      const [answers, height] = [reachable.get(peer), heights.get(peer)];
      const behind = height === undefined || !Number.isFinite(best) ? undefined : Math.max(0, best - height);
      return { peer, labels, answers: answers === undefined ? undefined : answers > 0, height, behind };
    });
}

const IDENTITIES: Readonly<Record<string, string>> = { pinned: "id of its certificate", ca: "authority" };

function textOf(label: string): (row: KnownPeer) => string {
  return ({ labels }) => {
    const value = labels.get(label) ?? "";
    return label === "address_type" ? addressTypeName(value) : (IDENTITIES[value] ?? value);
  };
}

const TITLES: Readonly<Record<string, string>> = { address_type: "Address", identity: "Proven by" };

function titleOf(label: string): string {
  return TITLES[label] ?? label;
}

function number(key: string, title: string, of: (row: KnownPeer) => number | undefined): Column<KnownPeer> {
  return {
    key,
    title,
    isNumeric: true,
    first: "desc",
    sortBy: of,
    cell: (row) => {
      const value = of(row);
      return value === undefined ? DASH : markup`${count(value)}`;
    },
  };
}
