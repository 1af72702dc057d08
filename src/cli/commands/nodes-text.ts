import { age, duration } from "../../lib/text/format.ts";
import { harmless } from "../../lib/text/harmless.ts";
import { type Cell, type TextColumn, type TextTable, tableLines } from "../../lib/text/table.ts";
import { createStyle, type Paint, plain, type Style } from "../../lib/text/terminal.ts";
import { width, withoutSpaces } from "../../lib/text/width.ts";
import { hanging } from "../../lib/text/wrap.ts";
import type { NodeColumn } from "../sort-order.ts";
import { shortChainId } from "./format-node.ts";
import type { NodeRow } from "./node-rows.ts";
import type { TextView } from "./poll-rounds.ts";

/** Nodes as a table for people and for awk: one line for each, and no spaces in any cell but the last. */

export type NodesColumn = TextColumn & {
  /** Absent: `--sort` does not know it. */
  readonly key?: NodeColumn;
  readonly isWide?: true;
  readonly cell: (row: NodeRow) => string | undefined;
  readonly paint?: (row: NodeRow, style: Style) => Paint;
};

/** Enough for the reason of a failure, such as wrong_network. */
const NARROWEST_CAUSE = 14;

/** Enough for the numbers. A node may send any text. */
const NARROWEST_VERSION = 10;

/** Where the causes have lines of their own. */
const INDENT = "  ";

const COLOURLESS = createStyle(false);

export const NODES_COLUMNS: readonly NodesColumn[] = [
  { key: "name", title: "NAME", align: "left", cell: ({ polled }) => polled.node.name },
  {
    key: "state",
    title: "STATE",
    align: "left",
    cell: ({ state }) => state,
    paint: (row, style) => statePaint(row, style),
  },
  { title: "ROLE", align: "left", leaves: 1, cell: ({ polled }) => polled.node.role },
  { key: "chain", title: "CHAIN", align: "left", leaves: 4, cell: ({ polled }) => polled.node.chain },
  { key: "peers", title: "PEERS", align: "right", cell: peersCell },
  { key: "head", title: "HEAD", align: "right", leaves: 5, cell: ({ head }) => head?.height.toString() },
  {
    key: "lag",
    title: "LAG",
    align: "right",
    cell: ({ lagBlocks }) => lagBlocks?.toString(),
    paint: ({ isBehind }, style) => (isBehind ? style.yellow : plain),
  },
  { key: "age", title: "AGE", align: "right", leaves: 3, cell: ageCell },
  {
    key: "version",
    title: "VERSION",
    align: "left",
    leaves: 2,
    shrinksTo: NARROWEST_VERSION,
    cell: ({ polled }) => polled.report.identity.version,
  },
  { title: "FINAL", align: "right", isWide: true, cell: ({ head }) => head?.finalHeight?.toString() },
  { title: "SYNC", align: "left", isWide: true, cell: ({ polled }) => yesOrNo(polled.syncing) },
  { title: "NETWORK", align: "left", isWide: true, cell: networkCell },
  { title: "SERVER", align: "left", isWide: true, cell: ({ polled }) => polled.node.url.label },
  { key: "poll", title: "POLL", align: "right", isWide: true, cell: pollCell },
  { title: "LABELS", align: "left", isWide: true, cell: labelsCell },
  {
    title: "CAUSE",
    align: "left",
    shrinksTo: NARROWEST_CAUSE,
    cell: ({ cause }) => cause,
    paint: causePaint,
  },
];

type View = TextView & { readonly hasHeaders: boolean };

/**
 * Always the same columns in the same order; on a terminal those that have room, and where a line with its cause has none, the
 * cause is below it.
 */
export function nodesText(rows: readonly NodeRow[], view: View): string {
  if (rows.length === 0) return "";
  const { isWide, maxWidth } = view;
  const hasRoom = isWide || maxWidth === undefined || nodesWidth(rows, view) <= maxWidth;
  const lines = hasRoom
    ? tableLines(nodesTable(rows, { ...view, maxWidth: undefined }, true))
    : linesWithCauses(rows, view);
  return lines.map((line) => `${line}\n`).join("");
}

/** Columns of a terminal that the table takes when nothing is cut. Colours take none, so it is measured without. */
function nodesWidth(rows: readonly NodeRow[], view: View): number {
  const lines = tableLines(nodesTable(rows, { ...view, style: COLOURLESS, maxWidth: undefined }, true));
  return lines.reduce((widest, line) => Math.max(widest, width(line)), 0);
}

function linesWithCauses(rows: readonly NodeRow[], view: View): readonly string[] {
  const { style, hasHeaders, maxWidth } = view;
  const first = hasHeaders ? 1 : 0;
  return tableLines(nodesTable(rows, view, false)).flatMap((line, index) => {
    const row = rows[index - first];
    if (row?.cause === undefined) return [line];
    const paint = causePaint(row, style);
    return [line, ...hanging(harmless(row.cause), { first: INDENT, maxWidth }).map(paint)];
  });
}

function nodesTable(
  rows: readonly NodeRow[],
  { style, isWide, maxWidth, hasHeaders }: View,
  hasCauses: boolean,
): TextTable {
  const columns = NODES_COLUMNS.filter(
    (column) => (isWide || column.isWide !== true) && (hasCauses || column.title !== "CAUSE"),
  );
  const last = hasCauses ? columns.length - 1 : columns.length;
  const cells = rows.map((row) =>
    columns.map(({ cell, paint }, index): Cell => {
      const text = cell(row);
      if (text === undefined || text === "") return { text: "-", paint: style.dim };
      return { text: index === last ? text : withoutSpaces(text), paint: paint?.(row, style) };
    }),
  );
  return {
    columns,
    rows: cells,
    paintTitle: style.dim,
    hasTitles: hasHeaders,
    indent: "",
    maxWidth,
  };
}

function causePaint({ state }: NodeRow, style: Style): Paint {
  return state === "down" ? style.red : style.yellow;
}

function statePaint({ state }: NodeRow, style: Style): Paint {
  return state === "up" ? style.green : state === "degraded" ? style.yellow : style.red;
}

/** Connections by direction, as 4/8; known peers, which have no direction, as one number. */
function peersCell({ peers }: NodeRow): string | undefined {
  if (peers === undefined) return undefined;
  const { inbound, outbound, unknown } = peers;
  if (unknown === 0) return `${inbound}/${outbound}`;
  return inbound + outbound === 0 ? `${unknown}` : `${inbound}/${outbound}+${unknown}`;
}

function ageCell({ ageSeconds }: NodeRow): string | undefined {
  return ageSeconds === undefined ? undefined : age(ageSeconds);
}

function yesOrNo(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : value ? "yes" : "no";
}

function networkCell({ polled }: NodeRow): string | undefined {
  const { network, chainId } = polled.report.identity;
  return network ?? (chainId === undefined ? undefined : shortChainId(chainId));
}

function pollCell({ polled }: NodeRow): string | undefined {
  const seconds = polled.history.lastPoll?.durationSeconds;
  return seconds === undefined ? undefined : duration(seconds);
}

function labelsCell({ polled }: NodeRow): string {
  return Object.entries(polled.node.labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(",");
}
