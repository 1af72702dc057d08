import type { Server, ServerOptions } from "node:http";
import type { Socket } from "node:net";
import type { Logger } from "../logging/logger.ts";
import type { ClientLimits } from "./clients/clients.ts";
import { answerFailedHandshakes } from "./failed-handshakes.ts";
import { rawResponse } from "./raw-response.ts";
import { createRefusalLog } from "./refusals.ts";
import { BODY_REFUSED, NOT_HTTP } from "./request-checks.ts";
import { errorResponse, type HttpResponse } from "./respond.ts";

/** What a client can take of the server. docs/security.md lists these numbers. */

/** Slow or silent clients must not hold a socket without a limit. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const TIMEOUT_CHECK_INTERVAL_MS = 5000;
const TLS_HANDSHAKE_TIMEOUT_MS = 10_000;

/**
 * A connection on which nothing moves for this long is closed, whether its client does not read a response or sends no
 * request. Longer than a response may take (routes/probe.ts) and than the usual scrape interval of a minute, so that
 * Prometheus finds its connection open.
 */
export const IDLE_TIMEOUT_MS = 180_000;

const MAX_HEADER_BYTES = 16 * 1024;
export const MAX_CONNECTIONS = 512;

export const SERVER_LIMITS = {
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  connectionsCheckingInterval: TIMEOUT_CHECK_INTERVAL_MS,
  // It would start a timer for each response; the server's own timeout (IDLE_TIMEOUT_MS) has one for each connection.
  keepAliveTimeout: 0,
  maxHeaderSize: MAX_HEADER_BYTES,
  // A scrape is a small request and a large response: waiting for more bytes has no benefit.
  noDelay: true,
} as const satisfies ServerOptions;

export const TLS_LIMITS = { handshakeTimeout: TLS_HANDSHAKE_TIMEOUT_MS } as const;

/** Known clients send one request and wait for its response. */
const MAX_WORKING_PER_CONNECTION = 4;
const MAX_WAITING_PER_CONNECTION = { known: 32, unknown: 4 };
const MAX_WAITING = 1024;

const MAX_UNREAD_BYTES = 96 * 1024 * 1024;

/** @param max connections that the server accepts at the same time */
export function clientLimits(max: number = MAX_CONNECTIONS): ClientLimits {
  return {
    // The newest one is accepted before another one makes room.
    connections: Math.max(1, max - 1),
    // Enough for the scrapers behind a proxy.
    perAddress: Math.ceil(max / 2),
    workingPerConnection: MAX_WORKING_PER_CONNECTION,
    waitingPerConnection: MAX_WAITING_PER_CONNECTION,
    waiting: MAX_WAITING,
    unreadBytes: MAX_UNREAD_BYTES,
  };
}

/** Bounds the sockets of a server. clients/ decides which connection makes room when there are too many. */
export function limitConnections(http: Server, max: number = MAX_CONNECTIONS): void {
  http.maxConnections = max;
  http.timeout = IDLE_TIMEOUT_MS;
}

/** Responds to requests that Node rejects before the routes see them. */
export function respondToBadRequests(http: Server, log: Logger): void {
  answerFailedHandshakes(http, createRefusalLog(log));
  http.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    // After the first request another response may be under way; its client would take these bytes for its end.
    if (!socket.writable || error.code === "ECONNRESET" || socket.bytesWritten > 0) {
      socket.destroy(error);
      return;
    }
    socket.end(rawResponse(badRequest(error.code)), () => socket.destroy());
  });
}

function badRequest(code: string | undefined): HttpResponse {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return errorResponse(431, `request line and headers exceed ${MAX_HEADER_BYTES / 1024} KiB`);
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return BODY_REFUSED;
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return errorResponse(408, "the request did not arrive in time");
    default:
      return NOT_HTTP;
  }
}
