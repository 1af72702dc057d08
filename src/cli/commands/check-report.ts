import { counted } from "../../lib/text/format.ts";
import { harmless } from "../../lib/text/harmless.ts";
import type { Style } from "../../lib/text/terminal.ts";
import { width } from "../../lib/text/width.ts";
import { hanging, wrapped } from "../../lib/text/wrap.ts";
import { type ApiFailure, bareMessage, causesOf, failuresOf, isUp } from "../../poll/outcomes.ts";
import { adviceLines, adviceOf, causeLines, describeFound } from "./format-node.ts";
import type { PolledNode } from "./polling.ts";

/** What `check --connect` prints: a table of nodes, and each cause once. */

type ReportView = {
  readonly style: Style;
  /** The width of the terminal; undefined: nothing is wrapped, so that each node has one line for grep and awk. */
  readonly maxWidth: number | undefined;
};

const TITLES = ["RESULT", "NODE", "CHAIN", "FOUND"] as const;
const GAP = "  ";

/** The last column is not narrower than this: it begins a line of its own instead. */
const MIN_FOUND = 30;

/** A line for each node, below it what failed and what to do. What failed on several nodes alike is explained once, at the end. */
export function nodesReport(polled: readonly PolledNode[], view: ReportView): string {
  const shared = sharedCauses(polled);
  const widths = [
    TITLES[0].length,
    widest(
      TITLES[1],
      polled.map(({ node }) => node.name),
    ),
    widest(
      TITLES[2],
      polled.map(({ node }) => node.chain),
    ),
  ] as const;
  const titles = TITLES.map((title, index) => title.padEnd(index < widths.length ? (widths[index] ?? 0) : 0));
  const lines = [
    view.style.dim(titles.join(GAP)),
    ...polled.flatMap((one) => nodeLines(one, shared, widths, view)),
    ...[...shared.values()].flatMap((cause) => ["", ...sharedLines(cause, view)]),
    ...(shared.size === 0 ? [] : [""]),
  ];
  return [...lines, summary(polled), ""].join("\n");
}

function widest(title: string, texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, width(text)), title.length);
}

function nodeLines(
  polled: PolledNode,
  shared: ReadonlyMap<string, SharedCause>,
  [resultWidth, nameWidth, chainWidth]: readonly [number, number, number],
  { style, maxWidth }: ReportView,
): readonly string[] {
  const { node } = polled;
  const causes = causesOf(polled);
  const marks = causes.flatMap((cause) => {
    const one = shared.get(keyOf(cause));
    return one === undefined ? [] : [`${cause.api} ${cause.failure.reason} [${one.number}]`];
  });
  const found = [isReference(polled) ? ["reference"] : [], describeFound(polled), marks].flat().join(", ");
  const { word, paint } = resultOf(polled, style);
  const begin = [
    paint(word) + " ".repeat(resultWidth - word.length),
    style.bold(node.name) + " ".repeat(nameWidth - width(node.name)),
    node.chain.padEnd(chainWidth),
  ].join(GAP);
  const column = resultWidth + nameWidth + chainWidth + GAP.length * 3;
  const below = " ".repeat(resultWidth + GAP.length);
  const own = causes.filter((cause) => !shared.has(keyOf(cause)));
  return [
    ...rowLines(begin, found, column, below, maxWidth),
    ...own.flatMap((cause) => causeLines(cause, { style, first: below, maxWidth })),
  ];
}

/** The last cell, wrapped in its column or, where that is too narrow, below the others. */
function rowLines(
  begin: string,
  found: string,
  column: number,
  below: string,
  maxWidth: number | undefined,
): readonly string[] {
  if (maxWidth === undefined) return [begin + GAP + found];
  if (maxWidth - column < MIN_FOUND) return [begin.trimEnd(), ...hanging(found, { first: below, maxWidth })];
  const [first = "", ...others] = wrapped(found, maxWidth - column);
  return [begin + GAP + first, ...others.map((line) => " ".repeat(column) + line)];
}

type SharedCause = {
  /** As in the marks of the nodes. */
  readonly number: number;
  readonly nodes: number;
  readonly cause: ApiFailure;
};

/** The causes that several nodes have, by their keys, numbered in the order of the nodes. */
function sharedCauses(polled: readonly PolledNode[]): ReadonlyMap<string, SharedCause> {
  const found = new Map<string, { nodes: number; readonly cause: ApiFailure }>();
  for (const one of polled) {
    const causes = new Map(causesOf(one).map((cause) => [keyOf(cause), cause]));
    for (const [key, cause] of causes) {
      const known = found.get(key);
      if (known === undefined) found.set(key, { nodes: 1, cause });
      else known.nodes += 1;
    }
  }
  const several = [...found].filter(([, { nodes }]) => nodes > 1);
  return new Map(several.map(([key, { nodes, cause }], index) => [key, { number: index + 1, nodes, cause }]));
}

/** Equal for causes that differ only in the server, the call and the API. */
function keyOf({ failure }: ApiFailure): string {
  return JSON.stringify([failure.reason, bareMessage(failure.message), adviceOf(failure)]);
}

function sharedLines({ number, nodes, cause: { failure } }: SharedCause, view: ReportView): readonly string[] {
  const { style, maxWidth } = view;
  const mark = `[${number}] `;
  const who = counted(nodes, "node");
  const text = harmless(`${who}: ${failure.reason}: ${bareMessage(failure.message)}`);
  const [line = "", ...others] = hanging(text, { first: mark, maxWidth });
  return [
    mark + style.bold(who) + line.slice(mark.length + who.length),
    ...others,
    ...adviceLines(failure, { style, first: mark, maxWidth }),
  ];
}

function resultOf(polled: PolledNode, style: Style) {
  if (!isUp(polled)) return { word: "DOWN", paint: style.red };
  return failuresOf(polled).length === 0 ? { word: "OK", paint: style.green } : { word: "PART", paint: style.yellow };
}

function summary(polled: readonly PolledNode[]): string {
  const up = polled.filter(isUp);
  const parts = up.filter((one) => failuresOf(one).length > 0).length;
  const down = polled.length - up.length;
  const some = parts === 0 ? "" : `, ${polled.length === 1 ? "" : `${parts} of them `}with a failing API`;
  const [nodes, references] = [polled.filter((one) => !isReference(one)), polled.filter(isReference)];
  if (references.length > 0) {
    const upOf = (all: readonly PolledNode[], thing: string) =>
      `${all.filter(isUp).length} of ${counted(all.length, thing)}`;
    return `${upOf(nodes, "node")} and ${upOf(references, "reference")} up${some}${down === 0 ? "" : `, ${down} down`}`;
  }
  if (down === 0) return `${polled.length === 1 ? "the node is" : `all ${polled.length} nodes are`} up${some}`;
  return `${up.length} of ${counted(polled.length, "node")} up${some}, ${down} down`;
}

function isReference({ node }: PolledNode): boolean {
  return node.role === "reference";
}
