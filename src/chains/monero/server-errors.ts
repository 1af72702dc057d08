import { isObject, type JsonObject } from "../../lib/json.ts";
import type { Failure } from "../../model/failure.ts";
import { parseNodeJson, retryAfter } from "../../rpc/call.ts";
import type { RpcResponse } from "../../rpc/message.ts";

/**
 * What errors in the bodies of responses mean. monerod sends few of them; hosted gateways and proxies in front of it send many,
 * in several shapes, and their codes contradict each other: -32005 is a quota at most of them (EIP-1474), -32016 a quota at one
 * and a missing key at another. So their text decides, and the code only where the text tells nothing.
 */
type ServerError = {
  readonly code: number | undefined;
  readonly text: string | undefined;
};

type Meaning = Pick<Failure, "reason" | "advice">;

const QUOTA: Meaning = {
  reason: "rate_limited",
  advice:
    "the quota or rate limit of this URL is used up: poll less often (interval), or raise the limit of the account",
};

const NO_ACCESS: Meaning = {
  reason: "unauthorized",
  advice:
    "the server refuses this key, user or address: check the token in the URL, auth, and the account at the gateway",
};

const NO_METHOD: Meaning = {
  reason: "unavailable",
  advice: "the server does not offer this method: use monerod's unrestricted RPC",
};

