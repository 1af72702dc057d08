import type { Signal } from "../lib/abort.ts";
import { type JsonLimits, scanJson } from "../lib/json.ts";
import { type Failure, NodeError, nodeError } from "../model/failure.ts";
import { describeExcess, excessAdvice, INFO_BUDGET, LIST_BUDGET, type ResponseBudget } from "./budget.ts";
import type { RpcClient } from "./client.ts";
import { firstHeader, type RpcRequest, type RpcResponse } from "./message.ts";

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
    throw new NodeError(explainWith(explain, client, response, call));
  }
  return { value: decodeJsonBody(response.body, call, response.budget ?? request.budget), response };
}

/** Why a response was unsuccessful: by what every server may say, by the chain, or else in general. */
export function explainWith(
  explain: ExplainStatus,
  { url }: Pick<RpcClient, "url">,
  response: RpcResponse,
  call: string,
): Failure {
  const isPlain = url.protocol === "http:";
  const ofTls = isPlain ? plainHttpFailure(response, call) : clientCertificateFailure(response, call);
  const failure = ofTls ?? explain(response, call) ?? statusFailure(response, call);
  return !isPlain && failure.advice === BAD_REQUEST.advice ? { ...failure, advice: OTHER_STATUS.advice } : failure;
}

/**
 * What servers say over TLS to a client without the certificate that they want, or with another one: nginx and what is built on
 * it with status 400 ("No required SSL certificate was sent", "The SSL certificate error"), Apache and IIS with 403. undefined
 * for any other response.
 */
function clientCertificateFailure({ status, body }: RpcResponse, call: string): Failure | undefined {
  if (![400, 403, 495, 496].includes(status)) return undefined;
  const text = utf8.decode(body.subarray(0, DESCRIBED_BYTES));
  const found = `${call}: expected HTTP 200, found ${status}`;
  if (
    /No required (?:SSL|TLS) certificate was sent|client certificate (?:is )?required/i.test(text) ||
    status === 496
  ) {
    return {
      reason: "tls",
      message: `${found}, as the server wants a client certificate and got none`,
      advice: "set tls.cert_file and tls.key_file to a certificate and its key that the server accepts",
    };
  }
  if (
    /The (?:SSL|TLS) certificate error|(?:SSL|TLS) certificate verif\w+ (?:fail|error)/i.test(text) ||
    status === 495
  ) {
    return {
      reason: "tls",
      message: `${found}, as the server refuses the client certificate of tls.cert_file`,
      advice:
        "check that it has not expired and that the server knows the authority that signed it (nginx: ssl_client_certificate)",
    };
  }
  if (/Cannot perform Post-Handshake Authentication/i.test(text)) {
    return {
      reason: "tls",
      message: `${found}, as the server wants a client certificate after the handshake`,
      advice: "let it ask in the handshake: move Apache's SSLVerifyClient from the location to the virtual host",
    };
  }
  return undefined;
}

/**
 * What servers say to plain HTTP on a TLS port: 426 (RFC 9110 15.5.22; warp-tls, which chainweb-node uses), or 400 with such a text
 * (nginx, Go, Apache). undefined for any other response.
 */
function plainHttpFailure({ status, body }: RpcResponse, call: string): Failure | undefined {
  const isSaid = status === 400 && TLS_EXPECTED.test(utf8.decode(body.subarray(0, DESCRIBED_BYTES)));
  if (status !== 426 && !isSaid) return undefined;
  const message = `${call}: expected HTTP 200, found ${status}, as the port expects TLS`;
  return { reason: "http", message, advice: "use https:// in the URL" };
}

const TLS_EXPECTED =
  /plain HTTP request was sent to HTTPS|HTTP request to an HTTPS server|plain HTTP to an SSL-enabled/i;

/** The general explanation of an HTTP status. */
export function statusFailure(response: RpcResponse, call: string): Failure {
  const { status } = response;
  const message = `${call}: expected HTTP 200, found ${status}`;
  if (status >= 300 && status < 400) {
    return { reason: "http", message, advice: "redirects are not followed: set the URL of the node's API itself" };
  }
  if (status === 401) return { reason: "unauthorized", message, advice: unauthorizedAdvice(response) };
  const { reason, advice, mayAskToWait } = STATUSES[status] ?? OTHER_STATUS;
  return { reason, message, advice, ...(mayAskToWait ? retryAfter(response) : {}) };
}

type StatusMeaning = Pick<Failure, "reason" | "advice"> & {
  /** Whether its Retry-After counts. */
  readonly mayAskToWait: boolean;
};

const BAD_GATEWAY: StatusMeaning = {
  reason: "http",
  advice: "a proxy in front of the node reports that the node does not respond: check the node",
  mayAskToWait: false,
};

