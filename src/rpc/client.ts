import { type Signal, untilAborted } from "../lib/abort.ts";
import type { Hide } from "../lib/hide.ts";
import { createQueue } from "../lib/queue.ts";
import { safeError } from "../lib/safe-error.ts";
import { type FailureReason, NodeError } from "../model/failure.ts";
import { type Authorizer, createAuthorizer } from "./authorize.ts";
import { joinBudget, LIST_BUDGET, type ResponseBudget, type ResponseLimits } from "./budget.ts";
import { chooseRoute, throughProxy } from "./dial/route.ts";
import { dispatch } from "./dispatch.ts";
import { forwarded } from "./forward.ts";
import type { Exchange, RpcRequest, RpcResponse } from "./message.ts";
import type { NodeUrl } from "./node-url.ts";
import { isClosedSocket, requestFailure } from "./request-failure.ts";
import type { Auth, ProxySettings, SecretHeader } from "./settings.ts";
import { openTransport, type Transport, type TransportOptions } from "./transport.ts";

/** Sends requests to one server over one keep-alive connection, one at a time. */
export type RpcClient = {
  readonly url: NodeUrl;
  /** For messages, after the URL: the proxy, or nothing. */
  readonly through?: string | undefined;
  /**
   * Returns a response of any HTTP status; redirects are never followed.
   * @throws NodeError when the whole response does not arrive before `signal` ends
   */
  request(request: RpcRequest, signal: Signal): Promise<RpcResponse>;
  /** What the server's certificate reports. */
  presented(): Presented;
  close(): Promise<void>;
};

type Presented = {
  /** When the certificate of the last handshake ends, unix seconds; also after the connection was closed. */
  readonly lastExpirySeconds: number | undefined;
  /** When the certificate of the connection in use ends; undefined when the next one failed or was not dialled yet. */
  readonly currentExpirySeconds: number | undefined;
};

/** Opens a client for one of the URLs of a node. */
export type ConnectNode = (url: NodeUrl, options?: { readonly hostHeader?: string | undefined }) => RpcClient;

export type RpcClientOptions = Omit<TransportOptions, "route"> & {
  /** Undefined: the server is asked directly. */
  readonly proxy?: ProxySettings | undefined;
  readonly auth?: Auth | undefined;
  readonly headers?: readonly SecretHeader[] | undefined;
  /** Sent instead of the URL's host, for servers that check it (nodeos' http-validate-host). */
  readonly hostHeader?: string | undefined;
  /** Takes the node's credentials out of a text. */
  readonly hide?: Hide | undefined;
  /** For every response, instead of the budget of a request. */
  readonly limits?: ResponseLimits | undefined;
  /** Called after every exchange, also after one that is repeated to answer a challenge. */
  readonly observe?: ObserveCall | undefined;
};

/** One HTTP exchange as it may be shown: no header, no body, and of the URL only scheme, host and port. */
export type RpcCall = {
  /** API path or method name. */
  readonly name: string;
  readonly method: RpcRequest["method"];
  /** Scheme, host and port. */
  readonly server: string;
  /** Unix milliseconds. */
  readonly startedMs: number;
  readonly milliseconds: number;
  readonly outcome: CallOutcome;
};

type CallOutcome =
  /** @property bytes size of the body */
  | { readonly kind: "answered"; readonly status: number; readonly bytes: number }
  | { readonly kind: "failed"; readonly reason: FailureReason };

export type ObserveCall = (call: RpcCall) => void;

