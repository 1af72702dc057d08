import type { Signal } from "../../../src/lib/abort.ts";
import { isObject } from "../../../src/lib/json.ts";
import { nodeError } from "../../../src/model/failure.ts";
import type { ExplainStatus } from "../../../src/rpc/answers/status.ts";
import { callJson } from "../../../src/rpc/call.ts";
import type { RpcClient } from "../../../src/rpc/client.ts";
import { parseNodeJson } from "../../../src/rpc/node-json.ts";

const WRONG_API = "check that the URL is the API of examplecoind (default port 9532)";

/**
 * One call of examplecoind's JSON-RPC.
 * @throws NodeError
 */
export async function callRpc(
  client: RpcClient,
  method: string,
  signal: Signal,
  params: Readonly<Record<string, unknown>> = {},
): Promise<unknown> {
  const request = {
    name: method,
    method: "POST",
    path: client.url.path === "" ? "/" : client.url.path + client.url.query,
    body: JSON.stringify({ jsonrpc: "2.0", id: "peer-exporter", method, params }),
    headers: { "content-type": "application/json" },
  } as const;
  const { value } = await callJson(client, request, signal, explainStatus);
  if (!isObject(value)) throw nodeError("bad_shape", `${method} at ${client.url.label}: expected an object`, WRONG_API);
  return value.result;
}

/** Errors have an HTTP status, and a word in the body that says what they mean. */
const explainStatus: ExplainStatus = ({ status, body }, call) => {
  const message = `${call}: expected HTTP 200, found ${status}`;
  const reason = errorReason(body);
  // The node loads its blocks.
  if (reason === "starting")
    return { reason: "busy", message, advice: "the node is starting: it answers when it is ready" };
  if (reason === "no_such_method") return { reason: "unavailable", message, advice: WRONG_API };
  return undefined;
};

/** The word is in `error.data.reason`. */
function errorReason(body: Uint8Array): unknown {
  try {
    const answer = parseNodeJson(new TextDecoder().decode(body));
    const error = isObject(answer) && isObject(answer.error) ? answer.error : {};
    return isObject(error.data) ? error.data.reason : undefined;
  } catch {
    return undefined;
  }
}