/** nginx, Go and other servers respond so to plain HTTP on a TLS port. */
const BAD_REQUEST: StatusMeaning = {
  reason: "http",
  advice: "use https:// if the port expects TLS, otherwise see the node's own log",
  mayAskToWait: false,
};

const STATUSES: Readonly<Record<number, StatusMeaning>> = {
  400: BAD_REQUEST,
  402: {
    reason: "unauthorized",
    advice: "the server wants to be paid: check the token in the URL, auth, and the account at the gateway",
    mayAskToWait: false,
  },
  403: {
    reason: "unauthorized",
    advice: "the server refuses this user or address: check auth and its access list",
    mayAskToWait: false,
  },
  404: {
    reason: "not_found",
    advice: "check the port and the path of the URL (a hosted gateway: its token), and that the node is of this chain",
    mayAskToWait: false,
  },
  429: {
    reason: "rate_limited",
    advice: "poll less often (interval) or raise the server's limit",
    mayAskToWait: true,
  },
  502: BAD_GATEWAY,
  503: {
    reason: "http",
    advice:
      "the node, or a proxy in front of it, is overloaded or has no backend: check that the node runs, and see its log",
    mayAskToWait: true,
  },
  504: BAD_GATEWAY,
};

const OTHER_STATUS: StatusMeaning = {
  reason: "http",
  advice: "see the node's own log for this request",
  mayAskToWait: true,
};

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

const NO_LIMITS: JsonLimits = {
  depth: Number.POSITIVE_INFINITY,
  containers: Number.POSITIVE_INFINITY,
  keys: Number.POSITIVE_INFINITY,
  strings: Number.POSITIVE_INFINITY,
  numbers: Number.POSITIVE_INFINITY,
};

const utf8 = new TextDecoder("utf-8");

/**
 * Parses JSON as nodes send it: monerod up to 0.18.5.1 writes raw control characters and the escape `\v` (epee's
 * parserse_base_utils.cpp), which JSON.parse refuses; they become spaces. Integers above 2^53 are rounded, but never to a safe
 * integer, so `count` refuses them. Only for texts whose size is bounded.
 * @throws SyntaxError when the text is not JSON even after the repair
 */
export function parseNodeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const bytes = Buffer.from(text);
    const scan = scanJson(bytes, NO_LIMITS);
    if (scan.kind !== "counted" || scan.bytes === bytes) throw error;
    return JSON.parse(utf8.decode(scan.bytes));
  }
}

/**
 * Responses up to this size are parsed without counting, unless the operator set limits: the worst case takes 10 ms (98,304
 * bytes with 12,000 different names or 49,000 nested arrays, on Node 20), and most polls have no larger response.
 */
export const UNCOUNTED_BYTES = 96 * 1024;

/**
 * Decodes the body of a response.
 * @param call the call and the server, for errors
 * @throws NodeError bad_json, too_large
 */
export function decodeJsonBody(body: Uint8Array, call: string, budget: ResponseBudget = LIST_BUDGET): unknown {
  if (body.length <= UNCOUNTED_BYTES && (budget === LIST_BUDGET || budget === INFO_BUDGET)) {
    const text = utf8.decode(body);
    try {
      return parseNodeJson(text);
    } catch {
      throw notJson(body, text.length, call);
    }
  }
  const scan = scanJson(body, budget);
  if (scan.kind === "excess") {
    const { limit } = scan;
    const problem = describeExcess({ limit, max: budget[limit] });
    throw nodeError("too_large", `${call}: ${problem}`, excessAdvice(scan));
  }
  const text = utf8.decode(scan.bytes);
  try {
    return JSON.parse(text);
  } catch {
    throw notJson(body, text.length, call);
  }
}

function notJson(body: Uint8Array, characters: number, call: string) {
  return nodeError(
    "bad_json",
    `${call}: expected JSON, found ${describeBody(body, characters)}`,
    "check that the URL is the node's API and that no proxy or login page responds in its place",
  );
}

/** @param body without the repair, which makes compressed data look like text */
function describeBody(body: Uint8Array, characters: number): string {
  const start = utf8.decode(body.subarray(0, DESCRIBED_BYTES)).trimStart();
  if (start === "") return "an empty body";
  if (start.startsWith("<")) return "an HTML or XML page";
  if (start.startsWith("{") || start.startsWith("[")) return `invalid or truncated JSON of ${characters} characters`;
  if (start.startsWith("\u001f\ufffd")) return "compressed data that was not requested";
  return `${characters} characters of other text`;
}

/** How much of a body is examined; a body starts with less white space than this. */
const DESCRIBED_BYTES = 1024;
