import type { Failure } from "../../model/failure.ts";
import { explainBody, wordsIn } from "../../rpc/answers/explain.ts";
import { type AnsweredCall, bareAnswerFailure, errorFailure } from "../../rpc/answers/json-rpc.ts";
import { kindByCode, kindByText, MEANINGS, type Meaning, OF_GATEWAY } from "../../rpc/answers/meaning.ts";
import { readError, type ServerError } from "../../rpc/answers/server-error.ts";
import type { RpcResponse } from "../../rpc/message.ts";

/** What errors of nodes of the family mean (src/rpc/protocol.h), and those of gateways in front of them. */

export const WRONG_API = "check that the URL is the RPC of the node, and that chain is the one that it runs";

const WARMUP: Meaning = {
  reason: "busy",
  advice: "it answers when it has loaded and verified its blocks: see its log for the progress",
  isStarting: true,
  finding: "a node that is starting",
};

const QUEUE_FULL: Meaning = {
  reason: "busy",
  advice: "other clients fill the node's queue of calls: raise rpcworkqueue and rpcthreads, or send it fewer calls",
};

const CLIENTS_FULL: Meaning = {
  reason: "busy",
  advice: "other clients have all connections of btcd: raise rpcmaxclients, or let fewer clients connect",
};

const NO_METHOD: Meaning = {
  reason: "unavailable",
  advice: "the node does not offer this method: it is too old for it, or other software",
};

/** Each node of the family has these. */
const COMMON_METHODS: ReadonlySet<string> = new Set(["getpeerinfo", "getblockchaininfo"]);

const OTHER_SERVER: Meaning = {
  reason: "unavailable",
  advice:
    "every node of the Bitcoin family offers this method: check that chain is the one that the server runs; if it is a gateway " +
    "that keeps the method back, use a node of your own",
};

/** Of btcd, and of zcashd, as of Bitcoin Core up to 0.13: a boolean, which newer versions refuse. */
const OTHER_PARAMETER: Meaning = {
  reason: "unavailable",
  advice: "the node wants a parameter of old versions for this method",
};

const NO_PEERS: Meaning = {
  reason: "unavailable",
  advice: "the node runs without its peer-to-peer part: start it with a network",
};

const LIMITED_USER: Meaning = {
  reason: "unauthorized",
  advice: "btcd keeps this method from rpclimituser: set auth.basic to its rpcuser",
};

const CHANGED: Meaning = {
  reason: "rpc",
  advice: `the request arrived incomplete or changed, or the server is of another kind: check proxies that change it; ${WRONG_API}`,
};

const OF_NODE: Meaning = { reason: "rpc", advice: "see the node's log for this call" };

const CODES: ReadonlyMap<number | undefined, Meaning> = new Map([
  // RPC_IN_WARMUP
  [-28, WARMUP],
  // RPC_CLIENT_P2P_DISABLED
  [-31, NO_PEERS],
]);

/** RPC_METHOD_NOT_FOUND */
const METHOD_NOT_FOUND = -32601;

/** Of JSON-RPC itself. Gateways send them with other texts. */
const OF_REQUEST: ReadonlySet<number | undefined> = new Set([-32600, -32602, -32700]);

/** btcd knows methods that it does not offer (seen on 0.26). */
const UNIMPLEMENTED = /^command unimplemented/i;

/** btcd says this to rpclimituser, with the code of an internal error (seen on 0.26). */
const LIMITED = /^limited user not authorized/i;

function meaningOf(error: ServerError, method: string): Meaning | undefined {
  const { code, texts } = error;
  const known = CODES.get(code);
  if (known !== undefined) return known;
  const [text = ""] = texts;
  if (LIMITED.test(text)) return LIMITED_USER;
  if (code === METHOD_NOT_FOUND) return COMMON_METHODS.has(method) ? OTHER_SERVER : NO_METHOD;
  if (UNIMPLEMENTED.test(text)) return NO_METHOD;
  if (method === "getaddednodeinfo" && (code === -32602 || code === -1)) return OTHER_PARAMETER;
  if (code !== undefined && code <= -1 && code >= -36) return OF_NODE;
  const kind = kindByText(texts) ?? kindByCode(code);
  if (kind !== undefined) return MEANINGS[kind];
  return OF_REQUEST.has(code) ? CHANGED : undefined;
}

type Answered = AnsweredCall & { readonly method: string };

/** The failure of a JSON-RPC answer with an error: an object with code and message, or at some gateways a text. */
export function rpcFailure(error: unknown, answered: Answered): Failure {
  const read = readError(error);
  return errorFailure(read, meaningOf(read, answered.method) ?? OF_GATEWAY, answered);
}

/** The failure of an answer that has neither a result nor an error; undefined: it says nothing. */
export function bareFailure(answer: unknown, answered: Answered): Failure | undefined {
  return bareAnswerFailure(answer, (error) => meaningOf(error, answered.method), answered);
}

/** Plain texts of nodes, as the start of an answer with one of these statuses. */
const TEXTS: readonly {
  readonly text: string;
  readonly statuses: readonly number[];
  readonly meaning: Meaning;
}[] = [
  // httpserver.cpp, as text/html: with 500 up to 0.21, with 503 in newer versions.
  { text: "Work queue depth exceeded", statuses: [500, 503], meaning: QUEUE_FULL },
  // btcd's rpcserver.go.
  { text: "503 Too busy", statuses: [503], meaning: CLIENTS_FULL },
];

/** Of statuses whose body says nothing. */
const STATUSES: Readonly<Partial<Record<number, Meaning>>> = {
  // A wrong path has no body, an unknown method one.
  404: {
    reason: "not_found",
    advice:
      "nodes of the family answer at the path / and at /wallet/NAME alone: check the port and the path of the URL (a hosted " +
      "gateway: its token), and that chain is the one that the server runs",
  },
  // Nodes say it to GET, which is never sent.
  405: { reason: "http", advice: `the server takes no POST here: ${WRONG_API}` },
};

/** What an unsuccessful response says; undefined where its status says as much. */
export function explainStatus(response: RpcResponse, call: string, method: string): Failure | undefined {
  const { status, body } = response;
  const message = `${call}: expected HTTP 200, found ${status}`;
  // Both refusals of a node are a 403 without a body (httprpc.cpp, httpserver.cpp).
  if (status === 403 && body.length === 0) return { ...refused(method), message: `${message}: ${REFUSED}` };
  for (const { text, statuses, meaning } of TEXTS) {
    const isSaid = statuses.includes(status) && Buffer.from(body.subarray(0, text.length)).toString("latin1") === text;
    if (isSaid) return { ...meaning, message: `${message}: ${text}` };
  }
  const said = explainBody(response, call, (error) => meaningOf(error, method));
  if (said !== undefined) return said;
  const meaning = STATUSES[status];
  return meaning && { ...meaning, message: message + wordsIn(response) };
}

const REFUSED = "the node refuses this method to this user, or this machine";

function refused(method: string): Meaning {
  const advice =
    `add ${method} to rpcwhitelist of this user (with any rpcwhitelist, a user without one may call nothing unless ` +
    "rpcwhitelistdefault=0), or this machine to rpcallowip, and restart the node";
  return { reason: "unauthorized", advice };
}
