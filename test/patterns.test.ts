import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import * as invisible from "../src/lib/text/harmless.ts";
import { attacksOn, textsOf } from "./support/hostile-texts.ts";
import { literalsOf, madePatterns, patternsIn } from "./support/patterns.ts";

/**
 * Any text may come from somebody who wants it to take long. Every pattern of the program, found in its source, is given what
 * stands in it over and over, and must not take longer than the length of the text allows.
 */

const SRC = fileURLToPath(new URL("../src/", import.meta.url));

/** CPU time that a linear pattern hardly takes for a text of up to the last of these lengths, and a quadratic one does. */
const SUSPECT_US = 300;
const LONG = 3000;

/** How often something stands in a text. In small steps first: a pattern that tries every way would not come back from a large one. */
const COUNTS = [8, 12, 16, 20, 24, 28, 32, 38, 45, 55, 70, 100, 300, 1000, LONG];

function use(pattern: RegExp, text: string): void {
  if (pattern.flags.includes("g")) text.replace(pattern, "");
  else {
    pattern.lastIndex = 0;
    pattern.exec(text);
  }
}

/** Whether the work may take so much CPU time. To ask the clock is cheap, to ask for the CPU time takes longer than most work. */
function isSuspect(work: () => void): boolean {
  const before = performance.now();
  work();
  return (performance.now() - before) * 1000 >= SUSPECT_US;
}

function cpuTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** The text that takes too long, or undefined. */
function slowText(source: string, flags: string): string | undefined {
  const pattern = new RegExp(source, flags);
  for (const attack of attacksOn(source, flags)) {
    for (const count of COUNTS.filter((count) => count * attack.pump.length <= LONG * 2)) {
      for (const [end, text] of textsOf(attack, count).entries()) {
        if (!isSuspect(() => use(pattern, text))) continue;
        const short = textsOf(attack, count / PARTS)[end] ?? "";
        if (costsMoreThanItsParts(pattern, text, short)) return JSON.stringify(text.slice(0, 60));
      }
    }
  }
  return undefined;
}

const PARTS = 8;

/**
 * Whether a text costs more than eight texts of an eighth of its length: about as much where a pattern is linear, eight times as
 * much where it is quadratic. Other work of the machine may add to either, so what is not clear is measured again.
 */
function costsMoreThanItsParts(pattern: RegExp, text: string, part: string): boolean {
  let votes = 0;
  while (votes < 3) {
    const whole = cpuTime(() => use(pattern, text));
    const parts = cpuTime(() => {
      for (let count = 0; count < PARTS; count += 1) use(pattern, part);
    });
    if (whole < SUSPECT_US || whole < parts * 2) return false;
    votes += whole > parts * 3 ? 1 : 0.2;
  }
  return true;
}

const found = patternsIn(SRC);
const different = [...new Map(found.map((pattern) => [`/${pattern.source}/${pattern.flags}`, pattern])).entries()];

describe("every pattern in the source is linear:", () => {
  test.each(different)("%s", (_, { source, flags }) => {
    expect(slowText(source, flags)).toBeUndefined();
  });
});

describe("the search itself", () => {
  test("finds the patterns of the source", () => {
    expect(different.length).toBeGreaterThan(140);
    for (const { source, flags } of found) expect(() => new RegExp(source, flags)).not.toThrow();
  });

  test("knows a pattern from a division, a comment and a text", () => {
    const code =
      'const a = 1 / 2 / 3; // /no/\nconst b = "/no/"; const c = `/no/$' +
      '{/yes/g.test("`") ? 4 / 2 / 1 : "}"}/no/`; f(/[/]\\//i, d => /x/);';
    expect(literalsOf(code)).toEqual([
      { source: "yes", flags: "g" },
      { source: "[/]\\/", flags: "i" },
      { source: "x", flags: "" },
    ]);
  });

  test.each([
    ["^(a+)+$", ""],
    ["^(?:a|a)*$", ""],
    ["^ {4}at (?:[^\\s()]+ |async |new )*\\(?\\/$", ""],
    ["\\s*,\\s*", ""],
    ["\\/+$", ""],
    ["^\\d+\\.?\\d*$", ""],
    ['"(?:\\\\.|[^"])*"', ""],
    ["\\$\\{([^}]*)\\}", "g"],
    ["[a-z]+[0-9]", "i"],
    ["(\\w+)(\\s*=)", ""],
  ])("sees that /%s/%s is not", (source, flags) => {
    expect(slowText(source, flags)).toBeDefined();
  });

  test("has all patterns that are made of others in the tests of their modules", () => {
    const made = readdirSync(SRC, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .filter((file) => madePatterns(readFileSync(join(SRC, file), "utf8")) > 0);
    expect(made.sort()).toEqual(["lib/host-names.ts", "lib/readings.ts", "lib/text/harmless.ts"]);
  });
});

test("patterns that are made of others are linear", () => {
  const { source, flags } = invisible.INVISIBLE_IN_TEXT;
  expect(slowText(source, flags)).toBeUndefined();
});
