import type { Signal } from "../../lib/abort.ts";
import { isObject } from "../../lib/json.ts";
import { type Failure, NodeError, nodeError } from "../../model/failure.ts";
import { errorOf, firstAnswer } from "../../rpc/answers/server-error.ts";
import { INFO_BUDGET, type ResponseBudget } from "../../rpc/budget.ts";
import { callJson } from "../../rpc/call.ts";
import type { RpcClient } from "../../rpc/client.ts";
import type { RpcResponse } from "../../rpc/message.ts";
import { bareFailure, explainStatus, rpcFailure, WRONG_API } from "./server-errors.ts";

/** What a call needs in addition to its method. */
type CallOptions = {
  readonly signal: Signal;
  /** What the response may hold: lists need more than the status of a node. */
  readonly budget?: ResponseBudget;
  readonly params?: readonly (number | string)[];
};

/**
 * One JSON-RPC call. It asks in the form of 1.0, which every node answers; from Bitcoin Core 28 on, "2.0" changes the answer
 * (doc/release-notes/release-notes-28.0.md).
 * @returns the `result`, which is not null
 * @throws NodeError
 */
export async function callRpc(
  client: RpcClient,
  method: string,
  { signal, budget = INFO_BUDGET, params = [] }: CallOptions,
): Promise<unknown> {
  const request = {
    name: method,
    method: "POST",
    // A path is a wallet, or the token of a gateway.
    path: (client.url.path === "" ? "/" : client.url.path) + client.url.query,
    body: JSON.stringify({ jsonrpc: "1.0", id: "0", method, params }),
    headers: { "content-type": "application/json" },
    budget,
  } as const;
  const explain = (response: RpcResponse, call: string) => explainStatus(response, call, method);
  const { value, response } = await callJson(client, request, signal, explain);
  return resultOf(value, `${method} at ${client.url.label}`, method, response);
}

/**
 * The result of an answer of either shape: up to 27 it has `result` and `error`, one of them null; with 2.0 only one of them. btcd
 * and 2.0 send errors with HTTP 200. Exported for the tests.
 * @throws NodeError
 */
export function resultOf(
  answer: unknown,
  call: string,
  method: string,
  response: RpcResponse | undefined = undefined,
): unknown {
  const first = firstAnswer(answer);
  const error = isObject(first) ? errorOf(first) : undefined;
  if (error !== undefined) throw new NodeError(rpcFailure(error, { call, method, response }));
  const result = isObject(answer) ? answer.result : undefined;
  if (result !== undefined && result !== null) return result;
  const expected = isObject(answer) ? "a JSON-RPC result" : "a JSON-RPC object";
  const failure: Failure = { reason: "bad_shape", message: `${call}: expected ${expected}`, advice: WRONG_API };
  throw new NodeError(bareFailure(answer, { call, method, response }) ?? failure);
}

/** @throws NodeError bad_shape */
export function wrongShape(call: string, expected: string): NodeError {
  return nodeError("bad_shape", `${call}: expected ${expected}`, WRONG_API);
}
