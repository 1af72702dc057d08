import fc from "fast-check";
import { expect, test } from "vitest";
import { CLEAR, difference, ENTER, LEAVE } from "../../../../src/lib/text/screen/paint.ts";
import { createTinyTerminal } from "../../../support/tiny-terminal.ts";

test("only lines that differ are drawn, in one step", () => {
  expect(difference(["a", "b", "c"], ["a", "x", "c"], 5)).toBe("\u001b[?2026h\u001b[2;1Hx\u001b[K\u001b[?2026l");
  expect(difference(["a"], ["a", ""], 5)).toBe("");
});

test("a line that fills the window keeps its last character", () => {
  expect(difference([], ["12345"], 5)).not.toContain("\u001b[K");
});

test("what is entered is left", () => {
  const terminal = createTinyTerminal(2, 10);
  terminal.write(ENTER);
  expect([...terminal.modes].sort()).toEqual([1049, 2004]);
  terminal.write(LEAVE);
  expect([...terminal.modes].sort()).toEqual([25, 7]);
});

test("whatever was shown, the window then shows the lines", () => {
  const line = fc.string({ maxLength: 4, unit: fc.constantFrom("a", "b", "-", "\u6f22", "\u001b[1mx\u001b[22m") });
  const lines = fc.array(line, { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(lines, { minLength: 1, maxLength: 4 }), (rounds) => {
      const terminal = createTinyTerminal(4, 8);
      let before: readonly string[] = [];
      terminal.write(CLEAR);
      for (const after of rounds) {
        terminal.write(difference(before, after, 8));
        before = after;
        expect(terminal.lines()).toEqual(after.map((text) => text.replace(/\u001b\[\d*m/g, "").trimEnd()));
      }
    }),
  );
});
