import { listsConnections } from "../../chains/adapter.ts";
import { chains } from "../../chains/index.ts";
import type { TextSample } from "../../lib/prometheus-text.ts";
import { totalPeers } from "../../model/report.ts";
import type { PollEntry, PollTrace, RecentPollsOfNode } from "../../poll/recent-polls.ts";
import { BAR_FAMILIES, bars } from "./bars.ts";
import { charts } from "./charts.ts";
import {
  bytes,
  count,
  countOrUnknown,
  duration,
  failureText,
  isoTime,
  labelText,
  moment,
  timeOfDay,
  UNKNOWN,
} from "./format.ts";
import { headline } from "./headline.ts";
import { HEAD_FAMILIES, headsTable } from "./heads.ts";
import { KNOWN_PEER_FAMILIES, knownPeersTable } from "./known-peers.ts";
import { type Markup, markup, NOTHING } from "./markup.ts";
import type { NodeOverview } from "./overview.ts";
import { PEER_FAMILIES, peersTable } from "./peers.ts";
import type { PageQuery } from "./query.ts";
import { SORT_PARAMETERS, table } from "./table.ts";

/** The page of one node: its failures, its heads, its peers, its last polls. */

export const NODE_PARAMETERS = SORT_PARAMETERS;

/** The families that the page shows, in addition to those of the peers. */
const HEAD_TIME = "p2p_node_head_timestamp_seconds";
const INFO = "p2p_node_info";
const OMITTED = "p2p_node_connections_omitted";
const MERGED = "p2p_node_connections_merged";
const WITHHELD = "p2p_node_series_withheld";
const SKEW = "p2p_node_clock_skew_seconds";
const CERTIFICATE = "p2p_node_tls_certificate_expiry_timestamp_seconds";

const FAMILIES: ReadonlySet<string> = new Set([
  ...PEER_FAMILIES,
  ...KNOWN_PEER_FAMILIES,
  ...BAR_FAMILIES,
  ...HEAD_FAMILIES,
  ...[HEAD_TIME, INFO, OMITTED, MERGED, WITHHELD, SKEW, CERTIFICATE],
]);

export function isShownOfNode(family: string): boolean {
  return FAMILIES.has(family);
}

type NodePageOptions = {
  readonly node: NodeOverview;
  readonly recentPolls: RecentPollsOfNode;
  /** The node's samples of the families that are shown. */
  readonly samples: readonly TextSample[];
  readonly query: PageQuery;
  readonly nowMs: number;
  /** What the paths of links begin with. */
  readonly linkPrefix: string;
};

export function nodePage({ node, recentPolls, samples, query, nowMs, linkPrefix }: NodePageOptions): Markup {
  const path = `${linkPrefix}/nodes/${encodeURIComponent(node.name)}`;
  const only = (family: string) => samples.find(({ name }) => name === family);
  const probe = `${linkPrefix}/probe?node=${encodeURIComponent(node.name)}`;
  return markup`${headline(node, nowMs, linkPrefix)}
<p>${node.isReference ? `reference of chain ${node.chain}` : node.chain} at ${node.server}, polled every ${duration(node.intervalMs / 1000)} ${labelText(node.labels)}</p>
${node.failures.length === 0 ? NOTHING : markup`<div class="failures ${node.condition}">${node.failures.map((failure) => failureText(failure, linkPrefix))}</div>`}
${details(node, only, nowMs)}
${contents(node, linkPrefix)}
${charts(node, recentPolls, nowMs)}
${node.isReference ? NOTHING : peers({ node, samples, query, nowMs }, path, only)}<h2 id="heads">Heads</h2>
${headsTable(samples)}
<h2 id="polls">Polls</h2>
<p>${node.isReference ? NOTHING : markup`Poll the node now: <a href="${probe}">metrics</a>, or <a href="${probe}&amp;debug=true">requests and metrics</a>.`}</p>
${recentPolls.polls.length === 0 ? markup`<p>No poll has ended yet.</p>` : pollsTable("Last polls", recentPolls.polls)}
${earlierFailures(recentPolls)}
${trace("last-trace", "Requests of the last poll", recentPolls.lastTrace)}
${recentPolls.lastFailedTrace === recentPolls.lastTrace ? NOTHING : trace("failed-trace", "Requests of the last failed poll", recentPolls.lastFailedTrace)}`;
}

