import { type Format, readMetadata, readSample, type Sample, seriesKey, showSeries } from "./exposition-lines.ts";
import {
  checkFamilyName,
  checkSample,
  checkUnit,
  histogramCheck,
  metricCheck,
  sampleNames,
} from "./exposition-rules.ts";

export type { Sample } from "./exposition-lines.ts";

export type Family = {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
};

export type Page = { readonly families: readonly Family[] };

/** Label values to look for. */
export type Labels = Readonly<Record<string, string>>;

/**
 * The Prometheus text format 0.0.4, far stricter than Prometheus reads it: whatever the format, or this project's rules
 * (no timestamps, no comments, `_total` on counters and only there), forbid is an error that names its line.
 */
export function parseText(page: string | Uint8Array): Page {
  return parse(page, "text");
}

/** OpenMetrics 1.0, as strictly. */
export function parseOpenMetrics(page: string | Uint8Array): Page {
  return parse(page, "openmetrics");
}

/** All samples of that name that have at least the given labels. */
export function find(page: Page, sampleName: string, labels: Labels = {}): Sample[] {
  const wanted = Object.entries(labels);
  return samplesNamed(page, sampleName).filter((sample) =>
    wanted.every(([label, value]) => sample.labels.get(label) === value),
  );
}

const samplesNamed = groupedBy(({ name }) => name);

/**
 * Looks samples up by what keyOf tells of them. A page is gone through once, however often it is looked at: tests of
 * hundreds of nodes do so thousands of times, and the simulated nodes of the same process would not answer meanwhile.
 */
export function groupedBy(
  keyOf: (sample: Sample) => string | undefined,
): (page: Page, key: string) => readonly Sample[] {
  const known = new WeakMap<Page, ReadonlyMap<string | undefined, readonly Sample[]>>();

  function group(page: Page): ReadonlyMap<string | undefined, readonly Sample[]> {
    const groups = new Map<string | undefined, Sample[]>();
    for (const sample of page.families.flatMap(({ samples }) => samples)) {
      const key = keyOf(sample);
      const others = groups.get(key);
      if (others === undefined) groups.set(key, [sample]);
      else others.push(sample);
    }
    known.set(page, groups);
    return groups;
  }

  return (page, key) => (known.get(page) ?? group(page)).get(key) ?? [];
}

/** The value of the one sample that `find` finds. */
export function value(page: Page, sampleName: string, labels: Labels = {}): number {
  const found = find(page, sampleName, labels);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.value;
  const candidates = found.length > 1 ? found : find(page, sampleName);
  const present =
    candidates.length > 0
      ? candidates.map((sample) => `${showSeries(sample.name, sample.labels)} ${sample.value}`)
      : page.families.map((family) => family.name);
  const wanted = showSeries(sampleName, Object.entries(labels));
  throw new Error(`${found.length} samples instead of one are ${wanted}; there is:\n  ${present.join("\n  ")}`);
}

/** A family being read: declared by its first HELP or TYPE, finished by the next family or the end of the page. */
type Draft = {
  readonly name: string;
  readonly samples: Sample[];
  readonly histogram: ReturnType<typeof histogramCheck>;
  metric?: ReturnType<typeof metricCheck>;
  type?: string;
  help?: string;
  unit?: string;
  /** The names its samples may have; known once its type is. */
  sampleNames: readonly string[];
};