const OVERLOADED: Meaning = {
  reason: "busy",
  advice: "the server, or the node behind it, is overloaded, starting or down: it answers when it is ready",
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

const OF_GATEWAY: Meaning = {
  reason: "rpc",
  advice:
    "this is the answer of a gateway or proxy, not of monerod: see its documentation and the state of the account",
};

/** Limits of a single request, which are no quota. */
const OTHER_LIMITS = /\b(?:size|range|batch|body|payload|length|depth|time ?out|timed out|time limit|deadline)\b/;

/**
 * From texts of gateways, in lower case; the first entry whose patterns all match decides. One pattern with a gap in place of two
 * would take the square of the time for a longer text.
 */
const TEXTS: readonly (readonly [readonly RegExp[], Meaning])[] = [
  [
    [/too many (?:request|call|concurrent)|rate.?limit|throttl|slow down|(?:request|call)s? per (?:second|minute|day)/],
    QUOTA,
  ],
  [[/\bquota|credits?\b|compute units?\b|throughput|capacity|over (?:the )?(?:rate|plan)|rate exceeded/], QUOTA],
  [[/\b(?:limit|limits|limited|count|rate|plan|usage)\b/, /\b(?:reach|exceed|hit\b)/], QUOTA],
  [[/\b(?:request|call)s? (?:is |are )?limited\b|usage_limit|limit_(?:reach|exceed)/], QUOTA],
  [[/\b(?:count|requests?|calls?|usage) (?:is |was |has been |have been )?exceeded/], QUOTA],
  [[/(?:unsupported|unknown|invalid|disabled) method/], NO_METHOD],
  [[/\bmethod\b/, /\b(?:not|unsupported|unavailable|unknown|disabled|blocked|denied|forbidden|removed)\b/], NO_METHOD],
  [
    [
      /\b(?:not|only) (?:available|included|supported|offered|enabled)\b|upgrade (?:your|the|to)\b|higher (?:plan|tier)/,
    ],
    NO_METHOD,
  ],
  [
    [/unauthori[sz]ed|authenti|authori[sz]|forbidden|denied|permission|credential|not allowed|allow.?list|white.?list/],
    NO_ACCESS,
  ],
  [[/\b(?:api|access|secret|project|app)[-_ ]?(?:key|token|id)\b|\b(?:key|token|jwt|signature|password)\b/], NO_ACCESS],
  [[/payment|subscri|billing|past due|suspended|deactivated|inactive|blocked|banned|account/], NO_ACCESS],
  [[/\bbusy\b|overload|unavailable|maintenance|try again|temporar|\bsyncing\b|starting|bad gateway/], OVERLOADED],
  [[/no (?:healthy |live |available )?(?:backend|upstream|node)/], OVERLOADED],
  [[/time ?out|timed out|deadline/], OVERLOADED],
];

/** HTTP statuses are codes at some gateways. */
const CODES: ReadonlyMap<number | undefined, Meaning> = new Map([
  [-9, CORE_BUSY],
  [-32600, CHANGED],
  [-32700, CHANGED],
  [-32601, NO_METHOD],
  [-32004, NO_METHOD],
  [-32602, OTHER_PARAMETERS],
  [-32005, QUOTA],
  [-32007, QUOTA],
  [-32016, QUOTA],
  [-32029, QUOTA],
  [-32605, QUOTA],
  [-32607, QUOTA],
  [429, QUOTA],
  [401, NO_ACCESS],
  [402, NO_ACCESS],
  [403, NO_ACCESS],
  [-32606, NO_ACCESS],
  [502, OVERLOADED],
  [503, OVERLOADED],
  [504, OVERLOADED],
]);

/** The texts of monerod's own errors: its codes are certain. */
const MONEROD_TEXTS: ReadonlySet<string> = new Set([
  ...["core is busy", "method not found", "invalid request", "invalid params", "parse error", "internal error"],
]);

function meaningOf({ code, text = "" }: ServerError): Meaning | undefined {
  const lower = text.toLowerCase().trim().replace(/\.$/, "");
  if (MONEROD_TEXTS.has(lower)) return CODES.get(code);
  const isOtherLimit = OTHER_LIMITS.test(lower);
  const found = TEXTS.find(
    ([patterns, meaning]) => !(isOtherLimit && meaning === QUOTA) && patterns.every((pattern) => pattern.test(lower)),
  );
  return found?.[1] ?? CODES.get(code);
}

/**
 * The failure of a JSON-RPC answer with an error.
 * @param error the answer's `error`: an object with code and message, or at some gateways a text
 * @param isGateway whether the server is certainly not monerod itself
 */
export function rpcFailure(error: unknown, call: string, isGateway = false): Failure {
  const read = readError(error);
  const { code } = read;
  const other = isGateway || !isMonerodCode(code) ? OF_GATEWAY : OF_MONEROD;
  const message = `${call}: expected a result, found JSON-RPC error ${code ?? "without a code"}${shown(read)}`;
  return { ...(meaningOf(read) ?? other), message };
}

/** -1 to -21 (core_rpc_server_error_codes.h) and those of JSON-RPC itself. */
function isMonerodCode(code: number | undefined): boolean {
  return code !== undefined && ((code <= -1 && code >= -21) || (code <= -32600 && code >= -32603) || code === -32700);
}

/** The error of an answer; undefined: it has none. A gateway that only says that there is one has the text next to it. */
export function errorOf(answer: JsonObject): unknown {
  const { error } = answer;
  if (error === null || error === false) return undefined;
  return error === true ? answer : error;
}

/** An answer that has neither a result nor an error, such as `{"message": "Unknown API key"}`; undefined: it says nothing known. */
export function bareFailure(answer: unknown, call: string): Failure | undefined {
  const read = readBare(answer);
  const meaning = meaningOf(read);
  if (meaning === undefined) return undefined;
  const code = read.code === undefined ? "" : ` with the code ${read.code}`;
  return { ...meaning, message: `${call}: expected a JSON-RPC result, found another answer${code}${shown(read)}` };
}

/** A response with an unsuccessful status and a body like this is as long as a page at most. */
const MAX_EXPLAINED_BYTES = 8192;

/** What the JSON body of an unsuccessful response says; undefined where its status says as much. */
export function explainBody(response: RpcResponse, call: string): Failure | undefined {
  const { status, body } = response;
  // 401 has advice about each scheme, and 429 is a quota whatever the text.
  if (status < 400 || status === 401 || status === 429 || body.length > MAX_EXPLAINED_BYTES) return undefined;
  const answer = parsed(body);
  const error = isObject(answer) ? errorOf(answer) : undefined;
  const read = error === undefined ? readBare(answer) : readError(error);
  const meaning = read.code === status && read.text === undefined ? undefined : meaningOf(read);
  if (meaning === undefined || (meaning === OVERLOADED && status >= 500)) return undefined;
  const message = `${call}: expected HTTP 200, found ${status}${shown(read)}`;
  return { ...meaning, message, ...(meaning === QUOTA ? retryAfter(response) : {}) };
}

function parsed(body: Uint8Array): unknown {
  try {
    return parseNodeJson(Buffer.from(body).toString("utf8"));
  } catch {
    return undefined;
  }
}

const TEXT_KEYS = [
  "message",
  "error",
  "msg",
  "detail",
  "details",
  "description",
  "reason",
  "title",
  "data",
  "info",
  "text",
  "type",
];
const CODE_KEYS = ["code", "statusCode", "status_code", "status", "errorCode", "error_code"];

/** Errors are objects, texts, codes, or lists of these. */
function readError(error: unknown): ServerError {
  const first = Array.isArray(error) ? error[0] : error;
  if (typeof first === "string") return { code: undefined, text: first };
  if (typeof first === "number" && Number.isSafeInteger(first)) return { code: first, text: undefined };
  if (!isObject(first)) return { code: undefined, text: undefined };
  return { code: codeIn(first), text: textIn(first) };
}

function readBare(answer: unknown): ServerError {
  if (!isObject(answer)) return readError(answer);
  const { result, errors } = answer;
  if (errors !== undefined) return readError(errors);
  return typeof result === "string" ? { code: codeIn(answer), text: result } : readError(answer);
}

function textIn(object: JsonObject): string | undefined {
  for (const key of TEXT_KEYS) {
    const value = object[key];
    if (typeof value === "string" && value !== "") return value;
    const inner = isObject(value) ? (value.message ?? value.text) : undefined;
    if (typeof inner === "string") return inner;
  }
  return undefined;
}

function codeIn(object: JsonObject): number | undefined {
  for (const key of CODE_KEYS) {
    const value = object[key];
    // A number as text is an HTTP status at some gateways; monerod sends numbers.
    const code = typeof value === "string" && /^[1-5]\d\d$/.test(value) ? Number(value) : value;
    if (typeof code === "number" && Number.isSafeInteger(code)) return code;
  }
  return undefined;
}

const MAX_SHOWN_CHARACTERS = 160;

/** The server's own text, for the message: whole or not at all, and never with a word that may be a key. */
function shown({ text }: ServerError): string {
  if (text === undefined) return "";
  const isShown = text.length <= MAX_SHOWN_CHARACTERS && /^[\x20-\x7e]*$/.test(text);
  const isPlain = isShown && !MASKED.test(text) && !text.split(/[^A-Za-z0-9_-]+/).some(mayBeKey);
  return isPlain ? ` ${JSON.stringify(text)}` : ` and a text of ${text.length} characters`;
}

/** A key that keeps some letters: `abcd****`, `abcd...wxyz`. */
const MASKED = /\*\*|[A-Za-z0-9]\.\.\.[A-Za-z0-9]/;

/** Long, or letters and digits mixed, or capitals in the middle: no word of a sentence. */
function mayBeKey(word: string): boolean {
  if (word.length > 20) return true;
  const hasBoth = /\d/.test(word) && /[A-Za-z]/.test(word);
  return word.length > 5 && (hasBoth || /[a-z][A-Z].*[a-z][A-Z]/.test(word) || /^\d{10,}$/.test(word));
}
