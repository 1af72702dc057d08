import { badge, count, countOrUnknown, failureText, labelText, moment, UNKNOWN } from "./format.ts";
import { type Markup, markup, NOTHING } from "./markup.ts";
import { hasNoPeers, headOf, isBehind, lagOf, type NodeOverview, peersOf, totalPeers } from "./overview.ts";
import { heading, isSelected, peersText, selections, summary, totals } from "./summary.ts";
import { type Column, linkWith, type PageQuery, SORT_PARAMETERS, sortedRows, table } from "./table.ts";
import { rank, troublesOf } from "./troubles.ts";

/** The page at `/`: all nodes, unhealthy ones first. */

export const STATUS_PARAMETERS = ["chain", "state", "page", ...SORT_PARAMETERS];

/** A page stays below 1 MB, even if all of its nodes fail. */
const NODES_PER_PAGE = 500;

type StatusOptions = {
  readonly nodes: readonly NodeOverview[];
  readonly query: PageQuery;
  readonly nowMs: number;
  readonly telemetryPath: string;
  /** What the paths of links begin with. */
  readonly linkPrefix: string;
};

export function statusPage({ nodes, query, nowMs, telemetryPath, linkPrefix }: StatusOptions): Markup {
  const isFiltered = query.has("chain") || query.has("state");
  return markup`<h1 class="${worstClass(nodes, nowMs)}">${heading(nodes, nowMs)}</h1>
<p>${summary(nodes)}</p>
${totals(nodes)}
${nodes.length === 0 ? NOTHING : markup`<h2>${isFiltered ? "Selected nodes" : "All nodes"}</h2>${selectedNodes({ nodes, query, nowMs, linkPrefix })}`}
<h2>Endpoints</h2>
<dl class="links">
${endpointLinks(telemetryPath, linkPrefix)}</dl>`;
}

function worstClass(nodes: readonly NodeOverview[], nowMs: number): string {
  const [worst] = byRank(
    nodes.filter(({ isReference }) => !isReference),
    nowMs,
  );
  return worst === undefined ? "" : rowClass(worst, nowMs);
}

function rowClass(node: NodeOverview, nowMs: number): string {
  const [worst] = troublesOf(node, nowMs);
  if (worst?.level === "critical") return "down";
  return worst !== undefined && node.condition === "up" ? "warning" : node.condition;
}

/** Each rank is found once, not at each comparison. */
function byRank(nodes: readonly NodeOverview[], nowMs: number): readonly NodeOverview[] {
  return nodes
    .map((node) => ({ node, rank: rank(node, nowMs) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ node }) => node);
}

function selectedNodes({ nodes, query, nowMs, linkPrefix }: Omit<StatusOptions, "telemetryPath">): Markup {
  const path = `${linkPrefix}/`;
  const selected = nodes.filter(
    ({ chain, condition }) => isSelected(query, "chain", chain) && isSelected(query, "state", condition),
  );
  const shared = sharedLabels(nodes);
  const all = columns(nowMs, shared, linkPrefix);
  const sorted = sortedRows(all, query, byRank(selected, nowMs));
  const page = pageOf(sorted.length, query.get("page"));
  const rows = sorted.slice((page - 1) * NODES_PER_PAGE, page * NODES_PER_PAGE);
  const links = pageLinks(sorted.length, page, path, query);
  if (selected.length === 0)
    return markup`${selections(nodes, path, query)}
<p>No node matches. <a href="${path}">Show all</a></p>`;
  return markup`${selections(nodes, path, query)}
${links}
${table({
  caption: "State after each node's last poll, unhealthy nodes first by default.",
  columns: all,
  rows,
  rowClass: (node) => rowClass(node, nowMs),
  detail: ({ failures }) =>
    failures.length === 0 ? undefined : markup`${failures.map((failure) => failureText(failure, linkPrefix))}`,
  sorting: { path, query, anchor: "nodes" },
})}
${links}${Object.keys(shared).length === 0 ? NOTHING : markup`<p>Labels of all nodes: ${labelText(shared)}</p>`}`;
}

