import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type JsonLimits, NEW_KEY, scanJson } from "../../src/lib/json.ts";
import { codePoint } from "../support/any-text.ts";
import { runs } from "../support/effort.ts";

const NONE: JsonLimits = { depth: 1e9, containers: 1e9, keys: 1e9, strings: 1e9, numbers: 1e9 };
const bytes = (text: string) => Buffer.from(text);

function repaired(text: string | Uint8Array): string {
  const scan = scanJson(typeof text === "string" ? bytes(text) : text, NONE);
  if (scan.kind !== "counted") throw new Error(`exceeds ${scan.limit}`);
  return Buffer.from(scan.bytes).toString();
}

/** The lowest limit with which a text passes. */
function countIn(text: string, limit: keyof JsonLimits): number {
  let most = 0;
  while (scanJson(bytes(text), { ...NONE, [limit]: most }).kind === "excess") most += 1;
  return most;
}

function counts(text: string): JsonLimits {
  return {
    depth: countIn(text, "depth"),
    containers: countIn(text, "containers"),
    keys: countIn(text, "keys"),
    strings: countIn(text, "strings"),
    numbers: countIn(text, "numbers"),
  };
}

const ZERO = { depth: 0, containers: 0, keys: 0, strings: 0, numbers: 0 };

describe("counts", () => {
  test.each<[string, Partial<JsonLimits>]>([
    ["", {}],
    ["1", { numbers: 1 }],
    ['""', { strings: 1 }],
    ["[]", { depth: 1, containers: 1 }],
    ["[[],{}]", { depth: 2, containers: 3 }],
    ["[1,-2.5e+9,true,false,null]", { depth: 1, containers: 1, numbers: 5 }],
    ["[ 1 ,\t2\r\n,3]", { depth: 1, containers: 1, numbers: 3 }],
    ['["a","b",""]', { depth: 1, containers: 1, strings: 3 }],
    ['{"a":"b"}', { depth: 1, containers: 1, keys: NEW_KEY, strings: 1 }],
    ['{"a" \n: 1, "b" :\t2}', { depth: 1, containers: 1, keys: 2 * NEW_KEY, numbers: 2 }],
    // The names of the second object are known in that order.
    ['[{"a":1,"b":2},{"a":1,"b":2}]', { depth: 2, containers: 3, keys: 2 * NEW_KEY + 2, numbers: 4 }],
    ['[{"a":1,"b":2},{"b":1,"a":2}]', { depth: 2, containers: 3, keys: 4 * NEW_KEY, numbers: 4 }],
    ['{"a":{"a":{"a":1}}}', { depth: 3, containers: 3, keys: NEW_KEY + 2, numbers: 1 }],
    ['{"a":[],"b":1}', { depth: 2, containers: 2, keys: 2 * NEW_KEY, numbers: 1 }],
    // Nothing in a string counts.
    [String.raw`["[{:,1\"\\","]}"]`, { depth: 1, containers: 1, strings: 2 }],
    ['{"a\\"b":1}', { depth: 1, containers: 1, keys: NEW_KEY, numbers: 1 }],
    // Not closed, and nothing but what closes.
    ['["a', { depth: 1, containers: 1, strings: 1 }],
    ['["\\', { depth: 1, containers: 1, strings: 1 }],
    ["]]]]}}", {}],
    ["[1", { depth: 1, containers: 1, numbers: 1 }],
  ])("in %s", (text, expected) => {
    expect(counts(text)).toEqual({ ...ZERO, ...expected });
  });

  test.each([1, 2, 3, 4, 5, 8, 13, 64, 1000])("a string of %d characters at any place of a word", (length) => {
    for (let before = 0; before < 5; before += 1) {
      const text = `${" ".repeat(before)}["${"x".repeat(length)}",1,"${"é".repeat(length)}"]`;
      expect(counts(text)).toEqual({ depth: 1, containers: 1, keys: 0, strings: 2, numbers: 1 });
    }
  });

  test("what JSON.parse makes of any JSON", () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: codePoint, maxDepth: 5 }), fc.constantFrom(undefined, 1), (json, space) => {
        const value: unknown = JSON.parse(json);
        const text = JSON.stringify(value, null, space);
        const scan = scanJson(bytes(text), NONE);
        expect(scan).toEqual({ kind: "counted", bytes: bytes(text) });
        const seen = countIn(text, "containers") + countIn(text, "strings") + countIn(text, "numbers");
        expect(seen).toBe(valuesIn(value));
      }),
      { numRuns: runs(200) },
    );
  });

  test("never less than what a parser builds of a text that is no JSON", () => {
    // The parser stops at the first place that is wrong; what stands behind it must not make up for what came before.
    const many = "1,".repeat(100);
    for (const rest of ['"'.repeat(200), '""'.repeat(200), ":".repeat(500), "]".repeat(300), "}{".repeat(300)]) {
      expect(scanJson(bytes(`[${many}${rest}`), { ...NONE, numbers: 99 })).toEqual({
        kind: "excess",
        limit: "numbers",
      });
    }
    const texts = `${'"a",'.repeat(100)}`;
    expect(scanJson(bytes(`[${texts}${":".repeat(500)}`), { ...NONE, strings: 99 }).kind).toBe("excess");
  });
});

function valuesIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, item) => sum + valuesIn(item), 1);
}

describe("each limit", () => {
  const LIMITS: JsonLimits = { depth: 3, containers: 4, keys: 2 * NEW_KEY, strings: 2, numbers: 3 };
  test.each<[string, keyof JsonLimits | undefined]>([
    ["[[[]]]", undefined],
    ["[[[[", "depth"],
    ["[{},[],{}]", undefined],
    ["[{},[],{},[]]", "containers"],
    ['{"a":0,"b":0}', undefined],
    ['{"a":0,"b":0,"c":0}', "keys"],
    ['["",""]', undefined],
    ['["","",""]', "strings"],
    ['{"a":"","b":""}', undefined],
    ["[1,2,3]", undefined],
    ["[1,2,null,3]", "numbers"],
    ["1 2 3 true", "numbers"],
  ])("%s: %s", (text, limit) => {
    const scan = scanJson(bytes(text), LIMITS);
    expect(scan.kind === "excess" ? scan.limit : undefined).toBe(limit);
  });

  test("many orders of names are distinguished, and recognized again", () => {
    // By hashes of 32 bits: two of ten thousand may be the same by chance.
    const objects = Array.from({ length: 5000 }, (_, index) => `{"k${index}":0,"x":1}`).join(",");
    expect(scanJson(bytes(`[${objects}]`), { ...NONE, keys: 10_000 * NEW_KEY }).kind).toBe("counted");
    expect(scanJson(bytes(`[${objects}]`), { ...NONE, keys: 9_990 * NEW_KEY }).kind).toBe("excess");
    expect(scanJson(bytes(`[${objects},${objects}]`), { ...NONE, keys: 10_000 * NEW_KEY + 10_000 }).kind).toBe(
      "counted",
    );
  });
});

describe("the repair", () => {
  test.each<[string, string]>([
    ['["a\u0001b"]', '["a b"]'],
    ['["\n\t\r\0\u001f"]', '["     "]'],
    ['["\\v"]', '[" "]'],
    ['["\\v\\v\\va\\v"]', '["   a "]'],
    ['["\\\\v"]', '["\\\\v"]'],
    ['["\\\\\\v"]', '["\\\\ "]'],
    ['["\\n\\u000b\\""]', '["\\n\\u000b\\""]'],
    ['["\\\u0001"]', '["\\ "]'],
    ["[1,\u0001\u000b2]", "[1,  2]"],
    ["[1,\\v2]", "[1,  2]"],
    ["[\n\t1\r\n]", "[\n\t1\r\n]"],
    [`["\\v${"x".repeat(100)}\\v\u0002${"y".repeat(50)}\\v"]`, `[" ${"x".repeat(100)}  ${"y".repeat(50)} "]`],
    ['["\\v', '[" '],
    ['["\\', '["\\'],
    ['["é\\v€\u0001😀"]', '["é € 😀"]'],
  ])("of %j is %j", (text, expected) => {
    expect(repaired(text)).toBe(expected);
  });

  test("gives the very bytes where nothing is wrong", () => {
    const body = bytes('{"a":[1,"\\n"]}\n');
    expect(scanJson(body, NONE)).toEqual({ kind: "counted", bytes: body });
    const scan = scanJson(body, NONE);
    expect(scan.kind === "counted" && scan.bytes).toBe(body);
  });

  test("changes nothing of what it was given", () => {
    const body = bytes('["\\v\u0001"]');
    const before = Buffer.from(body);
    repaired(body);
    expect(body).toEqual(before);
  });

  test("reads as the repair over texts did, whatever stands there", () => {
    /** Split at escaped backslashes, with `\v` and control characters replaced: in memory that a text of millions fills. */
    const byText = (text: string) =>
      text
        .split("\\\\")
        .map((part) => part.replaceAll("\\v", " "))
        .join("\\\\")
        .replace(/[\x00-\x1f]/g, " ");
    const unit = fc.constantFrom(
      '"',
      "\\",
      "\\\\",
      "v",
      "\\v",
      "a",
      "\0",
      "\u001f",
      "\n",
      "é",
      "[",
      "]",
      ",",
      ":",
      "1",
    );
    const parsed = (text: string) => {
      try {
        return JSON.stringify(JSON.parse(text));
      } catch {
        return "no JSON";
      }
    };
    const body = fc
      .array(fc.string({ unit, maxLength: 12 }), { maxLength: 3 })
      .map((parts) => `["${parts.join('","')}"]`);
    fc.assert(
      fc.property(fc.oneof(body, fc.string({ unit, maxLength: 20 })), (text) => {
        expect(parsed(repaired(text))).toBe(parsed(byText(text)));
      }),
      { numRuns: runs(2000) },
    );
  });
});
