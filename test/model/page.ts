/**
 * Reads a page in the text format of Prometheus, in a plain way of its own: a witness against the code that writes pages reads
 * with nothing of it.
 */
export type Sample = {
  readonly name: string;
  /** Name and labels without `target` and `chain`, in the order of their names. */
  readonly series: string;
  readonly value: number;
};

/**
 * The samples of one target.
 * @throws Error for a line that is no sample, for a series that stands twice, or has no target
 */
export function readPage(page: string, target: string): readonly Sample[] {
  const samples: Sample[] = [];
  const seen = new Set<string>();
  const own = `{target="${target}",`;
  for (const line of page.split("\n")) {
    if (line === "" || line.startsWith("#") || !line.includes(own)) continue;
    const space = line.lastIndexOf(" ");
    const { name, series } = readSeries(line.slice(0, space));
    if (seen.has(series)) throw new Error(`the series stands twice: ${line}`);
    seen.add(series);
    samples.push({ name, series, value: Number(line.slice(space + 1)) });
  }
  return samples;
}

type Series = Omit<Sample, "value">;

/** Most pages have the series of the page before. */
const known = new Map<string, Series>();
const MAX_KNOWN = 20_000;

const SERIES = /^([a-z0-9_]+)\{(.*)\}$/;
const LABEL = /([a-z_][a-z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)/gy;

function readSeries(text: string): Series {
  const before = known.get(text);
  if (before !== undefined) return before;
  const [, name = "", inside = ""] = SERIES.exec(text) ?? [];
  const labels: Record<string, string> = {};
  let length = 0;
  for (const [whole, label = "", escaped = ""] of inside.matchAll(LABEL)) {
    labels[label] = escaped.replace(/\\(.)/g, (_, character: string) => (character === "n" ? "\n" : character));
    length += whole.length;
  }
  const { target, chain, ...own } = labels;
  if (name === "" || length !== inside.length || target === undefined || chain === undefined) {
    throw new Error(`not a series of a node: ${text}`);
  }
  const series = { name, series: seriesOf(name, own) };
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(text, series);
  return series;
}

/** The text of a series, the same for each order of its labels; labels without a value are as good as absent. */
export function seriesOf(name: string, labels: Readonly<Record<string, string>> = {}): string {
  const names = Object.keys(labels);
  if (names.length > 1) names.sort();
  let text = "";
  for (const label of names) {
    const value = labels[label] ?? "";
    if (value !== "") text += `${text === "" ? "" : ","}${label}="${value}"`;
  }
  return text === "" ? name : `${name}{${text}}`;
}
