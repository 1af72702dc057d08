/**
 * The two text formats of Prometheus. Sample lines are the same bytes in both (no timestamps, no exemplars), so a
 * node's lines are rendered once and serve either; only the headers of the families and the end of the page differ.
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

/** HELP and TYPE. OpenMetrics names a counter's family without `_total`, which its samples keep. */
export function renderHeader({ name, type, help }: FamilyHeader, format: Format): string {
  const family = format === "openmetrics" && type === "counter" ? name.replace(/_total$/, "") : name;
  const text = format === "openmetrics" ? escapeLabelValue(help) : help.replace(/[\\\n]/g, escapeCharacter);
  return `# HELP ${family} ${text}\n# TYPE ${family} ${type}\n`;
}

export type Label = readonly [name: string, value: string];

/** `a="x",b="y"`. Labels with an empty value are left out: to Prometheus they are the same as absent ones. */
export function renderLabels(labels: readonly Label[]): string {
  let out = "";
  for (const [name, value] of labels) {
    if (value !== "") out += `${out === "" ? "" : ","}${name}="${escapeLabelValue(value)}"`;
  }
  return out;
}

/**
 * One line, or nothing for a value that is not finite: NaN does not mean "missing", and no family of ours is infinite.
 * @param labels as renderLabels gives them
 */
export function renderSample(name: string, labels: string, value: number): string {
  if (!Number.isFinite(value)) return "";
  return labels === "" ? `${name} ${value}\n` : `${name}{${labels}} ${value}\n`;
}

/** Joins two rendered label lists. */
export function joinLabels(first: string, second: string): string {
  return first === "" || second === "" ? first + second : `${first},${second}`;
}

const NEEDS_ESCAPE = /[\\"\n]/;

export function escapeLabelValue(value: string): string {
  return NEEDS_ESCAPE.test(value) ? value.replace(/[\\"\n]/g, escapeCharacter) : value;
}

function escapeCharacter(character: string): string {
  return character === "\n" ? "\\n" : `\\${character}`;
}

/** Control characters, line separators and surrogates, which may stand alone. */
const NEEDS_CLEANING = /[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]/;

/** Labels from strangers are cut here. */
const MAX_LABEL_LENGTH = 128;

/**
 * Text that a stranger chose, fit for a label: valid Unicode (a lone surrogate would make the page invalid UTF-8),
 * control characters made visible, at most 128 characters.
 */
export function cleanText(text: string): string {
  if (text.length <= MAX_LABEL_LENGTH && !NEEDS_CLEANING.test(text)) return text;
  // Cut before the rest, so that megabytes cost nothing; twice as many UTF-16 units hold 128 characters for sure.
  const start = text.length > MAX_LABEL_LENGTH ? text.slice(0, MAX_LABEL_LENGTH * 2) : text;
  const clean = start.toWellFormed().replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/g, "\ufffd");
  return clean.length > MAX_LABEL_LENGTH ? clean.slice(0, endOfCharacters(clean, MAX_LABEL_LENGTH)) : clean;
}

/** Where the first characters of a well-formed text end; a list of all would take a hundred times as long. */
function endOfCharacters(text: string, count: number): number {
  let end = 0;
  for (let seen = 0; seen < count && end < text.length; seen += 1) {
    const unit = text.charCodeAt(end);
    end += unit >= 0xd800 && unit < 0xdc00 ? 2 : 1;
  }
  return end;
}

/** Further labels as `renderLabels` gives them, and the value. */
export type SampleValue = readonly [labels: string, value: number];
