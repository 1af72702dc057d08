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
    const sample = readLine(line);
    if (seen.has(sample.series)) throw new Error(`the series stands twice: ${line}`);
    seen.add(sample.series);
    samples.push(sample);
  }
  return samples;
}

const LINE = /^([a-z0-9_]+)\{(.*)\} (\S+)$/;
const LABEL = /([a-z_][a-z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)/gy;

function readLine(line: string): Sample {
  const [, name = "", text = "", value = ""] = LINE.exec(line) ?? [];
  const labels: Record<string, string> = {};
  let length = 0;
  for (const [whole, label = "", escaped = ""] of text.matchAll(LABEL)) {
    labels[label] = escaped.replace(/\\(.)/g, (_, character: string) => (character === "n" ? "\n" : character));
    length += whole.length;
  }
  const { target, chain, ...own } = labels;
  if (name === "" || length !== text.length || target === undefined || chain === undefined) {
    throw new Error(`not a sample of a node: ${line}`);
  }
  return { name, series: seriesOf(name, own), value: Number(value) };
}

/** The text of a series, the same for each order of its labels; labels without a value are as good as absent. */
export function seriesOf(name: string, labels: Readonly<Record<string, string>> = {}): string {
  const shown = Object.entries(labels).filter(([, value]) => value !== "");
  if (shown.length === 0) return name;
  const sorted = shown.sort(([a], [b]) => (a < b ? -1 : 1));
  return `${name}{${sorted.map(([label, value]) => `${label}=${JSON.stringify(value)}`).join(",")}}`;
}
