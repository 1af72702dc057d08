import { getEventListeners } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import { inspect } from "node:util";
import { afterEach, expect } from "vitest";
import { describeFailure, FAILURE_REASONS, NodeError } from "../../src/model/failure.ts";
import { createRpcClient, type RpcClient, type RpcClientOptions } from "../../src/rpc/client.ts";
import { parseNodeUrl } from "../../src/rpc/node-url.ts";
import {
  type FakeNode,
  type Handler,
  type Listening,
  type ListenOptions,
  type OnSocket,
  startFakeNode,
  startRawServer,
} from "../support/fake-node.ts";
import { waitFor } from "../support/servers.ts";

const toClose: { close(): Promise<unknown> }[] = [];

afterEach(async () => {
  // The youngest first: clients before their servers.
  for (const thing of toClose.splice(0).reverse()) await thing.close();
});

export function closeLater<T extends { close(): Promise<unknown> }>(thing: T): T {
  toClose.push(thing);
  return thing;
}

export async function fakeNode(handler: Handler, options?: ListenOptions): Promise<FakeNode> {
  return closeLater(await startFakeNode(handler, options));
}

export async function rawServer(onSocket: OnSocket, options?: ListenOptions): Promise<Listening> {
  return closeLater(await startRawServer(onSocket, options));
}

/** A client as the exporter makes it, for a URL as the configuration has it. */
export function rpcClient(url: string, options: Partial<Omit<RpcClientOptions, "url">> = {}): RpcClient {
  return closeLater(
    createRpcClient({ tls: { kind: "ca" }, connectTimeoutMs: 10_000, ...options, url: parseNodeUrl(url) }),
  );
}

export const GET = { name: "info", method: "GET", path: "/info" } as const;
export const POST = { name: "get_info", method: "POST", path: "/json_rpc", body: '{"method":"get_info"}' } as const;

/** A signal of a poll that has all the time it wants. */
export function patience(): AbortSignal {
  return new AbortController().signal;
}

/** The error of a request that must fail; nothing else than a NodeError with one of the known reasons will do. */
export async function refusal(request: Promise<unknown>): Promise<NodeError> {
  const error: unknown = await request.then(
    (answer) => new Error(`expected a failure, found an answer: ${inspect(answer)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof NodeError)) throw error;
  expect(FAILURE_REASONS).toContain(error.failure.reason);
  return error;
}

/** How a request failed whose signal ends after a time or once a condition holds, and how many turns of the event loop after the signal. */
export async function refusalAtDeadline(
  client: RpcClient,
  until: number | (() => boolean),
  request: Parameters<RpcClient["request"]>[0] = GET,
): Promise<{ readonly error: NodeError; readonly lateTimers: number }> {
  const controller = new AbortController();
  let isSettled = false;
  const refused = refusal(client.request(request, controller.signal)).finally(() => {
    isSettled = true;
  });
  if (typeof until === "number") await new Promise((resolve) => setTimeout(resolve, until));
  else await waitFor(until, "what must precede the deadline");
  expect(isSettled).toBe(false);
  controller.abort(new DOMException("no end in time", "TimeoutError"));
  let lateTimers = 0;
  for (; !isSettled && lateTimers < 100; lateTimers += 1) await nextTurn();
  const error = await refused;
  expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  return { error, lateTimers };
}

/** Every way in which an error could come to be printed. */
export function printed(error: NodeError): string {
  const ways: string[] = [describeFailure(error.failure), JSON.stringify(error.failure)];
  for (let part: unknown = error; part instanceof Error; part = part.cause) {
    ways.push(String(part), part.message, part.stack ?? "", JSON.stringify(part));
    ways.push(JSON.stringify(part, Object.getOwnPropertyNames(part)));
    ways.push(inspect(part), inspect(part, { depth: Infinity, showHidden: true, maxStringLength: Infinity }));
  }
  return ways.join("\n");
}
