import { describe, expect, it } from "vitest";
import type { FailureReason } from "../../src/model/failure.ts";
import { callJson, retryAfter, statusFailure } from "../../src/rpc/call.ts";
import type { RpcClient } from "../../src/rpc/client.ts";
import type { RpcResponse } from "../../src/rpc/message.ts";
import { parseNodeUrl } from "../../src/rpc/node-url.ts";
import { POST, patience, refusal } from "./support.ts";

function response(status: number, headers: RpcResponse["headers"] = {}, body = ""): RpcResponse {
  return { status, headers, body: Buffer.from(body), sentMs: 1, receivedMs: 2 };
}

/** A client whose server gives one answer. */
function answering(answer: RpcResponse): RpcClient {
  return {
    url: parseNodeUrl("http://127.0.0.1:18081"),
    request: async () => answer,
    presented: () => ({ certificateExpirySeconds: undefined, clockSkewSeconds: undefined }),
    close: async () => {},
  };
}

describe("callJson", () => {
  it.each([200, 201, 202, 299])("gives the JSON of a %i with the whole answer", async (status) => {
    const answer = response(status, { "x-peer-addr": "192.0.2.1" }, '{"height":1200}');
    expect(await callJson(answering(answer), POST, patience())).toEqual({
      value: { height: 1200 },
      response: answer,
    });
  });

  it.each([199, 300, 304, 400, 500])("fails with a %i, whatever its body", async (status) => {
    const { failure } = await refusal(callJson(answering(response(status, {}, "{}")), POST, patience()));
    expect(failure).toMatchObject({
      reason: "http",
      message: `get_info at http://127.0.0.1:18081: expected HTTP 200, found ${status}`,
    });
  });

  it("asks the chain first what a status means", async () => {
    const own = { reason: "unavailable", message: "no plugin", advice: "load it" } as const;
    const asked: unknown[] = [];
    const answer = response(404);
    const error = await refusal(
      callJson(answering(answer), POST, patience(), (...args) => {
        asked.push(...args);
        return own;
      }),
    );
    expect(error.failure).toEqual(own);
    expect(asked).toEqual([answer, "get_info at http://127.0.0.1:18081"]);
    expect((await refusal(callJson(answering(answer), POST, patience(), () => undefined))).failure.reason).toBe(
      "not_found",
    );
  });

  it("does not ask the chain about a success", async () => {
    const explain = () => {
      throw new Error("asked");
    };
    expect((await callJson(answering(response(200, {}, "[]")), POST, patience(), explain)).value).toEqual([]);
  });

  it("fails where the body is no JSON", async () => {
    const { failure } = await refusal(callJson(answering(response(200, {}, "OK")), POST, patience()));
    expect(failure).toMatchObject({
      reason: "bad_json",
      message: "get_info at http://127.0.0.1:18081: expected JSON, found 2 characters of other text",
    });
  });
});

describe("statusFailure", () => {
  it.each<[number, FailureReason, RegExp]>([
    [301, "http", /redirects are not followed/],
    [302, "http", /redirects are not followed/],
    [308, "http", /redirects are not followed/],
    [400, "http", /https:.*log/],
    [401, "unauthorized", /auth block/],
    [403, "unauthorized", /access list/],
    [404, "not_found", /port and the path/],
    [405, "http", /log/],
    [429, "rate_limited", /interval/],
    [500, "http", /log/],
    [502, "http", /proxy/],
    [503, "http", /proxy.*log/],
    [504, "http", /proxy/],
  ])("%i is %s", (status, reason, advice) => {
    const failure = statusFailure(response(status), "get_info at http://127.0.0.1:18081");
    expect(failure.reason).toBe(reason);
    expect(failure.message).toBe(`get_info at http://127.0.0.1:18081: expected HTTP 200, found ${status}`);
    expect(failure.advice).toMatch(advice);
    expect(failure).not.toHaveProperty("retryAfterSeconds");
  });

  it.each<[string, string | string[] | undefined, RegExp]>([
    ["digest", 'Digest qop="auth",algorithm=MD5,realm="monero-rpc",nonce="a=="', /auth\.digest.*rpc-login/],
    ["digest in two headers", ["Digest nonce=a", "Digest nonce=a"], /auth\.digest/],
    ["basic", 'BASIC realm="node"', /auth\.basic/],
    ["a bearer token", "Bearer", /auth\.bearer/],
    ["something unknown", "Negotiate", /auth block/],
    ["nothing", undefined, /auth block/],
  ])("401 says which login the server wants: %s", (_, challenge, advice) => {
    expect(statusFailure(response(401, { "www-authenticate": challenge }), "x").advice).toMatch(advice);
  });

  it.each([429, 503])("%i carries Retry-After", (status) => {
    expect(statusFailure(response(status, { "retry-after": "17" }), "x").retryAfterSeconds).toBe(17);
  });
});

describe("retryAfter", () => {
  const now = Date.parse("2026-11-20T12:00:00Z");

  it.each<[string, string | string[] | undefined, number | undefined]>([
    ["seconds", "120", 120],
    ["blanks around it", " 7 ", 7],
    ["the first of two headers", ["5", "9"], 5],
    ["an hour at most", "3601", 3600],
    ["a number beyond any", "9".repeat(400), 3600],
    ["a date", "Fri, 20 Nov 2026 12:00:30 GMT", 30],
    ["a date of RFC 850", "Friday, 20-Nov-26 12:00:30 GMT", 30],
    ["a date far away", "Fri, 31 Dec 2099 23:59:59 GMT", 3600],
    ["a date in the past", "Fri, 20 Nov 2026 11:59:59 GMT", undefined],
    ["this moment", "Fri, 20 Nov 2026 12:00:00 GMT", undefined],
    ["no second", "0", undefined],
    ["less than nothing", "-5", undefined],
    ["a fraction", "1.5", undefined],
    ["hexadecimal", "0x10", undefined],
    ["an exponent", "1e3", undefined],
    ["two numbers", "120, 60", undefined],
    ["words", "later", undefined],
    ["words with a year", "maybe 2099", undefined],
    ["a date of ISO 8601", "2099-01-01", undefined],
    ["nothing", "", undefined],
    ["no header", undefined, undefined],
  ])("understands %s", (_, header, seconds) => {
    const found = retryAfter(response(429, { "retry-after": header }), now);
    expect(found).toEqual(seconds === undefined ? {} : { retryAfterSeconds: seconds });
  });
});
