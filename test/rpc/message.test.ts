import { describe, expect, test } from "vitest";
import type { RpcResponse } from "../../src/rpc/message.ts";
import { clockSkewSeconds, dateSkewSeconds } from "../../src/rpc/message.ts";

/** Noon of a day; the answer took 200 ms. */
const NOON = Date.UTC(2026, 0, 2, 12, 0, 0);

function answer(headers: RpcResponse["headers"]): RpcResponse {
  return { status: 200, headers, body: new Uint8Array(), sentMs: NOON - 100, receivedMs: NOON + 100 };
}

test("a stamp of whole seconds is taken at its middle, against the middle of the request", () => {
  expect(clockSkewSeconds(NOON / 1000, answer({}))).toBe(0.5);
  expect(clockSkewSeconds(NOON / 1000 - 60, answer({}))).toBe(-59.5);
});

describe("the Date header", () => {
  test.each<[string, RpcResponse["headers"], number | undefined]>([
    ["in the form of HTTP", { date: "Fri, 02 Jan 2026 12:00:30 GMT" }, 30.5],
    ["twice: the first", { date: ["Fri, 02 Jan 2026 12:00:00 GMT", "Fri, 02 Jan 2026 13:00:00 GMT"] }, 0.5],
    ["absent", {}, undefined],
    ["garbage that looks like a date to JavaScript", { date: "foo 1" }, undefined],
    ["garbage that ends like a date", { date: "maybe GMT" }, undefined],
    ["of an answer that a cache kept", { date: "Fri, 02 Jan 2026 12:00:30 GMT", age: "30" }, undefined],
  ])("%s", (_, headers, expected) => {
    expect(dateSkewSeconds(answer(headers))).toBe(expected);
  });
});
