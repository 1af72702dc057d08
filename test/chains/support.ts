import { readFileSync } from "node:fs";
import { formatAddress } from "../../src/model/address.ts";
import { type Failure, NodeError } from "../../src/model/failure.ts";
import type { Outcome, PeerConnection } from "../../src/model/report.ts";
import type { RpcClient } from "../../src/rpc/client.ts";
import type { RpcRequest, RpcResponse } from "../../src/rpc/message.ts";
import { parseNodeJson } from "../../src/rpc/node-json.ts";
import { parseNodeUrl } from "../../src/rpc/node-url.ts";

/** A file of test/fixtures as text. */
export function fixtureText(path: string): string {
  return readFileSync(new URL(`../fixtures/${path}`, import.meta.url), "utf8");
}

/** A file of test/fixtures as the client reads it. */
export function fixture(path: string): unknown {
  return parseNodeJson(fixtureText(path));
}

/** `result` of a JSON-RPC answer in test/fixtures. */
export function fixtureResult(path: string): Fields {
  return fields(fields(fixture(path)).result);
}

export type Fields = { readonly [key: string]: unknown };

export function fields(value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError("not an object");
  return { ...value };
}

export function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError("not a list");
  return value;
}

export type Reply = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Uint8Array;
};

/** An answer with a JSON body. */
export function jsonReply(value: unknown, status = 200): Reply {
  return { status, body: JSON.stringify(value) };
}

/** A client that answers without a network. */
export function memoryClient(answer: (request: RpcRequest) => Reply, url = "http://127.0.0.1:8888"): RpcClient {
  return {
    url: parseNodeUrl(url),
    request: async (request) => responseOf(answer(request)),
    presented: () => ({ lastExpirySeconds: undefined, currentExpirySeconds: undefined }),
    close: async () => {},
  };
}

export function responseOf({ status = 200, headers = {}, body = "" }: Reply, sentMs = 0, receivedMs = 0): RpcResponse {
  return { status, headers, body: typeof body === "string" ? Buffer.from(body) : body, sentMs, receivedMs };
}

/** What a part of a poll gave. */
export function valueIn<T>(outcome: Outcome<T> | undefined): T {
  if (outcome === undefined) throw new Error("expected an outcome, found none");
  if (!outcome.ok) throw new Error(`expected a value, found ${outcome.failure.reason}: ${outcome.failure.message}`);
  return outcome.value;
}

/** Why a part of a poll gave nothing. */
export function failureIn(outcome: Outcome<unknown> | undefined): Failure {
  if (outcome === undefined || outcome.ok) throw new Error("expected a failure");
  return outcome.failure;
}

/** The failure that the call throws; any other end is an error. */
export function thrownFailure(call: () => unknown): Failure {
  try {
    call();
  } catch (error) {
    if (error instanceof NodeError) return error.failure;
    throw error;
  }
  throw new Error("expected a NodeError, found a value");
}

/** A row in one line: direction, state, address, its type, height, agent, flow; what is absent is left out. */
export function line({ direction, state, address, height, agent, syncing }: PeerConnection): string {
  const shown = [direction, state, formatAddress(address), address.type, height, agent, syncing];
  return shown.filter((part) => part !== undefined).join(" ");
}
