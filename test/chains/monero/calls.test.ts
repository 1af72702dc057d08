import { describe, expect, test } from "vitest";
import { callEndpoint, callRpc, isGateway, resultOf } from "../../../src/chains/monero/calls.ts";
import { type FailureReason, NodeError } from "../../../src/model/failure.ts";
import { INFO_BUDGET } from "../../../src/rpc/budget.ts";
import type { RpcRequest } from "../../../src/rpc/message.ts";
import { parseNodeUrl } from "../../../src/rpc/node-url.ts";
import { jsonReply, memoryClient, type Reply, thrownFailure } from "../support.ts";

const CALL = "get_connections at http://127.0.0.1:18081";

function rpcError(code: unknown, message = "text of the server") {
  return { error: { code, message }, id: "0", jsonrpc: "2.0" };
}

describe("resultOf", () => {
  test("gives the result whose status is OK, whatever the id", () => {
    const result = { status: "OK", height: 7 };
    expect(resultOf({ id: "0", jsonrpc: "2.0", result }, CALL)).toBe(result);
    expect(resultOf({ id: 0, result, error: null }, CALL)).toBe(result);
    expect(resultOf({ result }, CALL)).toBe(result);
  });

  test.each<[unknown, FailureReason, string, string]>([
    [
      rpcError(-32601, "Method not found"),
      "unavailable",
      'JSON-RPC error -32601 "Method not found"',
      "use monerod's unrestricted RPC",
    ],
    [rpcError(-9, "Core is busy"), "busy", 'JSON-RPC error -9 "Core is busy"', "still starting or syncing"],
    [rpcError(-32600), "rpc", "JSON-RPC error -32600", "arrived incomplete or changed"],
    [rpcError(-32700), "rpc", "JSON-RPC error -32700", "arrived incomplete or changed"],
    [rpcError(-32602, "Invalid params"), "rpc", 'JSON-RPC error -32602 "Invalid params"', "refuses the parameters"],
    [rpcError(-19), "rpc", "JSON-RPC error -19", "monerod's log"],
    [rpcError("-9"), "rpc", "JSON-RPC error without a code", "of a gateway or proxy"],
    [{ error: "access denied" }, "unauthorized", "JSON-RPC error without a code", "account at the gateway"],
    [{ result: { status: "BUSY", height: 0 } }, "busy", 'status "OK", found "BUSY"', "still starting or syncing"],
    [{ result: { status: "PAYMENT REQUIRED" } }, "unauthorized", '"PAYMENT REQUIRED"', "poll your own node"],
    [{ result: { status: "Failed" } }, "rpc", 'found "Failed"', "monerod's log"],
    [{ result: { height: 7 } }, "bad_shape", 'status "OK", found none', "monerod's RPC"],
    [{ result: { status: 0 } }, "bad_shape", "found none", "monerod's RPC"],
    [{ result: [] }, "bad_shape", "expected a JSON-RPC result", "the JSON-RPC URL of a gateway"],
    [{ id: "0" }, "bad_shape", "expected a JSON-RPC result", "default port 18081"],
    // get_info without the envelope: the URL was set to /get_info.
    [{ status: "OK", height: 7 }, "bad_shape", "expected a JSON-RPC result", "monerod's RPC"],
    [[], "bad_shape", "expected a JSON-RPC object", "monerod's RPC"],
    [null, "bad_shape", "expected a JSON-RPC object", "monerod's RPC"],
    ["OK", "bad_shape", "expected a JSON-RPC object", "monerod's RPC"],
  ])("%j", (answer, reason, message, advice) => {
    const failure = thrownFailure(() => resultOf(answer, CALL));
    expect(failure).toMatchObject({ reason, advice: expect.stringContaining(advice) });
    expect(failure.message).toContain(message);
    expect(failure.message.startsWith(`${CALL}: expected `)).toBe(true);
  });

  test("texts of the server are not long", () => {
    const { message } = thrownFailure(() => resultOf({ result: { status: "x".repeat(10_000) } }, CALL));
    expect(message.length).toBeLessThan(200);
    expect(thrownFailure(() => resultOf(rpcError(-5, "x ".repeat(10_000)), CALL)).message.length).toBeLessThan(220);
  });
});

