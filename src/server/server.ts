import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttpsServer, type Server as HttpsServer } from "node:https";
import { Server as NetServer } from "node:net";
import { errorCode } from "../lib/errno.ts";
import type { Logger } from "../logging/logger.ts";
import type { CloseReason } from "../metrics/self.ts";
import type { Access } from "./access-control.ts";
import { type ClientLimits, type Connection, createClients } from "./clients/clients.ts";
import { createGate } from "./gate.ts";
import { HEALTH_PATHS } from "./health-routes.ts";
import {
  answerBadRequests,
  BODY_REFUSED,
  clientLimits,
  hasBody,
  hasTooManyHeaders,
  limitConnections,
  SERVER_LIMITS,
  TLS_LIMITS,
  TOO_MANY_HEADERS,
  UNMET_EXPECTATION,
} from "./limits.ts";
import { type Answer, problem, type Request } from "./respond.ts";
import { createRouter, type Match, type Route } from "./router.ts";
import { heldBy, send } from "./send.ts";

export type ServerOptions = {
  readonly routes: readonly Route[];
  readonly log: Logger;
  readonly observeRequest: (handler: string, code: number, seconds: number) => void;
  /** TLS, users and what else a web configuration asks for; without it, plain HTTP for everybody. */
  readonly access?: Access | undefined;
  /** How many connections it takes at a time; the usual number where it is not given. */
  readonly maxConnections?: number | undefined;
  /** The host names that it answers to, as `parseHostName` gives them; without them, to every name. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** What else clients may take, where that is not as usual. */
  readonly limits?: Partial<ClientLimits> | undefined;
  /** Told when a connection was closed because clients took more than that. */
  readonly observeClosed?: ((reason: CloseReason) => void) | undefined;
};

/** The HTTP server, not yet listening. It reads what was polled and never polls by itself. */
export type HttpServer = {
  readonly http: Server | HttpsServer;
  /** Lets answers in flight be read to their end, then ends. */
  close(): Promise<void>;
  /** Ends all connections, whatever they do. */
  cutOff(): void;
};

/** Connections that cannot be taken come in crowds. */
const REFUSALS_TOLD_EVERY_MS = 60_000;

