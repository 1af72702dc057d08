/** What monerod's answers are made of. Integers above 2^53 occur (difficulty, peer ids): those are bigint here. */
export type EpeeValue = string | number | bigint | boolean | readonly EpeeValue[] | EpeeObject;
export type EpeeObject = { readonly [key: string]: EpeeValue };

/**
 * JSON as epee writes it: keys in alphabetical order, CRLF, two spaces, `/` escaped. **A key whose array is empty is
 * left out**: a node without peers answers no `connections` at all (seen on monerod 0.18.0.0).
 */
export function epeeJson(value: EpeeValue, depth = 0): string {
  if (typeof value === "string") return JSON.stringify(value).replaceAll("/", "\\/");
  if (typeof value !== "object") return String(value);
  if (isList(value)) return `[${value.map((item) => epeeJson(item, depth)).join(",")}]`;
  const members = Object.entries(value)
    .filter(([, member]) => !(typeof member === "object" && isList(member) && member.length === 0))
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${indent(depth + 1)}"${key}": ${epeeJson(member, depth + 1)}`);
  return `{\r\n${members.join(",\r\n")}\r\n${indent(depth)}}`;
}

function isList(value: EpeeObject | readonly EpeeValue[]): value is readonly EpeeValue[] {
  return Array.isArray(value);
}

function indent(depth: number): string {
  return "  ".repeat(depth);
}
