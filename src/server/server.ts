import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttpsServer, type Server as HttpsServer } from "node:https";
import { Server as NetServer } from "node:net";
import { errorCode } from "../lib/errno.ts";
import type { Logger } from "../logging/logger.ts";
import type { CloseReason } from "../metrics/self.ts";
import { type ClientLimits, createClients } from "./clients/clients.ts";
import { createRequestHandler, type HandleRequest } from "./handle-request.ts";
import { clientLimits, limitConnections, respondToBadRequests, SERVER_LIMITS, TLS_LIMITS } from "./limits.ts";
import type { WebLocation } from "./location.ts";
import { UNMET_EXPECTATION } from "./request-checks.ts";
import type { ShowError } from "./respond.ts";
import { noRoute, type Route } from "./router.ts";
import type { Access } from "./web-config/access-control.ts";

type ServerOptions = {
  /** Requests that come before they are known wait for them. */
  readonly routes: readonly Route[] | Promise<readonly Route[]>;
  /** Where clients find the routes, if not at the root. */
  readonly location?: WebLocation | undefined;
  readonly log: Logger;
  readonly observeRequest: (route: string, code: number, seconds: number) => void;
  /** TLS, users and the rest of a web configuration; without it, plain HTTP for everyone. */
  readonly access?: Access | undefined;
  /** Connections that it accepts at the same time; default MAX_CONNECTIONS. */
  readonly maxConnections?: number | undefined;
  /** The host names that it serves, as `parseHostName` returns them; without them, every name. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Limits of clients that differ from the defaults. */
  readonly limits?: Partial<ClientLimits> | undefined;
  /** What browsers get instead of the text of an error; by default the text. */
  readonly showError?: ShowError | undefined;
  /** Called for each connection that was closed because clients exceeded those limits. */
  readonly observeClosed?: ((reason: CloseReason) => void) | undefined;
};

/** The HTTP server, not yet listening. */
export type HttpServer = {
  readonly http: Server | HttpsServer;
  /** Accepts no further connections; resolves when all responses in flight have been read. */
  close(): Promise<void>;
  /** Closes all connections immediately. */
  closeConnections(): void;
};

export function createServer(options: ServerOptions): HttpServer {
  const { log, access, maxConnections } = options;
  const limits = { ...clientLimits(maxConnections), ...options.limits };
  const clients = createClients({ limits, log, onClosed: options.observeClosed });
  let isClosing = false;
  const handle = createRequestHandler({
    routes: options.routes,
    location: options.location,
    clients,
    log,
    observeRequest: options.observeRequest,
    accessControl: access?.control,
    allowedHosts: options.allowedHosts,
    isClosing: () => isClosing,
    showError: options.showError,
  });

  const http = open(handle, access);
  limitConnections(http, maxConnections);
  clients.watch(http);
  respondToBadRequests(http, log);
  // Replaces the invitation to send a body that would be refused.
  http.on("checkContinue", handle);
  http.on("checkExpectation", (incoming: IncomingMessage, response: ServerResponse) =>
    handle(incoming, response, EXPECTATION),
  );
  warnOfLostConnections(http, log);

  /**
   * Node takes a connection for idle once its response was written, though a slow client may still have to read most of it;
   * the HTTP server's close would cut it off. So the port closes first, and the idle connections after everything was sent.
   */
  async function close(): Promise<void> {
    isClosing = true;
    const closed = http.listening
      ? new Promise<void>((resolve) => NetServer.prototype.close.call(http, () => resolve()))
      : undefined;
    await clients.quiet();
    http.close();
    await closed;
  }

  return { http, close, closeConnections: clients.closeAll };
}

const EXPECTATION = noRoute(UNMET_EXPECTATION);

/** Node would answer a request without a Host header itself, with an empty 400; request-checks.ts explains the error. */
const OWN_CHECKS = { requireHostHeader: false } as const;

function open(handle: HandleRequest, access: Access | undefined): Server | HttpsServer {
  const onRequest = (incoming: IncomingMessage, response: ServerResponse) => handle(incoming, response);
  if (access?.tls === undefined) return createHttpServer({ ...SERVER_LIMITS, ...OWN_CHECKS }, onRequest);
  const settings = { ...SERVER_LIMITS, ...OWN_CHECKS, ...TLS_LIMITS, ...access.tls };
  const secure = createHttpsServer(settings, onRequest);
  access.update(secure);
  return secure;
}

/** Connections are lost in bursts: one warning in this time is enough. */
const WARNING_INTERVAL_MS = 60_000;

/**
 * Logs connections that the system could not accept: without a listener the first one would end the process. An address
 * that is not available is an error of `listen` instead.
 */
function warnOfLostConnections(http: Server, log: Logger): void {
  let warnedAt = Number.NEGATIVE_INFINITY;
  http.on("error", (error) => {
    if (!http.listening || performance.now() - warnedAt < WARNING_INTERVAL_MS) return;
    warnedAt = performance.now();
    const code = errorCode(error);
    log.warn({ code }, `cannot accept a connection (${code}): raise the limit of open files of this process`);
  });
}
