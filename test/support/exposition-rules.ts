import { type Format, readNumber, type Sample, seriesKey } from "./exposition-lines.ts";

/** What a family's type demands of its name and its samples. Every function throws with what is wrong. */

const HISTOGRAM = ["_bucket", "_sum", "_count"];
const SUMMARY = ["", "_sum", "_count"];
const CREATED = "_created";

/** The suffixes of sample names, by type. Types that nothing here writes (stateset, gaugehistogram) are unknown. */
const SUFFIXES: Record<Format, ReadonlyMap<string, readonly string[]>> = {
  text: new Map([
    ["counter", [""]],
    ["gauge", [""]],
    ["untyped", [""]],
    ["histogram", HISTOGRAM],
    ["summary", SUMMARY],
  ]),
  openmetrics: new Map([
    ["counter", ["_total", CREATED]],
    ["gauge", [""]],
    ["unknown", [""]],
    ["info", ["_info"]],
    ["histogram", [...HISTOGRAM, CREATED]],
    ["summary", [...SUMMARY, CREATED]],
  ]),
};

/** The names that samples of this family have. */
export function sampleNames(format: Format, type: string, family: string): string[] {
  const suffixes = SUFFIXES[format].get(type);
  if (suffixes === undefined) {
    throw new Error(`type ${JSON.stringify(type)} of ${family} is none of ${[...SUFFIXES[format].keys()].join(", ")}`);
  }
  return suffixes.map((suffix) => family + suffix);
}

export function checkFamilyName(format: Format, type: string, family: string): void {
  const total = family.endsWith("_total");
  if (type === "counter") {
    if (format === "text" && !total) throw new Error(`counter ${family} does not end in _total`);
    if (format === "openmetrics" && total) throw new Error(`OpenMetrics names the family of ${family} without _total`);
  } else if (total) {
    throw new Error(`${type} ${family} ends in _total like a counter`);
  }
  if (type === "info" && family.endsWith("_info")) throw new Error(`the family of ${family} is named without _info`);
}

export function checkSample(type: string, family: string, { name, labels, value }: Sample): void {
  const suffix = name.slice(family.length);
  if (isCreated(type, suffix)) {
    if (!(value > 0 && value <= Date.now() / 1000 + CLOCK_TOLERANCE_SECONDS)) throw new Error(`${name} is ${value}`);
    if (labels.has("le") || labels.has("quantile")) throw new Error(`${name} belongs to the whole metric`);
    return;
  }
  if (type === "counter" && !(value >= 0 && value < Infinity)) throw new Error(`counter ${name} is ${value}`);
  if ((type === "info" || (type === "gauge" && family.endsWith("_info"))) && value !== 1) {
    throw new Error(`${name} must be 1, not ${value}`);
  }
  const isBucket = type === "histogram" && suffix === "_bucket";
  const isQuantile = type === "summary" && suffix === "";
  if (isBucket !== labels.has("le")) throw new Error(`label le belongs to histogram buckets and only there: ${name}`);
  if (isQuantile !== labels.has("quantile")) {
    throw new Error(`label quantile belongs to the quantiles of summaries and only there: ${name}`);
  }
  if ((isBucket || suffix === "_count") && !(Number.isSafeInteger(value) && value >= 0)) {
    throw new Error(`${name} counts, but is ${value}`);
  }
  if (isQuantile) {
    const quantile = readNumber(labels.get("quantile") ?? "");
    if (!(quantile >= 0 && quantile <= 1)) throw new Error(`quantile ${quantile} is not between 0 and 1`);
  }
}

function isCreated(type: string, suffix: string): boolean {
  return suffix === CREATED && type !== "gauge";
}

/** Some tests have a clock of their own, years ahead. */
const CLOCK_TOLERANCE_SECONDS = 100 * 365 * 86_400;

const UNITS = ["seconds", "bytes", "bytes_per_second", "ratio"];

/** In OpenMetrics a family that is named after a unit declares it, and none declares another. */
export function checkUnit(format: Format, family: string, unit: string | undefined): void {
  const named = UNITS.filter((one) => family.endsWith(`_${one}`)).at(-1);
  if (format === "text" && unit !== undefined)
    throw new Error(`${family} has a unit, which the text format does not know`);
  if (format === "openmetrics" && unit !== named) {
    throw new Error(`${family} declares the unit ${unit ?? "none"} instead of ${named ?? "none"}`);
  }
}

/**
 * Checks that the samples of one metric, those with the same labels, stand together, and that the time of creation comes after
 * the others and only once. `end` when the last sample was seen.
 */
export function metricCheck(type: string, family: string): { sample: (sample: Sample) => void } {
  const seen = new Set<string>();
  let key: string | undefined;
  let isComplete = false;

  function sample({ name, labels }: Sample): void {
    const own = new Map([...labels].filter(([label]) => label !== "le" && label !== "quantile"));
    const ownKey = seriesKey({ name: "", labels: own }, "le");
    const creation = isCreated(type, name.slice(family.length));
    if (ownKey !== key) {
      if (seen.has(ownKey)) throw new Error(`the samples of one metric of ${family} do not stand together`);
      if (creation) throw new Error(`${name} comes before what was created`);
      seen.add(ownKey);
      key = ownKey;
      isComplete = false;
    } else if (isComplete) {
      throw new Error(`${name} comes after the time of creation`);
    }
    isComplete = creation;
  }

  return { sample };
}

/** Checks one histogram family sample by sample; `end` when its last one was seen. */
export function histogramCheck(): { sample: (sample: Sample) => void; end: () => void } {
  const seen = new Set<string>();
  let key: string | undefined;
  let bound = -Infinity;
  let below = 0;
  let count: number | undefined;
  let sum: number | undefined;

  function end(): void {
    if (key === undefined) return;
    if (bound !== Infinity) throw new Error("the histogram before has no bucket +Inf");
    if (count === undefined || sum === undefined) throw new Error("the histogram before lacks its _sum or _count");
    if (count !== below) throw new Error(`the histogram before has _count ${count}, but bucket +Inf ${below}`);
    key = undefined;
  }

  function sample(sample: Sample): void {
    const { name, labels, value } = sample;
    const ownKey = seriesKey({ name: "", labels }, "le");
    if (ownKey !== key) {
      end();
      if (seen.has(ownKey)) throw new Error("the samples of one histogram do not stand together");
      seen.add(ownKey);
      [key, bound, below, count, sum] = [ownKey, -Infinity, 0, undefined, undefined];
    }
    if (name.endsWith(CREATED)) return;
    if (name.endsWith("_count")) count = value;
    else if (name.endsWith("_sum")) sum = value;
    else {
      const le = readNumber(labels.get("le") ?? "");
      if (!(le > bound)) throw new Error(`bucket ${le} does not come after ${bound}`);
      if (value < below) throw new Error(`buckets are not cumulative: ${value} after ${below}`);
      [bound, below] = [le, value];
    }
  }

  return { sample, end };
}
