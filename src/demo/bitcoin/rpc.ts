import { isObject } from "../../lib/json.ts";
import type { DemoHandler, DemoResponse } from "../http.ts";
import { BitcoinError, type BitcoinState, callMethod } from "./methods.ts";

/** The HTTP status of an error of a method; all others have 500 (src/httprpc.cpp). */
const STATUSES: ReadonlyMap<number, number> = new Map([
  [-32600, 400],
  [-32601, 404],
]);

/**
 * The RPC of a node over HTTP. Statuses and bodies of errors are those of a real litecoind 0.21.2.1, and from 28 on those of JSON-RPC
 * 2.0 for clients that ask for it. Unlike a real node it needs no credentials, so that the demo's configuration has no secret;
 * it refuses those that a client sends.
 */
export function createBitcoinRpc(state: BitcoinState, now: () => number): DemoHandler {
  return ({ method, target, headers, body }) => {
    const time = now();
    if (method !== "POST") return text(time, 405, "JSONRPC server handles only POST requests");
    const path = target.split("?")[0] ?? "";
    if (path !== "/" && !path.startsWith("/wallet/")) return text(time, 404, "");
    if (headers.authorization !== undefined) {
      return text(time, 401, "", { "WWW-Authenticate": 'Basic realm="jsonrpc"' });
    }
    return answer(state, time, body);
  };
}

function answer(state: BitcoinState, now: number, body: string): DemoResponse {
  const call = parseJson(body);
  const id = isObject(call) && (typeof call.id === "string" || typeof call.id === "number") ? call.id : null;
  const isSecond = state.software.isModern && isObject(call) && call.jsonrpc === "2.0";
  try {
    if (!isObject(call))
      throw new BitcoinError(-32700, call === undefined ? "Parse error" : "Top-level object parse error");
    const result = callMethod(state, now, call);
    return json(now, 200, isSecond ? { jsonrpc: "2.0", result, id } : { result, error: null, id });
  } catch (error) {
    if (!(error instanceof BitcoinError)) throw error;
    const { code, message } = error;
    if (isSecond) return json(now, 200, { jsonrpc: "2.0", error: { code, message }, id });
    return json(now, STATUSES.get(code) ?? 500, { result: null, error: { code, message }, id });
  }
}

function json(now: number, status: number, value: unknown): DemoResponse {
  return { status, headers: headersOf(now, "application/json"), body: `${JSON.stringify(value)}\n` };
}

function text(now: number, status: number, body: string, more: Record<string, string> = {}): DemoResponse {
  return { status, headers: { ...headersOf(now, "text/html; charset=ISO-8859-1"), ...more }, body };
}

function headersOf(now: number, type: string): Record<string, string> {
  return { "Content-Type": type, Date: new Date(now * 1000).toUTCString() };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
