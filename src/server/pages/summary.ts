import { badge, count, countOrUnknown, UNKNOWN } from "./format.ts";
import { type Markup, markup, NOTHING } from "./markup.ts";
import { CONDITIONS, lagOf, type NodeOverview, peersOf } from "./overview.ts";
import { linkWith, type PageQuery, table } from "./table.ts";
import { worstOf } from "./troubles.ts";

/** The summary of all nodes on the page at `/`, and its links that select some of them. */

/** Also the title of the page, as a browser's tab shows it. */
export function heading(nodes: readonly NodeOverview[], nowMs: number): string {
  const polled = nodes.filter(({ isReference }) => !isReference);
  const all = polled.length;
  if (all === 0) return nodes.length === 0 ? "No nodes to poll" : "Only references are polled";
  const worst = worstOf(polled, nowMs);
  if (worst !== undefined)
    return `${count(worst.number)} of ${count(all)} ${all === 1 ? "node" : "nodes"} ${worst.what}`;
  return all === 1 ? "The node is up" : `All ${count(all)} nodes are up`;
}

export function summary(all: readonly NodeOverview[]): string {
  const nodes = all.filter(({ isReference }) => !isReference);
  const references = all.filter(({ isReference }) => isReference);
  const parts = [
    nodes.length === 0 ? [] : [`${upOf(nodes)} ${nodes.length === 1 ? "node" : "nodes"} returned a peer list`],
    references.length === 0
      ? []
      : [`${upOf(references)} ${references.length === 1 ? "reference" : "references"} returned a head`],
  ].flat();
  return parts.length === 0
    ? "This exporter polls no nodes: its configuration has none or, with --shard, the other exporters poll them."
    : `At the last poll, ${parts.join(" and ")}.`;
}

function upOf(nodes: readonly NodeOverview[]): string {
  return `${count(nodes.filter(isUp).length)} of ${count(nodes.length)}`;
}

function isUp({ condition }: NodeOverview): boolean {
  return condition === "up" || condition === "degraded";
}

type ChainTotals = {
  readonly chain: string;
  readonly nodes: readonly NodeOverview[];
};

export function totals(all: readonly NodeOverview[]): Markup {
  const nodes = all.filter(({ isReference }) => !isReference);
  if (nodes.length === 0) return NOTHING;
  return table<ChainTotals>({
    caption: "By chain",
    isCompact: true,
    columns: [
      { key: "chain", title: "Chain", isRowHeader: true, cell: ({ chain }) => markup`${chain}` },
      { key: "up", title: "Nodes up", isNumeric: true, cell: (row) => markup`${upOf(row.nodes)}` },
      {
        key: "peers",
        title: "Peers in / out",
        isNumeric: true,
        cell: (row) => peersText(row.nodes.flatMap((node) => peersOf(node) ?? [])),
      },
      { key: "lag", title: "Highest lag", isNumeric: true, cell: (row) => countOrUnknown(highestLag(row.nodes)) },
    ],
    rows: chainsOf(nodes).map((chain) => ({ chain, nodes: nodes.filter((node) => node.chain === chain) })),
  });
}

function chainsOf(nodes: readonly NodeOverview[]): readonly string[] {
  return [...new Set(nodes.map(({ chain }) => chain))];
}

function highestLag(nodes: readonly NodeOverview[]): number | undefined {
  const lags = nodes.flatMap((node) => lagOf(node) ?? []);
  return lags.length === 0 ? undefined : lags.reduce((worst, lag) => Math.max(worst, lag));
}

type Peers = NonNullable<ReturnType<typeof peersOf>>;

/** Connections by direction; apart from them, peers that are only known, which have none. */
export function peersText(all: readonly Peers[]): Markup {
  if (all.length === 0) return UNKNOWN;
  const sum = (direction: keyof Peers) => all.reduce((total, peers) => total + peers[direction], 0);
  const [inbound, outbound, unknown] = [sum("inbound"), sum("outbound"), sum("unknown")];
  if (unknown === 0) return markup`${count(inbound)} / ${count(outbound)}`;
  return inbound + outbound === 0
    ? markup`${count(unknown)} known`
    : markup`${count(inbound)} / ${count(outbound)} and ${count(unknown)} known`;
}

/** The links that select nodes, each with the number of nodes that it would show. */
export function selections(nodes: readonly NodeOverview[], path: string, query: PageQuery): Markup {
  const states = CONDITIONS.filter((state) => nodes.some(({ condition }) => condition === state));
  return markup`<nav class="selections" aria-label="Select nodes">${selection({
    title: "State",
    name: "state",
    values: states,
    nodes: nodes.filter(({ chain }) => isSelected(query, "chain", chain)),
    of: ({ condition }) => condition,
    path,
    query,
  })}${selection({
    title: "Chain",
    name: "chain",
    values: chainsOf(nodes),
    nodes: nodes.filter(({ condition }) => isSelected(query, "state", condition)),
    of: ({ chain }) => chain,
    path,
    query,
  })}</nav>`;
}

export function isSelected(query: PageQuery, name: string, value: string): boolean {
  const wanted = query.get(name);
  return wanted === undefined || wanted === value;
}

type SelectionOptions = {
  readonly title: string;
  readonly name: string;
  readonly values: readonly string[];
  /** The nodes that the other parameters select. */
  readonly nodes: readonly NodeOverview[];
  readonly of: (node: NodeOverview) => string;
  /** Of the page. */
  readonly path: string;
  readonly query: PageQuery;
};

function selection({ title, name, values, nodes, of, path, query }: SelectionOptions): Markup {
  if (values.length < 2 && !query.has(name)) return NOTHING;
  const links = [undefined, ...values].map((value) => {
    const current = query.get(name) === value ? markup` aria-current="true"` : NOTHING;
    const link = `${linkWith(path, query, { [name]: value, page: undefined })}#nodes`;
    const number = value === undefined ? nodes.length : nodes.filter((node) => of(node) === value).length;
    return markup`<li><a href="${link}"${current}>${labelOf(name, value)} <span class="number">${count(number)}</span></a></li>`;
  });
  return markup`<div><span id="by-${name}">${title}</span><ul aria-labelledby="by-${name}">${links}</ul></div>`;
}

function labelOf(name: string, value: string | undefined): Markup {
  if (value === undefined) return markup`all`;
  const state = CONDITIONS.find((condition) => name === "state" && condition === value);
  return state === undefined ? markup`${value}` : badge(state);
}
