import { describe, expect, test } from "vitest";
import { CHAIN_NAMES } from "../../src/chains/index.ts";
import type { FailureReason } from "../../src/model/failure.ts";
import { openInMemory, poll } from "./sessions.ts";
import { failureIn, jsonReply } from "./support.ts";

/** Errors of gateways in front of a node of any chain, in the shapes that they have. */
const ERRORS: readonly (readonly [unknown, FailureReason, RegExp])[] = [
  [
    { jsonrpc: "2.0", id: "0", error: { code: -32005, message: "daily request count exceeded" } },
    "rate_limited",
    /-32005 "daily request count exceeded"/,
  ],
  [{ jsonrpc: "2.0", id: null, error: { code: -32029, message: "no" } }, "rate_limited", /-32029 "no"/],
  [{ jsonrpc: "2.0", id: "0", error: "Unknown API key" }, "unauthorized", /"Unknown API key"/],
  [{ message: "No API key found in request" }, "unauthorized", /"No API key found in request"/],
  [{ code: 429, message: "slow" }, "rate_limited", /429 "slow"/],
  [{ error: "the moon is full" }, "rpc", /"the moon is full"/],
  [{ message: "the\u0007 moon\n is full" }, "rpc", /"the moon is full"/],
  [{ errors: [{ message: "the moon is full" }] }, "rpc", /"the moon is full"/],
  ["Unknown API key", "unauthorized", /"Unknown API key"/],
];

describe.each(CHAIN_NAMES)("a gateway in front of %s", (chain) => {
  test.each(ERRORS)("%j with 200", async (body, reason, words) => {
    const report = await poll(openInMemory(chain, () => jsonReply(body)));
    for (const outcome of [report.peers, report.head]) {
      const failure = failureIn(outcome);
      expect(failure.reason).toBe(reason);
      expect(failure.message).toMatch(words);
      expect(failure.advice).not.toContain("log");
    }
  });

  test.each(ERRORS)("%j with 400", async (body, reason, words) => {
    const report = await poll(openInMemory(chain, () => jsonReply(body, 400)));
    const failure = failureIn(report.head);
    expect(failure.reason).toBe(reason === "rpc" ? "http" : reason);
    expect(failure.advice).not.toContain("log");
    expect(failure.message).toMatch(new RegExp(words.source.replace(/^-?\d+ /, "")));
  });

  test("a limit says how long to wait, by its header or its own words", async () => {
    const error = { code: -32005, message: "rate limited, retry in 30s" };
    const wait = async (headers: Record<string, string>) => {
      const report = await poll(openInMemory(chain, () => ({ ...jsonReply({ error }), headers })));
      return failureIn(report.head).retryAfterSeconds;
    };
    expect([await wait({}), await wait({ "retry-after": "7" })]).toEqual([30, 7]);
  });

  test("Cloudflare cannot reach the node", async () => {
    const report = await poll(openInMemory(chain, () => ({ status: 521, body: "error code: 521" })));
    for (const outcome of [report.peers, report.head]) {
      expect(failureIn(outcome)).toMatchObject({ reason: "http", advice: expect.stringContaining("Cloudflare") });
    }
  });
});
