import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { callRpc, resultOf } from "../../../src/chains/monero/calls.ts";
import { explainStatus } from "../../../src/chains/monero/server-errors.ts";
import type { Failure, FailureReason } from "../../../src/model/failure.ts";
import { NodeError } from "../../../src/model/failure.ts";
import { runs } from "../../support/effort.ts";
import { jsonReply, memoryClient, type Reply, responseOf, thrownFailure } from "../support.ts";

const CALL = "get_connections at https://gateway.example";

/** Texts with their codes as gateways document them or as issues quote them; in each group the one reason that is right. */
const ERRORS: Readonly<Partial<Record<FailureReason, readonly (readonly [number | undefined, string])[]>>> = {
  rate_limited: [
    [-32005, "daily request count exceeded, request rate limited"],
    [-32005, "rate limit exceeded"],
    [-32005, "Limit exceeded"],
    [-32005, "text that says nothing"],
    [-32007, "50/second request limit reached - reduce calls per second or upgrade your account at quicknode.com"],
    [-32007, ""],
    [-32016, "over rate limit"],
    [-32016, ""],
    [-32605, "Rate Limit"],
    [429, "Your app has exceeded its compute units per second capacity"],
    [429, ""],
    [-32000, "Too many requests, please retry later"],
    [-32000, "Monthly capacity limit exceeded. Visit the dashboard to upgrade your scaling policy"],
    [-32603, "project has used all of its credits"],
    [-32097, "rate limited"],
    [-1, "Throttled"],
    [undefined, "You have reached your daily limit"],
    [undefined, "You have exceeded your request rate of 7 r/s."],
    [undefined, "Requests quota exceeded for this API key"],
    [undefined, "Usage limit has been hit"],
    [undefined, "Rate-limit exceeded for this token"],
    [-32009, "trace requests limited to 3/sec"],
  ],
  unauthorized: [
    [undefined, "Unknown API key"],
    [undefined, "Invalid access token"],
    [-32600, "Must be authenticated!"],
    [-32000, "Unauthorized"],
    [-32001, "invalid project id"],
    [-32016, "missing authentication"],
    [403, "Forbidden"],
    [401, ""],
    [402, "Payment Required"],
    [-32000, "Your subscription has ended"],
    [-32000, "account suspended"],
    [-32002, "IP address not in the whitelist"],
    [-32606, "illegal address"],
    [undefined, "access denied"],
    [undefined, "JWT signature is not valid"],
  ],
  unavailable: [
    [-32601, "Method not found"],
    [-32601, "The method get_connections does not exist/is not available"],
    [-32601, ""],
    [-32004, "Method not supported"],
    [-32004, ""],
    [-32600, "Unsupported method: get_connections"],
    [-32000, "rpc method is not whitelisted"],
    [403, "method get_connections is blocked on this plan"],
    [-32000, "This is not available on the free plan"],
    [undefined, "method not allowed"],
  ],
  busy: [
    [-9, "Core is busy"],
    [-32000, "server is overloaded"],
    [-32603, "no healthy upstream"],
    [-32603, "Service temporarily unavailable"],
    [503, ""],
    [-32000, "request timed out"],
    [-32005, "request timeout limit exceeded"],
  ],
  rpc: [
    [-32600, "Invalid Request"],
    [-32700, "Parse error"],
    [-32602, "Invalid params"],
    [-32602, "missing value for required argument 0"],
    [-32603, "Internal error"],
    [-32000, "something else"],
    [undefined, "something else"],
    [-2, "Requested block height: 9 greater than current top block height: 4"],
  ],
};

const CASES = Object.entries(ERRORS).flatMap(([reason, errors]) =>
  (errors ?? []).map(([code, text]) => [reason, code, text] as const),
);

/** The shapes in which gateways send the same error. */
function shapes(code: number | undefined, text: string): readonly unknown[] {
  const message = text === "" ? {} : { message: text };
  const error = code === undefined ? message : { code, ...message };
  return [
    { jsonrpc: "2.0", id: "0", error },
    { jsonrpc: "2.0", id: null, result: null, error },
    ...(code === undefined ? [{ jsonrpc: "2.0", id: "0", error: text }] : []),
  ];
}

