import type { PollEntry, PollTrace } from "../../poll/recent-polls.ts";
import { type Markup, markup } from "../markup.ts";
import { bytes, count, countOrUnknown, duration, timeOfDay, UNKNOWN } from "./format.ts";
import { totalPeers } from "./overview.ts";
import { table } from "./table.ts";

type RpcCall = PollTrace["calls"][number];

/** The polls that are remembered of a node, and the requests of one of them. */
export function pollsTable(caption: string, polls: readonly PollEntry[]): Markup {
  return table<PollEntry>({
    caption,
    columns: [
      { key: "ended", title: "Ended (UTC)", isRowHeader: true, cell: ({ endedMs }) => timeOfDay(endedMs) },
      { key: "took", title: "Took", isNumeric: true, cell: (poll) => markup`${duration(poll.durationSeconds)}` },
      { key: "result", title: "Result", cell: result },
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
    rowClass: ({ failure }) => (failure === undefined ? "" : "down"),
    detail: ({ failure }) =>
      failure && markup`<p class="failure">${failure.message}<br><span class="advice">${failure.advice}</span></p>`,
  });
}

function result({ failure }: PollEntry): Markup {
  if (failure === undefined) return markup`good`;
  return markup`<span class="reason">${failure.reason}</span>`;
}

export function traceTable(caption: string, { calls }: PollTrace): Markup {
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
      { key: "took", title: "Took", isNumeric: true, cell: (call) => markup`${milliseconds(call.milliseconds)}` },
      { key: "status", title: "Status", cell: status },
      {
        key: "size",
        title: "Size",
        isNumeric: true,
        cell: ({ outcome }) => (outcome.kind === "answered" ? markup`${bytes(outcome.bytes)}` : UNKNOWN),
      },
    ],
    rows: inOrder,
  });
}

function status({ outcome }: RpcCall): Markup {
  return outcome.kind === "answered"
    ? markup`HTTP ${outcome.status}`
    : markup`<span class="reason">${outcome.reason}</span>`;
}

function milliseconds(value: number): string {
  return `${count(Math.round(value))}\u202fms`;
}
