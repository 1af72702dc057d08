import { chains } from "../../chains/index.ts";
import { counted } from "../../lib/text/format.ts";
import type { ScreenCell, ScreenColumn, ScreenContent } from "../../lib/text/screen/model.ts";
import type { Style } from "../../lib/text/terminal.ts";
import { countConnected, totalPeers } from "../../model/report.ts";
import { isUp } from "../../poll/outcomes.ts";
import { describePolled } from "./format-node.ts";
import { PEER_VALUES, type PeerRow, peerRows } from "./peer-rows.ts";
import { PEERS_COLUMNS, type PeersColumn } from "./peers-text.ts";
import type { PolledNode } from "./polling.ts";
import { type ScreenView, troublesOf } from "./watch.ts";

/** The peers of all nodes in one table, for the screen of a watch. */

type NodeAndRow = { readonly node: string; readonly row: PeerRow };

/** With several nodes, the table has a column for them: one table can be sorted across nodes. */
export function peersScreen(polled: readonly PolledNode[], { style, isWide, nowMs }: ScreenView): ScreenContent {
  const options = { style, sort: undefined, maxWidth: undefined, isWide: false, nowMs };
  const columns = PEERS_COLUMNS.filter((column) => isWide || column.isWide !== true);
  const all = polled.flatMap((one): readonly NodeAndRow[] =>
    peerRows(one, undefined).map((row) => ({ node: one.node.name, row })),
  );
  const cells = columns.map((column) => ({ column, texts: all.map(({ row }) => column.cell(row, options)) }));
  const filled = cells.filter(({ texts }) => texts.some((text) => text !== undefined));
  const hasNodes = polled.length > 1;
  return {
    summary: hasNodes ? summaryOf(polled) : polled.map(({ node }) => node.name).join(""),
    subtitle: hasNodes ? undefined : polled.map(describePolled).join(""),
    troubles: troublesOf(polled),
    columns: [
      ...(hasNodes ? [isWide ? NODE : { ...NODE, shrinksTo: NARROWEST.node }] : []),
      ...filled.map(({ column }) => screenColumn(column, isWide)),
    ],
    rows: all.map(({ node, row }, index) => [
      ...(hasNodes ? [{ text: node, value: node }] : []),
      ...filled.map(({ column, texts }) => cell(column, texts[index], row, style)),
    ]),
    fixedColumns: hasNodes ? 2 : 1,
    note: noteOf(polled),
  };
}

/** Columns that have no room are scrolled to, so names need not become as short as in a table that is printed. */
const NARROWEST = { node: 14, peer: 22, agent: 14 } as const;

const NODE = { key: "node", title: "NODE", align: "left" } as const;

function screenColumn({ key, title, align, shrinksTo }: PeersColumn, isWide: boolean): ScreenColumn {
  const narrowest = key === "peer" || key === "agent" ? NARROWEST[key] : shrinksTo;
  return { key: key ?? title, title, align, ...(narrowest === undefined || isWide ? {} : { shrinksTo: narrowest }) };
}

function cell(column: PeersColumn, text: string | undefined, row: PeerRow, style: Style): ScreenCell {
  if (text === undefined) return { text: "-", paint: style.dim, value: undefined };
  return { text, paint: column.paint?.(row, style), value: sortValue(column, row) ?? text };
}

/** Numbers are sorted from the largest, but times from the oldest. */
function sortValue({ key }: PeersColumn, row: PeerRow): string | number | undefined {
  const value = key === undefined ? undefined : PEER_VALUES[key](row);
  return key === "since" && typeof value === "number" ? -value : value;
}

function summaryOf(polled: readonly PolledNode[]): string {
  const down = polled.filter((one) => !isUp(one)).length;
  const peers = polled.reduce(
    (sum, { report }) => sum + (report.peers.ok ? totalPeers(countConnected(report.peers.value)) : 0),
    0,
  );
  return [counted(polled.length, "node"), `${down} down`, counted(peers, "peer")].join(", ");
}

/** What is special about the heads of a chain's peers. */
function noteOf(polled: readonly PolledNode[]): string | undefined {
  const names = [...new Set(polled.map(({ node }) => node.chain))];
  const notes = names.flatMap((chain) => {
    const { heightNote } = chains[chain].traits;
    return heightNote === undefined ? [] : [`${names.length > 1 ? `${chain}: ` : ""}HEAD and DIFF ${heightNote}`];
  });
  return notes.length === 0 ? undefined : notes.join("; ");
}
