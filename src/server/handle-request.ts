import type { IncomingMessage, ServerResponse } from "node:http";
import type { Logger } from "../logging/logger.ts";
import type { Clients, Connection } from "./clients/clients.ts";
import type { WebLocation } from "./location.ts";
import { BAD_PATH, BODY_REFUSED, createRequestChecks, hasBody } from "./request-checks.ts";
import { errorResponse, type HttpResponse, type Request, type ShowError } from "./respond.ts";
import {
  createRouter,
  createTargetReader,
  HEALTH_PATHS,
  type Match,
  noRoute,
  type Route,
  type Router,
} from "./router.ts";
import { memoryOf, send } from "./send.ts";
import type { AccessControl } from "./web-config/access-control.ts";

type HandlerOptions = {
  /** Until they are known, requests wait. */
  readonly routes: readonly Route[] | Promise<readonly Route[]>;
  readonly location: WebLocation | undefined;
  readonly clients: Clients;
  readonly log: Logger;
  readonly observeRequest: (route: string, code: number, seconds: number) => void;
  readonly accessControl: AccessControl | undefined;
  readonly allowedHosts: readonly string[] | undefined;
  readonly isClosing: () => boolean;
  /** What browsers get instead of the text of an error; by default the text. */
  readonly showError?: ShowError | undefined;
};

/** Handles one request. A `refused` match replaces the one of its path. */
export type HandleRequest = (incoming: IncomingMessage, response: ServerResponse, refused?: Match) => void;

/** One request for which there is room. */
type Arrived = {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly client: Connection;
  readonly startedAt: number;
  readonly refused: Match | undefined;
};

/** One request on its way to its response. */
type Exchange = {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly client: Connection;
  readonly match: Match;
  readonly hasBody: boolean;
  /** Set when the request passed the checks: those who do not pass get plain text. */
  accepted: Request | undefined;
  /** The type of the response, for the log. */
  contentType: string | undefined;
};

