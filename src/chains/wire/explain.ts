import type { Failure } from "../../errors.ts";
import { retryAfter } from "../../rpc/call.ts";
import type { RpcResponse } from "../../rpc/client.ts";
import { parseNodeJson } from "../../rpc/json.ts";
import { isObject, type JsonObject, text } from "../decode.ts";

/**
 * What http_plugin's error answers mean. Their body is
 * `{code, message, error: {code, name, what, details}}` from EOSIO 1.0 to Wire; EOSIO and Leap 3 answer a wrong Host
 * header with 400 and no body, and the 2018 pre-releases have other details.
 */
export function explainStatus(api: WireApi): (response: RpcResponse, call: string) => Failure | undefined {
  return (response, call) => {
    const body = errorBody(response);
    const message = `${call}: expected HTTP 200 or 201, found ${response.status}`;
    switch (response.status) {
      case 404:
        // Without a body of nodeos' form another program answered: the general advice fits.
        return body === undefined ? undefined : { reason: "unavailable", message, advice: missingAdvice(api) };
      case 400:
        return explainBadRequest(body, response.body.length === 0, message);
      case 429:
      case 503:
        if (text(body?.message) !== "Busy") return undefined;
        return { reason: "busy", message: `${message} "Busy"`, advice: BUSY_ADVICE, ...retryAfter(response) };
      case 500:
        if (body === undefined) return undefined;
        return { reason: "http", message: `${message} "Internal Service Error"`, advice: INTERNAL_ADVICE };
      default:
        return undefined;
    }
  };
}

export type WireApi = "net" | "chain";

const BUSY_ADVICE =
  "the node has too many requests in flight: poll less often, or raise http-max-in-flight-requests and http-max-bytes-in-flight-mb";
const INTERNAL_ADVICE =
  "see the node's log; with very many peers, EOSIO 2.0 and Leap 3 need a larger http-max-response-time-ms";

function missingAdvice(api: WireApi): string {
  return api === "net"
    ? "load net_api_plugin, or bind the net_ro category to this listener (http-category-address)"
    : "load chain_api_plugin, or set wire.chain_url to the listener that has it";
}

function explainBadRequest(body: JsonObject | undefined, isEmpty: boolean, message: string): Failure | undefined {
  if (isEmpty || text(body?.message)?.includes("HOST header") === true) {
    return {
      reason: "host_header",
      message: `${message}: the node does not accept the Host header of this URL`,
      advice:
        "set wire.host_header to the node's http-server-address, or add the name with its port to http-alias, " +
        "or set http-validate-host = false on the node",
    };
  }
  if (body === undefined) return undefined;
  return { reason: "rpc", message: `${message} "Invalid Request"`, advice: "check that no proxy changes the request" };
}

function errorBody(response: RpcResponse): JsonObject | undefined {
  try {
    const body = parseNodeJson(new TextDecoder().decode(response.body));
    return isObject(body) && (body.code === response.status || text(body.message) !== undefined) ? body : undefined;
  } catch {
    return undefined;
  }
}
