import { expect, test } from "vitest";
import { width } from "../../../src/lib/text/width.ts";
import { hanging, wrapped } from "../../../src/lib/text/wrap.ts";

test("lines are filled up to their width", () => {
  expect(wrapped("aa bb cc dddddddd e", 5)).toEqual(["aa bb", "cc", "dddddddd", "e"]);
});

test("wide characters take two columns", () => {
  expect(wrapped("\u5b57\u5b57 \u5b57 \u5b57", 7)).toEqual(["\u5b57\u5b57 \u5b57", "\u5b57"]);
});

test("a paragraph hangs below its first words, and a URL stays whole", () => {
  const url = "http://a-node-with-a-long-name.example.org:18081";
  const lines = hanging(`connect: calls at ${url}: the connection was refused`, { first: "  peers ", maxWidth: 40 });
  expect(lines).toEqual(["  peers connect: calls at", `        ${url}:`, "        the connection was refused"]);
});

test("a very narrow terminal still gets words, and a pipe one line", () => {
  const text = "one two three four five";
  expect(hanging(text, { first: "      ", maxWidth: 3 }).map((line) => width(line.trim()))).toEqual([18, 4]);
  expect(hanging(text, { first: "> ", maxWidth: undefined })).toEqual([`> ${text}`]);
});
