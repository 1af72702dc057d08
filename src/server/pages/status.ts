import { type Markup, markup, NOTHING } from "../markup.ts";
import { linkWith, type PageQuery } from "./links.ts";
import { CONDITIONS, type NodeOverview, peersOf, totalPeers } from "./overview.ts";
import { badge, failureText, labelText } from "./parts.ts";
import { type Column, SORT_PARAMETERS, table } from "./table.ts";
import { count, countOrUnknown, moment, UNKNOWN } from "./words.ts";

/** The page at `/`: every node, the sick ones first. */

export const STATUS_PARAMETERS = ["chain", "state", ...SORT_PARAMETERS];

export type StatusOptions = {
  readonly nodes: readonly NodeOverview[];
  readonly query: PageQuery;
  readonly nowMs: number;
  readonly telemetryPath: string;
};

export function statusPage({ nodes, query, nowMs, telemetryPath }: StatusOptions): Markup {
  const chosen = nodes.filter(
    ({ chain, condition }) => isChosen(query, "chain", chain) && isChosen(query, "state", condition),
  );
  const worstFirst = [...chosen].sort((a, b) => rank(a) - rank(b));
  const [polled, references] = [
    nodes.filter(({ isReference }) => !isReference),
    nodes.filter((node) => node.isReference),
  ];
  return markup`<h1>${heading(polled)}</h1>
<p>${summary(polled, references)}</p>
${totals(polled)}
<h2>${query.has("chain") || query.has("state") ? "Chosen nodes" : "All nodes"}</h2>
${choices(nodes, query)}
${
  chosen.length === 0
    ? markup`<p>No node is like that. <a href="/">Show all</a></p>`
    : table({
        caption: "As of each node's last poll; the sick ones first unless sorted otherwise.",
        columns: columns(nowMs),
        rows: worstFirst,
        rowClass: ({ condition }) => condition,
        sorting: { path: "/", query, anchor: "nodes" },
      })
}
<h2>For machines</h2>
<dl class="links">
${machineLinks(telemetryPath)}</dl>`;
}

function isChosen(query: PageQuery, name: string, value: string): boolean {
  const wanted = query.get(name);
  return wanted === undefined || wanted === value;
}

function rank({ condition }: NodeOverview): number {
  return CONDITIONS.indexOf(condition);
}

/** The title, too: what a glance at the tab should tell. */
export function heading(nodes: readonly NodeOverview[]): string {
  const down = nodes.filter(({ condition, isReference }) => condition === "down" && !isReference).length;
  return down === 0 ? "Nodes" : `${down} of ${nodes.filter(({ isReference }) => !isReference).length} nodes down`;
}

function summary(nodes: readonly NodeOverview[], references: readonly NodeOverview[]): string {
  const peers = `${nodes.filter(isUp).length} of ${nodes.length} ${nodes.length === 1 ? "node" : "nodes"} gave a peer list`;
  const heads = `${references.filter(isUp).length} of ${references.length} ${references.length === 1 ? "reference" : "references"} gave a head`;
  return `At the last poll ${peers}${references.length === 0 ? "" : ` and ${heads}`}.`;
}

function isUp({ condition }: NodeOverview): boolean {
  return condition === "up" || condition === "partly";
}

type ChainTotals = {
  readonly chain: string;
  readonly nodes: readonly NodeOverview[];
};

function totals(nodes: readonly NodeOverview[]): Markup {
  const chains = [...new Set(nodes.map(({ chain }) => chain))];
  return table<ChainTotals>({
    caption: "By chain",
    isCompact: true,
    columns: [
      { key: "chain", title: "Chain", isRowHeader: true, cell: ({ chain }) => markup`${chain}` },
      {
        key: "up",
        title: "Nodes up",
        isNumeric: true,
        cell: ({ nodes: own }) => markup`${own.filter(isUp).length} of ${own.length}`,
      },
      {
        key: "peers",
        title: "Peers in / out",
        isNumeric: true,
        cell: ({ nodes: own }) => peersText(own.flatMap((node) => peersOf(node) ?? [])),
      },
      { key: "lag", title: "Worst lag", isNumeric: true, cell: ({ nodes: own }) => countOrUnknown(worstLag(own)) },
    ],
    rows: chains.map((chain) => ({ chain, nodes: nodes.filter((node) => node.chain === chain) })),
  });
}

function worstLag(nodes: readonly NodeOverview[]): number | undefined {
  const lags = nodes.flatMap((node) => lagOf(node) ?? []);
  return lags.length === 0 ? undefined : Math.max(...lags);
}

type Peers = NonNullable<ReturnType<typeof peersOf>>;

