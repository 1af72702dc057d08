import { expect, test } from "vitest";
import { withinBounds } from "../../src/schema/yaml-bounds.ts";

test("more YAML tokens than the memory allows are refused", () => {
  const lexemes = function* () {
    for (let count = 0; count < 1_000_001; count += 1) yield "\n";
  };
  const read = () => {
    for (const _ of withinBounds(lexemes()));
  };
  expect(read).toThrow(/^expected at most \d+ YAML tokens, the limit for the memory/);
});