/** @param send sends one request and returns its response; a test may respond without a network */
export function createRpcClient(options: RpcClientOptions, send: typeof dispatch = dispatch): RpcClient {
  const { url, auth, headers, observe } = options;
  // Digest authentication counts requests, and challenges of two requests must not mix.
  const oneAtATime = createQueue({ concurrency: 1 });
  // A digest belongs to one connection of the server. A proxy that forwards replaces the Host header.
  const needsTunnel = auth?.kind === "digest" || options.hostHeader !== undefined;
  const route = chooseRoute(url, options.proxy, needsTunnel);
  const link = createLink({ ...options, route });
  const authorizer = createAuthorizer({ auth, headers, isFromUrl: url.userinfo !== undefined });
  const direct = exchangeOnce(options, { link, authorizer, send });
  const once = route.kind === "forward" ? forwarded(direct, url, route) : direct;
  const observed = observe === undefined ? once : withObserver(once, url, observe);
  const challenged = withChallenges(withRetry(observed, link), authorizer);
  const complete = withSignal(challenged, link);

  return {
    url,
    through: throughProxy(route),
    async request(request, signal) {
      try {
        signal.throwIfAborted();
        const response = oneAtATime(() => complete(request, signal));
        return await untilAborted(response, signal);
      } catch (error) {
        throw toNodeError(error, { url, call: request.name, signal, route, waitedFor: link.waitedFor() });
      }
    },
    presented: () => ({
      lastExpirySeconds: link.lastExpirySeconds(),
      currentExpirySeconds: link.transport().certificateExpirySeconds(),
    }),
    async close() {
      link.close();
    },
  };
}

/** The transport in use. A new one replaces it when it is closed. */
type Link = {
  transport(): Transport;
  /** When the certificate of the last handshake ends, unix seconds, whichever transport made it. */
  lastExpirySeconds(): number | undefined;
  /** Closes the transport; the next request opens another one. */
  reset(): void;
  /** What the last dial waited for; undefined when it made a connection. */
  waitedFor(): string | undefined;
  /** Closes the transport for good. */
  close(): void;
};

function createLink(options: TransportOptions): Link {
  let lastExpirySeconds: number | undefined;
  /** Of the transport before. */
  let waitedFor: string | undefined;
  const open = () =>
    openTransport(options, (expirySeconds) => {
      lastExpirySeconds = expirySeconds;
      waitedFor = undefined;
    });
  let transport = open();
  let isClosed = false;
  return {
    transport: () => transport,
    lastExpirySeconds: () => lastExpirySeconds,
    waitedFor: () => transport.waitsFor() ?? waitedFor,
    reset() {
      waitedFor = transport.waitsFor();
      transport.close();
      if (!isClosed) transport = open();
    },
    close() {
      isClosed = true;
      transport.close();
    },
  };
}

type ExchangeParts = {
  readonly link: Link;
  readonly authorizer: Authorizer | undefined;
  readonly send: typeof dispatch;
};

/** Sends the request with its headers once. The functions after it wrap an exchange; each adds one concern. */
function exchangeOnce(options: RpcClientOptions, { link, authorizer, send }: ExchangeParts): Exchange {
  const ownHeaders = { host: options.hostHeader ?? new URL(options.url.origin).host, accept: "*/*" };
  const budgetOf = withLimits(options.limits);
  return async (request, signal) => {
    const { method, path } = request;
    const own = { ...ownHeaders, ...request.headers };
    const headers = authorizer === undefined ? own : joinHeaders(own, await authorizer.headers(request));
    const transport = link.transport();
    signal.throwIfAborted();
    const budget = budgetOf(request.budget);
    const sent = performance.now();
    const connectionsBefore = transport.connections();
    const {
      status,
      headers: received,
      body,
    } = await send(transport, { method, path, headers, body: request.body }, budget).catch(async (error: unknown) => {
      throw transport.connections() > connectionsBefore ? await transport.explain(error) : error;
    });
    const receivedMs = Date.now();
    // The request was sent when its connection was open, not when the dial began.
    const tookMs = performance.now() - Math.max(sent, transport.connectedAt());
    const sentMs = receivedMs - Math.floor(tookMs);
    return { status, headers: received, body, budget, sentMs, receivedMs, hide: options.hide };
  };
}

type Headers = Readonly<Record<string, string>>;

/** A configured header replaces one of ours, whose names are in lower case. */
function joinHeaders(own: Headers, configured: Headers): Headers {
  const names = new Set(Object.keys(configured).map((name) => name.toLowerCase()));
  return { ...Object.fromEntries(Object.entries(own).filter(([name]) => !names.has(name))), ...configured };
}

