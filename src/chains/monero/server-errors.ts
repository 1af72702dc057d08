import type { Failure } from "../../model/failure.ts";
import { explainBody } from "../../rpc/answers/explain.ts";
import { bareAnswerFailure, errorFailure } from "../../rpc/answers/json-rpc.ts";
import { kindByCode, kindByText, MEANINGS, type Meaning, OF_GATEWAY } from "../../rpc/answers/meaning.ts";
import { readError, type ServerError } from "../../rpc/answers/server-error.ts";
import type { RpcResponse } from "../../rpc/message.ts";

/** What errors in the bodies of responses mean: those of monerod itself, which are few, and those of gateways. */

const NO_METHOD: Meaning = {
  reason: "unavailable",
  advice: "the server does not offer this method: use monerod's unrestricted RPC",
};

const CORE_BUSY: Meaning = {
  reason: "busy",
  advice: "the daemon is still starting or syncing: it answers when it is ready",
};

const CHANGED: Meaning = {
  reason: "rpc",
  advice: "the request arrived incomplete or changed: check proxies that change the body",
};

const OTHER_PARAMETERS: Meaning = {
  reason: "rpc",
  advice:
    "the server refuses the parameters, which monerod accepts: a gateway may want others or not offer this method; " +
    "ask its operator, or use monerod's own RPC",
};

const OF_MONEROD: Meaning = { reason: "rpc", advice: "see monerod's log for this call" };

const CODES: ReadonlyMap<number | undefined, Meaning> = new Map([
  [-9, CORE_BUSY],
  [-32600, CHANGED],
  [-32700, CHANGED],
  [-32602, OTHER_PARAMETERS],
]);

/** The texts of monerod's own errors: its codes are certain. */
const MONEROD_TEXTS: ReadonlySet<string> = new Set([
  ...["core is busy", "method not found", "invalid request", "invalid params", "parse error", "internal error"],
]);

function meaningOf(error: ServerError): Meaning | undefined {
  const { code, texts } = error;
  const lower = texts[0]?.toLowerCase().trim().replace(/\.$/, "") ?? "";
  const kind = MONEROD_TEXTS.has(lower) ? undefined : kindByText(texts);
  if (kind === undefined && CODES.has(code)) return CODES.get(code);
  const found = kind ?? kindByCode(code);
  if (found === "method") return NO_METHOD;
  return found && MEANINGS[found];
}

type Answered = {
  /** Whether the server is certainly not monerod itself. */
  readonly isGateway: boolean;
  /** Its Retry-After counts; undefined: not known. */
  readonly response: RpcResponse | undefined;
};

/**
 * The failure of a JSON-RPC answer with an error.
 * @param error the answer's `error`: an object with code and message, or at some gateways a text
 */
export function rpcFailure(error: unknown, call: string, { isGateway, response }: Answered): Failure {
  const read = readError(error);
  const other = isGateway || !isMonerodCode(read.code) ? OF_GATEWAY : OF_MONEROD;
  return errorFailure(read, meaningOf(read) ?? other, { call, response });
}

/** -1 to -21 (core_rpc_server_error_codes.h) and those of JSON-RPC itself. */
function isMonerodCode(code: number | undefined): boolean {
  return code !== undefined && ((code <= -1 && code >= -21) || (code <= -32600 && code >= -32603) || code === -32700);
}

/** The failure of an answer that has neither a result nor an error; undefined: it says nothing. */
export function bareFailure(answer: unknown, call: string, response: RpcResponse | undefined): Failure | undefined {
  return bareAnswerFailure(answer, meaningOf, { call, response });
}

/** What the JSON body of an unsuccessful response says; undefined where its status says as much. */
export function explainStatus(response: RpcResponse, call: string): Failure | undefined {
  return explainBody(response, call, meaningOf);
}
