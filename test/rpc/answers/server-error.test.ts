import { expect, test } from "vitest";
import { explainBody } from "../../../src/rpc/answers/explain.ts";
import { readAnswer, shown } from "../../../src/rpc/answers/server-error.ts";
import type { RpcResponse } from "../../../src/rpc/message.ts";

test.each<[unknown, number | undefined]>([
  [{ error: { code: -32005, message: "x", data: { rate: { allowed_rps: 1, backoff_seconds: 30 } } } }, 30],
  [{ error: { code: -32005, message: "x", data: { retry_after: 12 } } }, 12],
  [{ error: { code: -32005, message: "x", retryAfter: "1.5" } }, 1.5],
  [{ error: { code: -32005, message: "x", data: { try_again_in: "500ms" } } }, 0.5],
  [{ error: { code: -32090, message: "Too many requests, reason: call rate limit exhausted, retry in 10s" } }, 10],
  [{ error: "rate limited, try again in 2 minutes" }, 120],
  [{ message: "API rate limit exceeded", retry_after: 5 }, 5],
  [{ error: { code: -32005, message: "retry later" } }, undefined],
  [{ error: { code: -32005, message: "x", data: { retry_after: -1 } } }, undefined],
  [{ error: { code: -32005, message: "x", data: "retry" } }, undefined],
])("%j asks to wait %s seconds", (answer, seconds) => {
  expect(readAnswer(answer).waitSeconds).toBe(seconds);
});

test.each<[unknown, string | undefined]>([
  [{ message: "API rate limit exceeded" }, "rate_limited"],
  [{ message: "Too Many Requests" }, "rate_limited"],
  [{ message: "Limit Exceeded" }, "rate_limited"],
  [{ error: { code: "RATE_LIMITED", message: "no" } }, "rate_limited"],
  [{ error: { code: "-32005" } }, "rate_limited"],
  [{ error: { code: -32000, message: "Server error", data: "daily request count exceeded" } }, "rate_limited"],
  [{ fault: {} }, undefined],
  [{ message: "No API key found in request" }, "unauthorized"],
  [{ message: "Missing Authentication Token" }, "unauthorized"],
  [{ error: "Key not authorised" }, "unauthorized"],
  [{ error: "invalid_token", error_description: "expired" }, "unauthorized"],
  [{ error_msg: "Missing API key in request" }, "unauthorized"],
  [{ error: "weather is bad" }, undefined],
])("the body %j of a 400 is %s", (body, reason) => {
  const response: RpcResponse = {
    status: 400,
    headers: {},
    body: Buffer.from(JSON.stringify(body)),
    sentMs: 1,
    receivedMs: 2,
  };
  expect(explainBody(response, "call")?.reason).toBe(reason);
});

test.each([
  ["<html><head><title>Forbidden</title></head><body><b>No access</b></body></html>", ' "Forbidden No access"'],
  ["<script>alert(1)</script>", ' "alert(1)"'],
  ["<br/><!-- -->", ""],
  ["1 < 2 and 3 > 2", ' "1 < 2 and 3 > 2"'],
  ["<".repeat(900), ' "<withheld>"'],
])("tags of HTML are no words of a gateway, and hide none: %j", (error, expected) => {
  expect(shown(readAnswer({ error }), undefined)).toBe(expected);
});
