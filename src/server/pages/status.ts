import { type Markup, markup, NOTHING } from "../markup.ts";
import { count, countOrUnknown, moment, UNKNOWN } from "./format.ts";
import { linkWith, type PageQuery } from "./links.ts";
import {
  headOf,
  isAlone,
  isBehind,
  isSuspect,
  lagOf,
  type NodeOverview,
  peersOf,
  rank,
  totalPeers,
} from "./overview.ts";
import { badge, failureText, labelText } from "./parts.ts";
import { choices, heading, isChosen, peersText, summary, totals } from "./summary.ts";
import { type Column, SORT_PARAMETERS, sortedRows, table } from "./table.ts";

/** The page at `/`: every node, the sick ones first. */

export const STATUS_PARAMETERS = ["chain", "state", "page", ...SORT_PARAMETERS];

/** A page stays below 1 MB, also when every node of it is sick. */
const NODES_PER_PAGE = 500;

export type StatusOptions = {
  readonly nodes: readonly NodeOverview[];
  readonly query: PageQuery;
  readonly nowMs: number;
  readonly telemetryPath: string;
};

export function statusPage({ nodes, query, nowMs, telemetryPath }: StatusOptions): Markup {
  const isFiltered = query.has("chain") || query.has("state");
  return markup`<h1 class="${worstOf(nodes)}">${heading(nodes)}</h1>
<p>${summary(nodes)}</p>
${totals(nodes)}
${nodes.length === 0 ? NOTHING : markup`<h2>${isFiltered ? "Chosen nodes" : "All nodes"}</h2>${chosenNodes(nodes, query, nowMs)}`}
<h2>For machines</h2>
<dl class="links">
${machineLinks(telemetryPath)}</dl>`;
}

function worstOf(nodes: readonly NodeOverview[]): string {
  const [worst] = nodes.filter(({ isReference }) => !isReference).sort((a, b) => rank(a) - rank(b));
  return worst === undefined ? "" : rowClass(worst);
}

function rowClass(node: NodeOverview): string {
  return isSuspect(node) ? "suspect" : node.condition;
}

function chosenNodes(nodes: readonly NodeOverview[], query: PageQuery, nowMs: number): Markup {
  const chosen = nodes.filter(
    ({ chain, condition }) => isChosen(query, "chain", chain) && isChosen(query, "state", condition),
  );
  const shared = sharedLabels(nodes);
  const all = columns(nowMs, shared);
  const sorted = sortedRows(
    all,
    query,
    [...chosen].sort((a, b) => rank(a) - rank(b)),
  );
  const page = pageOf(sorted.length, query.get("page"));
  const rows = sorted.slice((page - 1) * NODES_PER_PAGE, page * NODES_PER_PAGE);
  const links = pageLinks(sorted.length, page, query);
  if (chosen.length === 0)
    return markup`${choices(nodes, query)}
<p>No node is like that. <a href="/">Show all</a></p>`;
  return markup`${choices(nodes, query)}
${links}
${table({
  caption: "As of each node's last poll; the sick ones first unless sorted otherwise.",
  columns: all,
  rows,
  rowClass,
  detail: ({ failures }) => (failures.length === 0 ? undefined : markup`${failures.map(failureText)}`),
  sorting: { path: "/", query, anchor: "nodes" },
})}
${links}${Object.keys(shared).length === 0 ? NOTHING : markup`<p>All of them have ${labelText(shared)}</p>`}`;
}

function pageOf(rows: number, wanted: string | undefined): number {
  const last = Math.max(1, Math.ceil(rows / NODES_PER_PAGE));
  const page = Number(wanted ?? 1);
  return Number.isInteger(page) && page >= 1 ? Math.min(page, last) : 1;
}

function pageLinks(rows: number, current: number, query: PageQuery): Markup {
  const pages = Math.ceil(rows / NODES_PER_PAGE);
  if (pages <= 1) return NOTHING;
  const links = Array.from({ length: pages }, (_, index) => {
    const [first, last] = [index * NODES_PER_PAGE + 1, Math.min(rows, (index + 1) * NODES_PER_PAGE)];
    const link = `${linkWith("/", query, { page: String(index + 1) })}#nodes`;
    return markup`<li><a href="${link}"${index + 1 === current ? markup` aria-current="page"` : NOTHING}>${count(first)} to ${count(last)}</a></li>`;
  });
  return markup`<ul class="pages">${links}</ul>`;
}

/** What each of several nodes has tells none from another: it is said once. */
function sharedLabels(nodes: readonly NodeOverview[]): Readonly<Record<string, string>> {
  const [first, ...others] = nodes;
  if (first === undefined || others.length === 0) return {};
  return Object.fromEntries(
    Object.entries(first.labels).filter(([name, value]) => others.every(({ labels }) => labels[name] === value)),
  );
}

function columns(nowMs: number, shared: Readonly<Record<string, string>>): readonly Column<NodeOverview>[] {
  return [
    {
      key: "name",
      title: "Node",
      isRowHeader: true,
      sortBy: ({ name }) => name,
      cell: (node) => nameCell(node, shared),
    },
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
    { key: "lag", title: "Blocks behind", isNumeric: true, first: "desc", sortBy: lagOf, cell: lagCell },
    {
      key: "age",
      title: "Data age",
      isNumeric: true,
      first: "desc",
      sortBy: ({ lastSuccessMs }) => (lastSuccessMs === undefined ? undefined : nowMs - lastSuccessMs),
      cell: ({ lastSuccessMs }) => (lastSuccessMs === undefined ? UNKNOWN : moment(lastSuccessMs, nowMs)),
    },
  ];
}

function nameCell({ name, isReference, labels }: NodeOverview, shared: Readonly<Record<string, string>>): Markup {
  const own = Object.fromEntries(Object.entries(labels).filter(([label]) => !(label in shared)));
  return markup`<a href="/nodes/${encodeURIComponent(name)}">${name}</a>${isReference ? markup` <span class="quiet">reference</span>` : NOTHING} ${labelText(own)}`;
}

function peersCell(node: NodeOverview): Markup {
  const peers = peersOf(node);
  const text = peersText(peers === undefined ? [] : [peers]);
  return isAlone(node) ? markup`<strong class="suspect">${text}</strong>` : text;
}

function lagCell(node: NodeOverview): Markup {
  const lag = lagOf(node);
  const known =
    lag !== undefined && isBehind(node) ? markup`<strong class="suspect">${count(lag)}</strong>` : countOrUnknown(lag);
  return markup`${known}${node.syncing ? markup` <span class="badge partly">syncing</span>` : NOTHING}`;
}

function machineLinks(telemetryPath: string): readonly Markup[] {
  const links: readonly (readonly [path: string, text: string])[] = [
    [telemetryPath, "metrics of all nodes and of the exporter itself: let Prometheus scrape this"],
    ["/sd", "each node as a target of its own, for Prometheus' HTTP service discovery"],
    ["/-/healthy", "200 while the exporter runs"],
    ["/-/ready", "200 when every node was polled once, 503 before"],
  ];
  return links.map(
    ([path, text]) => markup`<div><dt><a href="${path}">${path}</a></dt><dd>${text}</dd></div>
`,
  );
}