describe("callRpc", () => {
  async function requestTo(url: string): Promise<RpcRequest> {
    const requests: RpcRequest[] = [];
    const client = memoryClient((request) => {
      requests.push(request);
      return jsonReply({ result: { status: "OK" } });
    }, url);
    await callRpc(client, "get_info", new AbortController().signal);
    const [request] = requests;
    if (request === undefined) throw new Error("nothing was asked");
    return request;
  }

  test("sends the whole body in one piece, with an id and with params, which some gateways require", async () => {
    expect(await requestTo("http://127.0.0.1:18081")).toEqual({
      name: "get_info",
      method: "POST",
      path: "/json_rpc",
      body: '{"jsonrpc":"2.0","id":"0","method":"get_info","params":{}}',
      headers: { "content-type": "application/json" },
      budget: INFO_BUDGET,
    });
  });

  test.each([
    ["http://127.0.0.1:18081", "/json_rpc"],
    ["http://127.0.0.1:18081/", "/json_rpc"],
    ["http://127.0.0.1:18081/json_rpc", "/json_rpc"],
    ["https://gateway.example/s3cret/", "/s3cret/"],
    ["https://gateway.example/s3cret", "/s3cret"],
    ["https://gateway.example/xmr/json_rpc?key=s3cret", "/xmr/json_rpc?key=s3cret"],
    ["https://gateway.example?key=s3cret", "/json_rpc?key=s3cret"],
  ])("the URL %s gives the path %s", async (url, path) => {
    expect((await requestTo(url)).path).toBe(path);
  });
});

test.each([
  ["http://127.0.0.1:18081", false],
  ["http://127.0.0.1:18081/", false],
  ["http://127.0.0.1:18081/?token=abc", false],
  ["http://127.0.0.1:18081/json_rpc", false],
  ["unix:/run/monerod.sock", false],
  ["http://127.0.0.1:18081/json_rpc/", true],
  ["http://proxy.example/monero/json_rpc", true],
  ["https://gateway.example/s3cret-token/", true],
])("%s is a gateway: %j", (url, expected) => {
  expect(isGateway(parseNodeUrl(url))).toBe(expected);
});

describe("callEndpoint", () => {
  async function call(reply: Reply, url = "http://127.0.0.1:18081/json_rpc?token=s3cret") {
    const requests: RpcRequest[] = [];
    const client = memoryClient((request) => {
      requests.push(request);
      return reply;
    }, url);
    const answer = await callEndpoint(client, "/in_peers", { set: false }, new AbortController().signal);
    return { answer, requests };
  }

  test("posts a body of known length to its own path; a token in the query goes with it", async () => {
    const { answer, requests } = await call(jsonReply({ status: "OK", in_peers: 7 }));
    expect(answer).toEqual({ status: "OK", in_peers: 7 });
    expect(requests).toEqual([
      {
        name: "/in_peers",
        method: "POST",
        path: "/in_peers?token=s3cret",
        body: '{"set":false}',
        headers: { "content-type": "application/json" },
        budget: INFO_BUDGET,
      },
    ]);
  });

  test.each<[string, Reply, FailureReason, string]>([
    ["404", { status: 404 }, "not_found", "found 404"],
    ["401", { status: 401 }, "unauthorized", "found 401"],
    ["400", { status: 400 }, "http", "found 400"],
    ["a page", { body: "<html>" }, "bad_json", "found an HTML"],
    ["a list", jsonReply([]), "bad_shape", "expected an object"],
    ["no status", jsonReply({ in_peers: 7 }), "bad_shape", "found none"],
    ["BUSY", jsonReply({ status: "BUSY", in_peers: 0 }), "busy", 'found "BUSY"'],
    ["another status", jsonReply({ status: "Failed" }), "rpc", 'found "Failed"'],
  ])("%s", async (_, reply, reason, message) => {
    const error: unknown = await call(reply).catch((thrown: unknown) => thrown);
    if (!(error instanceof NodeError)) throw new Error("expected a NodeError");
    expect(error.failure.reason).toBe(reason);
    expect(error.failure.message).toMatch(/^\/in_peers at http:\/\/127\.0\.0\.1:18081: /);
    expect(error.failure.message).toContain(message);
    expect(JSON.stringify(error.failure)).not.toContain("s3cret");
  });
});
