import { type Markup, markup, NOTHING } from "../markup.ts";
import { count, countOrUnknown, UNKNOWN } from "./format.ts";
import { linkWith, type PageQuery } from "./links.ts";
import { CONDITIONS, isAlone, isBehind, lagOf, type NodeOverview, peersOf } from "./overview.ts";
import { CONDITION_WORDS } from "./parts.ts";
import { table } from "./table.ts";

/** What the page at `/` says of all nodes together, and its links that choose some of them. */

/** The title, too: what a glance at the tab should tell. */
export function heading(nodes: readonly NodeOverview[]): string {
  const polled = nodes.filter(({ isReference }) => !isReference);
  const all = polled.length;
  if (all === 0) return nodes.length === 0 ? "No nodes to poll" : "Only references are polled";
  const of = (number: number) => `${count(number)} of ${count(all)} ${all === 1 ? "node" : "nodes"}`;
  const number = (wanted: string) => polled.filter(({ condition }) => condition === wanted).length;
  const behind = polled.filter((node) => node.condition === "up" && isBehind(node)).length;
  if (number("down") > 0) return `${of(number("down"))} down`;
  if (number("partly") > 0) return `${of(number("partly"))} partly up`;
  if (number("waiting") > 0) return `${of(number("waiting"))} not polled yet`;
  const alone = polled.filter(isAlone).length;
  if (alone > 0) return `${of(alone)} without peers`;
  if (behind > 0) return `${of(behind)} behind`;
  return all === 1 ? "The node is up" : `All ${count(all)} nodes are up`;
}

export function summary(all: readonly NodeOverview[]): string {
  const nodes = all.filter(({ isReference }) => !isReference);
  const references = all.filter(({ isReference }) => isReference);
  const told = [
    nodes.length === 0 ? [] : [`${upOf(nodes)} ${nodes.length === 1 ? "node" : "nodes"} gave a peer list`],
    references.length === 0
      ? []
      : [`${upOf(references)} ${references.length === 1 ? "reference" : "references"} gave a head`],
  ].flat();
  return told.length === 0
    ? "This exporter has none of its own: with --shard, other exporters have them."
    : `At the last poll ${told.join(" and ")}.`;
}

function upOf(nodes: readonly NodeOverview[]): string {
  return `${count(nodes.filter(isUp).length)} of ${count(nodes.length)}`;
}

function isUp({ condition }: NodeOverview): boolean {
  return condition === "up" || condition === "partly";
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
      { key: "lag", title: "Worst lag", isNumeric: true, cell: (row) => countOrUnknown(worstLag(row.nodes)) },
    ],
    rows: chainsOf(nodes).map((chain) => ({ chain, nodes: nodes.filter((node) => node.chain === chain) })),
  });
}

function chainsOf(nodes: readonly NodeOverview[]): readonly string[] {
  return [...new Set(nodes.map(({ chain }) => chain))];
}

function worstLag(nodes: readonly NodeOverview[]): number | undefined {
  const lags = nodes.flatMap((node) => lagOf(node) ?? []);
  return lags.length === 0 ? undefined : lags.reduce((worst, lag) => Math.max(worst, lag));
}

type Peers = NonNullable<ReturnType<typeof peersOf>>;

/** Where no direction is known, one number. */
export function peersText(all: readonly Peers[]): Markup {
  if (all.length === 0) return UNKNOWN;
  const sum = (direction: keyof Peers) => all.reduce((total, peers) => total + peers[direction], 0);
  const [inbound, outbound, unknown] = [sum("inbound"), sum("outbound"), sum("unknown")];
  if (unknown === 0) return markup`${count(inbound)} / ${count(outbound)}`;
  return inbound + outbound === 0
    ? markup`${count(unknown)}`
    : markup`${count(inbound)} / ${count(outbound)} and ${count(unknown)}`;
}

/** The links that choose nodes, each with how many it would show. */
export function choices(nodes: readonly NodeOverview[], query: PageQuery): Markup {
  const states = CONDITIONS.filter((state) => nodes.some(({ condition }) => condition === state));
  return markup`<nav class="choices" aria-label="Choose nodes">${choice({
    title: "State",
    name: "state",
    values: states,
    nodes: nodes.filter(({ chain }) => isChosen(query, "chain", chain)),
    of: ({ condition }) => condition,
    query,
  })}${choice({
    title: "Chain",
    name: "chain",
    values: chainsOf(nodes),
    nodes: nodes.filter(({ condition }) => isChosen(query, "state", condition)),
    of: ({ chain }) => chain,
    query,
  })}</nav>`;
}

export function isChosen(query: PageQuery, name: string, value: string): boolean {
  const wanted = query.get(name);
  return wanted === undefined || wanted === value;
}

type ChoiceOptions = {
  readonly title: string;
  readonly name: string;
  readonly values: readonly string[];
  /** Those that the other choices leave. */
  readonly nodes: readonly NodeOverview[];
  readonly of: (node: NodeOverview) => string;
  readonly query: PageQuery;
};

function choice({ title, name, values, nodes, of, query }: ChoiceOptions): Markup {
  if (values.length < 2 && !query.has(name)) return NOTHING;
  const links = [undefined, ...values].map((value) => {
    const current = query.get(name) === value ? markup` aria-current="true"` : NOTHING;
    const link = `${linkWith("/", query, { [name]: value, page: undefined })}#nodes`;
    const number = value === undefined ? nodes.length : nodes.filter((node) => of(node) === value).length;
    return markup`<li><a href="${link}"${current}>${labelOf(name, value)} <span class="number">${count(number)}</span></a></li>`;
  });
  return markup`<div><span id="by-${name}">${title}</span><ul aria-labelledby="by-${name}">${links}</ul></div>`;
}

function labelOf(name: string, value: string | undefined): Markup {
  if (value === undefined) return markup`all`;
  const state = CONDITIONS.find((condition) => name === "state" && condition === value);
  if (state === undefined) return markup`${value}`;
  const [sign, words] = CONDITION_WORDS[state];
  return markup`<span class="badge ${state}"><span aria-hidden="true">${sign}</span> ${words}</span>`;
}
