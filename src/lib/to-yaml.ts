/**
 * Plain data as YAML in the form in which people write configurations. Only for printing whole configurations: a library
 * takes a second for those of a large fleet, while nothing else is served.
 */
export function toYaml(value: Readonly<Record<string, unknown>>): string {
  return block(value, "")
    .map((line) => `${line}\n`)
    .join("");
}

/** The lines of a mapping or list; what is undefined is left out. */
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

/** What needs lines of its own: an empty mapping or list does not. */
function isBlock(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.values(value).some((item) => item !== undefined);
}

function scalar(value: unknown): string {
  if (typeof value === "string") return isPlain(value) ? value : JSON.stringify(value);
  if (Array.isArray(value)) return "[]";
  return typeof value === "object" && value !== null ? "{}" : String(value);
}

/** Words that readers of YAML 1.1 or 1.2 take for something else; `e5` is a number to some. */
const RESERVED = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf|e[-+]?\d+)$/i;

const WORD = /^[A-Za-z_/<](?:[\w./@:<>-]*[\w/>])?$/;
const DURATION = /^(?:\d+(?:ms|[dhms]))+$/;

/** Anything else stands in double quotes, where YAML reads what JSON writes. */
function isPlain(text: string): boolean {
  return DURATION.test(text) || (WORD.test(text) && !RESERVED.test(text) && text !== "<<");
}
