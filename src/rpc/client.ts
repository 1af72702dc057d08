import type { Socket } from "node:net";
import type { Client } from "undici";
import { type Signal, untilAborted } from "../lib/abort.ts";
import { errorCode } from "../lib/errno.ts";
import { safeError } from "../lib/safe-error.ts";
import { NodeError } from "../model/failure.ts";
import { createAuthorizer } from "./authorize.ts";
import { type AnswerBudget, type AnswerLimits, joinBudget, LIST_ANSWER } from "./budget.ts";
import { dateSkewSeconds } from "./clock.ts";
import type { ConnectionSlots } from "./connection-slots.ts";
import { dispatch } from "./dispatch.ts";
import type { RpcRequest, RpcResponse } from "./message.ts";
import type { NodeUrl } from "./node-url.ts";
import { isClosedSocket, MAX_PARSED_BYTES, requestFailure } from "./request-failure.ts";
import type { Auth, TlsVerification } from "./settings.ts";
import { createConnector } from "./tls.ts";
import { type ObserveCall, traced } from "./trace.ts";

/** Longer than any sensible interval, so that a poll finds its socket open; the server may close it earlier. */
const KEEP_ALIVE_MS = 10 * 60_000;

/** Sends requests to one server over one keep-alive connection, one at a time. */
export type RpcClient = {
  readonly url: NodeUrl;
  /**
   * Any HTTP status is an answer; redirects are never followed.
   * @throws NodeError when there is no whole answer before `signal` ends it.
   */
  request(request: RpcRequest, signal: Signal): Promise<RpcResponse>;
  /** What the server showed of itself beside its answers. */
  presented(): Presented;
  close(): Promise<void>;
};

export type Presented = {
  /** When the certificate of the connection in use ends, unix seconds. */
  readonly certificateExpirySeconds: number | undefined;
  /** Its clock minus ours by the Date header of the last answer, in seconds. */
  readonly clockSkewSeconds: number | undefined;
};

/** Opens a client for one of the URLs of a node. */
export type ConnectNode = (url: NodeUrl, options?: { readonly hostHeader?: string | undefined }) => RpcClient;

export type RpcClientOptions = {
  readonly url: NodeUrl;
  readonly auth?: Auth | undefined;
  readonly tls: TlsVerification;
  /** Sent instead of the URL's host, for servers that check it (nodeos' http-validate-host). */
  readonly hostHeader?: string | undefined;
  /** The longest wait for a connection, TLS included, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** For every answer, instead of what a request says. */
  readonly limits?: AnswerLimits | undefined;
  /** Bounds the connections to all nodes; undefined: not bounded. */
  readonly slots?: ConnectionSlots | undefined;
  /** Told of every exchange, also of one that is repeated with an answer to a challenge. */
  readonly observe?: ObserveCall | undefined;
};

/** @param transport gives the answer to one request; a test may answer without a network */
export function createRpcClient(options: RpcClientOptions, transport: typeof dispatch = dispatch): RpcClient {
  const { url } = options;
  const ownHeaders = { accept: "*/*", ...(options.hostHeader === undefined ? {} : { host: options.hostHeader }) };
  const authorize = createAuthorizer(options.auth);
  const inTurn = createQueue();
  const budgetOf = withLimits(options.limits);
  let line = openLine(options);
  let isClosed = false;
  let skew: number | undefined;

  function attempt(request: RpcRequest, signal: Signal): Promise<RpcResponse> {
    const { observe } = options;
    const exchange = () => sendOnce(request, signal);
    return observe === undefined ? exchange() : traced(exchange, request, { url, signal, observe });
  }

  async function sendOnce(request: RpcRequest, signal: Signal): Promise<RpcResponse> {
    const headers = { ...ownHeaders, ...request.headers, ...(await authorize.headers(request)) };
    const client = await line.client();
    signal.throwIfAborted();
    const sent = performance.now();
    const budget = budgetOf(request.budget);
    const { method, path, body: sentBody } = request;
    const answer = await transport(
      client,
      { method, path, headers, ...(sentBody === undefined ? {} : { body: sentBody }) },
      { budget, socket: line.socket },
    );
    const receivedMs = Date.now();
    // The request left when its connection stood, not when the dial began.
    const tookMs = performance.now() - Math.max(sent, line.connectedAt());
    const { status, headers: answered, body } = answer;
    const response = { status, headers: answered, body, budget, sentMs: receivedMs - Math.floor(tookMs), receivedMs };
    skew = dateSkewSeconds(response);
    return response;
  }

  async function send(request: RpcRequest, signal: Signal): Promise<RpcResponse> {
    const connectionsBefore = line.connections();
    try {
      return await attempt(request, signal);
    } catch (error) {
      // The server may have closed the idle socket just as the request went out. All requests only read, so one more
      // try on a new socket is safe; a socket that was opened for this request gets no second try.
      const wasReused = connectionsBefore > 0 && line.connections() === connectionsBefore;
      if (wasReused && isClosedSocket(error)) return attempt(request, signal);
      throw error;
    }
  }

  function hangUp(): void {
    void line.hangUp();
    if (!isClosed) line = openLine(options);
  }

  /** One request with its answer to a challenge. When the signal ends, so does the connection. */
  async function exchange(request: RpcRequest, signal: Signal): Promise<RpcResponse> {
    signal.throwIfAborted();
    line.busy();
    signal.addEventListener("abort", hangUp, { once: true });
    try {
      const answer = await send(request, signal);
      if (answer.status === 401 && authorize.challenged(answer)) return await send(request, signal);
      return answer;
    } catch (error) {
      // undici 7 takes the request for a running one for ever after (client.js handleConnectError), and dials no more.
      if (errorCode(error) === "ERR_TLS_CERT_ALTNAME_INVALID") hangUp();
      throw error;
    } finally {
      signal.removeEventListener("abort", hangUp);
      line.idle(hangUp);
    }
  }

  async function request(call: RpcRequest, signal: Signal): Promise<RpcResponse> {
    try {
      signal.throwIfAborted();
      const answer = inTurn(() => exchange(call, signal));
      return await untilAborted(answer, signal);
    } catch (error) {
      if (error instanceof NodeError) throw error;
      const failure = requestFailure(error, { url, call: call.name, signal });
      // Errors of the HTTP client may quote what the server sent; only for a bug of ours is their stack worth it.
      throw failure.reason === "internal"
        ? new NodeError({ ...failure, bug: safeError(error, (text) => text) }, { cause: error })
        : new NodeError(failure);
    }
  }

  return {
    url,
    request,
    presented: () => ({ certificateExpirySeconds: line.certificateExpirySeconds(), clockSkewSeconds: skew }),
    close() {
      isClosed = true;
      return line.hangUp();
    },
  };
}

