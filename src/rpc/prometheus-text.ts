/**
 * Reads the Prometheus text format as programs of others write it (text 0.0.4): one pass over the lines, with escapes,
 * timestamps and any white space, keeping only the families that are asked for, as a page may hold thousands of series
 * that nobody wants here.
 */

export type TextSample = {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
};

/** @returns samples whose name is wanted; lines that are not samples are passed over */
export function readSamples(text: string, isWanted: (name: string) => boolean): readonly TextSample[] {
  const samples: TextSample[] = [];
  for (let start = 0; start < text.length; ) {
    const end = endOfLine(text, start);
    const sample = readLine(text.slice(start, end), isWanted);
    if (sample !== undefined) samples.push(sample);
    start = end + 1;
  }
  return samples;
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf("\n", start);
  return end < 0 ? text.length : end;
}

function readLine(line: string, isWanted: (name: string) => boolean): TextSample | undefined {
  const name = /^[ \t]*([a-zA-Z_:][a-zA-Z0-9_:]*)[ \t]*/.exec(line);
  if (name?.[1] === undefined || !isWanted(name[1])) return undefined;
  const labels = new Map<string, string>();
  let at = name[0].length;
  if (line.charAt(at) === "{") {
    const after = readLabels(line, at + 1, labels);
    if (after === undefined) return undefined;
    at = after;
  }
  const [valueText = ""] = line
    .slice(at)
    .trim()
    .split(/[ \t]+/, 1);
  const value = readNumber(valueText);
  return value === undefined ? undefined : { name: name[1], labels, value };
}

/** Reads `a="x",b="y"}`; the index behind the brace, or undefined when the line is broken. */
function readLabels(line: string, start: number, labels: Map<string, string>): number | undefined {
  const label = /[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"[ \t]*(,?)/y;
  for (let at = start; ; at = label.lastIndex) {
    const close = /[ \t]*\}/y;
    close.lastIndex = at;
    if (close.test(line)) return close.lastIndex;
    label.lastIndex = at;
    const match = label.exec(line);
    if (match?.[1] === undefined || match[2] === undefined) return undefined;
    labels.set(
      match[1],
      match[2].replace(/\\(.)/g, (_, letter) => (letter === "n" ? "\n" : letter)),
    );
  }
}

/** Numbers as Go and C++ print them; NaN and infinities are no facts and give undefined. */
function readNumber(text: string): number | undefined {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return undefined;
  return Number(text);
}
