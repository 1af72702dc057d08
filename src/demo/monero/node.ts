import type { DemoAnswer, DemoRequest } from "../http.ts";
import * as answers from "./answers.ts";
import { type EpeeObject, epeeJson } from "./epee.ts";
import * as peerAnswers from "./peer-answers.ts";
import type { MoneroState } from "./state.ts";

type Answer = (state: MoneroState, now: number) => EpeeObject;

const METHODS = new Map<string, Answer>([
  ["get_info", answers.info],
  ["get_version", answers.version],
  ["get_last_block_header", answers.lastBlockHeader],
  ["hard_fork_info", answers.hardForkInfo],
]);
/** Unknown to a restricted RPC: it answers as to a misspelt method. */
const ADMIN_METHODS = new Map<string, Answer>([
  ["get_connections", peerAnswers.connections],
  ["sync_info", peerAnswers.syncInfo],
  ["get_bans", peerAnswers.bans],
  ["get_alternate_chains", answers.alternateChains],
]);
const PATHS = new Map<string, Answer>([
  ["/get_info", answers.info],
  ["/get_height", answers.heightOnly],
  ["/get_limit", peerAnswers.limits],
]);
const ADMIN_PATHS = new Map<string, Answer>([
  ["/get_net_stats", peerAnswers.netStats],
  ["/get_peer_list", peerAnswers.peerList],
  ["/out_peers", (state) => peerAnswers.peerCap("out", state)],
  ["/in_peers", (state) => peerAnswers.peerCap("in", state)],
]);

/** The RPC of monerod: JSON-RPC at /json_rpc and the "other" endpoints, which answer without an envelope. */
export function createMoneroNode(state: MoneroState, now: () => number): (request: DemoRequest) => DemoAnswer {
  return (request) => {
    const time = now();
    const { restricted } = state;
    const path = request.target.split("?")[0] ?? "";
    if (path === "/json_rpc") return ok(time, rpcAnswer(state, request, time));
    const answer = PATHS.get(path) ?? (restricted ? undefined : ADMIN_PATHS.get(path));
    if (answer === undefined || (request.method !== "GET" && request.method !== "POST")) {
      return empty(time, 404, "Not found");
    }
    // An empty body is as good as {}.
    if (request.body !== "" && !isObject(parsed(request.body))) return empty(time, 400, "Bad request");
    return ok(time, answer(state, time));
  };
}

/** Errors as a real monerod 0.18.0.0 gave them, all of them with HTTP 200. */
function rpcAnswer(state: MoneroState, request: DemoRequest, now: number): EpeeObject {
  // epee needs Content-Length: it does not see the body of a chunked request.
  const body = request.method === "GET" || request.headers["transfer-encoding"] !== undefined ? "" : request.body;
  if (body !== "" && !body.trimStart().startsWith("{")) return failure(-32700, "Parse error", 0);
  const call = parsed(body);
  if (!isObject(call) || typeof call.method !== "string") return failure(-32600, "Invalid Request", 0);
  const id = typeof call.id === "string" || typeof call.id === "number" ? call.id : 0;
  const { restricted } = state;
  const answer = METHODS.get(call.method) ?? (restricted ? undefined : ADMIN_METHODS.get(call.method));
  if (answer === undefined) return failure(-32601, "Method not found", id);
  return { id, jsonrpc: "2.0", result: answer(state, now) };
}

function failure(code: number, message: string, id: string | number): EpeeObject {
  return { error: { code, message }, id, jsonrpc: "2.0" };
}

function ok(now: number, value: EpeeObject): DemoAnswer {
  return { status: 200, reason: "Ok", headers: headers(now, "application/json"), body: epeeJson(value) };
}

function empty(now: number, status: number, reason: string): DemoAnswer {
  return { status, reason, headers: headers(now, "text/plain"), body: "" };
}

function headers(now: number, type: string): Record<string, string> {
  return {
    Server: "Epee-based",
    "Content-Type": type,
    "Last-Modified": new Date(now * 1000).toUTCString(),
    "Accept-Ranges": "bytes",
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