/** The very object where there is nothing to change, by which it is known. */
function withLimits(limits: AnswerLimits | undefined): (budget?: AnswerBudget) => AnswerBudget {
  const isPlain = limits === undefined || Object.keys(limits).length === 0;
  return (budget = LIST_ANSWER) => (isPlain ? budget : joinBudget(budget, limits));
}

/** A client of undici with its one connection. */
type Line = {
  client(): Promise<Client>;
  /** The last connection that was opened. */
  socket(): Socket | undefined;
  /** Connections that were opened so far. */
  connections(): number;
  /** When the last of them was opened, by `performance.now()`; 0 before the first. */
  connectedAt(): number;
  certificateExpirySeconds(): number | undefined;
  /** Nothing is asked over it now: `close` is called when another connection needs its place. */
  idle(close: () => void): void;
  busy(): void;
  /** Ends the connection, also one that is being dialled, and any request on it. */
  hangUp(): Promise<void>;
};

/**
 * A line is given up as a whole when a request must end. undici alone would let a request wait for the end of the
 * dial, whatever its signal says, and would dial anew after an aborted one.
 */
function openLine({ url, tls, connectTimeoutMs, slots }: RpcClientOptions): Line {
  let connections = 0;
  let socket: Socket | undefined;
  let connectedAt = 0;
  let certificateExpirySeconds: number | undefined;
  const connector = createConnector({
    tls,
    timeoutMs: connectTimeoutMs,
    label: url.label,
    slots,
    onDial: () => {
      certificateExpirySeconds = undefined;
    },
    onConnection: (opened, expirySeconds) => {
      connections += 1;
      socket = opened;
      connectedAt = performance.now();
      certificateExpirySeconds = expirySeconds;
    },
    ...(url.socketPath === undefined ? {} : { socketPath: url.socketPath }),
  });
  let opened: Promise<Client> | undefined;

  async function open(): Promise<Client> {
    const library = await import("./http-library.ts");
    return new library.Client(url.origin, {
      connect: connector.connect,
      pipelining: 1,
      allowH2: false,
      maxHeaderSize: MAX_PARSED_BYTES,
      // Counted by call.
      maxResponseSize: -1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      // The signal of the poll is the deadline of everything.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  function client(): Promise<Client> {
    opened ??= open();
    return opened;
  }

  return {
    client,
    socket: () => socket,
    connections: () => connections,
    connectedAt: () => connectedAt,
    certificateExpirySeconds: () => certificateExpirySeconds,
    idle: connector.idle,
    busy: connector.busy,
    async hangUp() {
      connector.abandon();
      await (await client()).destroy();
    },
  };
}

/** Starts each work when the one before has ended: digest counts requests, and its challenges must not mix. */
function createQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    // Without the result, of which nobody needs the body until the next request.
    last = result.then(
      () => {},
      () => {},
    );
    return result;
  };
}
