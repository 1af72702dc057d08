import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeHtml, htmlOf, joinMarkup, markup, NOTHING } from "../../../src/server/pages/markup.ts";

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
  test("escapes texts, leaves markup as it is, and joins lists", () => {
    const items = ["<b>", "c"].map((text) => markup`<li>${text}</li>`);
    expect(htmlOf(markup`<ul title="${'"'}">${items}${undefined}${NOTHING}${7}</ul>`)).toBe(
      '<ul title="&#34;"><li>&#60;b&#62;</li><li>c</li>7</ul>',
    );
    expect(htmlOf(joinMarkup(items, ", "))).toBe("<li>&#60;b&#62;</li>, <li>c</li>");
  });

  test("takes no object that only looks like markup", () => {
    // What JSON gives has no symbol, so a stranger cannot send markup.
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