/** Without limits it returns the given object itself: `decodeJsonBody` compares it with the default budgets. */
function withLimits(limits: ResponseLimits | undefined): (budget?: ResponseBudget) => ResponseBudget {
  const isPlain = limits === undefined || Object.keys(limits).length === 0;
  return (budget = LIST_BUDGET) => (isPlain ? budget : joinBudget(budget, limits));
}

/** Reports each exchange when it has ended, with its response or its failure. */
function withObserver(exchange: Exchange, url: NodeUrl, observe: ObserveCall): Exchange {
  return async (request, signal) => {
    const { name, method } = request;
    const startedMs = Date.now();
    const started = performance.now();
    const report = (outcome: CallOutcome) =>
      observe({ name, method, server: url.label, startedMs, milliseconds: performance.now() - started, outcome });
    try {
      const response = await exchange(request, signal);
      report({ kind: "answered", status: response.status, bytes: response.body.length });
      return response;
    } catch (error) {
      const failure = error instanceof NodeError ? error.failure : requestFailure(error, { url, call: name, signal });
      report({ kind: "failed", reason: failure.reason });
      throw error;
    }
  };
}

/**
 * Repeats a request once on a new socket when the server closed the idle socket just as the request was sent. All requests
 * only read, so that is safe. A socket that was opened for this request gets no second attempt.
 */
function withRetry(exchange: Exchange, link: Link): Exchange {
  return async (request, signal) => {
    const connectionsBefore = link.transport().connections();
    try {
      return await exchange(request, signal);
    } catch (error) {
      const isReused = connectionsBefore > 0 && link.transport().connections() === connectionsBefore;
      if (!isReused || !isClosedSocket(error)) throw error;
      return exchange(request, signal);
    }
  };
}

/** Repeats a request while the authorizer says so; a 401 that stays tells what was sent. */
function withChallenges(exchange: Exchange, authorizer: Authorizer | undefined): Exchange {
  if (authorizer === undefined) return exchange;
  return async (request, signal) => {
    for (let repeats = 0; ; repeats += 1) {
      const response = await exchange(request, signal);
      if (response.status !== 401) return response;
      if (!(await authorizer.repeats(response, repeats))) return { ...response, sent: authorizer.sent() };
    }
  };
}

/**
 * A connection with TLS ends after this long: many servers replace a certificate and keep the connections that began with the
 * one before, whose end would be shown, and reported by an alert, for as long as polls keep the connection open.
 */
export const MAX_TLS_AGE_MS = 60 * 60_000;

function isPastTlsAge(transport: Transport): boolean {
  const hasCertificate = transport.certificateExpirySeconds() !== undefined;
  return hasCertificate && performance.now() - transport.connectedAt() > MAX_TLS_AGE_MS;
}

/** Closes the transport when the signal ends during a request; says whether the connection is idle. */
function withSignal(exchange: Exchange, link: Link): Exchange {
  return async (request, signal) => {
    signal.throwIfAborted();
    const transport = link.transport();
    // Before its end, as an idle connection whose slot is needed would reset its successor.
    transport.busy();
    signal.addEventListener("abort", link.reset, { once: true });
    try {
      if (transport.hasTls && (isPastTlsAge(transport) || (await transport.isOutdated()))) link.reset();
      signal.throwIfAborted();
      return await exchange(request, signal);
    } finally {
      signal.removeEventListener("abort", link.reset);
      link.transport().idle(link.reset);
    }
  };
}

function toNodeError(error: unknown, request: Parameters<typeof requestFailure>[1]): NodeError {
  if (error instanceof NodeError) return error;
  const failure = requestFailure(error, request);
  // Errors of the HTTP client may quote what the server sent; their stack is kept only for bugs of this program.
  return failure.reason === "internal"
    ? new NodeError({ ...failure, bug: safeError(error, (text) => text) }, { cause: error })
    : new NodeError(failure);
}