function pageOf(rows: number, wanted: string | undefined): number {
  const last = Math.max(1, Math.ceil(rows / NODES_PER_PAGE));
  const page = Number(wanted ?? 1);
  return Number.isInteger(page) && page >= 1 ? Math.min(page, last) : 1;
}

function pageLinks(rows: number, current: number, path: string, query: PageQuery): Markup {
  const pages = Math.ceil(rows / NODES_PER_PAGE);
  if (pages <= 1) return NOTHING;
  const links = Array.from({ length: pages }, (_, index) => {
    const [first, last] = [index * NODES_PER_PAGE + 1, Math.min(rows, (index + 1) * NODES_PER_PAGE)];
    const link = `${linkWith(path, query, { page: String(index + 1) })}#nodes`;
    return markup`<li><a href="${link}"${index + 1 === current ? markup` aria-current="page"` : NOTHING}>${count(first)} to ${count(last)}</a></li>`;
  });
  return markup`<ul class="pages">${links}</ul>`;
}

/** Labels that all nodes have do not distinguish them: the page shows them once. */
function sharedLabels(nodes: readonly NodeOverview[]): Readonly<Record<string, string>> {
  const [first, ...others] = nodes;
  if (first === undefined || others.length === 0) return {};
  return Object.fromEntries(
    Object.entries(first.labels).filter(([name, value]) => others.every(({ labels }) => labels[name] === value)),
  );
}

function columns(
  nowMs: number,
  shared: Readonly<Record<string, string>>,
  linkPrefix: string,
): readonly Column<NodeOverview>[] {
  return [
    {
      key: "name",
      title: "Node",
      isRowHeader: true,
      sortBy: ({ name }) => name,
      cell: (node) => nameCell(node, shared, linkPrefix),
    },
    { key: "state", title: "State", sortBy: (node) => rank(node, nowMs), cell: ({ condition }) => badge(condition) },
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

function nameCell(
  { name, isReference, labels }: NodeOverview,
  shared: Readonly<Record<string, string>>,
  linkPrefix: string,
): Markup {
  const own = Object.fromEntries(Object.entries(labels).filter(([label]) => !(label in shared)));
  return markup`<a href="${linkPrefix}/nodes/${encodeURIComponent(name)}">${name}</a>${isReference ? markup` <span class="quiet">reference</span>` : NOTHING} ${labelText(own)}`;
}

function peersCell(node: NodeOverview): Markup {
  const peers = peersOf(node);
  const text = peersText(peers === undefined ? [] : [peers]);
  return hasNoPeers(node) ? markup`<strong class="warning">${text}</strong>` : text;
}

function lagCell(node: NodeOverview): Markup {
  const lag = lagOf(node);
  const known =
    lag !== undefined && isBehind(node) ? markup`<strong class="warning">${count(lag)}</strong>` : countOrUnknown(lag);
  return markup`${known}${node.syncing ? markup` <span class="badge degraded">syncing</span>` : NOTHING}${node.isForked ? markup` <span class="badge down">forked</span>` : NOTHING}`;
}

function endpointLinks(telemetryPath: string, linkPrefix: string): readonly Markup[] {
  const links: readonly (readonly [path: string, text: string])[] = [
    [telemetryPath, "metrics of all nodes and of the exporter, for Prometheus"],
    ["/sd", "the nodes as targets, for Prometheus' HTTP service discovery"],
    ["/-/healthy", "200 while the exporter runs"],
    ["/-/ready", "200 after every node was polled once, 503 before"],
  ];
  return links.map(
    ([path, text]) => markup`<div><dt><a href="${linkPrefix}${path}">${linkPrefix}${path}</a></dt><dd>${text}</dd></div>
`,
  );
}
