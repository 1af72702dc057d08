import fc from "fast-check";
import { expect, test } from "vitest";
import { harmless, harmlessLines } from "../../src/text/harmless.ts";

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
])("%s", (_, text, shown) => {
  expect(harmless(text)).toBe(shown);
});

test("lines stay lines", () => {
  expect(harmlessLines("a\u001b\nb\n")).toBe("a\ufffd\nb\n");
});

test("nothing is left that a terminal obeys or that cannot be seen", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const shown = harmless(text);
      expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{M}\p{Cs}]/u);
      expect(harmless(shown)).toBe(shown);
    }),
  );
});
