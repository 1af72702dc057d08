/**
 * Plain data as YAML, in the style of hand-written configurations. A library would take a second for the configuration of a
 * large fleet, and block all requests meanwhile.
 */
export function toYaml(value: Readonly<Record<string, unknown>>): string {
  return block(value, "")
    .map((line) => `${line}\n`)
    .join("");
}

/** The lines of a mapping or list, without undefined values. */
function block(value: object, indent: string): readonly string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown) => {
      if (!isBlock(item)) return [`${indent}- ${scalar(item)}`];
      const [first = "", ...rest] = block(item, `${indent}  `);
      return [`${indent}- ${first.slice(indent.length + 2)}`, ...rest];
    });
  }
  return Object.entries(value).flatMap(([key, item]) => {
    if (item === undefined) return [];
    const head = `${indent}${scalar(key)}:`;
    return isBlock(item) ? [head, ...block(item, `${indent}  `)] : [`${head} ${scalar(item)}`];
  });
}

/** Whether a value needs lines of its own: an empty mapping or list does not. */
function isBlock(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.values(value).some((item) => item !== undefined);
}

function scalar(value: unknown): string {
  if (typeof value === "string") return isPlain(value) ? value : JSON.stringify(value);
  if (Array.isArray(value)) return "[]";
  return typeof value === "object" && value !== null ? "{}" : String(value);
}

/** Words that YAML 1.1 or 1.2 does not read as strings; some readers take `e5` for a number. */
const RESERVED = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf|e[-+]?\d+)$/i;

const WORD = /^[A-Za-z_/<](?:[\w./@:<>-]*[\w/>])?$/;
const DURATION = /^(?:\d+(?:ms|[dhms]))+$/;

/** Any other string is written in double quotes as JSON, which YAML reads. */
function isPlain(text: string): boolean {
  return DURATION.test(text) || (WORD.test(text) && !RESERVED.test(text) && text !== "<<");
}
