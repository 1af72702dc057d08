import type { Signal } from "../../../src/lib/abort.ts";
import { isObject } from "../../../src/lib/json.ts";
import { nodeError } from "../../../src/model/failure.ts";
import type { ExplainStatus } from "../../../src/rpc/answers/status.ts";
import { callJson } from "../../../src/rpc/call.ts";
import type { RpcClient } from "../../../src/rpc/client.ts";
import { parseNodeJson } from "../../../src/rpc/node-json.ts";

const WRONG_API = "check that the URL is the RPC of litecoind (default port 9332)";

/**
 * One call of litecoind's JSON-RPC.
 * @throws NodeError
 */
export async function callRpc(
  client: RpcClient,
  method: string,
  signal: Signal,
  params: readonly unknown[] = [],
): Promise<unknown> {
  const request = {
    name: method,
    method: "POST",
    path: client.url.path === "" ? "/" : client.url.path + client.url.query,
    body: JSON.stringify({ jsonrpc: "1.0", id: "0", method, params }),
    headers: { "content-type": "application/json" },
  } as const;
  const { value } = await callJson(client, request, signal, explainStatus);
  if (!isObject(value)) throw nodeError("bad_shape", `${method} at ${client.url.label}: expected an object`, WRONG_API);
  return value.result;
}

/** Errors have an HTTP status, and a code in the body that says what they mean. */
const explainStatus: ExplainStatus = ({ status, body }, call) => {
  const message = `${call}: expected HTTP 200, found ${status}`;
  const code = errorCode(body);
  // RPC_IN_WARMUP: the node is starting and loads its blocks.
  if (code === -28) return { reason: "busy", message, advice: "the node is starting: it answers when it is ready" };
  // RPC_METHOD_NOT_FOUND
  if (code === -32601) return { reason: "unavailable", message, advice: WRONG_API };
  return undefined;
};

function errorCode(body: Uint8Array): unknown {
  try {
    const answer = parseNodeJson(new TextDecoder().decode(body));
    return isObject(answer) && isObject(answer.error) ? answer.error.code : undefined;
  } catch {
    return undefined;
  }
}