describe("an error in a 200", () => {
  test.each(CASES)("%s: %j %j", (reason, code, text) => {
    for (const answer of shapes(code, text)) {
      expect(thrownFailure(() => resultOf(answer, CALL, true)).reason, JSON.stringify(answer)).toBe(reason);
    }
  });

  test.each(CASES.filter(([reason]) => reason !== "rpc"))("%s without an envelope: %j %j", (reason, code, text) => {
    const message = text === "" ? {} : { message: text };
    for (const answer of [{ code, ...message }, { statusCode: code, ...message }, { errors: [{ code, ...message }] }]) {
      expect(thrownFailure(() => resultOf(answer, CALL, true)).reason, JSON.stringify(answer)).toBe(reason);
    }
  });

  test.each([
    [
      "rate_limited",
      { success: false, error: { type: "usage_limit_reached", info: "Your monthly usage limit has been reached." } },
    ],
    ["unauthorized", { error: true, message: "token expired" }],
    ["rate_limited", { error: -32005 }],
    ["rate_limited", { error: { code: -32000, message: { text: "quota" } } }],
    ["rate_limited", { error: false, code: 429 }],
    ["rate_limited", [{ jsonrpc: "2.0", id: "0", error: { code: -32005, message: "limit" } }]],
    ["unauthorized", [{ message: "Unknown API key" }]],
  ])(
    "an error without an envelope was not read if it was a number, true, deeper, or in a list: %s %j",
    (reason, answer) => {
      expect(thrownFailure(() => resultOf(answer, CALL, true)).reason).toBe(reason);
      const refused = responseOf({ status: 400, body: JSON.stringify(answer) });
      expect(explainStatus(refused, CALL)?.reason).toBe(reason);
    },
  );

  test("quotas have advice about the interval, refused parameters and keys their own", () => {
    const adviceOf = (error: unknown) => thrownFailure(() => resultOf({ error }, CALL, true)).advice;
    expect(adviceOf({ code: -32005, message: "Limit exceeded" })).toContain("poll less often (interval)");
    expect(adviceOf({ code: -32602, message: "Invalid params" })).toContain("a gateway may want others");
    expect(adviceOf("Unknown API key")).toContain("check the token in the URL");
  });

  test("monerod's log is no advice for a gateway, nor for codes that monerod does not have", () => {
    const failures: readonly Failure[] = CASES.flatMap(([, code, text]) =>
      shapes(code, text).map((answer) => thrownFailure(() => resultOf(answer, CALL, true))),
    );
    for (const { advice } of failures) expect(advice).not.toContain("monerod's log");
    const own = (code: number) => thrownFailure(() => resultOf({ error: { code, message: "Failed" } }, CALL)).advice;
    expect(own(-5)).toContain("monerod's log");
    expect(own(-32603)).toContain("monerod's log");
    expect(own(-32050)).not.toContain("monerod's log");
  });
});

