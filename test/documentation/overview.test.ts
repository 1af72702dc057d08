import { expect, test } from "vitest";
import { CATALOGUE } from "../../tools/documents/metrics.ts";
import { OWN_FAMILIES } from "../../tools/documents/own-families.ts";
import { textOf } from "../../tools/repository.ts";

/** The table of docs/metrics-overview.md names every family, alone or with others that begin alike, and its labels. */

const labelsOf = new Map([
  ...CATALOGUE.map(({ name, labels }) => [name, [...labels]] as const),
  ...OWN_FAMILIES.map(({ name, labels }) => [name, Object.keys(labels)] as const),
]);

/** `name{label,label}` in the first column; a name may end in *. */
const entries = textOf("docs/metrics-overview.md")
  .split("\n")
  .filter((line) => /^\| `(?:p2p_|peer_exporter_)/.test(line))
  .flatMap((line) => [...(line.split("|")[1] ?? "").matchAll(/`([\w*]+)(?:\{([\w,]+)\})?`/g)])
  .map(([, name = "", labels]) => ({ name, labels: labels?.split(",") ?? [] }));

const prefixes = entries.filter(({ name }) => name.endsWith("*")).map(({ name }) => name.slice(0, -1));

test("every family is there", () => {
  const named = new Set(entries.map(({ name }) => name));
  const missing = [...labelsOf.keys()].filter(
    (name) => !named.has(name) && !prefixes.some((prefix) => name.startsWith(prefix)),
  );
  expect(missing).toEqual([]);
});

test("every name is one of a family", () => {
  const exists = (name: string) =>
    name.endsWith("*") ? [...labelsOf.keys()].some((one) => one.startsWith(name.slice(0, -1))) : labelsOf.has(name);
  expect(entries.map(({ name }) => name).filter((name) => !exists(name))).toEqual([]);
});

test("a family that is named alone has its labels", () => {
  const wrong = entries.filter(({ name, labels }) => {
    const own = labelsOf.get(name);
    const shown = own?.filter((label) => label !== "le" && !["handler", "code"].includes(label));
    return own !== undefined && String(shown?.sort()) !== String([...labels].sort());
  });
  expect(wrong).toEqual([]);
});