function contents({ isReference }: NodeOverview, linkPrefix: string): Markup {
  const links = [
    [`${linkPrefix}/`, "All nodes"],
    ["#charts", "Charts"],
    ...(isReference ? [] : [["#of-peers", "Peers"]]),
    ["#heads", "Heads"],
    ["#polls", "Polls"],
  ] as const;
  return markup`<nav aria-label="This page"><ul class="inside">${links.map(([href, text]) => markup`<li><a href="${href}">${text}</a></li>`)}</ul></nav>`;
}

type Only = (family: string) => TextSample | undefined;

function details({ lastSuccessMs, syncing, condition }: NodeOverview, only: Only, nowMs: number): Markup {
  const info = only(INFO)?.labels;
  const skew = only(SKEW)?.value;
  const expiry = only(CERTIFICATE)?.value;
  const headTime = only(HEAD_TIME)?.value;
  const never = condition === "waiting" ? "no poll yet" : "no successful poll yet";
  const known: readonly (readonly [title: string, value: Markup | string | undefined])[] = [
    ["Last successful poll", lastSuccessMs === undefined ? never : moment(lastSuccessMs, nowMs)],
    ["Version", info?.get("version")],
    ["Network", info?.get("network")],
    ["Chain id", info?.get("chain_id")],
    ["Head block time", headTime === undefined ? undefined : moment(headTime * 1000, nowMs)],
    ["Syncing", syncing === undefined ? undefined : syncing ? "yes" : "no"],
    ["Clock skew", skew === undefined ? undefined : `${skew > 0 ? "+" : ""}${count(skew)} s`],
    ["Certificate expires", expiry === undefined ? undefined : timeOfDayOrNumber(expiry * 1000)],
  ];
  const items = known.map(([title, value]) =>
    value === undefined
      ? NOTHING
      : markup`<div><dt>${title}</dt><dd>${value}</dd></div>
`,
  );
  return markup`<dl class="facts">
${items}</dl>`;
}

function timeOfDayOrNumber(ms: number): Markup {
  return Number.isNaN(new Date(ms).getTime()) ? markup`${isoTime(ms)}` : timeOfDay(ms);
}

type Peers = Pick<NodePageOptions, "node" | "samples" | "query" | "nowMs">;

function peers({ node, samples, query, nowMs }: Peers, path: string, only: Only): Markup {
  const isKnown = !listsConnections(chains[node.chain].traits);
  const merged = only(MERGED)?.value ?? 0;
  const listed = isKnown
    ? knownPeersTable({ chain: node.chain, samples, merged, path, query })
    : peersTable({ samples, merged, path, query, nowMs });
  const rows = isKnown ? "known peers" : "connections";
  const notShown = only(OMITTED)?.value ?? 0;
  const withheldSeries = only(WITHHELD)?.value ?? 0;
  return markup`<h2 id="of-peers">${isKnown ? "Known peers" : "Peers"}</h2>
${bars(samples)}${listed ?? (withheldSeries > 0 ? NOTHING : noPeers(node, notShown, rows))}
${listed === undefined ? NOTHING : omitted(notShown, rows)}
${withheld(withheldSeries)}
`;
}

function noPeers({ condition }: NodeOverview, notShown: number, rows: string): Markup {
  if (condition === "down" || condition === "waiting") return markup`<p>No peer list available.</p>`;
  return notShown > 0
    ? markup`<p>${count(notShown)} ${rows} have no series of their own (connections.series is off, or connections.max_per_node is 0); <code>peer-exporter peers</code> lists them.</p>`
    : markup`<p>The node has no ${rows === "connections" ? "peers" : rows}.</p>`;
}

function omitted(notShown: number, rows: string): Markup {
  return notShown > 0
    ? markup`<p>${count(notShown)} more ${rows} have no series of their own (connections.max_per_node).</p>`
    : NOTHING;
}

