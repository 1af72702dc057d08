import { describe, expect, test } from "vitest";
import { callEndpoint, isGateway } from "../../../src/chains/monero/endpoint.ts";
import { type FailureReason, NodeError } from "../../../src/model/failure.ts";
import { INFO_BUDGET } from "../../../src/rpc/budget.ts";
import type { RpcRequest } from "../../../src/rpc/message.ts";
import { parseNodeUrl } from "../../../src/rpc/node-url.ts";
import { jsonReply, memoryClient, type Reply } from "../support.ts";

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

  test("posts a body of known length beside /json_rpc; a token in the query goes with it", async () => {
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