/** The way of every request: its route, the checks, its user, the route's response, which is sent and measured. */
export function createRequestHandler(options: HandlerOptions): HandleRequest {
  const { routes, clients, log, observeRequest, accessControl, allowedHosts, isClosing } = options;
  const { showError = (response) => response } = options;
  const useRoutes = (known: readonly Route[]) => createRouter(known, options.location);
  let route = routes instanceof Promise ? undefined : useRoutes(routes);
  const known = routes instanceof Promise ? routes.then(useRoutes) : undefined;
  void known?.then((router) => {
    route = router;
  });
  const readTarget = createTargetReader();
  const check = createRequestChecks(allowedHosts);
  // The level does not change while the process runs.
  const isDebug = log.isLevelEnabled("debug");

  function handle(incoming: IncomingMessage, response: ServerResponse, refused?: Match): void {
    const client = clients.begin(response);
    if (client === undefined) return;
    const startedAt = performance.now();
    if (route !== undefined) answer(route, { incoming, response, client, startedAt, refused });
    else void known?.then((router) => answer(router, { incoming, response, client, startedAt, refused }));
  }

  function answer(router: Router, { incoming, response, client, startedAt, refused }: Arrived): void {
    if (response.destroyed) {
      // Its client has gone while it waited.
      client.done(response);
      client.end(response);
      return;
    }
    const { method = "GET", url = "/", headers } = incoming;
    const target = readTarget(url);
    const isWithBody = hasBody(headers);
    // Node reads a request that has no reader to its end as a stream, after the response: a tenth of a small scrape, for an
    // empty body.
    if (!isWithBody) incoming.read(0);
    const match = isClosing()
      ? STOPPING
      : (refused ?? (isWithBody ? WITH_BODY : target === undefined ? UNREADABLE : router(method, target.path)));
    const exchange: Exchange = {
      incoming,
      response,
      client,
      match,
      hasBody: isWithBody,
      accepted: undefined,
      contentType: undefined,
    };
    // It comes once; `once` would make an object for that.
    response.on("close", () => finish(exchange, startedAt));
    try {
      const { path = "", query = "", authority } = target ?? {};
      const host = authority ?? headers.host;
      const onGone = (listener: () => void) => callWhenGone(exchange, listener);
      const request: Request = { method, path, query, host, headers, segment: match.segment, onGone };
      const refusal = refusalOf(exchange, request, authority);
      const result =
        refusal instanceof Promise
          ? refusal.then((found) => recordDecision(exchange, found) ?? accept(exchange, request))
          : (recordDecision(exchange, refusal) ?? accept(exchange, request));
      const sent =
        result instanceof Promise ? result.then((ready) => deliver(exchange, ready)) : deliver(exchange, result);
      if (sent instanceof Promise) sent.catch((error: unknown) => fail(exchange, error));
    } catch (error) {
      fail(exchange, error);
    }
  }

  /** The response to a request that must not reach its route. */
  function refusalOf(
    { incoming, client, match }: Exchange,
    request: Request,
    authority: string | undefined,
  ): HttpResponse | undefined | Promise<HttpResponse | undefined> {
    const { method, headers } = request;
    const { httpVersionMajor, httpVersionMinor, rawHeaders } = incoming;
    return (
      check({ method, route: match.route, authority, httpVersionMajor, httpVersionMinor, rawHeaders, headers }) ??
      accessControl?.authorize(match.route, request, client.group)
    );
  }

  /** Notes what the decision on a request says about its client. */
  function recordDecision({ client, match: { route: path } }: Exchange, refusal: HttpResponse | undefined) {
    if (refusal !== undefined) {
      client.refuse();
      if (refusal.status === 401) client.prove("none");
    } else if (accessControl?.identifies(path)) client.prove("identified");
    else if (HEALTH_PATHS.has(path)) client.sawHealth();
    else if (path !== "none") client.prove("open");
    return refusal;
  }

  function accept(exchange: Exchange, request: Request): HttpResponse | Promise<HttpResponse> {
    exchange.accepted = request;
    return exchange.match.handle(request);
  }

  function deliver(exchange: Exchange, result: HttpResponse): void | Promise<void> {
    const { response, client, accepted } = exchange;
    const ready = result.error === undefined || accepted === undefined ? result : showError(result, accepted);
    client.done(response);
    if (!client.isOpen()) return;
    const memory = memoryOf(ready, response);
    if (memory !== undefined) {
      client.respond(response, memory);
      if (!client.isOpen()) return;
    }
    if (isDebug) exchange.contentType = ready.headers["content-type"];
    // The body of a request is not read; Node would read it to its end for the next request of the connection.
    const ownHeaders = isClosing() || exchange.hasBody ? LAST_HEADERS : OWN_HEADERS;
    if (accessControl === undefined) return send(response, ready, ownHeaders);
    const headers = accessControl.addHeaders({ ...ready.headers, ...ownHeaders });
    return send(response, { ...ready, headers }, NO_HEADERS);
  }

  function fail(exchange: Exchange, error: unknown): void {
    const { response, client } = exchange;
    // It may have been the page of an error that failed.
    exchange.accepted = undefined;
    log.error({ err: error }, "internal error while handling a request, please report it");
    client.done(response);
    if (response.headersSent) response.destroy();
    else void deliver(exchange, errorResponse(500, "internal error, see the log of the exporter"));
  }

  function finish({ incoming, response, client, match, contentType }: Exchange, startedAt: number): void {
    client.end(response);
    if (!response.writableFinished) return;
    const { statusCode: code } = response;
    observeRequest(match.route, code, (performance.now() - startedAt) / 1000);
    if (isDebug) log.debug({ handler: match.route, method: incoming.method, code, type: contentType }, "answered");
  }

  return handle;
}

function callWhenGone({ response, client }: Exchange, listener: () => void): void {
  if (response.destroyed || !client.isOpen()) listener();
  else response.once("close", listener);
}

/**
 * Pages of other origins must not interpret a response as another type, nor load it
 * (https://fetch.spec.whatwg.org/#cross-origin-resource-policy-header).
 */
const OWN_HEADERS = { "x-content-type-options": "nosniff", "cross-origin-resource-policy": "same-origin" };
const LAST_HEADERS = { ...OWN_HEADERS, connection: "close" };
const NO_HEADERS = {};

const STOPPING = noRoute(errorResponse(503, "the exporter is stopping"));
const WITH_BODY = noRoute(BODY_REFUSED);
const UNREADABLE = noRoute(BAD_PATH);
