import { eachStep, mapSteps, type Steps } from "../../lib/slices.ts";
import { totalPeers } from "../../model/report.ts";
import { groupByCause, shortCause } from "./causes.ts";
import { filters, hasFilters, withoutFilters } from "./filters.ts";
import { age, count, countOrUnknown, labelText, UNKNOWN } from "./format.ts";
import { type Markup, markup, NOTHING } from "./markup.ts";
import { hasNoPeers, headOf, isBehind, lagOf, type NodeOverview, peersOf } from "./overview.ts";
import { linkWith, type PageQuery } from "./query.ts";
import { LABEL, selected, selectionOf } from "./selection.ts";
import { headlineOf, headlineText, peersText, summary } from "./summary.ts";
import { type Column, SORT_PARAMETERS, sortedRows, table } from "./table.ts";
import { type AssessedNode, assess, TROUBLED_STATES } from "./troubles.ts";

/** The page at `/`: all nodes, unhealthy ones first. */

export const STATUS_PARAMETERS = ["q", "chain", "state", "page", ...SORT_PARAMETERS];
export const REPEATED_PARAMETERS = [LABEL];

/** A page stays below 1 MB, even if all of its nodes fail; only unusually many or long labels make it larger. */
const NODES_PER_PAGE = 500;

type StatusOptions = {
  readonly nodes: readonly NodeOverview[];
  readonly query: PageQuery;
  readonly nowMs: number;
  readonly telemetryPath: string;
  /** What the paths of links begin with. */
  readonly linkPrefix: string;
};

type AssessedOptions = {
  readonly nodes: readonly AssessedNode[];
  readonly query: PageQuery;
  readonly nowMs: number;
  readonly linkPrefix: string;
};

/** The title says the worst, for people who have many tabs. A fleet takes a page that would keep scrapes waiting. */
export function* statusSteps(options: StatusOptions): Steps<{ readonly title: string; readonly content: Markup }> {
  const { query, nowMs, telemetryPath, linkPrefix } = options;
  const nodes = yield* mapSteps(options.nodes, (node) => assess(node, nowMs));
  const headline = headlineOf(nodes);
  const linkTo = (state: string) => linkWith(`${linkPrefix}/`, new Map(), { state });
  const { text, state, cause } = headline;
  const worst = state === undefined ? markup`${text}` : markup`<a href="${linkTo(state)}">${text}</a>${cause}`;
  const heading = markup`<h1 class="${worstClass(nodes)}">${worst}</h1>
${summary(nodes, linkTo)}`;
  yield;
  const table = nodes.length === 0 ? NOTHING : yield* selectedSteps({ nodes, query, nowMs, linkPrefix });
  const content = markup`${heading}
${table}
<h2>Endpoints</h2>
<dl class="links endpoints">
${endpointLinks(telemetryPath, linkPrefix)}</dl>
`;
  return { title: headlineText(headline), content };
}

function worstClass(nodes: readonly AssessedNode[]): string {
  const own = nodes.filter(({ node }) => !node.isReference);
  const [first, ...others] = own;
  return first === undefined
    ? ""
    : rowClass(others.reduce((worst, each) => (each.rank < worst.rank ? each : worst), first));
}

function rowClass({ node, troubles }: AssessedNode): string {
  const [worst] = troubles;
  if (worst?.level === "critical") return "down";
  return worst !== undefined && node.condition === "up" ? "warning" : node.condition;
}

function* selectedSteps({ nodes, query, nowMs, linkPrefix }: AssessedOptions): Steps<Markup> {
  const path = `${linkPrefix}/`;
  const selection = selectionOf(query);
  // It remembers what it found.
  yield* eachStep(nodes, selection.search);
  const found = selected(nodes, selection);
  const head = filters({ nodes, selection, path, query });
  yield;
  if (found.length === 0)
    return markup`${head}
<p><span data-found>No node matches.</span> <a href="${withoutFilters(path, query)}">Show all</a></p>`;
  const shared = sharedLabels(nodes.map(({ node }) => node));
  const isGrouped = (query.get("sort") ?? "state") === "state";
  const { ordered, groupOf } = groupByCause(found, linkPrefix);
  const own = isGrouped ? (each: AssessedNode) => groupOf(each)?.ownText(each) : undefined;
  const all = columns({ nowMs, shared, linkPrefix, own });
  yield;
  const sorted = sortedRows(all, query, ordered);
  yield;
  const page = pageOf(sorted.length, query.get("page"));
  const rows = sorted.slice((page - 1) * NODES_PER_PAGE, page * NODES_PER_PAGE);
  const links = pageLinks(sorted.length, page, path, query);
  return markup`${head}
${links}
${table({
  caption: captionOf(found.length, nodes.length, query),
  columns: all,
  rows,
  ...(isGrouped ? { groupOf } : { rowClass }),
  sorting: { path, query, anchor: "nodes" },
  titlesOf: "nodes",
})}
${links}${Object.keys(shared).length === 0 ? NOTHING : markup`<p>Labels of all nodes: ${labelText(shared)}</p>`}`;
}

