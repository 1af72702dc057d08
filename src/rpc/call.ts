import type { Signal } from "../lib/abort.ts";
import { scanJson } from "../lib/json.ts";
import { type Failure, NodeError, nodeError } from "../model/failure.ts";
import { clientCertificateFailure } from "./answers/client-certificate.ts";
import { explainBody, wordsIn } from "./answers/explain.ts";
import { OF_GATEWAY } from "./answers/meaning.ts";
import { proxyFailure } from "./answers/proxies.ts";
import { describeExcess, excessAdvice, INFO_BUDGET, LIST_BUDGET, type ResponseBudget } from "./budget.ts";
import type { RpcClient } from "./client.ts";
import { type RpcRequest, type RpcResponse, retryAfter } from "./message.ts";
import { parseNodeJson } from "./node-json.ts";
import { unauthorizedFailure } from "./unauthorized.ts";

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
  const call = `${request.name} at ${client.url.label}${client.through ?? ""}`;
  if (response.status < 200 || response.status > 299) {
    throw new NodeError(explainWith(explain, client, response, call));
  }
  return { value: decodeJsonBody(response.body, call, response.budget ?? request.budget), response };
}

/** Why a response was unsuccessful: by what every server may say, by the chain, by its body, or else in general. */
export function explainWith(
  explain: ExplainStatus,
  { url }: Pick<RpcClient, "url">,
  response: RpcResponse,
  call: string,
): Failure {
  const isPlain = url.protocol === "http:";
  const ofTls = isPlain ? plainHttpFailure(response, call) : clientCertificateFailure(response, call);
  const known = ofTls ?? proxyFailure(response, call) ?? explain(response, call) ?? explainBody(response, call);
  if (known !== undefined) return known;
  const failure = withWords(statusFailure(response, call), response);
  return !isPlain && failure.advice === BAD_REQUEST.advice ? { ...failure, advice: OTHER_STATUS.advice } : failure;
}

/** Adds what a gateway says itself in the JSON of an unsuccessful response. */
function withWords(failure: Failure, response: RpcResponse): Failure {
  const words = response.status < 400 ? "" : wordsIn(response);
  if (words === "") return failure;
  const isOfNode = failure.advice === OTHER_STATUS.advice || failure.advice === BAD_REQUEST.advice;
  return { ...failure, message: failure.message + words, ...(isOfNode ? { advice: OF_GATEWAY.advice } : {}) };
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
  if (status === 401) return unauthorizedFailure(response, call);
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
  // RFC 9110 15.5.20; name-based proxies, and those that compare the Host header with the server name of TLS.
  421: {
    reason: "host_header",
    advice:
      "the server does not answer for the Host header of this URL: set host_header to the name that it serves, and with https " +
      "tls.server_name to the same name",
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

const utf8 = new TextDecoder("utf-8");

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