export function createServer(options: ServerOptions): HttpServer {
  const { routes, log, observeRequest, access, maxConnections, allowedHosts } = options;
  const limits = { ...clientLimits(maxConnections), ...options.limits };
  const route = createRouter(routes);
  const gate = createGate(allowedHosts);
  const guard = access?.guard;
  const readTarget = createTargetReader();
  // Asked once: it is never another one later.
  const isTold = log.isLevelEnabled("debug");
  const clients = createClients({ limits, log, onClosed: options.observeClosed });
  let isClosing = false;

  function receive(incoming: IncomingMessage, response: ServerResponse, refused?: Match): void {
    const client = clients.begin(response);
    if (client !== undefined) handle(incoming, response, client, refused);
  }

  function handle(incoming: IncomingMessage, response: ServerResponse, client: Connection, refused?: Match): void {
    const began = performance.now();
    const { method = "GET", url = "/", headers } = incoming;
    const target = readTarget(url);
    const isWithBody = hasBody(headers);
    // What nobody reads Node runs to its end as a stream, after the answer: a tenth of a small scrape, for no body at all.
    if (!isWithBody) incoming.read(0);
    const { handler, rest, answer }: Match = isClosing
      ? STOPPING
      : (refused ?? (isWithBody ? WITH_BODY : target === undefined ? UNREADABLE : route(method, target.path)));
    let type: string | undefined;
    // It comes once, and `once` would make an object for that.
    response.on("close", () => {
      client.end(response);
      if (!response.writableFinished) return;
      const { statusCode: code } = response;
      observeRequest(handler, code, (performance.now() - began) / 1000);
      if (isTold) log.debug({ handler, method, code, type }, "answered");
    });
    try {
      const { path = "", query = "", authority } = target ?? {};
      const host = authority ?? headers.host;
      const request = { method, path, query, host, headers, rest, onGone };
      const { httpVersionMajor, httpVersionMinor, rawHeaders } = incoming;
      const refusal =
        gate({ method, handler, authority, httpVersionMajor, httpVersionMinor, rawHeaders, headers }) ??
        (hasTooManyHeaders(incoming) ? TOO_MANY_HEADERS : undefined) ??
        guard?.admit(handler, request, client.group);
      const given =
        refusal instanceof Promise
          ? refusal.then((found) => admitted(found) ?? answer(request))
          : (admitted(refusal) ?? answer(request));
      const sent = given instanceof Promise ? given.then(give) : give(given);
      if (sent instanceof Promise) sent.catch(fail);
    } catch (error) {
      fail(error);
    }

    /** What the guard said of the request says something of its client, too. */
    function admitted(refusal: Answer | undefined): Answer | undefined {
      if (refusal !== undefined) {
        client.turnAway();
        if (refusal.status === 401) client.prove("none");
      } else if (guard?.identifies(handler)) client.prove("identified");
      else if (HEALTH_PATHS.has(handler)) client.sawHealth();
      else if (handler !== "none") client.prove("open");
      return refusal;
    }

    function onGone(listener: () => void): void {
      if (response.destroyed || !client.isOpen()) listener();
      else response.once("close", listener);
    }

    function give(ready: Answer): void | Promise<void> {
      client.done(response);
      if (!client.isOpen()) return;
      const held = heldBy(ready, response);
      if (held !== undefined) {
        client.answer(response, held);
        if (!client.isOpen()) return;
      }
      if (isTold) type = ready.headers["content-type"];
      // Whatever is said to it, its body is not read: Node would go on to the end of it.
      const further = isClosing || isWithBody ? LAST_HEADERS : OWN_HEADERS;
      if (guard === undefined) return send(response, ready, further);
      return send(response, { ...ready, headers: guard.dress({ ...ready.headers, ...further }) }, NO_HEADERS);
    }

    function fail(error: unknown): void {
      log.error({ err: error }, "a request ended in an unexpected error");
      client.done(response);
      if (response.headersSent) response.destroy();
      else void give(problem(500, "the request cannot be answered"));
    }
  }

  const http = open();
  limitConnections(http, maxConnections);
  clients.watch(http);
  answerBadRequests(http);
  // Instead of the invitation to send a body that would be refused.
  http.on("checkContinue", receive);
  http.on("checkExpectation", (incoming: IncomingMessage, response: ServerResponse) =>
    receive(incoming, response, EXPECTING),
  );

  function open(): Server | HttpsServer {
    if (access?.tls === undefined) return createHttpServer({ ...SERVER_LIMITS, ...OWN_CHECKS }, receive);
    const secure = createHttpsServer({ ...SERVER_LIMITS, ...OWN_CHECKS, ...TLS_LIMITS, ...access.tls }, receive);
    access.keep(secure);
    return secure;
  }

  let refusalsTold = Number.NEGATIVE_INFINITY;
  // Without a listener the first connection that the system cannot give would end the process. An address that cannot be
  // had is an error of `listen`.
  http.on("error", (error) => {
    if (!http.listening || performance.now() - refusalsTold < REFUSALS_TOLD_EVERY_MS) return;
    refusalsTold = performance.now();
    const code = errorCode(error);
    log.warn({ code }, `cannot take a connection (${code}): raise the limit of open files of this process`);
  });

  /**
   * To Node a connection is idle once its answer was written, though most of it may still wait for a slow reader; the
   * close of its HTTP server would cut it off. So the port is closed first, the idle connections when all is sent.
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

  return { http, close, cutOff: clients.closeAll };
}

/** Node answers a request without a Host by itself, and says nothing; the gate has words for it. */
const OWN_CHECKS = { requireHostHeader: false } as const;

/** Pages of other origins neither read an answer as what it is not, nor load it at all (https://fetch.spec.whatwg.org/#cross-origin-resource-policy-header). */
const OWN_HEADERS = { "x-content-type-options": "nosniff", "cross-origin-resource-policy": "same-origin" };
const LAST_HEADERS = { ...OWN_HEADERS, connection: "close" };
const NO_HEADERS = {};

const STOPPING: Match = { handler: "none", answer: () => problem(503, "the exporter is stopping"), rest: "" };
const WITH_BODY = always(BODY_REFUSED);
const UNREADABLE = always(problem(400, "the path cannot be read"));
const EXPECTING = always(UNMET_EXPECTATION);

function always(answer: Answer): Match {
  return { handler: "none", answer: () => answer, rest: "" };
}

type Target = Pick<Request, "path" | "query"> & {
  /** The host of a target that is a whole URL. */
  readonly authority: string | undefined;
};

/** Scrapers ask for the same page again and again: the last target is kept. */
function createTargetReader(): (url: string) => Target | undefined {
  let last: { readonly url: string; readonly target: Target | undefined } | undefined;
  return (url) => {
    if (last?.url !== url) last = { url, target: readTarget(url) };
    return last.target;
  };
}

/** The parts of a request's target; undefined when its escapes are no UTF-8, or it is a URL of no web server. Proxies send whole URLs. */
function readTarget(url: string): Target | undefined {
  const isPath = url.startsWith("/") || url === "*";
  const [base = "", authority] = isPath ? [] : (/^https?:\/\/([^/?#]*)/i.exec(url) ?? []);
  if (!isPath && authority === undefined) return undefined;
  const mark = url.indexOf("?", base.length);
  const raw = mark < 0 ? url.slice(base.length) : url.slice(base.length, mark);
  const query = mark < 0 ? "" : url.slice(mark + 1);
  if (!raw.includes("%")) return { path: raw, query, authority };
  try {
    return { path: decodeURIComponent(raw), query, authority };
  } catch {
    return undefined;
  }
}
