import type { Socket } from "node:net";
import type { buildConnector } from "undici";
import type { ConnectionSlot, ConnectionSlots } from "../connection-slots.ts";
import type { NodeUrl } from "../node-url.ts";
import type { ClientCertificate, TlsVerification } from "../settings.ts";
import { type Connection, noCertificate, readTlsOptions, startTls } from "./handshake.ts";
import { openSocket } from "./socket.ts";

type ConnectorOptions = {
  readonly url: NodeUrl;
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
  readonly connect: buildConnector.connector;
  /** Ends a dial that is running. */
  abandon(): void;
  /** No request is running: `close` is called when another connection needs the slot. */
  idle(close: () => void): void;
  /** A request is running. */
  busy(): void;
};

/** The share of the connection timeout that may be spent on waiting for a slot. */
const SLOT_WAIT_SHARE = 1 / 2;

/** No connection in time, TLS included. */
class DialTimeoutError extends Error {
  readonly code = "DIAL_TIMEOUT";
}

/** Dials for undici: a socket to the server, then TLS over it. */
export function createConnector(options: ConnectorOptions): Connector {
  let dialling: AbortController | undefined;
  /** The slot of the connection that is open or being opened. */
  let slot: ConnectionSlot | undefined;

  async function dial(): Promise<Socket> {
    const controller = new AbortController();
    dialling = controller;
    options.onDial();
    const own = await options.slots?.acquire(options.timeoutMs * SLOT_WAIT_SHARE, controller.signal);
    slot = own;
    const timer = setTimeout(() => controller.abort(new DialTimeoutError()), options.timeoutMs);
    try {
      const { socket, certificateExpirySeconds } = await open(controller.signal);
      socket.once("close", () => own?.release());
      options.onConnection(socket, certificateExpirySeconds);
      return socket;
    } catch (error) {
      own?.release();
      throw error;
    } finally {
      clearTimeout(timer);
      dialling = undefined;
    }
  }

  async function open(signal: AbortSignal): Promise<Connection> {
    const { url } = options;
    // First, so that a file that is missing costs the server nothing.
    const tls = url.protocol === "https:" ? await readTlsOptions(options) : undefined;
    signal.throwIfAborted();
    if (tls === undefined && options.verification.kind === "pin") throw noCertificate(url.label);
    const socket = await openSocket(url, signal);
    if (tls === undefined) return { socket, certificateExpirySeconds: undefined };
    return startTls(socket, options, tls, signal);
  }

  return {
    connect: (_target, done) =>
      void dial().then(
        (socket) => done(null, socket),
        (error: Error) => done(error, null),
      ),
    abandon: () => dialling?.abort(),
    idle: (close) => slot?.idle(close),
    busy: () => slot?.busy(),
  };
}
