import type { Socket } from "node:net";
import type { ConnectionSlot, ConnectionSlots } from "../connection-slots.ts";
import type { NodeUrl } from "../node-url.ts";
import type { ClientCertificate, TlsVerification } from "../settings.ts";
import { isReplaced } from "./client-certificate.ts";
import { type Connection, readTlsOptions, startTls, type TlsOptions } from "./handshake.ts";
import { type DialContext, openTcp } from "./happy-eyeballs.ts";
import { noCertificate } from "./presented.ts";
import { createRefusedClient } from "./refused-client.ts";
import { placeOf, type Route } from "./route.ts";
import { openUnixSocket } from "./socket.ts";

type ConnectorOptions = {
  readonly url: NodeUrl;
  readonly route: Route;
  readonly verification: TlsVerification;
  readonly clientCertificate: ClientCertificate | undefined;
  /** For TCP and TLS together, in milliseconds. A silent port must not block: a chainweb node does not accept while it replays. */
  readonly timeoutMs: number;
  /** Bounds the connections to all nodes; undefined: not bounded. */
  readonly slots?: ConnectionSlots | undefined;
  /** Called when a dial starts. */
  readonly onDial: () => void;
  /** Called with a new connection and the end of the server's certificate, in unix seconds. */
  readonly onConnection: (socket: Socket, certificateExpirySeconds: number | undefined) => void;
};

type Connector = {
  /**
   * Opens a connection: a socket to the server, then TLS over it.
   * @throws errors of the system and of TLS; NodeError; when it is abandoned, the reason of that
   */
  dial(): Promise<Socket>;
  /**
   * The error in place of one that ended the last connection before its first response: a server of TLS 1.3 refuses a client
   * only after the dial. May open another connection for a moment.
   */
  explain(error: unknown): Promise<unknown>;
  /** Whether the files of the client certificate have another certificate than the last connection. */
  isOutdated(): Promise<boolean>;
  /** Ends a dial that is running. */
  abandon(): void;
  /** What the last dial waits for, or waited for when it ended; undefined when it made a connection. */
  waitsFor(): string | undefined;
  /** No request is running: `close` is called when another connection needs the slot. */
  idle(close: () => void): void;
  /** A request is running. */
  busy(): void;
};

/** The share of the connection timeout that may be spent on waiting for a slot. */
const SLOT_WAIT_SHARE = 1 / 2;

const SLOW_LOOK_MS = 500;
/** So that looks take at most a tenth of the time. */
const LOOK_PAUSE_FACTOR = 10;

/** No connection in time, TLS included. */
class DialTimeoutError extends Error {
  readonly code = "DIAL_TIMEOUT";
}

/** Dials one server. */
export function createConnector(options: ConnectorOptions): Connector {
  let dialling: AbortController | undefined;
  /** The slot of the connection that is open or being opened. */
  let slot: ConnectionSlot | undefined;
  let describeWait: (() => string) | undefined;
  /** Of the last handshake. */
  let tls: TlsOptions | undefined;
  /** When to look at the files of the client certificate again, by `performance.now()`. */
  let nextLook = 0;
  const refusedClient = createRefusedClient(options.url);

  async function dial(): Promise<Socket> {
    const controller = new AbortController();
    dialling = controller;
    options.onDial();
    describeWait = () => "no connection is free yet";
    const acquired = await options.slots?.acquire(options.timeoutMs * SLOT_WAIT_SHARE, controller.signal);
    slot = acquired;
    describeWait = () => "no answer yet";
    const waitingFor: DialContext["waitingFor"] = (describe) => {
      describeWait = describe;
    };
    try {
      const { socket, certificateExpirySeconds } = await inTime(controller, () =>
        open(contextOf(controller.signal, waitingFor)),
      );
      describeWait = undefined;
      socket.once("close", () => acquired?.release());
      options.onConnection(socket, certificateExpirySeconds);
      return socket;
    } catch (error) {
      acquired?.release();
      throw error;
    }
  }

  /** Does work that `controller` ends, at the latest after the connection timeout. */
  async function inTime<T>(controller: AbortController, work: () => Promise<T>): Promise<T> {
    dialling = controller;
    const timer = setTimeout(() => controller.abort(new DialTimeoutError()), options.timeoutMs);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      if (dialling === controller) dialling = undefined;
    }
  }

  function contextOf(signal: AbortSignal, waitingFor: DialContext["waitingFor"]): DialContext {
    return { signal, timeoutMs: options.timeoutMs, waitingFor, takeSpare: takeSpare(options.slots) };
  }

  async function open(context: DialContext): Promise<Connection> {
    const { url } = options;
    const { signal, waitingFor } = context;
    // First, so that a file that is missing costs the server nothing.
    const used = url.protocol === "https:" ? await readTlsOptions(options) : undefined;
    signal.throwIfAborted();
    tls = used;
    if (used === undefined && options.verification.kind === "pin") throw noCertificate(url.label);
    const socket = await openSocket(options, context);
    if (used === undefined) return { socket, certificateExpirySeconds: undefined };
    waitingFor(() => "the TLS handshake has not ended yet");
    try {
      return await startTls(socket, options, used, signal);
    } catch (error) {
      throw await refusedClient.explain(error, used, () => openSocket(options, context), signal);
    }
  }

  async function explain(error: unknown): Promise<unknown> {
    const used = tls;
    if (used === undefined) return error;
    const controller = new AbortController();
    const { signal } = controller;
    const context = contextOf(signal, () => {});
    const open = async () => {
      const acquired = await options.slots?.acquire(options.timeoutMs * SLOT_WAIT_SHARE, signal);
      const socket = await openSocket(options, context).catch((failure: unknown) => {
        acquired?.release();
        throw failure;
      });
      return socket.once("close", () => acquired?.release());
    };
    return inTime(controller, () => refusedClient.explain(error, used, open, signal));
  }

  async function isOutdated(): Promise<boolean> {
    const presented = tls?.clientCertificate;
    const started = performance.now();
    if (options.clientCertificate === undefined || presented === undefined || started < nextLook) return false;
    const isOther = await isReplaced(presented, options.clientCertificate);
    const tookMs = performance.now() - started;
    // Of a file system that hangs, so that each request does not wait for it.
    if (tookMs > SLOW_LOOK_MS) nextLook = started + LOOK_PAUSE_FACTOR * tookMs;
    return isOther;
  }

  return {
    dial,
    explain,
    isOutdated,
    abandon: () => dialling?.abort(),
    waitsFor: () => describeWait?.(),
    idle: (close) => slot?.idle(close),
    busy: () => slot?.busy(),
  };
}

async function openSocket({ url, route }: ConnectorOptions, context: DialContext): Promise<Socket> {
  if (url.socketPath !== undefined) return openUnixSocket(url.socketPath, context.signal);
  if (route.kind === "direct") return openTcp(placeOf(url), context);
  const { openThroughProxy } = await import("./proxy.ts");
  return openThroughProxy(placeOf(url), route, context);
}

/** @returns the `takeSpare` of a dial */
function takeSpare(slots: ConnectionSlots | undefined): DialContext["takeSpare"] {
  if (slots === undefined) return () => () => {};
  return () => slots.takeFree()?.release;
}
