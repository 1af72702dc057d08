import fc from "fast-check";
import { anyText } from "../support/any-text.ts";

/** Answers of broken and hostile nodes: any JSON, and valid answers with some values gone or changed. */

/** In the text of an answer, `"<number 123>"` becomes the number 123, however many digits it has. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(/"<number (-?\d+)>"/g, "$1");
}

const oddStrings = fc.constantFrom(
  "",
  "\u0000\u0001\n\u2028",
  "\ud800",
  "-1",
  "1e9",
  "NaN",
  "18446744073709551615",
  "9".repeat(400),
  "::ffff:192.0.2.1",
  "[::1]:0",
  `fe80::1%${"z".repeat(80)}`,
  "]:99999",
  "f".repeat(64),
  "0".repeat(64),
  `"${"x".repeat(50)}"`,
  "<unknown>",
  " - ",
  "inclusive:-1",
  "1970-01-01T00:00:00.000",
  "9999-99-99T99:99:99.999",
);

const oddNumbers = fc.constantFrom<unknown>(
  -1,
  -0,
  0.1,
  1e300,
  2 ** 53,
  2 ** 53 - 1,
  "<number 18446744073709551615>",
  "<number -9223372036854775808>",
  `<number ${"9".repeat(400)}>`,
);

const keys = fc.oneof(
  fc.string(),
  fc.constantFrom("__proto__", "constructor", "toString", "hashes", "items", "result", "connections", "0", "height"),
);

/** Any JSON value; `__proto__` is a key like any other. */
export const anyJson: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false),
    fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), oddNumbers),
    fc.oneof(anyText(), oddStrings),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.array(fc.tuple(keys, tie("value")), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
  ),
})).value;

type Change = { readonly place: number; readonly replacement: { readonly value: unknown } | undefined };

const changes = fc.array(
  fc.record<Change>({ place: fc.nat(), replacement: fc.option(fc.record({ value: anyJson }), { nil: undefined }) }),
  { maxLength: 4 },
);

/** The document with a few of its values, at any depth, deleted or replaced by any JSON. */
export function changed(document: unknown): fc.Arbitrary<unknown> {
  return changes.map((all) => all.reduce(applyChange, document));
}

function applyChange(document: unknown, { place, replacement }: Change): unknown {
  const paths = pathsOf(document);
  const path = paths[place % paths.length];
  return path === undefined ? document : changeAt(document, path, replacement);
}

type Path = readonly string[];

function pathsOf(value: unknown): readonly Path[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[key], ...pathsOf(inner).map((path) => [key, ...path])]);
}

function changeAt(value: unknown, [first, ...rest]: Path, replacement: Change["replacement"]): unknown {
  if (typeof value !== "object" || value === null || first === undefined) return value;
  const entries = Object.entries(value).flatMap(([key, inner]): readonly (readonly [string, unknown])[] => {
    if (key !== first) return [[key, inner]];
    if (rest.length > 0) return [[key, changeAt(inner, rest, replacement)]];
    return replacement === undefined ? [] : [[key, replacement.value]];
  });
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}
