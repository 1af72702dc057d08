/**
 * Reads the Prometheus text format as programs of others write it (text 0.0.4): one pass over the lines, with escapes,
 * timestamps and any white space, keeping only the families that are asked for, as a page may hold thousands of series
 * that nobody wants here. The time stays linear and the memory bounded whatever a hostile server sends.
 */

export type TextSample = {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  /** Finite: NaN and infinities are no facts, and their lines are passed over. */
  readonly value: number;
};

/** Samples whose name is wanted, in their order. Comments and broken lines are passed over. */
export function* readSamples(text: string, isWanted: (name: string) => boolean): Generator<TextSample, void> {
  for (let start = 0; start < text.length; ) {
    const next = text.indexOf("\n", start);
    const end = next < 0 ? text.length : next;
    const sample = readLine(text.slice(start, end), isWanted);
    if (sample !== undefined) yield sample;
    start = end + 1;
  }
}

const NAME = /^[ \t]*([a-zA-Z_:][a-zA-Z0-9_:]*)[ \t]*/;

function readLine(line: string, isWanted: (name: string) => boolean): TextSample | undefined {
  if (line.startsWith("#")) return undefined;
  const [head = "", name] = NAME.exec(line) ?? [];
  if (name === undefined || !isWanted(name)) return undefined;
  const labels = new Map<string, string>();
  let at: number | undefined = head.length;
  if (line.charAt(at) === "{") at = readLabels(line, at + 1, labels);
  const value = at === undefined ? undefined : readValue(line.slice(at));
  return value === undefined ? undefined : { name, labels, value };
}

/** No program needs more in one series; a line with more is broken. */
const MAX_LABELS = 64;

/** Reads `a="x",b="y",}`; the index behind the brace, or undefined when the line is broken. */
function readLabels(line: string, start: number, labels: Map<string, string>): number | undefined {
  const label = /[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"/y;
  const close = /[ \t]*\}/y;
  const comma = /[ \t]*,/y;
  close.lastIndex = start;
  if (close.test(line)) return close.lastIndex;
  for (let at = start; labels.size < MAX_LABELS; ) {
    label.lastIndex = at;
    const name = label.exec(line)?.[1];
    const end = name === undefined ? undefined : endOfQuoted(line, label.lastIndex);
    if (name === undefined || end === undefined) return undefined;
    labels.set(name, unescaped(line.slice(label.lastIndex, end)));
    comma.lastIndex = end + 1;
    const goesOn = comma.test(line);
    at = goesOn ? comma.lastIndex : end + 1;
    close.lastIndex = at;
    if (close.test(line)) return close.lastIndex;
    if (!goesOn) return undefined;
  }
  return undefined;
}

/** The index of the quote that closes a value; by hand, as a pattern would overflow the stack on a line of megabytes. */
function endOfQuoted(line: string, start: number): number | undefined {
  for (let at = start; at < line.length; at += 1) {
    const char = line.charAt(at);
    if (char === '"') return at;
    if (char === "\\") at += 1;
  }
  return undefined;
}

const ESCAPES: Readonly<Record<string, string>> = { "\\\\": "\\", '\\"': '"', "\\n": "\n" };

/** The format knows three escapes; any other stays as it is. */
function unescaped(value: string): string {
  return value.includes("\\") ? value.replace(/\\[\\"n]/g, (pair) => ESCAPES[pair] ?? pair) : value;
}

/** A number, perhaps with a timestamp behind it, to the end of the line. */
const VALUE = /^[ \t]*(\S{1,64})(?:[ \t]+-?\d{1,20})?[ \t\r]*$/;

/** Numbers as Go and C++ print them. */
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

function readValue(rest: string): number | undefined {
  const text = VALUE.exec(rest)?.[1];
  if (text === undefined || !NUMBER.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
