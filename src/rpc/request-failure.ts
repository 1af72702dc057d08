import type { Signal } from "../lib/abort.ts";
import { errorCode } from "../lib/errno.ts";
import { formatSize } from "../lib/text/format.ts";
import type { Failure, FailureReason } from "../model/failure.ts";
import { describeExcess, type Excess, excessAdvice } from "./budget.ts";
import { DialError } from "./dial/happy-eyeballs.ts";
import { type Route, throughProxy } from "./dial/route.ts";
import { meaningOf, TlsError } from "./dial/tls-codes.ts";
import type { NodeUrl } from "./node-url.ts";

/** A request that got no complete response. */
type FailedRequest = {
  readonly url: NodeUrl;
  readonly call: string;
  readonly signal: Signal;
  readonly route?: Route | undefined;
  /** What its dial waited for; undefined when there was a connection. */
  readonly waitedFor?: string | undefined;
};

const CUT_OFF = "RESPONSE_CUT_OFF";
const EXCESS = "RESPONSE_TOO_LARGE";

const CODES: Readonly<Record<string, FailureReason>> = {
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  EAI_FAIL: "dns",
  EAI_NODATA: "dns",
  EAI_NONAME: "dns",
  ECONNREFUSED: "connect",
  ECONNRESET: "connect",
  ECONNABORTED: "connect",
  EPIPE: "connect",
  EHOSTUNREACH: "connect",
  EHOSTDOWN: "connect",
  ENETUNREACH: "connect",
  EADDRNOTAVAIL: "connect",
  ENOENT: "connect",
  EACCES: "connect",
  EPERM: "connect",
  ENOTSOCK: "connect",
  EMFILE: "connect",
  ENFILE: "connect",
  NO_CONNECTION_SLOT: "connect",
  UND_ERR_SOCKET: "connect",
  UND_ERR_CLOSED: "connect",
  UND_ERR_DESTROYED: "connect",
  ETIMEDOUT: "timeout",
  DIAL_TIMEOUT: "timeout",
  UND_ERR_HEADERS_TIMEOUT: "timeout",
  UND_ERR_BODY_TIMEOUT: "timeout",
  UND_ERR_HEADERS_OVERFLOW: "too_large",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "http",
  [CUT_OFF]: "http",
  UND_ERR_INVALID_ARG: "internal",
  UND_ERR_NOT_SUPPORTED: "internal",
  EPROTO: "tls",
  SELF_SIGNED_CERT_IN_CHAIN: "tls",
  DEPTH_ZERO_SELF_SIGNED_CERT: "tls",
  UNABLE_TO_GET_ISSUER_CERT: "tls",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "tls",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "tls",
};

/** The connection was closed in the middle of the response. */
export class CutOffError extends Error {
  readonly code = CUT_OFF;
}

/**
 * The size of headers or trailers at which undici gives up. It would parse them again for each further header in the same
 * piece, so `dispatch` refuses them much earlier.
 */
export const MAX_PARSED_BYTES = 256 * 1024;

/** What a response has too much of. */
export type ResponseExcess =
  | { readonly kind: "budget"; readonly excess: Excess }
  /** Headers or trailers, in bytes. */
  | { readonly kind: "headers"; readonly max: number }
  /** Chunk sizes, extensions and trailers, in bytes. */
  | { readonly kind: "framing"; readonly max: number }
  /** Interim responses, with a status of 1xx. */
  | { readonly kind: "interim"; readonly max: number };

/** A response was refused before its end. */
export class ExcessError extends Error {
  readonly code = EXCESS;
  readonly found: ResponseExcess;

  constructor(found: ResponseExcess) {
    super("the response is too large");
    this.found = found;
  }
}

/** Maps an error after the headers of a response: a closed connection becomes a CutOffError. */
export function bodyError(error: unknown): unknown {
  const isCutOff = isClosedSocket(error) || errorCode(error) === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH";
  return isCutOff ? new CutOffError() : error;
}

/** Maps an error of undici, TLS or the system to a failure whose texts contain no secret. */
export function requestFailure(error: unknown, request: FailedRequest): Failure {
  const { waitedFor, route } = request;
  const where = `${request.call} at ${request.url.label}${route === undefined ? "" : throughProxy(route)}`;
  const waited = waitedFor === undefined ? "" : ` (${waitedFor})`;
  if (request.signal.aborted || isTimeout(error)) {
    if (waitedFor !== undefined) {
      return { reason: "timeout", message: `${where}: no connection in time${waited}`, advice: SLOW_DIAL };
    }
    return {
      reason: "timeout",
      message: `${where}: no complete response in time`,
      advice: "the node is overloaded or hangs, or the network drops packets; raise timeout if it is only slow",
    };
  }
  if (error instanceof ExcessError) return { reason: "too_large", ...explainExcess(error.found, where) };
  if (error instanceof TlsError) return { reason: "tls", message: `${where}: ${error.finding}`, advice: error.advice };
  const code = errorCode(error);
  const { reason, message } = describeError(error);
  const found = code === "DIAL_TIMEOUT" && waitedFor !== undefined ? `no connection in time${waited}` : message;
  return { reason, message: `${where}: ${found}`, advice: adviceFor(reason, code, request.url) };
}