/** Where no direction is known, one number. */
function peersText(all: readonly Peers[]): Markup {
  if (all.length === 0) return UNKNOWN;
  const sum = (direction: keyof Peers) => all.reduce((total, peers) => total + peers[direction], 0);
  const [inbound, outbound, unknown] = [sum("inbound"), sum("outbound"), sum("unknown")];
  if (unknown === 0) return markup`${count(inbound)} / ${count(outbound)}`;
  return inbound + outbound === 0
    ? markup`${count(unknown)}`
    : markup`${count(inbound)} / ${count(outbound)} and ${count(unknown)}`;
}

function choices(nodes: readonly NodeOverview[], query: PageQuery): Markup {
  const chains = [...new Set(nodes.map(({ chain }) => chain))];
  const states = CONDITIONS.filter((state) => nodes.some(({ condition }) => condition === state));
  return markup`<nav aria-label="Choose nodes">${choice("Chain", "chain", chains, query)}${choice("State", "state", states, query)}</nav>`;
}

function choice(title: string, name: string, values: readonly string[], query: PageQuery): Markup {
  if (values.length < 2 && !query.has(name)) return NOTHING;
  const links = [undefined, ...values].map((value) => {
    const isCurrent = query.get(name) === value;
    const link = `${linkWith("/", query, { [name]: value })}#nodes`;
    return markup`<li><a href="${link}"${isCurrent ? markup` aria-current="true"` : NOTHING}>${isCurrent ? markup`<strong>${value ?? "all"}</strong>` : (value ?? "all")}</a></li>`;
  });
  return markup`<ul class="choices"><li class="quiet">${title}:</li>${links}</ul>`;
}

function columns(nowMs: number): readonly Column<NodeOverview>[] {
  return [
    { key: "name", title: "Node", isRowHeader: true, sortBy: ({ name }) => name, cell: nameCell },
    { key: "state", title: "State", sortBy: rank, cell: ({ condition }) => badge(condition) },
    { key: "chain", title: "Chain", sortBy: ({ chain }) => chain, cell: ({ chain }) => markup`${chain}` },
    {
      key: "peers",
      title: "Peers in / out",
      isNumeric: true,
      first: "desc",
      sortBy: (node) => {
        const peers = peersOf(node);
        return peers && totalPeers(peers);
      },
      cell: peersCell,
    },
    {
      key: "head",
      title: "Head",
      isNumeric: true,
      first: "desc",
      sortBy: headOf,
      cell: (node) => countOrUnknown(headOf(node)),
    },
    { key: "lag", title: "Lag", isNumeric: true, first: "desc", sortBy: lagOf, cell: lagCell },
    {
      key: "age",
      title: "Data age",
      isNumeric: true,
      first: "desc",
      sortBy: ({ lastSuccessMs }) => (lastSuccessMs === undefined ? undefined : nowMs - lastSuccessMs),
      cell: ({ lastSuccessMs }) => (lastSuccessMs === undefined ? UNKNOWN : moment(lastSuccessMs, nowMs)),
    },
    {
      key: "error",
      title: "What is wrong",
      isWide: true,
      cell: ({ failures }) => markup`${failures.map(failureText)}`,
    },
  ];
}

function nameCell({ name, isReference, labels }: NodeOverview): Markup {
  return markup`<a href="/nodes/${encodeURIComponent(name)}">${name}</a>${isReference ? markup` <span class="quiet">reference</span>` : NOTHING} ${labelText(labels)}`;
}

function peersCell(node: NodeOverview): Markup {
  const peers = peersOf(node);
  return peersText(peers === undefined ? [] : [peers]);
}

function headOf({ last, failures }: NodeOverview): number | undefined {
  return failures.some(({ api }) => api === "head") ? undefined : last?.height;
}

function lagOf(node: NodeOverview): number | undefined {
  return headOf(node) === undefined ? undefined : node.last?.lagBlocks;
}

function lagCell(node: NodeOverview): Markup {
  return markup`${countOrUnknown(lagOf(node))}${node.syncing ? markup` <span class="badge partly">syncing</span>` : NOTHING}`;
}

function machineLinks(telemetryPath: string): readonly Markup[] {
  const links: readonly (readonly [path: string, text: string])[] = [
    [telemetryPath, "metrics of all nodes and of the exporter itself: let Prometheus scrape this"],
    ["/sd", "each node as a target of its own, for Prometheus' HTTP service discovery"],
    ["/-/healthy", "200 while the exporter runs"],
    ["/-/ready", "200 when every node was polled once, 503 before"],
  ];
  return links.map(
    ([path, text]) => markup`<dt><a href="${path}">${path}</a></dt><dd>${text}</dd>
`,
  );
}
