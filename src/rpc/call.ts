import type { Signal } from "../lib/abort.ts";
import type { Failure } from "../model/failure.ts";
import { NodeError } from "../model/failure.ts";
import type { RpcClient } from "./client.ts";
import { decodeJsonBody } from "./json.ts";
import type { RpcRequest, RpcResponse } from "./message.ts";
import { firstHeader } from "./message.ts";

/** Longer values of Retry-After are shortened to this. */
const MAX_RETRY_AFTER_SECONDS = 3600;

/** A chain's own explanation of an unsuccessful response; undefined for the general one. */
export type ExplainStatus = (response: RpcResponse, call: string) => Failure | undefined;

type JsonResponse = { readonly value: unknown; readonly response: RpcResponse };

/**
 * Sends one request and decodes its JSON response with a 2xx status (nodeos responds with 201).
 * @throws NodeError
 */
export async function callJson(
  client: RpcClient,
  request: RpcRequest,
  signal: Signal,
  explain: ExplainStatus = () => undefined,
): Promise<JsonResponse> {
  const response = await client.request(request, signal);
  const call = `${request.name} at ${client.url.label}`;
  if (response.status < 200 || response.status > 299) {
    throw new NodeError(explain(response, call) ?? statusFailure(response, call));
  }
  return { value: decodeJsonBody(response.body, call, response.budget ?? request.budget), response };
}

/** The general explanation of an HTTP status. */
export function statusFailure(response: RpcResponse, call: string): Failure {
  const { status } = response;
  const message = `${call}: expected HTTP 200, found ${status}`;
  if (status >= 300 && status < 400) {
    return { reason: "http", message, advice: "redirects are not followed: set the URL of the node's API itself" };
  }
  if (status === 400) {
    // nginx, Go and other servers respond so to plain HTTP on a TLS port.
    return {
      reason: "http",
      message,
      advice: "use https:// if the port expects TLS, otherwise see the node's own log",
    };
  }
  if (status === 401) return { reason: "unauthorized", message, advice: unauthorizedAdvice(response) };
  if (status === 403) {
    return {
      reason: "unauthorized",
      message,
      advice: "the server refuses this user or address: check auth and its access list",
    };
  }
  if (status === 404) {
    return {
      reason: "not_found",
      message,
      advice:
        "check the port and the path of the URL (a hosted gateway: its token), and that the node is of this chain",
    };
  }
  if (status === 429) {
    return {
      reason: "rate_limited",
      message,
      advice: "poll less often (interval) or raise the server's limit",
      ...retryAfter(response),
    };
  }
  if (status === 502 || status === 504) {
    return {
      reason: "http",
      message,
      advice: "a proxy in front of the node reports that the node does not respond: check the node",
    };
  }
  if (status === 503) {
    return {
      reason: "http",
      message,
      advice:
        "the node, or a proxy in front of it, is overloaded or has no backend: check that the node runs, and see its log",
      ...retryAfter(response),
    };
  }
  return { reason: "http", message, advice: "see the node's own log for this request", ...retryAfter(response) };
}

function unauthorizedAdvice(response: RpcResponse): string {
  const challenges = [response.headers["www-authenticate"] ?? []].flat().join(", ");
  if (/^digest\b/i.test(challenges)) {
    return "the node requires digest authentication: set auth.digest with the user and password of its login (monerod: rpc-login)";
  }
  if (/^basic\b/i.test(challenges)) return "the node requires basic authentication: check auth.basic";
  if (/^bearer\b/i.test(challenges)) return "the node requires a bearer token: check auth.bearer";
  return "check the auth block of this node";
}

/** Retry-After in seconds, from its number or date form (RFC 9110 10.2.3). @param now unix milliseconds */
export function retryAfter(response: RpcResponse, now = Date.now()): { retryAfterSeconds?: number } {
  const header = firstHeader(response, "retry-after")?.trim();
  if (header === undefined || header === "") return {};
  // Date.parse alone would accept almost any text with a number.
  const date = /^[A-Z][a-z]+, .* GMT$/.test(header) ? Date.parse(header) : Number.NaN;
  const seconds = /^\d+$/.test(header) ? Number(header) : (date - now) / 1000;
  return seconds > 0 ? { retryAfterSeconds: Math.min(seconds, MAX_RETRY_AFTER_SECONDS) } : {};
}
