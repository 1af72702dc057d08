import fc from "fast-check";
import { expect, test } from "vitest";
import { harmless, harmlessJson, harmlessLines } from "../../../src/lib/text/harmless.ts";
import { visible } from "../../../src/server/pages/markup.ts";
import { anyText } from "../../support/any-text.ts";

test.each([
  ["plain text", "v1.2.3 (wire)", "v1.2.3 (wire)"],
  ["letters of other languages", "Nœud 例え ñ", "Nœud 例え ñ"],
  ["an escape sequence that clears the screen", "\u001b[2Jgone", "\ufffd[2Jgone"],
  ["an escape sequence in one character (C1)", "\u009b31mred", "\ufffd31mred"],
  ["an operating system command", "\u001b]0;title\u0007", "\ufffd]0;title\ufffd"],
  ["a text that would overwrite the line", "bad\rgood", "bad\ufffdgood"],
  ["a second line", "one\ntwo", "one\ufffdtwo"],
  ["a right-to-left override", "abc\u202egpj.exe", "abc\ufffdgpj.exe"],
  ["an isolate", "a\u2067b\u2069", "a\ufffdb\ufffd"],
  ["a character without width", "ad\u200bmin\u00ad\ufeff", "ad\ufffdmin\ufffd\ufffd"],
  ["marks piled up", "a\u0301\u0316\u0317\u0318", "á\ufffd\ufffd\ufffd"],
  ["a lone surrogate", "a\ud800b", "a\ufffdb"],
  ["tag characters", "a\u{e0041}", "a\ufffd"],
  ["letters without a shape", "a\u3164\u2800b", "a\ufffd\ufffdb"],
])("%s", (_, text, shown) => {
  expect(harmless(text)).toBe(shown);
});

test("lines stay lines", () => {
  expect(harmlessLines("a\u001b\nb\n")).toBe("a\ufffd\nb\n");
});

test("nothing is left that a terminal obeys or that cannot be seen", () => {
  fc.assert(
    fc.property(anyText(), (text) => {
      const shown = harmless(text);
      expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{M}\p{Cs}]/u);
      expect(harmless(shown)).toBe(shown);
    }),
  );
});

/** Many of them nobody sees, which a random text rarely holds. */
const strange = fc.string({
  unit: fc.constantFrom(..."ab \t\n\u001b\u009b\u200b\u202e\u2028\u3164\u2800\ufe0f\ud800\u{e0041}\u0301\ue000é🦊"),
});

test("what pages show by its code, a terminal is not shown", () => {
  fc.assert(
    fc.property(strange, (text) => {
      expect(visible(harmless(text))).toBe(harmless(text));
    }),
  );
});

test("JSON for a terminal says the same, and holds nothing that cannot be seen", () => {
  fc.assert(
    fc.property(strange, (text) => {
      const json = harmlessJson(JSON.stringify({ text }, undefined, 2));
      expect(JSON.parse(json)).toEqual({ text });
      expect(visible(json)).toBe(json);
    }),
  );
});
