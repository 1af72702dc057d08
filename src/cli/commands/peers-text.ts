import { chains } from "../../chains/index.ts";
import { age, bytes } from "../../lib/text/format.ts";
import { type Cell, type TextColumn, tableLines } from "../../lib/text/table.ts";
import { type Paint, plain, type Style } from "../../lib/text/terminal.ts";
import { withoutSpaces } from "../../lib/text/width.ts";
import { wrapped } from "../../lib/text/wrap.ts";
import type { PeerConnection } from "../../model/report.ts";
import { isUp } from "../../poll/outcomes.ts";
import type { PeerColumn, SortOrder } from "../sort-order.ts";
import { describePolled, failureLines, shortChainId } from "./format-node.ts";
import { type PeerRow, peerRows } from "./peer-rows.ts";
import type { TextView } from "./poll-rounds.ts";
import type { PolledNode } from "./polling.ts";

type PeersTextOptions = TextView & { readonly sort: SortOrder<PeerColumn> | undefined };

/** A node in one line, its failures, and a table of its peers. */
export function peersText(polled: PolledNode, options: PeersTextOptions): string {
  const { style } = options;
  const rows = peerRows(polled, options.sort);
  const lines = [
    ...titleLines(polled, options),
    ...failureLines(polled, { style, maxWidth: options.maxWidth }),
    ...(rows.length === 0 ? [] : peersTable(rows, options)),
    ...notes(rows, polled, style),
  ];
  return `${lines.join("\n")}\n`;
}

/** What the node is and what it has, wrapped at words. */
function titleLines(
  polled: PolledNode,
  { style, maxWidth = Number.POSITIVE_INFINITY }: PeersTextOptions,
): readonly string[] {
  const { name } = polled.node;
  const down = isUp(polled) ? "" : " DOWN";
  const [line = "", ...others] = wrapped(`${name}${down}  ${describePolled(polled)}`, maxWidth - TITLE_INDENT.length);
  const rest = line.slice(name.length + down.length);
  return [style.bold(name) + style.red(down) + rest, ...others.map((other) => TITLE_INDENT + other)];
}

const TITLE_INDENT = "    ";

function notes(rows: readonly PeerRow[], { node }: PolledNode, style: Style): readonly string[] {
  const { heightNote } = chains[node.chain].traits;
  if (heightNote === undefined || rows.every(({ head }) => head === undefined)) return [];
  return [style.dim(`  HEAD and DIFF ${heightNote}`)];
}

export type PeersColumn = TextColumn & {
  /** Absent: `--sort` does not know it. */
  readonly key?: PeerColumn;
  readonly isWide?: true;
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
    leaves: 8,
    key: "state",
    title: "STATE",
    align: "left",
    cell: ({ connection: { state } }) => state,
    paint: ({ connection: { state } }, style) =>
      state === "connected" ? style.green : state === "disconnected" ? style.red : style.yellow,
  },
  {
    leaves: 3,
    key: "agent",
    title: "AGENT",
    align: "left",
    shrinksTo: NARROWEST_AGENT,
    cell: ({ connection: { agent } }) => agent,
  },
  { leaves: 4, key: "head", title: "HEAD", align: "right", cell: ({ head }) => head?.toString() },
  { key: "difference", title: "DIFF", align: "right", cell: ({ difference }) => signed(difference) },
  {
    leaves: 7,
    key: "in",
    title: "IN",
    align: "right",
    cell: ({ connection }, { isWide }) => size(connection.receivedBytes, isWide),
  },
  {
    leaves: 6,
    key: "out",
    title: "OUT",
    align: "right",
    cell: ({ connection }, { isWide }) => size(connection.sentBytes, isWide),
  },
  {
    leaves: 5,
    key: "since",
    title: "SINCE",
    align: "right",
    cell: ({ startSeconds }, { nowMs }) => sinceCell(startSeconds, nowMs),
  },
  {
    leaves: 1,
    key: "latency",
    title: "LATENCY",
    align: "right",
    cell: ({ connection }, { isWide }) => latency(connection.latencySeconds, isWide),
  },
  {
    leaves: 2,
    key: "syncing",
    title: "SYNC",
    align: "left",
    cell: ({ connection: { syncing } }) => syncing,
    paint: (_, style) => style.yellow,
  },
  { title: "TYPE", align: "left", isWide: true, cell: ({ connection: { address } }) => address.type },
  { title: "IP", align: "left", isWide: true, cell: ({ connection: { address } }) => address.ip },
  {
    title: "NETWORK",
    align: "left",
    isWide: true,
    cell: ({ connection: { chainId } }) => chainId && shortChainId(chainId),
  },
  { title: "INFO", align: "left", isWide: true, cell: ({ connection }) => infoText(connection) },
];

const DIRECTIONS = { inbound: "in", outbound: "out", unknown: undefined } as const;

/** Only the columns with values; wide: all of them, without spaces in their cells. */
function peersTable(rows: readonly PeerRow[], options: PeersTextOptions): readonly string[] {
  const { style, isWide, maxWidth } = options;
  const columns = isWide
    ? PEERS_COLUMNS
    : PEERS_COLUMNS.filter(
        (column) => column.isWide !== true && rows.some((row) => column.cell(row, options) !== undefined),
      );
  const cells = rows.map((row) =>
    columns.map(({ cell, paint }): Cell => {
      const text = cell(row, options);
      return text === undefined || text === ""
        ? { text: "-", paint: style.dim }
        : { text: isWide ? withoutSpaces(text) : text, paint: paint?.(row, style) };
    }),
  );
  return tableLines({
    columns,
    rows: cells,
    paintTitle: style.dim,
    indent: "  ",
    maxWidth: isWide ? undefined : maxWidth,
  });
}

function signed(value: number | undefined): string | undefined {
  return value === undefined ? undefined : value > 0 ? `+${value}` : `${value}`;
}

function size(value: number | undefined, isWide: boolean): string | undefined {
  return value === undefined ? undefined : bytes(value, isWide ? "" : " ");
}

/** A node may send any number as a time: a time in the future is ignored. */
function sinceCell(startSeconds: number | undefined, nowMs: number): string | undefined {
  if (startSeconds === undefined) return undefined;
  const seconds = Math.floor(nowMs / 1000 - startSeconds);
  return seconds < 0 ? undefined : age(seconds);
}

function latency(seconds: number | undefined, isWide: boolean): string | undefined {
  return seconds === undefined ? undefined : `${Math.round(seconds * 10_000) / 10}${isWide ? "" : " "}ms`;
}

/** The texts that only this chain has, as name=value. */
function infoText({ info }: PeerConnection): string | undefined {
  const known = info?.family.labels.flatMap((name, index) => {
    const value = info.labels[index] ?? "";
    return value === "" ? [] : [`${name}=${value}`];
  });
  return known === undefined || known.length === 0 ? undefined : known.join(",");
}
