import { expect, test } from "vitest";
import type { RpcResponse } from "../../src/rpc/message.ts";
import { clockSkewSeconds } from "../../src/rpc/message.ts";

/** Noon of a day; the answer took 200 ms. */
const NOON = Date.UTC(2026, 0, 2, 12, 0, 0);

function answer(headers: RpcResponse["headers"]): RpcResponse {
  return { status: 200, headers, body: new Uint8Array(), sentMs: NOON - 100, receivedMs: NOON + 100 };
}

test("a stamp of whole seconds is taken at its middle, against the middle of the request", () => {
  expect(clockSkewSeconds(NOON / 1000, answer({}))).toBe(0.5);
  expect(clockSkewSeconds(NOON / 1000 - 60, answer({}))).toBe(-59.5);
});
