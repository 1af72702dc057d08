import type { Failure } from "../../model/failure.ts";
import { explainBody, wait } from "../../rpc/answers/explain.ts";
import { kindByCode, kindByText, MEANINGS, type Meaning, OF_GATEWAY } from "../../rpc/answers/meaning.ts";
import { isErrorAnswer, readBare, readError, type ServerError, shown } from "../../rpc/answers/server-error.ts";
import type { RpcResponse } from "../../rpc/message.ts";

/** What errors of nodes of the family mean (src/rpc/protocol.h), and those of gateways in front of them. */

const RPC_IN_WARMUP = -28;

const WARMUP: Meaning = {
  reason: "busy",
  advice: "the node is starting: it answers when it has loaded and verified its blocks, see its log for the progress",
};

const QUEUE_FULL: Meaning = {
  reason: "busy",
  advice: "other clients fill the node's queue of calls: raise rpcworkqueue and rpcthreads, or send it fewer calls",
};

const NO_METHOD: Meaning = {
  reason: "unavailable",
  advice: "the node does not offer this method: it is too old for it, or other software",
};

const NO_PEERS: Meaning = {
  reason: "unavailable",
  advice: "the node runs without its peer-to-peer part: start it with a network",
};

const LIMITED_USER: Meaning = {
  reason: "unauthorized",
  advice: "btcd keeps this method from rpclimituser: set auth.basic to its rpcuser",
};

const OF_NODE: Meaning = { reason: "rpc", advice: "see the node's log for this call" };

const CODES: ReadonlyMap<number | undefined, Meaning> = new Map([
  [RPC_IN_WARMUP, WARMUP],
  // RPC_METHOD_NOT_FOUND
  [-32601, NO_METHOD],
  // RPC_CLIENT_P2P_DISABLED
  [-31, NO_PEERS],
]);

/** btcd knows methods that it does not offer (seen on 0.26). */
const UNIMPLEMENTED = /^command unimplemented/i;

/** btcd says this to rpclimituser, with the code of an internal error (seen on 0.26). */
const LIMITED = /^limited user not authorized/i;

function meaningOf(error: ServerError): Meaning | undefined {
  const { code, texts } = error;
  const known = CODES.get(code);
  if (known !== undefined) return known;
  const [text = ""] = texts;
  if (LIMITED.test(text)) return LIMITED_USER;
  if (UNIMPLEMENTED.test(text)) return NO_METHOD;
  if (isOfNode(code)) return OF_NODE;
  const kind = kindByText(texts) ?? kindByCode(code);
  return kind && MEANINGS[kind];
}

/** -1 to -36 (src/rpc/protocol.h) and those of JSON-RPC itself, except for those that gateways use for errors of their own. */
function isOfNode(code: number | undefined): boolean {
  return code !== undefined && ((code <= -1 && code >= -36) || code === -32700 || code === -32602);
}

type Answered = {
  readonly call: string;
  readonly method: string;
  /** Its Retry-After counts; undefined: not known. */
  readonly response: RpcResponse | undefined;
};

/** The failure of a JSON-RPC answer with an error: an object with code and message, or at some gateways a text. */
export function rpcFailure(error: unknown, { call, response }: Answered): Failure {
  const read = readError(error);
  const meaning = meaningOf(read) ?? OF_GATEWAY;
  const message = `${call}: expected a result, found JSON-RPC error ${read.code ?? "without a code"}${shown(read, response)}`;
  return { ...meaning, message, ...wait(meaning, read, response), ...starting(read) };
}

/** An answer that has neither a result nor an error, such as `{"message": "Unknown API key"}`; undefined: it says nothing. */
export function bareFailure(answer: unknown, { call, response }: Answered): Failure | undefined {
  const read = readBare(answer);
  const meaning = meaningOf(read) ?? (isErrorAnswer(answer) ? OF_GATEWAY : undefined);
  if (meaning === undefined) return undefined;
  const code = read.code === undefined ? "" : ` with the code ${read.code}`;
  const message = `${call}: expected a JSON-RPC result, found another answer${code}${shown(read, response)}`;
  return { ...meaning, message, ...wait(meaning, read, response), ...starting(read) };
}

function starting({ code }: ServerError): Pick<Failure, "isStarting"> {
  return code === RPC_IN_WARMUP ? { isStarting: true } : {};
}

/** httpserver.cpp, as text/html: with 500 up to 0.21, with 503 in newer versions. */
const WORK_QUEUE = "Work queue depth exceeded";

/** What an unsuccessful response says; undefined where its status says as much. */
export function explainStatus(response: RpcResponse, call: string, method: string): Failure | undefined {
  const { status, body } = response;
  const message = `${call}: expected HTTP 200, found ${status}`;
  // Both refusals of a node are a 403 without a body (httprpc.cpp, httpserver.cpp).
  if (status === 403 && body.length === 0) return { reason: "unauthorized", message, advice: refused(method) };
  if (status === 500 || status === 503) {
    const text = Buffer.from(body.subarray(0, WORK_QUEUE.length * 2)).toString("latin1");
    if (text.includes(WORK_QUEUE)) return { ...QUEUE_FULL, message: `${message}: ${WORK_QUEUE}` };
  }
  // An unknown method is a 404 with a body; a wrong path one without.
  const failure = explainBody(response, call, meaningOf);
  return failure && { ...failure, ...(isWarmup(response) ? { isStarting: true } : {}) };
}

const WARMUP_CODE = /"code": ?-28\b/;

function isWarmup({ body }: RpcResponse): boolean {
  return WARMUP_CODE.test(Buffer.from(body.subarray(0, 1024)).toString("latin1"));
}

function refused(method: string): string {
  return (
    `add ${method} to rpcwhitelist of this user (with any rpcwhitelist, a user without one may call nothing unless ` +
    "rpcwhitelistdefault=0), or this machine to rpcallowip"
  );
}
