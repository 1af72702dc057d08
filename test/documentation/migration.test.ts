import { expect, test } from "vitest";
import { textOf } from "../../tools/repository.ts";
import { CHANGES } from "../../tools/stability/changes.ts";
import { familyNames, queryProblems } from "./metrics.ts";

const document = textOf("docs/migration.md");

/** The cells of the tables, without their heads. A | inside of a cell is escaped. */
const rows = document
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("\\|", "|")),
  );

test("every row has theirs, ours and what differs", () => {
  expect(rows.length).toBeGreaterThan(70);
  expect(rows.filter((row) => row.length !== 3 || (row[1] === "" && !row[2]?.startsWith("not available")))).toEqual([]);
});

test("every expression on our side is one, and its metrics and labels exist", () => {
  const expressions = rows.flatMap(([, ours = ""]) =>
    ours === "" ? [] : [/^`(.*)`$/.exec(ours)?.[1] ?? `no code: ${ours}`],
  );
  expect(expressions.length).toBeGreaterThan(60);
  expect(expressions.flatMap(queryProblems)).toEqual([]);
});

test.each(["docs/migration.md", "docs/comparison.md"])("every metric of ours that %s names exists, or did", (path) => {
  // What keeps old names alive has them as well: old-names.test.ts.
  const named = new Set(
    textOf(path)
      .replaceAll(/^```yaml\n.*?^```$/gms, "")
      .match(/(?<![:\w])p2p_[a-z0-9_]+/g),
  );
  const known = new Set([...familyNames, ...CHANGES.map(({ old }) => old)]);
  // The plugin of nodeos and recording rules have names with p2p_ inside of them, which are left out.
  expect([...named].filter((name) => !known.has(name))).toEqual([]);
});