function parse(page: string | Uint8Array, format: Format): Page {
  const lines = splitLines(page);
  const families: Family[] = [];
  const declared = new Set<string>();
  const owners = new Map<string, string>();
  const series = new Set<string>();
  let current: Draft | undefined;

  function finishFamily(): void {
    if (current === undefined) return;
    const { name, type, help, samples, unit } = current;
    if (type === undefined || help === undefined) throw new Error(`family ${name} lacks TYPE or HELP`);
    if (unit !== undefined && !name.endsWith(`_${unit}`)) throw new Error(`${name} does not end in its unit ${unit}`);
    checkUnit(format, name, unit);
    current.histogram.end();
    families.push({ name, type, help, samples });
  }

  function declareType(family: Draft, type: string): void {
    family.sampleNames = sampleNames(format, type, family.name);
    checkFamilyName(format, type, family.name);
    for (const name of new Set([family.name, ...family.sampleNames])) {
      const owner = owners.get(name);
      if (owner !== undefined) throw new Error(`families ${owner} and ${family.name} both own the name ${name}`);
      owners.set(name, family.name);
    }
    family.type = type;
    if (format === "openmetrics") family.metric = metricCheck(type, family.name);
  }

  function metadata(line: string): void {
    const { keyword, name, text } = readMetadata(line, format);
    if (current?.name !== name) {
      if (declared.has(name)) throw new Error(`family ${name} is declared twice`);
      finishFamily();
      current = { name, samples: [], histogram: histogramCheck(), sampleNames: [] };
      declared.add(name);
    }
    if (current.samples.length > 0) throw new Error(`${keyword} of ${name} comes after its samples`);
    const known = { HELP: current.help, TYPE: current.type, UNIT: current.unit }[keyword];
    if (known !== undefined) throw new Error(`${keyword} of ${name} is repeated`);
    if (keyword === "HELP") current.help = text;
    else if (keyword === "TYPE") declareType(current, text);
    else current.unit = text;
  }

  function sample(line: string): void {
    const read = readSample(line);
    const owner = owners.get(read.name);
    if (owner !== undefined && owner !== current?.name)
      throw new Error(`the samples of ${owner} do not stand together`);
    if (current?.type === undefined || current.help === undefined) {
      throw new Error(`no TYPE and HELP before sample ${read.name}`);
    }
    if (!current.sampleNames.includes(read.name)) {
      throw new Error(`sample ${read.name} does not belong to ${current.type} ${current.name}`);
    }
    const key = seriesKey(read);
    if (series.has(key)) throw new Error(`series ${showSeries(read.name, read.labels)} stands twice`);
    series.add(key);
    checkSample(current.type, current.name, read);
    if (current.type === "histogram") current.histogram.sample(read);
    current.metric?.sample(read);
    current.samples.push(read);
  }

  for (const [index, line] of lines.entries()) {
    atLine(index + 1, () => {
      const last = index === lines.length - 1;
      if (line === "") throw new Error("empty line");
      if (line.endsWith("\r")) throw new Error("carriage return at the end");
      if (format === "openmetrics" && last !== (line === "# EOF")) {
        throw new Error(last ? "the page does not end with # EOF" : "# EOF before the end");
      }
      if (line.startsWith("#") && !(format === "openmetrics" && last)) metadata(line);
      else if (!line.startsWith("#")) sample(line);
      if (last) finishFamily();
    });
  }
  return { families };
}

function atLine<T>(line: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`line ${line}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Decodes line by line, so that the error about a broken character can name its line. */
function splitLines(page: string | Uint8Array): string[] {
  const lines = typeof page === "string" ? page.split("\n") : splitBytes(page);
  if (lines.at(-1) !== "") throw new Error(`line ${lines.length}: no newline at the end of the page`);
  if (lines.length === 1) throw new Error("line 1: the page is empty");
  lines.pop();
  for (const [index, line] of lines.entries()) {
    // With the u flag a pair is one character, so only lone halves match.
    if (/\p{Surrogate}/u.test(line)) throw new Error(`line ${index + 1}: lone surrogate in ${JSON.stringify(line)}`);
  }
  return lines;
}

function splitBytes(page: Uint8Array): string[] {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const lines: string[] = [];
  for (let start = 0; start <= page.length; ) {
    const newline = page.indexOf(0x0a, start);
    const end = newline < 0 ? page.length : newline;
    lines.push(atLine(lines.length + 1, () => decoder.decode(page.subarray(start, end))));
    start = end + 1;
  }
  return lines;
}
