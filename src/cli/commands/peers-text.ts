import { chains } from "../../chains/index.ts";
import { bytes, duration } from "../../lib/text/format.ts";
import { type Cell, type TextColumn, tableLines } from "../../lib/text/table.ts";
import type { Paint, Style } from "../../lib/text/terminal.ts";
import { isUp } from "../../poll/outcomes.ts";
import type { PeerColumn, SortOrder } from "../invocation.ts";
import { describePolled, failureLines } from "./format-node.ts";
import { type PeerRow, peerRows } from "./peer-rows.ts";
import type { PolledNode } from "./polling.ts";

export type PeersTextOptions = {
  readonly style: Style;
  readonly sort: SortOrder | undefined;
  /** The width of the terminal; undefined: no limit. */
  readonly maxWidth: number | undefined;
  readonly nowMs: number;
};

/** A node in one line, its failures, and a table of its peers. */
export function peersText(polled: PolledNode, options: PeersTextOptions): string {
  const { style } = options;
  const { node } = polled;
  const state = isUp(polled) ? "" : ` ${style.red("DOWN")}`;
  const rows = peerRows(polled, options.sort);
  const lines = [
    `${style.bold(node.name)}${state}  ${describePolled(polled)}`,
    ...failureLines(polled, style),
    ...(rows.length === 0 ? [] : peersTable(rows, options)),
    ...notes(rows, polled, style),
  ];
  return `${lines.join("\n")}\n`;
}

function notes(rows: readonly PeerRow[], { node }: PolledNode, style: Style): readonly string[] {
  const { heightNote } = chains[node.chain].traits;
  if (heightNote === undefined || rows.every(({ head }) => head === undefined)) return [];
  return [style.dim(`  HEAD and DIFF ${heightNote}`)];
}

export type PeersColumn = TextColumn & {
  readonly key: PeerColumn;
  readonly cell: (row: PeerRow, options: PeersTextOptions) => string | undefined;
  readonly paint?: (row: PeerRow, style: Style) => Paint;
};

const NARROWEST_PEER = 21;
const NARROWEST_AGENT = 10;

export const PEERS_COLUMNS: readonly PeersColumn[] = [
  { key: "peer", title: "PEER", align: "left", shrinksTo: NARROWEST_PEER, cell: ({ peer }) => peer },
  {
    key: "direction",
    title: "DIR",
    align: "left",
    cell: ({ connection: { direction } }) => DIRECTIONS[direction],
    paint: ({ connection: { direction } }, style) => (direction === "outbound" ? style.cyan : plain),
  },
  {
    key: "state",
    leaves: 8,
    title: "STATE",
    align: "left",
    cell: ({ connection: { state } }) => state,
    paint: ({ connection: { state } }, style) =>
      state === "connected" ? style.green : state === "disconnected" ? style.red : style.yellow,
  },
  {
    key: "agent",
    leaves: 3,
    title: "AGENT",
    align: "left",
    shrinksTo: NARROWEST_AGENT,
    cell: ({ connection: { agent } }) => agent,
  },
  { key: "head", leaves: 4, title: "HEAD", align: "right", cell: ({ head }) => head?.toString() },
  { key: "difference", title: "DIFF", align: "right", cell: ({ difference }) => signed(difference) },
  { key: "in", leaves: 7, title: "IN", align: "right", cell: ({ connection }) => size(connection.receivedBytes) },
  { key: "out", leaves: 6, title: "OUT", align: "right", cell: ({ connection }) => size(connection.sentBytes) },
  {
    key: "since",
    leaves: 5,
    title: "SINCE",
    align: "right",
    cell: ({ startSeconds }, { nowMs }) => age(startSeconds, nowMs),
  },
  {
    key: "latency",
    leaves: 1,
    title: "LATENCY",
    align: "right",
    cell: ({ connection }) => latency(connection.latencySeconds),
  },
  {
    key: "syncing",
    leaves: 2,
    title: "SYNC",
    align: "left",
    cell: ({ connection: { syncing } }) => syncing,
    paint: (_, style) => style.yellow,
  },
];

const plain: Paint = (text) => text;

const DIRECTIONS = { inbound: "in", outbound: "out", unknown: undefined } as const;

/** Only the columns with values. */
function peersTable(rows: readonly PeerRow[], options: PeersTextOptions): readonly string[] {
  const columns = PEERS_COLUMNS.filter(({ cell }) => rows.some((row) => cell(row, options) !== undefined));
  const cells = rows.map((row) =>
    columns.map(({ cell, paint }): Cell => {
      const text = cell(row, options);
      return text === undefined
        ? { text: "-", paint: options.style.dim }
        : { text, paint: paint?.(row, options.style) };
    }),
  );
  return tableLines({
    columns,
    rows: cells,
    paintTitle: options.style.dim,
    indent: "  ",
    maxWidth: options.maxWidth,
  });
}

function signed(value: number | undefined): string | undefined {
  return value === undefined ? undefined : value > 0 ? `+${value}` : `${value}`;
}

function size(value: number | undefined): string | undefined {
  return value === undefined ? undefined : bytes(value, " ");
}

/** A node may send any number as a time: a time in the future is ignored. */
function age(startSeconds: number | undefined, nowMs: number): string | undefined {
  if (startSeconds === undefined) return undefined;
  const seconds = Math.floor(nowMs / 1000 - startSeconds);
  return seconds < 0 ? undefined : seconds === 0 ? "0s" : duration(seconds);
}

function latency(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : `${Math.round(seconds * 10_000) / 10} ms`;
}
