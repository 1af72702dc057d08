import { expect, onTestFinished, test } from "vitest";
import { createRpcClient } from "../../src/rpc/client.ts";
import { parseNodeUrl } from "../../src/rpc/node-url.ts";
import type { RpcCall } from "../../src/rpc/trace.ts";
import { type Handler, type OnSocket, startFakeNode, startRawServer } from "../support/fake-node.ts";
import { hang, resetAtOnce } from "../support/faults.ts";
import { waitFor } from "../support/servers.ts";

const REQUEST = { name: "get_info", method: "GET", path: "/s3cret-path/get_info?s3cret-query" } as const;

/** The exchanges of one request to a server. */
async function trace(server: { readonly url: string; close(): Promise<void> }, signal = AbortSignal.timeout(5000)) {
  onTestFinished(server.close);
  const calls: RpcCall[] = [];
  const url = parseNodeUrl(server.url.replace("://", "://user:s3cret-password@"));
  const client = createRpcClient({
    url,
    tls: { kind: "ca" },
    connectTimeoutMs: 5000,
    observe: (call) => void calls.push(call),
  });
  onTestFinished(() => client.close());
  await client.request(REQUEST, signal).catch(() => {});
  return calls;
}

const fake = (handler: Handler) => startFakeNode(handler);
const raw = (onSocket: OnSocket) => startRawServer(onSocket);

test("an answer: its status, its size and its time", async () => {
  const before = Date.now();
  const server = await fake(() => ({ status: 503, body: "s3cret-body" }));
  const calls = await trace(server);
  expect(calls).toEqual([
    {
      name: "get_info",
      method: "GET",
      server: server.url,
      startedMs: expect.any(Number),
      milliseconds: expect.any(Number),
      outcome: { kind: "answered", status: 503, bytes: 11 },
    },
  ]);
  expect(calls[0]?.startedMs).toBeGreaterThanOrEqual(before);
  expect(calls[0]?.milliseconds).toBeLessThan(5000);
});

test("a connection that is reset", async () => {
  expect(await trace(await raw(resetAtOnce))).toMatchObject([{ outcome: { kind: "failed", reason: "connect" } }]);
});

test("a server that never answers", async () => {
  const calls = await trace(await raw(hang), AbortSignal.timeout(50));
  // The exchange itself ends a moment after whoever waits for it was told.
  await waitFor(() => calls.length > 0, "the end of the exchange");
  expect(calls).toMatchObject([{ outcome: { kind: "failed", reason: "timeout" } }]);
});

test("nothing of the URL but scheme, host and port", async () => {
  const calls = await trace(await fake(() => ({ status: 200, body: "s3cret-body", headers: { "x-s3cret": "1" } })));
  expect(JSON.stringify(calls)).not.toContain("s3cret");
});
