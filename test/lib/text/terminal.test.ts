import { expect, test } from "vitest";
import { createStyle, wantsColour } from "../../../src/lib/text/terminal.ts";

const TERMINAL = { isTTY: true };
const PIPE = { isTTY: false };

test.each([
  ["a terminal", TERMINAL, {}, true],
  ["a pipe", PIPE, {}, false],
  ["a dumb terminal", TERMINAL, { TERM: "dumb" }, false],
  ["NO_COLOR", TERMINAL, { NO_COLOR: "1" }, false],
  ["an empty NO_COLOR", TERMINAL, { NO_COLOR: "" }, true],
  ["FORCE_COLOR on a pipe", PIPE, { FORCE_COLOR: "1" }, true],
  ["FORCE_COLOR=0 on a terminal", TERMINAL, { FORCE_COLOR: "0" }, false],
  ["NO_COLOR wins over FORCE_COLOR", TERMINAL, { NO_COLOR: "1", FORCE_COLOR: "1" }, false],
])("%s", (_, terminal, env, wanted) => {
  expect(wantsColour(terminal, env)).toBe(wanted);
});

test("without colours a text stays as it is", () => {
  expect(createStyle(false).red("a")).toBe("a");
  expect(createStyle(true).red("a")).toBe("\u001b[31ma\u001b[39m");
  expect(createStyle(true).red("")).toBe("");
});
