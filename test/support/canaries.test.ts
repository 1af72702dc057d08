import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canary, leakOf } from "./canaries.ts";

const SECRET = canary();
const bytes = Buffer.from(SECRET);

describe("a secret is found", () => {
  test.each([
    ["as it is", SECRET],
    ["in capitals", SECRET.toUpperCase()],
    ["without its end", SECRET.slice(0, -3)],
    ["without its beginning", SECRET.slice(3)],
    ["in hex", bytes.toString("hex")],
    ["in base64 of its own", bytes.toString("base64")],
    ["in base64 behind a user name", Buffer.from(`u:${SECRET}`).toString("base64")],
    ["in base64 behind another user name", Buffer.from(`us:${SECRET}`).toString("base64")],
    ["in base64url", Buffer.from(`use:${SECRET}?`).toString("base64url")],
    ["with percent escapes", [...bytes].map((byte) => `%${byte.toString(16)}`).join("")],
    ["with escapes of JSON", [...bytes].map((byte) => `\\u00${byte.toString(16)}`).join("")],
    ["with escapes of HTML", [...bytes].map((byte) => `&#${byte};`).join("")],
  ])("%s", (_, form) => {
    expect(leakOf(SECRET, `a: ${form}, b`)).toBeDefined();
  });

  test("in base64 of any text around it", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (before, after) => {
        const text = Buffer.concat([before, bytes, after]).toString("base64");
        return leakOf(SECRET, text) !== undefined;
      }),
    );
  });
});

test("another secret is not", () => {
  expect(leakOf(SECRET, `${canary()} ${canary()}`)).toBeUndefined();
});
