/** Reading single lines of an exposition page; what they mean together is in exposition-parser.ts. */

export type Format = "text" | "openmetrics";

export type Sample = {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
};

export type Metadata = { readonly keyword: string; readonly name: string; readonly text: string };

const NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
// Both formats leave the case of NaN and Inf open. Number() would take more (hexadecimal, blanks, the empty string).
const NUMBER = /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|[+-]?inf(?:inity)?|nan)$/i;

export function readNumber(text: string): number {
  if (!NUMBER.test(text)) throw new Error(`${JSON.stringify(text)} is not a number`);
  if (/nan/i.test(text)) return Number.NaN;
  if (/inf/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  const number = Number(text);
  if (!Number.isFinite(number)) throw new Error(`${text} does not fit into a float64`);
  return number;
}

/** Metric names: without the colons that the formats allow, which belong to recording rules. */
function readName(text: string): string {
  if (!NAME.test(text)) throw new Error(`${JSON.stringify(text)} is not a metric name`);
  return text;
}

function decodeEscapes(text: string, allowed: string, where: string): string {
  return text.replace(/\\(.?)/gs, (written: string, character: string) => {
    if (character === "" || !allowed.includes(character)) throw new Error(`bad escape ${written} in ${where}`);
    return character === "n" ? "\n" : character;
  });
}

/** A line that starts with `#`. Free comments are legal in the text format, but nothing here has a reason to write one. */
export function readMetadata(line: string, format: Format): Metadata {
  const [, keyword, name, text] = /^# (HELP|TYPE|UNIT) ([^ ]*) (.+)$/s.exec(line) ?? [];
  if (keyword === undefined || name === undefined || text === undefined || (keyword === "UNIT" && format === "text")) {
    throw new Error(`neither HELP nor TYPE with a name and a text: ${JSON.stringify(line)}`);
  }
  readName(name);
  if (keyword !== "HELP") return { keyword, name, text };
  if (format === "text") return { keyword, name, text: decodeEscapes(text, "\\n", "HELP") };
  if (/^(?:[^"\\]|\\.)*$/s.test(text)) return { keyword, name, text: decodeEscapes(text, '\\n"', "HELP") };
  throw new Error('unescaped " or trailing \\ in HELP');
}

/** `name{label="value",…} number`, with single blanks and nothing behind it: no timestamp, no exemplar. */
export function readSample(line: string): Sample {
  const nameEnd = line.search(/[ {]/);
  if (nameEnd < 0) throw new Error(`no value in ${JSON.stringify(line)}`);
  const name = readName(line.slice(0, nameEnd));
  const [labels, labelsEnd] =
    line[nameEnd] === "{" ? readLabels(line, nameEnd + 1) : [new Map<string, string>(), nameEnd];
  if (line[labelsEnd] !== " ") throw new Error("no blank before the value");
  const rest = line.slice(labelsEnd + 1);
  if (/^\S+ /.test(rest)) throw new Error(`more than a value (timestamps and exemplars are not used): ${rest}`);
  return { name, labels, value: readNumber(rest) };
}

/** From behind the opening brace; also gives the position behind the closing one. */
function readLabels(line: string, start: number): [Map<string, string>, number] {
  const labels = new Map<string, string>();
  const label = /([^=,{}" ]*)="([^"\\]*(?:\\.[^"\\]*)*)"([,}])/sy;
  label.lastIndex = start;
  if (line[start] === "}") return [labels, start + 1];
  for (;;) {
    const from = label.lastIndex;
    const [, name, text, end] = label.exec(line) ?? [];
    if (name === undefined || text === undefined) throw new Error(`bad label at ${JSON.stringify(line.slice(from))}`);
    if (!NAME.test(name)) throw new Error(`${JSON.stringify(name)} is not a label name`);
    if (name.startsWith("__")) throw new Error(`label names with two underscores belong to Prometheus: ${name}`);
    if (labels.has(name)) throw new Error(`label ${name} stands twice`);
    labels.set(name, decodeEscapes(text, '\\n"', `the value of label ${name}`));
    if (end === "}") return [labels, label.lastIndex];
  }
}

/**
 * What makes a series one series: the order of its labels does not, and to Prometheus an empty label is an absent one.
 */
export function seriesKey({ name, labels }: Pick<Sample, "name" | "labels">, without?: string): string {
  const kept = [...labels].filter(([label, value]) => value !== "" && label !== without);
  return JSON.stringify([name, kept.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** For messages: the sample's name and labels as a page has them. */
export function showSeries(name: string, labels: Iterable<readonly [string, string]>): string {
  const shown = [...labels].map(([label, value]) => `${label}=${JSON.stringify(value)}`).join(",");
  return shown === "" ? name : `${name}{${shown}}`;
}
