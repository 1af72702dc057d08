/**
 * The two text formats of Prometheus. Sample lines are the same bytes in both (no timestamps, no exemplars), so a node's lines
 * are rendered once for both. The headers of the families and the end of the page differ; and in OpenMetrics the time from
 * which it counts follows each counter, where it is known (created-lines.ts).
 * Sources: prometheus/docs exposition_formats.md; OpenMetrics 1.0.
 */

export type Format = "text" | "openmetrics";

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores",
};

export type FamilyType = "gauge" | "counter" | "histogram";

export type FamilyHeader = {
  readonly name: string;
  readonly type: FamilyType;
  readonly help: string;
};

/** HELP and TYPE, in OpenMetrics also UNIT. OpenMetrics names a counter's family without `_total`, which its samples keep. */
export function renderHeader({ name, type, help }: FamilyHeader, format: Format): string {
  if (format === "text") {
    return `# HELP ${name} ${help.replace(/[\\\n]/g, escapeCharacter)}\n# TYPE ${name} ${type}\n`;
  }
  const family = type === "counter" ? withoutTotal(name) : name;
  const unit = unitOf(family);
  const unitLine = unit === undefined ? "" : `# UNIT ${family} ${unit}\n`;
  return `# HELP ${family} ${escapeLabelValue(help)}\n# TYPE ${family} ${type}\n${unitLine}`;
}

/** Base units of Prometheus, longer ones first. What is only counted (blocks, peers) has no unit. */
const UNITS = ["bytes_per_second", "seconds", "bytes", "ratio"];

/** A family's name ends in its unit (OpenMetrics 1.0, Unit). */
function unitOf(family: string): string | undefined {
  return UNITS.find((unit) => family.endsWith(`_${unit}`));
}

function withoutTotal(counter: string): string {
  return counter.replace(/_total$/, "");
}

/** The name of the OpenMetrics sample with the time from which a counter or histogram counts. */
export function createdName(family: string): string {
  return `${withoutTotal(family)}_created`;
}

type Label = readonly [name: string, value: string];

/** `a="x",b="y"`. Labels with an empty value are left out: to Prometheus they are the same as absent ones. */
export function renderLabels(labels: readonly Label[]): string {
  let out = "";
  for (const [name, value] of labels) {
    if (value !== "") out += `${out === "" ? "" : ","}${name}="${escapeLabelValue(value)}"`;
  }
  return out;
}

/**
 * One line, or an empty text for a value that is not finite: to Prometheus NaN is a value, and no family here has infinite ones.
 * @param labels from renderLabels
 */
export function renderSample(name: string, labels: string, value: number): string {
  if (!Number.isFinite(value)) return "";
  return labels === "" ? `${name} ${value}\n` : `${name}{${labels}} ${value}\n`;
}

const NEEDS_ESCAPE = /[\\"\n]/;

export function escapeLabelValue(value: string): string {
  return NEEDS_ESCAPE.test(value) ? value.replace(/[\\"\n]/g, escapeCharacter) : value;
}

function escapeCharacter(character: string): string {
  return character === "\n" ? "\\n" : `\\${character}`;
}

/** Control characters, line separators and surrogates, which may be unpaired. */
const NEEDS_CLEANING = /[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]/;

/** Label values that a node or its peers choose are cut to this length. */
const MAX_LABEL_LENGTH = 128;

/**
 * A text that a node or its peers chose, as a label value: valid Unicode (a lone surrogate would make the page invalid UTF-8),
 * without control characters, at most 128 characters long.
 */
export function cleanText(text: string): string {
  if (text.length <= MAX_LABEL_LENGTH && !NEEDS_CLEANING.test(text)) return text;
  // Megabytes are cut first, to a length that certainly contains 128 characters: each has at most two UTF-16 units.
  const start = text.length > MAX_LABEL_LENGTH ? text.slice(0, MAX_LABEL_LENGTH * 2) : text;
  const clean = start.toWellFormed().replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/g, "\ufffd");
  return clean.length > MAX_LABEL_LENGTH ? clean.slice(0, endOfCharacters(clean, MAX_LABEL_LENGTH)) : clean;
}

/** Where the first `count` characters of a well-formed text end. Splitting the text would take a hundred times as long. */
function endOfCharacters(text: string, count: number): number {
  let end = 0;
  for (let seen = 0; seen < count && end < text.length; seen += 1) {
    const unit = text.charCodeAt(end);
    end += unit >= 0xd800 && unit < 0xdc00 ? 2 : 1;
  }
  return end;
}

/** Further labels from `renderLabels`, the value, and for a counter the unix time from which it counts, where that is known. */
export type SampleValue = readonly [labels: string, value: number, createdSeconds?: number | undefined];
