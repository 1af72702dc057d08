import { isObject, type JsonObject } from "../../lib/json.ts";
import type { Failure } from "../../model/failure.ts";
import type { ExplainStatus } from "../../rpc/answers/status.ts";
import { type RpcResponse, retryAfter } from "../../rpc/message.ts";
import { parseNodeJson } from "../../rpc/node-json.ts";
import { count, text } from "../decode.ts";

/**
 * What http_plugin's error answers mean. Their body is
 * `{code, message, error: {code, name, what, details}}` from EOSIO 1.0 to Wire; EOSIO and Leap 3 answer a wrong Host
 * header with 400 and no body, and the 2018 pre-releases have other details.
 */
export function explainStatus(api: WireApi): ExplainStatus {
  return (response, call) => {
    const body = errorBody(response);
    const message = `${call}: expected HTTP 200 or 201, found ${response.status}`;
    switch (response.status) {
      case 404:
        // Another program answered, as the body does not have the form of nodeos: the general advice applies.
        return body === undefined ? undefined : { reason: "unavailable", message, advice: MISSING_ADVICE[api] };
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
        return ofNode(body, message);
    }
  };
}

/** Any other error of nodeos, by its own form. */
function ofNode(body: JsonObject | undefined, message: string): Failure | undefined {
  if (!isObject(body?.error)) return undefined;
  return { reason: "http", message, advice: "see the node's own log for this request" };
}

/** Whether the listener does not offer the API, which only a restart of the node changes. */
export function isNotOffered({ reason }: Failure): boolean {
  return reason === "unavailable" || reason === "not_found";
}

export type WireApi = "net" | "chain" | "prometheus";

const BUSY_ADVICE =
  "the node has too many requests in flight: poll less often, or raise http-max-in-flight-requests and http-max-bytes-in-flight-mb";
const INTERNAL_ADVICE =
  "see the node's log; with very many peers, EOSIO 2.0 and Leap 3 need a larger http-max-response-time-ms";

/** A listener whose categories lack the API answers 404 as well, exactly as if the plugin were missing. */
const MISSING_ADVICE: Readonly<Record<WireApi, string>> = {
  net: "load net_api_plugin, or bind the net_ro category to this listener (http-category-address)",
  chain: "load chain_api_plugin, or set wire.chain_url to the listener that has it",
  prometheus:
    "load prometheus_plugin, or set wire.prometheus_url to the listener with the prometheus category (http-category-address)",
};

const NO_BLOCK = "the node does not have the block: it started from a snapshot, or removed old blocks";

/** invalid_http_request: since Leap 3.1 and EOSIO 2.1, for a body that is not empty. */
const INVALID_HTTP_REQUEST = 3_200_006;

function explainBadRequest(body: JsonObject | undefined, isEmpty: boolean, message: string): Failure | undefined {
  if (isEmpty || text(body?.message)?.includes("HOST header") === true) {
    return {
      reason: "host_header",
      message: `${message}: the node does not accept the Host header of this URL`,
      advice:
        "set host_header to the node's http-server-address, or add the name with its port to http-alias, " +
        "or set http-validate-host = false on the node",
    };
  }
  if (text(body?.message) === "Unknown Block") return { reason: "unavailable", message, advice: NO_BLOCK };
  const code = isObject(body?.error) ? count(body.error.code) : undefined;
  if (code !== INVALID_HTTP_REQUEST) return ofNode(body, message);
  return { reason: "rpc", message: `${message} "Invalid Request"`, advice: "check that no proxy changes the request" };
}

/** Errors of nodeos have a few lines. A longer body is from another program and is not parsed. */
const MAX_ERROR_BYTES = 64 * 1024;

/** The body if nodeos wrote it: it repeats the status as `code`, which gateways with a `message` of their own do not. */
function errorBody(response: RpcResponse): JsonObject | undefined {
  if (response.body.length > MAX_ERROR_BYTES) return undefined;
  try {
    const body = parseNodeJson(new TextDecoder().decode(response.body));
    if (!isObject(body)) return undefined;
    // The fallback error of nodeos has no code.
    return body.code === response.status || body.message === "Internal Server Error" ? body : undefined;
  } catch {
    return undefined;
  }
}
