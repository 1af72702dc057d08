import { expect, test } from "vitest";
import { visible } from "../../../src/server/pages/markup.ts";

test.each([
  ["a\u202egnp.exe", "a\\u{202e}gnp.exe"],
  ["node\u200bop", "node\\u{200b}op"],
  ["\ufeff\u2066x\u2069", "\\u{feff}\\u{2066}x\\u{2069}"],
  ["\u0000\u001b[31m\u007f\u0085", "\\u{0}\\u{1b}[31m\\u{7f}\\u{85}"],
  ["\ud800", "\\u{d800}"],
  ["\u{e0041}\u3164\ufe0f", "\\u{e0041}\\u{3164}\\u{fe0f}"],
])("%j is shown as %s", (text, shown) => {
  expect(visible(text)).toBe(shown);
});

test.each(["Nœud d'exemple", "узел", "节点", "صحيح", "1\u202f234", "two\n\tlines", "🦊"])("%j stays", (text) => {
  expect(visible(text)).toBe(text);
});