/** A screen reader gets the number when a search has changed it (script/search.js). */
function captionOf(found: number, all: number, query: PageQuery): Markup {
  const nodes = hasFilters(query)
    ? `${count(found)} of ${count(all)} nodes`
    : `${count(all)} ${all === 1 ? "node" : "nodes"}`;
  const order = query.has("sort") || all === 1 ? "" : ", unhealthy ones first";
  return markup`<span data-found>${nodes}</span>${order}`;
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

type ColumnsOptions = {
  readonly nowMs: number;
  readonly shared: Readonly<Record<string, string>>;
  readonly linkPrefix: string;
  /** What the head of a node's group does not say of it; undefined: there are no groups. */
  readonly own: ((assessed: AssessedNode) => Markup | undefined) | undefined;
};

function columns({ nowMs, shared, linkPrefix, own }: ColumnsOptions): readonly Column<AssessedNode>[] {
  return [
    {
      key: "name",
      title: "Node",
      isRowHeader: true,
      sortBy: ({ node }) => node.name,
      cell: (each) => markup`${nameCell(each.node, shared, linkPrefix)}${own?.(each)}`,
    },
    { key: "state", title: "State", sortBy: ({ rank }) => rank, cell: (each) => stateCell(each, own === undefined) },
    { key: "chain", title: "Chain", sortBy: ({ node }) => node.chain, cell: ({ node }) => markup`${node.chain}` },
    {
      key: "peers",
      title: "Peers in / out",
      isNumeric: true,
      first: "desc",
      sortBy: ({ node }) => {
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
      sortBy: ({ node }) => headOf(node),
      cell: ({ node }) => countOrUnknown(headOf(node)),
    },
    {
      key: "lag",
      title: "Blocks behind",
      isNumeric: true,
      first: "desc",
      sortBy: ({ node }) => lagOf(node),
      cell: lagCell,
    },
    {
      key: "age",
      title: "Data age",
      isNumeric: true,
      first: "desc",
      sortBy: ({ node: { lastSuccessMs } }) => (lastSuccessMs === undefined ? undefined : nowMs - lastSuccessMs),
      cell: ({ node: { lastSuccessMs } }) =>
        lastSuccessMs === undefined ? UNKNOWN : markup`${age((nowMs - lastSuccessMs) / 1000)}`,
    },
  ];
}

function nameCell(
  { name, isReference, labels }: NodeOverview,
  shared: Readonly<Record<string, string>>,
  linkPrefix: string,
): Markup {
  const own = Object.entries(labels).filter(([label]) => !(label in shared));
  const labelsText = own.map(([label, value]) => `${label}=${value}`).join(" ");
  return markup`<a href="${linkPrefix}/nodes/${encodeURIComponent(name)}">${name}</a>${isReference ? markup` <small>reference</small>` : NOTHING}${labelsText === "" ? NOTHING : markup` <i>${labelsText}</i>`}`;
}

/** The worst trouble, then the others. Where the head of a group does not say the cause, it is here in short. */
function stateCell(assessed: AssessedNode, withCause: boolean): Markup {
  const [worst, ...others] = assessed.troubles;
  if (worst === undefined) return UP_STATE;
  const cause = withCause ? shortCause(assessed) : undefined;
  const more = [
    ...(cause === undefined ? [] : [`: ${cause}`]),
    ...others.map(({ state }) => `, ${TROUBLED_STATES.get(state)?.ofNodes}`),
  ].join("");
  return markup`<b class="${worst.level}">${worst.text}</b>${more}`;
}

const UP_STATE = markup`<b class="up">up</b>`;

function peersCell({ node }: AssessedNode): Markup {
  const peers = peersOf(node);
  const text = peersText(peers === undefined ? [] : [peers]);
  return hasNoPeers(node) ? markup`<strong class="warning">${text}</strong>` : text;
}

function lagCell({ node }: AssessedNode): Markup {
  const lag = lagOf(node);
  return lag !== undefined && isBehind(node)
    ? markup`<strong class="warning">${count(lag)}</strong>`
    : countOrUnknown(lag);
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
