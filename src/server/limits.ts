import type { IncomingMessage, Server, ServerOptions } from "node:http";
import type { Socket } from "node:net";
import type { ClientLimits } from "./clients/clients.ts";
import { type Answer, problem } from "./respond.ts";

/** What one client can take of the server, whoever it is. docs/security.md has these numbers. */

/** Slow or silent clients must not hold a socket for ever. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const TIMEOUTS_CHECKED_EVERY_MS = 5000;
const TLS_HANDSHAKE_TIMEOUT_MS = 10_000;

/**
 * A connection on which nothing moves for this long ends, whether its client takes nothing of an answer or asks for nothing.
 * Longer than an answer may take (scrape-timeout.ts) and than the usual scrape interval of a minute, so that Prometheus
 * finds its connection open.
 */
export const SILENT_MS = 180_000;

export const MAX_HEADER_BYTES = 16 * 1024;
export const MAX_CONNECTIONS = 512;

export const SERVER_LIMITS = {
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  connectionsCheckingInterval: TIMEOUTS_CHECKED_EVERY_MS,
  // It would be a timer for each answer; the server's own (SILENT_MS) is one for each connection, and as good.
  keepAliveTimeout: 0,
  maxHeaderSize: MAX_HEADER_BYTES,
  // A scrape is a small request and a large answer: nothing is won by waiting for more.
  noDelay: true,
} as const satisfies ServerOptions;

export const TLS_LIMITS = { handshakeTimeout: TLS_HANDSHAKE_TIMEOUT_MS } as const;

/** No client that is known sends more than one request before it has its answer. */
const WORKING_OF_CONNECTION = 4;
const WAITING_OF_CONNECTION = { known: 32, unknown: 4 };
const WAITING = 1024;

const UNREAD_BYTES = 96 * 1024 * 1024;

/** @param max connections that the server takes at a time */
export function clientLimits(max: number = MAX_CONNECTIONS): ClientLimits {
  return {
    // The newest one is let in before another one makes room.
    connections: Math.max(1, max - 1),
    // Enough for the scrapers behind a proxy.
    ofAddress: Math.ceil(max / 2),
    workingOfConnection: WORKING_OF_CONNECTION,
    waitingOfConnection: WAITING_OF_CONNECTION,
    waiting: WAITING,
    unread: UNREAD_BYTES,
  };
}

/** Of one request; each costs memory for its name and value, however short these are. Node forgets those beyond its thousandth without a word. */
export const MAX_HEADERS = 100;

/** Bounds the sockets of a server. Who has to go when they are too many, its clients tell. */
export function limitConnections(http: Server, max: number = MAX_CONNECTIONS): void {
  http.maxConnections = max;
  http.timeout = SILENT_MS;
}

/** Answers what is no request that the routes could see, in words. */
export function answerBadRequests(http: Server): void {
  // Without a handshake there is no way to say a word; an HTTPS server would report it as a bad request, too.
  http.prependListener("tlsClientError", (_: Error, socket: Socket) => socket.destroy());
  http.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    // Not the first request: an answer may be under way, and bytes of another one would be taken for its end.
    if (!socket.writable || error.code === "ECONNRESET" || socket.bytesWritten > 0) {
      socket.destroy(error);
      return;
    }
    socket.end(rawAnswer(badRequest(error.code)), () => socket.destroy());
  });
}

function badRequest(code: string | undefined): Answer {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return problem(431, `the address and the headers are larger than ${MAX_HEADER_BYTES / 1024} KiB`);
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return BODY_REFUSED;
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return problem(408, "the request did not come in time");
    default:
      return problem(400, "this is no HTTP/1.1 request");
  }
}

/** More headers than anybody needs; a request that waits for its answer holds them. */
export const TOO_MANY_HEADERS = problem(431, `more than ${MAX_HEADERS} headers`, { connection: "close" });

/** RFC 9110, section 10.1.1. */
export const UNMET_EXPECTATION = problem(417, "no expectation but 100-continue is met here", { connection: "close" });

export function hasTooManyHeaders({ rawHeaders }: IncomingMessage): boolean {
  return rawHeaders.length > 2 * MAX_HEADERS;
}

/** Nothing here takes a body; it is not read, and the connection ends. */
export const BODY_REFUSED = problem(413, "requests have no body here", { connection: "close" });

/** Whether a request announces a body. */
export function hasBody(headers: NodeJS.Dict<string | string[]>): boolean {
  const length = headers["content-length"];
  return (length !== undefined && Number(length) !== 0) || headers["transfer-encoding"] !== undefined;
}

const REASONS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  408: "Request Timeout",
  413: "Payload Too Large",
  431: "Request Header Fields Too Large",
};

function rawAnswer({ status, headers, body }: Answer): Buffer {
  const chunks = body.kind === "whole" ? body.chunks : [];
  const lines = [
    `HTTP/1.1 ${status} ${REASONS[status] ?? ""}`,
    ...Object.entries({
      ...headers,
      "content-length": body.kind === "whole" ? body.bytes : 0,
      connection: "close",
    }).map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), ...chunks]);
}
