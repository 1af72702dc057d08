import { describe, expect, test } from "vitest";
import { createPlugin } from "../../../src/chains/wire/plugin.ts";
import { nodeError } from "../../../src/model/failure.ts";
import { METRICS_BUDGET } from "../../../src/rpc/budget.ts";
import type { RpcClient } from "../../../src/rpc/client.ts";
import type { RpcRequest } from "../../../src/rpc/message.ts";
import { failureIn, fixtureText, jsonReply, memoryClient, type Reply, valueIn } from "../support.ts";

const PAGE: Reply = { body: fixtureText("wire/prometheus.spring-1.2.txt") };
const MISSING = jsonReply({ code: 404, message: "Not Found", error: { code: 0, name: "exception", what: "" } }, 404);

/** A plugin with a clock that only the test moves, and a response that the test can change. */
function started(first: Reply | Error, url?: string) {
  const state = { now: 5_000_000, answer: first, requests: [] as RpcRequest[] };
  const memory = memoryClient((request) => {
    state.requests.push(request);
    if (state.answer instanceof Error) throw state.answer;
    return state.answer;
  }, url);
  const client: RpcClient = memory;
  const plugin = createPlugin(client, () => state.now);
  /** Polls some seconds after the last poll. */
  const poll = (seconds = 0) => {
    state.now += seconds * 1000;
    return plugin.page(new AbortController().signal);
  };
  return { state, poll };
}

test("asks with GET below the path of the URL", async () => {
  const { state, poll } = started(PAGE, "http://127.0.0.1:9101/eos/?token=secret");
  expect(valueIn(await poll()).failedConnections).toBe(214);
  expect(state.requests).toEqual([
    {
      ...{ name: "/v1/prometheus/metrics", method: "GET", path: "/eos/v1/prometheus/metrics?token=secret" },
      budget: METRICS_BUDGET,
    },
  ]);
});

describe("no more often than the node refreshes its numbers", () => {
  test("every 30 s; in between the last page stands", async () => {
    const { state, poll } = started(PAGE);
    const first = await poll();
    const asked = () => state.requests.length;
    expect([asked(), await poll(10), asked(), await poll(10), asked()]).toEqual([1, first, 1, first, 1]);
    state.answer = { body: "nodeos_p2p_failed_connections 215" };
    expect(valueIn(await poll(10)).failedConnections).toBe(215);
    expect(asked()).toBe(2);
  });

  test("a poll that begins a moment before 30 s are over counts as after it", async () => {
    const { state, poll } = started(PAGE);
    await poll();
    await poll(28.9);
    expect(state.requests).toHaveLength(1);
    await poll(0.2);
    expect(state.requests).toHaveLength(2);
  });

  test("a slow interval asks in every poll", async () => {
    const { state, poll } = started(PAGE);
    for (const seconds of [0, 60, 60, 3600]) await poll(seconds);
    expect(state.requests).toHaveLength(4);
  });
});

describe("when it fails", () => {
  test("the last page is gone, and it is asked again after 30 s", async () => {
    const { state, poll } = started(PAGE);
    await poll();
    state.answer = nodeError("timeout", "no answer", "wait");
    expect(failureIn(await poll(30)).reason).toBe("timeout");
    expect(failureIn(await poll(15)).reason).toBe("timeout");
    expect(state.requests).toHaveLength(2);
    state.answer = PAGE;
    expect((await poll(15)).ok).toBe(true);
  });

  test.each<[string, Reply]>([
    ["the plugin is missing", MISSING],
    ["another program answers 404", { status: 404, body: "<html>" }],
  ])("%s: it is off for ten minutes, and says why", async (_, answer) => {
    const { state, poll } = started(answer);
    const failure = failureIn(await poll());
    for (let minute = 0; minute < 9; minute += 1) expect(failureIn(await poll(60))).toEqual(failure);
    expect(state.requests).toHaveLength(1);
    state.answer = PAGE;
    expect((await poll(60)).ok).toBe(true);
    expect(state.requests).toHaveLength(2);
  });

  test("Retry-After is waited for once", async () => {
    const { state, poll } = started({
      ...jsonReply({ code: 503, message: "Busy" }, 503),
      headers: { "retry-after": "90" },
    });
    expect(failureIn(await poll())).toMatchObject({ reason: "busy", retryAfterSeconds: 90 });
    expect(failureIn(await poll(60)).retryAfterSeconds).toBeUndefined();
    expect(state.requests).toHaveLength(1);
    await poll(30);
    expect(state.requests).toHaveLength(2);
  });

  test("a bug of the exporter is not taken for a failure of the node", async () => {
    const { poll } = started(new TypeError("bug"));
    await expect(poll()).rejects.toThrow(TypeError);
  });
});

describe("explains failures", () => {
  const hostHeader = jsonReply({ code: 400, message: "Disallowed HTTP HOST header in the request" }, 400);
  test.each<[string, Reply | Error, string, string]>([
    [
      "404 of the node",
      MISSING,
      "unavailable",
      "load prometheus_plugin, or set wire.prometheus_url to the listener with",
    ],
    ["404 of something else", { status: 404 }, "not_found", "check the port and the path of the URL"],
    ["the Host header", hostHeader, "host_header", "set host_header to the node's http-server-address"],
    ["busy", jsonReply({ code: 503, message: "Busy" }, 503), "busy", "poll less often"],
    ["a login page", { body: "<html>Sign in</html>" }, "bad_shape", "check that wire.prometheus_url is the listener"],
    ["401", { status: 401 }, "unauthorized", "check the auth block"],
    ["a redirect", { status: 302 }, "http", "redirects are not followed"],
    [
      "too large",
      nodeError("too_large", "found", "general"),
      "too_large",
      "restart the node, as its prometheus_plugin keeps the series of peers that left; or general",
    ],
    ["refused", nodeError("connect", "found", "general"), "connect", "general"],
  ])("%s", async (_, answer, reason, advice) => {
    const failure = failureIn(await started(answer).poll());
    expect(failure).toMatchObject({ reason, advice: expect.stringContaining(advice) });
    if (!(answer instanceof Error)) {
      expect(failure.message).toContain("/v1/prometheus/metrics at http://127.0.0.1:8888: expected ");
    }
  });
});
