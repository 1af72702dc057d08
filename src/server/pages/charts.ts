import { listsConnections } from "../../chains/adapter.ts";
import { chains } from "../../chains/index.ts";
import { totalPeers } from "../../model/report.ts";
import type { MinuteOfNode } from "../../poll/last-hour.ts";
import type { RecentPollsOfNode } from "../../poll/recent-polls.ts";
import { type ChartOptions, type ChartTime, chart, unknownShare } from "./chart.ts";
import { type Markup, markup, NOTHING } from "./markup.ts";
import type { NodeOverview } from "./overview.ts";
import { BYTES_PER_SECOND, COUNT, clock, SECONDS, timeWindow, type Unit } from "./scale.ts";

/** The charts of a node's last hour, and their values as a table. The script of the charts reads the table. */

type Column = {
  readonly title: string;
  readonly unit: Unit;
  readonly pick: (minute: MinuteOfNode) => number | undefined;
};

type ChartOfNode = Omit<ChartOptions, "series" | "columns" | "unit"> & {
  readonly columns: readonly Column[];
  /** A value that is in the table only. */
  readonly total?: readonly [Column];
};

export function charts(node: NodeOverview, { lastHour }: RecentPollsOfNode, nowMs: number): Markup {
  const sinceMs = lastHour.sinceMs();
  const window = timeWindow(sinceMs, nowMs);
  // After the clock was set, some minutes may not belong to this time.
  const minutes = lastHour
    .minutes()
    .filter(({ minute }) => minute >= window.first && minute < window.first + window.minutes);
  const time: ChartTime = {
    window,
    minutes,
    since: sinceMs === undefined ? undefined : Math.floor(sinceMs / 60_000),
    gapMinutes: Math.max(2, Math.ceil((2 * node.intervalMs) / 60_000)),
  };
  const shown = chartsOf(node, minutes).filter(({ title, columns }) => title !== BYTES || isKnown(columns, minutes));
  const columns = shown.flatMap((each) => [...(each.total ?? []), ...each.columns]);
  return markup`<h2 id="charts">${window.minutes === 60 ? "Last hour" : `Last ${window.minutes} minutes`}</h2>
<div class="charts" data-first="${window.first}" data-minutes="${window.minutes}"${time.since === undefined ? NOTHING : markup` data-since="${time.since}"`}>
${shown.map(({ columns: own, total = [], ...options }) =>
  chart(
    {
      ...options,
      unit: own[0]?.unit ?? COUNT,
      series: own.map(({ title, pick }) => ({ name: title, pick })),
      columns: [...total, ...own].map((column) => columns.indexOf(column) + 1),
    },
    time,
  ),
)}
</div>
${key(time)}
${values(columns, minutes)}`;
}

const BYTES = "Bytes per second";

function isKnown(columns: readonly Column[], minutes: readonly MinuteOfNode[]): boolean {
  return minutes.some((minute) => columns.some(({ pick }) => pick(minute) !== undefined));
}

function chartsOf({ chain, isReference }: NodeOverview, minutes: readonly MinuteOfNode[]): readonly ChartOfNode[] {
  const { traits, usualLagBlocks } = chains[chain];
  const count = (title: string, pick: Column["pick"]): Column => ({ title, unit: COUNT, pick });
  const peers: ChartOfNode = listsConnections(traits)
    ? {
        title: "Peers",
        what: "fewest per minute",
        isStacked: true,
        total: [count("peers", ({ peers }) => peers && totalPeers(peers))],
        columns: [
          count("out", ({ peers }) => peers?.outbound),
          count("in", ({ peers }) => peers?.inbound),
          ...(minutes.some(({ peers }) => (peers?.unknown ?? 0) > 0)
            ? [count("unknown", ({ peers }) => peers?.unknown)]
            : []),
        ],
      }
    : {
        title: "Known peers",
        what: "fewest per minute",
        columns: [count("known", ({ peers }) => peers?.unknown)],
      };
  const poll: ChartOfNode = {
    title: "Poll time",
    what: "longest per minute",
    hasFailures: true,
    columns: [{ title: "poll", unit: SECONDS, pick: ({ pollSeconds }) => pollSeconds }],
  };
  if (isReference) return [poll];
  return [
    peers,
    {
      title: "Blocks behind",
      what: "most per minute",
      limit: usualLagBlocks,
      columns: [count("behind", ({ lagBlocks }) => lagBlocks)],
    },
    {
      title: BYTES,
      what: "mean per minute",
      columns: [
        { title: "received", unit: BYTES_PER_SECOND, pick: ({ receivedPerSecond }) => receivedPerSecond },
        { title: "sent", unit: BYTES_PER_SECOND, pick: ({ sentPerSecond }) => sentPerSecond },
      ],
    },
    poll,
  ];
}

function key({ window, since, minutes }: ChartTime): Markup {
  const isPartly = unknownShare(window, since) > 0;
  const isDown = minutes.some(({ peers, hasFailedPoll }) => peers === undefined && hasFailedPoll);
  const before = markup`<span><svg class="swatch" aria-hidden="true"><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V6"/></pattern><rect class="before" width="100%" height="100%"/></svg> ${
    since === undefined ? "no poll has ended yet" : `before the first poll at ${clock(since)}: nothing is known`
  }</span> `;
  const down = markup`<span><svg class="swatch" aria-hidden="true"><rect class="down" width="100%" height="100%"/></svg> polls failed: the node was down</span> `;
  return markup`<p class="keys">${isPartly ? before : NOTHING}${isDown ? down : NOTHING}<span>Times are UTC.</span></p>`;
}

/** End tags that HTML does not need are left out: a page has at most 60,000 bytes. */
function values(columns: readonly Column[], minutes: readonly MinuteOfNode[]): Markup {
  if (minutes.length === 0) return NOTHING;
  const cell = ({ pick, unit }: Column, minute: MinuteOfNode) => {
    const value = pick(minute);
    return markup`<td>${value === undefined ? "" : unit.exact(value)}`;
  };
  const rows = [...minutes].reverse().map(
    (minute) => markup`
<tr><th>${clock(minute.minute)}${columns.map((column) => cell(column, minute))}${minute.hasFailedPoll ? ", failed" : ""}`,
  );
  return markup`<details id="values"><summary>Values of each minute</summary>
<div class="scroll" tabindex="0" role="region" aria-label="Values of each minute"><table class="values"><thead><tr><th scope="col">UTC${columns.map(({ title }) => markup`<th scope="col">${title}`)}<tbody>${rows}</table></div>
</details>`;
}
