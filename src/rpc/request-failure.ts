import type { Signal } from "../lib/abort.ts";
import { errorCode } from "../lib/errno.ts";
import { formatSize } from "../lib/text/format.ts";
import type { Failure, FailureReason } from "../model/failure.ts";
import { describeExcess, type Excess, excessAdvice } from "./budget.ts";
import { describeError } from "./dial/error-codes.ts";
import { type Route, throughProxy, type Via, wrongProxy } from "./dial/route.ts";
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

/** The connection was closed in the middle of the response. */
export class CutOffError extends Error {}

/** The connection was closed, and no error says why. */
export class HangUpError extends Error {
  readonly code = "ECONNRESET";
}

/** The client was closed. */
export class ClosedError extends Error {
  readonly code = "CLIENT_CLOSED";
}

/** 101 Switching Protocols, which no request asks for. */
export class UpgradeError extends Error {
  readonly code = "UNASKED_UPGRADE";
}

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
  readonly found: ResponseExcess;

  constructor(found: ResponseExcess) {
    super("the response is too large");
    this.found = found;
  }
}

/** Maps an error after the headers of a response: a closed connection becomes a CutOffError. */
export function bodyError(error: unknown): unknown {
  return isClosedSocket(error) ? new CutOffError() : error;
}

/** Maps an error of Node.js, TLS or the system to a failure whose texts contain no secret. */
export function requestFailure(error: unknown, request: FailedRequest): Failure {
  const { waitedFor, route } = request;
  const where = `${request.call} at ${request.url.label}${route === undefined ? "" : throughProxy(route)}`;
  const isLate = request.signal.aborted || isTimeout(error);
  if (waitedFor !== undefined && (isLate || errorCode(error) === "DIAL_TIMEOUT")) {
    const advice = route === undefined || route.kind === "direct" ? SLOW_DIAL : slowProxy(route);
    return { reason: "timeout", message: `${where}: no connection in time (${waitedFor})`, advice };
  }
  if (isLate) {
    return {
      reason: "timeout",
      message: `${where}: no complete response in time`,
      advice:
        route?.kind === "forward"
          ? slowProxy(route)
          : "the node is overloaded or hangs, or the network drops packets; raise timeout if it is only slow",
    };
  }
  if (error instanceof ExcessError) return { reason: "too_large", ...explainExcess(error.found, where) };
  if (error instanceof TlsError) return { reason: "tls", message: `${where}: ${error.finding}`, advice: error.advice };
  if (error instanceof CutOffError) {
    return {
      reason: "http",
      message: `${where}: the response was cut off`,
      advice: "the node, or a proxy in front of it, closed the connection too early: see its log",
    };
  }
  const code = errorCode(error);
  const { reason, message } = describeError(error);
  // The connection is that to the proxy.
  const ofProxy = route?.kind === "forward" && ["connect", "http"].includes(reason);
  const advice = ofProxy ? wrongProxy(route) : adviceFor(reason, code, request.url);
  return { reason, message: `${where}: ${message}`, advice };
}

const SLOW_DIAL =
  "check that the node listens at this address and works, and that no firewall drops packets; raise timeout if it is only slow";

function slowProxy({ setBy }: Via): string {
  return (
    `check that the proxy works, the scheme and the port in ${setBy}, and that the node runs; raise timeout if they are only slow ` +
    "(through Tor a connection takes seconds)"
  );
}

function explainExcess(found: ResponseExcess, where: string): Pick<Failure, "message" | "advice"> {
  switch (found.kind) {
    case "budget":
      return { message: `${where}: ${describeExcess(found.excess)}`, advice: excessAdvice(found.excess) };
    case "headers":
      return {
        message: `${where}: expected headers of at most ${formatSize(found.max)}, found more`,
        advice: WRONG_SERVER,
      };
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

const WRONG_SERVER = "check that the URL is the node's API; nodes do not send so much";

/** Whether the socket was closed without a response, as can happen to a keep-alive socket at any time. */
export function isClosedSocket(error: unknown): boolean {
  return ["ECONNRESET", "EPIPE"].includes(errorCode(error));
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}

function adviceFor(reason: FailureReason, code: string, url: NodeUrl): string {
  switch (reason) {
    case "dns":
      return "check the host name in the URL and the name servers of this machine";
    case "timeout":
      return "check that the node listens at this address and that no firewall drops packets";
    case "tls":
      return code === "ECONNRESET" ? CLOSED_IN_HANDSHAKE : meaningOf(code).advice;
    case "http":
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
  if (code === "ECONNRESET" || code === "EPIPE") {
    return url.protocol === "http:" ? CLOSED_WITHOUT_ANSWER : "the node may be at its connection limit or restarting";
  }
  return "check the address, the route and the firewall";
}

/** zebrad answers a wrong login so (zebra-rpc, http_request_compatibility.rs). */
const CLOSED_WITHOUT_ANSWER =
  "the port may expect https:// or be that of P2P, the node refuses the login of auth (zebrad), or it is at its connection " +
  "limit (monerod: rpc-max-connections-per-private-ip)";

const CLOSED_IN_HANDSHAKE =
  "check that the port speaks TLS; if it does, the node may be at its connection limit " +
  "(monerod: rpc-max-connections-per-private-ip) or restarting";
