import type { Signal } from "../../lib/abort.ts";
import { isObject, type JsonObject } from "../../lib/json.ts";
import { nodeError } from "../../model/failure.ts";
import { INFO_BUDGET } from "../../rpc/budget.ts";
import { callJson } from "../../rpc/call.ts";
import type { RpcClient } from "../../rpc/client.ts";
import type { NodeUrl } from "../../rpc/node-url.ts";
import { checkStatus, WRONG_API } from "./calls.ts";

/** A path other than monerod's own is the JSON-RPC URL of a gateway, beside which nothing else may be asked. */
export function isGateway({ path }: NodeUrl): boolean {
  return path !== "" && path !== "/json_rpc";
}

/**
 * One of monerod's calls outside JSON-RPC, whose answers have no envelope.
 * @param body never left out: a call without one changes the caps (limits.ts)
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
  const { value } = await callJson(client, request, signal);
  const call = `${path} at ${client.url.label}`;
  if (!isObject(value)) throw nodeError("bad_shape", `${call}: expected an object`, WRONG_API);
  checkStatus(value, call);
  return value;
}