describe("the text of the server", () => {
  test.each([
    ["Unknown API key", "Unknown API key"],
    [
      "50/second request limit reached - reduce calls per second or upgrade your account at quicknode.com",
      "50/second request limit reached - reduce calls per second or upgrade your account at quicknode.com",
    ],
    ['say "please"', 'say "please"'],
    ["API key 5f2a9c81d4 is not valid", "API key <withheld> is not valid"],
    ["no project 0123456789abcdef0123456789abcdef", "no project <withheld>"],
    ["the token hQDgfXkQwerty is unknown", "the token <withheld> is unknown"],
    ["https://go.getblock.io/hunter2secretword/ is not known", "<withheld> is not known"],
    ["averyveryverylongwordoflettersonly", "<withheld>"],
    ["the key qwertz**** is unknown", "the key <withheld> is unknown"],
    ["the key qwertz...uiop is unknown", "the key <withheld> is unknown"],
    ["slow down...", "slow down..."],
    ["line\nfeed\tand\u0000 more\r\n", "line feed and more"],
    ["\u001b[31mred", "red"],
    ["\u202etxet", "txet"],
    ["配额已用完", "配额已用完"],
    ["x ".repeat(100), `${"x ".repeat(60)}…`],
    ["x".repeat(61), "<withheld>"],
  ])("%j is shown as %j", (text, shown) => {
    const { message } = thrownFailure(() => resultOf({ error: text }, CALL));
    expect(message).toBe(`${CALL}: expected a result, found JSON-RPC error without a code ${JSON.stringify(shown)}`);
  });

  test("a key with letters and digits is never in the message, wherever it stands", () => {
    const key = fc.stringMatching(/^[a-z]{2,6}\d{2,6}[a-z0-9]{2,20}$/);
    fc.assert(
      fc.property(key, fc.constantFrom("Unknown key K", "K is over its limit", "{K}", "/K/", "a=K&b"), (one, text) => {
        const { message } = thrownFailure(() => resultOf({ error: text.replace("K", one) }, CALL, true));
        expect(message).not.toContain(one);
      }),
      { numRuns: runs(100) },
    );
  });

  test("any answer is refused with a NodeError of a page at most", () => {
    const answers = fc.oneof(
      fc.jsonValue(),
      fc.record({ error: fc.jsonValue() }),
      fc.record({ message: fc.jsonValue(), code: fc.jsonValue() }),
    );
    fc.assert(
      fc.property(answers, (answer) => {
        const { message, advice } = thrownFailure(() => resultOf(answer, CALL, true));
        expect(message.length + advice.length).toBeLessThan(600);
      }),
      { numRuns: runs(200) },
    );
  });
});

describe("an unsuccessful status with an error in its body", () => {
  const explained = (status: number, reply: Reply) => explainStatus(responseOf({ ...reply, status }), CALL);

  test.each<[number, unknown, FailureReason | undefined]>([
    [403, { error: { code: -32005, message: "daily request count exceeded" } }, "rate_limited"],
    [403, { error: { code: -32601, message: "Method not found" } }, "unavailable"],
    [403, { message: "Invalid API key" }, "unauthorized"],
    [400, { error: "Unknown API key" }, "unauthorized"],
    [404, { error: { code: -32601, message: "the method does not exist" } }, "unavailable"],
    [402, { message: "Payment Required" }, "unauthorized"],
    [500, { error: { code: -32007, message: "request limit reached" } }, "rate_limited"],
    [503, { message: "temporarily unavailable" }, undefined],
    [401, { message: "rate limit" }, undefined],
    [429, { message: "Invalid API key" }, undefined],
    [404, { message: "Not found" }, undefined],
    [403, { statusCode: 403 }, undefined],
    [500, "text", undefined],
  ])("%j %j", (status, body, reason) => {
    expect(explained(status, jsonReply(body))?.reason).toBe(reason);
  });

  test("Retry-After counts for a quota", () => {
    const reply = { ...jsonReply({ message: "quota exceeded" }), headers: { "retry-after": "90" } };
    expect(explained(403, reply)).toMatchObject({ reason: "rate_limited", retryAfterSeconds: 90 });
  });

  test("pages and bodies of many bytes are left to the status", () => {
    expect(explained(500, { body: "<html>rate limit</html>" })).toBeUndefined();
    expect(explained(500, jsonReply({ message: "quota", x: "x".repeat(10_000) }))).toBeUndefined();
  });

  test("reaches the failure of a call, without the token of the URL", async () => {
    const client = memoryClient(
      () => jsonReply({ error: { code: -32005, message: "over the limit" } }, 403),
      "https://gateway.example/s3cret-token/",
    );
    const error: unknown = await callRpc(client, "get_info", new AbortController().signal).catch((thrown) => thrown);
    if (!(error instanceof NodeError)) throw new Error("expected a NodeError");
    expect(error.failure).toMatchObject({ reason: "rate_limited", message: expect.stringContaining("found 403") });
    expect(JSON.stringify(error.failure)).not.toContain("s3cret");
  });
});