const SLOW_DIAL =
  "check that the node listens at this address and that no firewall drops packets; raise timeout if it is only far away";

/** The meaning of an error of a dial, of TLS, or of undici. */
export function describeError(error: unknown): Pick<Failure, "reason" | "message"> {
  if (error instanceof TlsError) return { reason: "tls", message: error.finding };
  const code = errorCode(error);
  const reason = reasonOf(code, error);
  if (!(error instanceof DialError)) return { reason, message: finding(reason, code) };
  const message =
    error.attempts === 1 ? `${finding(reason, code)}: ${error.tried}` : `no connection to any address (${error.tried})`;
  return { reason, message };
}

function explainExcess(found: ResponseExcess, where: string): Pick<Failure, "message" | "advice"> {
  switch (found.kind) {
    case "budget":
      return { message: `${where}: ${describeExcess(found.excess)}`, advice: excessAdvice(found.excess) };
    case "headers":
      return { message: `${where}: ${tooLongHeaders(found.max)}`, advice: WRONG_SERVER };
    case "framing":
      return {
        message: `${where}: expected a body, found more than ${formatSize(found.max)} of HTTP framing`,
        advice: WRONG_SERVER,
      };
    case "interim":
      return {
        message: `${where}: expected at most ${found.max} interim responses (HTTP 1xx), found more`,
        advice: WRONG_SERVER,
      };
  }
}

function tooLongHeaders(max: number): string {
  return `expected headers of at most ${formatSize(max)}, found more`;
}

const WRONG_SERVER = "check that the URL is the node's API; nodes do not send so much";

/** Whether the socket was closed without a response, as can happen to a keep-alive socket at any time. */
export function isClosedSocket(error: unknown): boolean {
  return ["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"].includes(errorCode(error));
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}

function reasonOf(code: string, error: unknown): FailureReason {
  // The error when the server closes the connection during the TLS handshake.
  if (code === "ECONNRESET" && error instanceof Error && error.message.includes("before secure TLS")) return "tls";
  const known = CODES[code];
  if (known !== undefined) return known;
  if (/^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|CRL_|HOSTNAME_)/.test(code)) return "tls";
  // Parser errors of undici 7 have no code.
  if (code.startsWith("HPE_") || (error instanceof Error && error.name === "HTTPParserError")) return "http";
  return code === "unknown error" ? "internal" : "connect";
}

function finding(reason: FailureReason, code: string): string {
  switch (reason) {
    case "dns":
      return `the host name does not resolve (${code})`;
    case "timeout":
      return `no connection in time (${code})`;
    case "tls":
      return code === "ECONNRESET"
        ? "the server closed the connection in the TLS handshake (ECONNRESET)"
        : `${meaningOf(code).finding} (${code})`;
    case "too_large":
      return tooLongHeaders(MAX_PARSED_BYTES);
    case "http":
      return code === CUT_OFF ? "the response was cut off" : "the response is not valid HTTP, or was cut off";
    case "internal":
      return "unexpected error in the HTTP client";
    default:
      if (code === "ECONNREFUSED") return "the connection was refused (ECONNREFUSED)";
      if (code === "NO_CONNECTION_SLOT") return "no free file descriptor for a connection";
      if (code === "UND_ERR_SOCKET" || code === "ECONNRESET") return `the connection was closed early (${code})`;
      return `no connection (${code})`;
  }
}

function adviceFor(reason: FailureReason, code: string, url: NodeUrl): string {
  switch (reason) {
    case "dns":
      return "check the host name in the URL and the name servers of this machine";
    case "timeout":
      return "check that the node listens at this address and that no firewall drops packets";
    case "tls":
      return code === "ECONNRESET" ? CLOSED_IN_HANDSHAKE : meaningOf(code).advice;
    case "too_large":
      return WRONG_SERVER;
    case "http":
      if (code === CUT_OFF) return "the node, or a proxy in front of it, closed the connection too early: see its log";
      return "check that the port speaks HTTP, and use https:// if it expects TLS";
    case "internal":
      return "this is a bug in peer-exporter: please report it with the stack from the log";
    default:
      return connectAdvice(code, url);
  }
}

function connectAdvice(code: string, url: NodeUrl): string {
  if (url.socketPath !== undefined) {
    return "check that the node runs, that the socket's path is right, and that this user may open it";
  }
  if (code === "ECONNREFUSED") {
    return "check that the node runs and that its API listens at this address and port (a node does not listen while it replays)";
  }
  if (["EMFILE", "ENFILE", "NO_CONNECTION_SLOT"].includes(code)) return "raise the limit of open files of this process";
  if (code === "UND_ERR_SOCKET" || code === "ECONNRESET" || code === "EPIPE") {
    return url.protocol === "http:"
      ? "the port may expect https://, or the node is at its connection limit (monerod: rpc-max-connections-per-private-ip)"
      : "the node may be at its connection limit or restarting";
  }
  return "check the address, the route and the firewall";
}

const CLOSED_IN_HANDSHAKE =
  "check that the port speaks TLS; if it does, the node may be at its connection limit " +
  "(monerod: rpc-max-connections-per-private-ip) or restarting";
