import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { problemParts } from "../../src/schema/problem-line.ts";
import { describeProblem } from "../../src/schema/problems.ts";
import { runs } from "../support/effort.ts";

describe("a line becomes parts:", () => {
  test.each<[string, object]>([
    ["a.yaml:1:2: nodes[0].url: no", { file: "a.yaml", line: 1, column: 2, path: "nodes[0].url", message: "no" }],
    ["a.yaml:1:2: conections: unknown", { file: "a.yaml", line: 1, column: 2, path: "conections", message: "unknown" }],
    ["a.yaml:1:2: nodes[0].…: unknown", { file: "a.yaml", line: 1, column: 2, path: "nodes[0].…", message: "unknown" }],
    ["a.yaml:1:2: nested too deeply", { file: "a.yaml", line: 1, column: 2, message: "nested too deeply" }],
    ["a.yaml:1:2: tabs cannot: use", { file: "a.yaml", line: 1, column: 2, message: "tabs cannot: use" }],
    ["a.yaml: cannot read (ENOENT)", { file: "a.yaml", message: "cannot read (ENOENT)" }],
    ["/a:1:2: b.yaml:3:4: x: y", { file: "/a:1:2: b.yaml", line: 3, column: 4, path: "x", message: "y" }],
    ["--shard: expected I/N", { flag: "--shard", message: "expected I/N" }],
    ["--node a: url: no", { flag: "--node a", path: "url", message: "no" }],
    ["--node a b: name: no", { flag: "--node a b", path: "name", message: "no" }],
    ["no nodes: give one", { message: "no nodes: give one" }],
  ])("%s", (line, parts) => {
    expect(problemParts(line, ["/a:1:2: b.yaml", "a.yaml"])).toEqual(parts);
  });
});

const BAD = fileURLToPath(new URL("../fixtures/config/bad/", import.meta.url));

test("the parts of every error of the configuration make its line again", () => {
  const texts = readdirSync(BAD).filter((name) => name.endsWith(".txt"));
  const lines = texts.flatMap((name) => readFileSync(`${BAD}${name}`, "utf8").trimEnd().split("\n"));
  expect(lines.length).toBeGreaterThan(100);
  for (const line of lines) {
    const file = /^[\w-]+\.yaml/.exec(line)?.[0] ?? "";
    const { line: row, column, path, message } = problemParts(line, [file]);
    const place = row === undefined ? file : `${file}:${row}:${column}`;
    expect([place, path, message].filter((part) => part !== undefined).join(": ")).toBe(line);
    // A path begins with a key of the document, also with a misspelt one, and a message with a word.
    if (path !== undefined) expect(line).toMatch(/^[^:]+:\d+:\d+: [a-z_-]+(?:\[\d+\]|[.:])/);
    expect(message).toMatch(/^\S+ /);
  }
});

test("a path comes back, whatever its keys are", () => {
  const key = fc.oneof(fc.nat(10_000), fc.stringMatching(/^(?:[A-Za-z_.-]{1,30}|…|<<)$/));
  const path = fc.tuple(fc.stringMatching(/^[a-z_-]{1,20}$/), fc.array(key, { maxLength: 5 }));
  fc.assert(
    fc.property(path, fc.string(), ([first, rest], message) => {
      const whole = [first, ...rest];
      const line = describeProblem({ path: whole, message }, (shown) => shown);
      const parts = problemParts(`f.yaml:7:9: ${line}`, ["f.yaml"]);
      expect(parts).toEqual({ file: "f.yaml", line: 7, column: 9, path: line.slice(0, -2 - message.length), message });
    }),
    { numRuns: runs(200) },
  );
});
