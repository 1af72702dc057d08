import type { Signal } from "../../lib/abort.ts";
import { isObject, type JsonObject } from "../../lib/json.ts";
import { type Failure, NodeError, nodeError } from "../../model/failure.ts";
import { errorOf, firstAnswer } from "../../rpc/answers/server-error.ts";
import { INFO_BUDGET, type ResponseBudget } from "../../rpc/budget.ts";
import { callJson } from "../../rpc/call.ts";
import type { RpcClient } from "../../rpc/client.ts";
import type { RpcResponse } from "../../rpc/message.ts";
import type { NodeUrl } from "../../rpc/node-url.ts";
import { shownText } from "../decode.ts";
import { bareFailure, explainStatus, rpcFailure } from "./server-errors.ts";

/**
 * One JSON-RPC call of monerod, or of a gateway that offers its methods.
 * The body has a Content-Length: monerod ignores a chunked one (answers -32600, seen on 0.18.0.0). `params` is always sent, as
 * some gateways refuse a request without it (-32602).
 * @param budget what the response may hold: lists need more than the status of a node
 * @returns the `result` object, whose `status` is OK
 * @throws NodeError
 */
export async function callRpc(
  client: RpcClient,
  method: string,
  signal: Signal,
  budget: ResponseBudget = INFO_BUDGET,
  params: JsonObject = {},
): Promise<JsonObject> {
  const request = {
    name: method,
    method: "POST",
    path: jsonRpcPath(client),
    body: JSON.stringify({ jsonrpc: "2.0", id: "0", method, params }),
    headers: { "content-type": "application/json" },
    budget,
  } as const;
  const { value, response } = await callJson(client, request, signal, explainStatus);
  return resultOf(value, `${method} at ${client.url.label}`, isGateway(client.url), response);
}

/** A URL without a path belongs to a monerod; one with a path is the whole JSON-RPC URL of a gateway. */
function jsonRpcPath({ url }: RpcClient): string {
  return (url.path === "" ? "/json_rpc" : url.path) + url.query;
}

/** Exported for the tests over captured answers. */
export function resultOf(
  answer: unknown,
  call: string,
  fromGateway = false,
  response: RpcResponse | undefined = undefined,
): JsonObject {
  const isEnvelope = isObject(answer);
  const first = firstAnswer(answer);
  const error = isObject(first) ? errorOf(first) : undefined;
  if (error !== undefined) throw new NodeError(rpcFailure(error, call, { isGateway: fromGateway, response }));
  const result = isEnvelope ? answer.result : undefined;
  if (!isObject(result)) {
    const expected = isEnvelope ? "a JSON-RPC result" : "a JSON-RPC object";
    const failure: Failure = { reason: "bad_shape", message: `${call}: expected ${expected}`, advice: WRONG_API };
    throw new NodeError(bareFailure(answer, call, response) ?? failure);
  }
  checkStatus(result, call);
  return result;
}

/**
 * CHECK_CORE_READY answers 200 with zeroed fields and the status BUSY; "PAYMENT REQUIRED" exists up to 0.18.
 * @throws NodeError when the status is not OK
 */
function checkStatus({ status }: JsonObject, call: string): void {
  if (status !== "OK") throw new NodeError(statusFailure(status, call));
}

const WRONG_API = "check that the URL is monerod's RPC (default port 18081), or the JSON-RPC URL of a gateway";

const BUSY = "the daemon is still starting or syncing: it answers when it is ready";

function statusFailure(status: unknown, call: string): Failure {
  const shown = typeof status === "string" ? shownText(status) : "none";
  const message = `${call}: expected status "OK", found ${shown}`;
  if (status === "BUSY") return { reason: "busy", message, advice: BUSY };
  if (status === "PAYMENT REQUIRED") {
    return { reason: "unauthorized", message, advice: "the node requires payment for RPC: poll your own node" };
  }
  if (typeof status !== "string") return { reason: "bad_shape", message, advice: WRONG_API };
  return { reason: "rpc", message, advice: "see monerod's log for this call" };
}

/** A path other than monerod's own is the JSON-RPC URL of a gateway, which offers no other endpoints. */
export function isGateway({ path }: NodeUrl): boolean {
  return path !== "" && path !== "/json_rpc";
}

/**
 * One of monerod's calls outside JSON-RPC, whose answers have no envelope.
 * @param body required: a call without a body changes the caps (secondary-answers.ts)
 * @throws NodeError
 */
export async function callEndpoint(
  client: RpcClient,
  path: `/${string}`,
  body: object,
  signal: Signal,
): Promise<JsonObject> {
  const request = {
    name: path,
    method: "POST",
    path: path + client.url.query,
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
    budget: INFO_BUDGET,
  } as const;
  const { value } = await callJson(client, request, signal, explainStatus);
  const call = `${path} at ${client.url.label}`;
  if (!isObject(value)) throw nodeError("bad_shape", `${call}: expected an object`, WRONG_API);
  checkStatus(value, call);
  return value;
}