function withheld(series: number): Markup {
  return series > 0
    ? markup`<p>${count(series)} more series are withheld: the node had too many new ones within an hour (connections.max_new_per_hour).</p>`
    : NOTHING;
}

function trace(id: string, title: string, given: RecentPollsOfNode["lastTrace"]): Markup {
  if (given === undefined) return NOTHING;
  return markup`<details id="${id}"><summary>${title}</summary>
${traceTable(`Ended ${isoTime(given.endedMs)}. Secrets are left out; URLs are cut to scheme, host and port.`, given)}
</details>`;
}

/** Failed polls are kept longer than others. */
function earlierFailures({ polls, failedPolls }: RecentPollsOfNode): Markup {
  const earlier = failedPolls.filter((poll) => !polls.includes(poll));
  return earlier.length === 0 ? NOTHING : pollsTable("Earlier failed polls", earlier);
}

function pollsTable(caption: string, polls: readonly PollEntry[]): Markup {
  return table<PollEntry>({
    caption,
    columns: [
      {
        key: "ended",
        title: "Ended (UTC)",
        isRowHeader: true,
        cell: ({ endedMs }) => markup`${isoTime(endedMs).slice(0, 19).replace("T", " ")}`,
      },
      { key: "took", title: "Duration", isNumeric: true, cell: (poll) => markup`${duration(poll.durationSeconds)}` },
      { key: "result", title: "Result", cell: resultOf },
      {
        key: "peers",
        title: "Peers",
        isNumeric: true,
        cell: ({ peers }) => countOrUnknown(peers && totalPeers(peers)),
      },
      { key: "head", title: "Head", isNumeric: true, cell: ({ height }) => countOrUnknown(height) },
      { key: "lag", title: "Lag", isNumeric: true, cell: ({ lagBlocks }) => countOrUnknown(lagBlocks) },
    ],
    rows: polls,
    titlesOf: "polls",
    rowClass: ({ failure }) => (failure === undefined ? "" : "down"),
    // A cause that lasts is said once.
    detail: (poll) => {
      const { failure } = poll;
      const later = polls[polls.indexOf(poll) - 1]?.failure;
      if (failure === undefined || (later?.message === failure.message && later.advice === failure.advice))
        return undefined;
      return markup`<p class="failure">${failure.message}<br><span class="advice">${failure.advice}</span></p>`;
    },
  });
}

function resultOf({ failure }: PollEntry): Markup {
  if (failure === undefined) return markup`success`;
  return markup`<span class="reason">${failure.reason}</span>`;
}

type RpcCall = PollTrace["calls"][number];

function traceTable(caption: string, { calls }: PollTrace): Markup {
  const inOrder = [...calls].sort((a, b) => a.startedMs - b.startedMs);
  const [first] = inOrder;
  return table<RpcCall>({
    caption,
    columns: [
      { key: "request", title: "Request", isRowHeader: true, cell: ({ method, name }) => markup`${method} ${name}` },
      { key: "server", title: "Server", cell: ({ server }) => markup`${server}` },
      {
        key: "after",
        title: "Sent after",
        isNumeric: true,
        cell: ({ startedMs }) => markup`${milliseconds(startedMs - (first?.startedMs ?? startedMs))}`,
      },
      { key: "took", title: "Duration", isNumeric: true, cell: (call) => markup`${milliseconds(call.milliseconds)}` },
      { key: "status", title: "Status", cell: statusOf },
      {
        key: "size",
        title: "Size",
        isNumeric: true,
        cell: ({ outcome }) => (outcome.kind === "answered" ? markup`${bytes(outcome.bytes)}` : UNKNOWN),
      },
    ],
    rows: inOrder,
    titlesOf: "calls",
  });
}

function statusOf({ outcome }: RpcCall): Markup {
  return outcome.kind === "answered"
    ? markup`HTTP ${outcome.status}`
    : markup`<span class="reason">${outcome.reason}</span>`;
}

function milliseconds(value: number): string {
  return `${count(Math.round(value))}\u202fms`;
}
