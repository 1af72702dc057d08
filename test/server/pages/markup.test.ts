import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeHtml, htmlOf, markup, NOTHING, visible } from "../../../src/server/pages/markup.ts";

const anyText = fc.string({ unit: "binary-ascii" });

test("escapeHtml leaves no character that HTML knows, and loses nothing", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const escaped = escapeHtml(text);
      expect(escaped.replaceAll(/&#\d+;/g, "")).not.toMatch(/[<>"'&]/);
      expect(escaped.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))).toBe(text);
    }),
  );
});

describe("markup", () => {
  test("escapes texts, and leaves markup and lists of it as they are", () => {
    const items = ["<b>", "c"].map((text) => markup`<li>${text}</li>`);
    expect(htmlOf(markup`<ul title="${'"'}">${items}${undefined}${NOTHING}${7}</ul>`)).toBe(
      '<ul title="&#34;"><li>&#60;b&#62;</li><li>c</li>7</ul>',
    );
  });

  test("takes no object that only looks like markup", () => {
    // Parsed JSON has no symbols, so a peer cannot send markup.
    const forged: unknown = JSON.parse('{"markup":"<script>"}');
    expect(Object.getOwnPropertySymbols(Object(forged))).toEqual([]);
    expect(Object.getOwnPropertySymbols(markup``)).toHaveLength(1);
  });

  test("has as many elements as its template, whatever the texts are", () => {
    fc.assert(
      fc.property(anyText, anyText, (attribute, text) => {
        const html = htmlOf(markup`<p title="${attribute}">${text}</p>`);
        expect(html.match(/</g)).toHaveLength(2);
        expect(html.match(/"/g)).toHaveLength(2);
      }),
    );
  });
});

describe("visible", () => {
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
});
