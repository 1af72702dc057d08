import type { Socket } from "node:net";
import { createSignal, type Signal, untilAborted } from "../lib/abort.ts";
import { type Connection, createConnection } from "./connection.ts";
import type { ConnectionSlots } from "./connection-slots.ts";
import { createConnector } from "./dial/connector.ts";
import { DIRECT, type Route } from "./dial/route.ts";
import type { NodeUrl } from "./node-url.ts";
import { ClosedError } from "./request-failure.ts";
import type { ClientCertificate, TlsVerification } from "./settings.ts";

export type TransportOptions = {
  readonly url: NodeUrl;
  readonly tls: TlsVerification;
  readonly clientCertificate?: ClientCertificate | undefined;
  /** Default: the server is asked directly. */
  readonly route?: Route | undefined;
  /** The longest wait for a connection, TLS included, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** Bounds the connections to all nodes; undefined: not bounded. */
  readonly slots?: ConnectionSlots | undefined;
};

/** The one connection to a server, or the next one when it is closed. */
export type Transport = {
  /**
   * The open connection, or a new one.
   * @throws what the dial throws; ClosedError
   */
  connect(): Promise<Connection>;
  /** Whether its connections have TLS. */
  readonly hasTls: boolean;
  /** Ends with `close`. */
  readonly life: Signal;
  /** How many connections were opened so far. */
  connections(): number;
  /** When the last of them was opened, by `performance.now()`; 0 before the first. */
  connectedAt(): number;
  /** When the certificate of the last connection ends, unix seconds; undefined while another one is being dialled. */
  certificateExpirySeconds(): number | undefined;
  /** What the last dial waits for, or waited for when it ended; undefined when it made a connection. */
  waitsFor(): string | undefined;
  /** The error in place of one that ended a new connection before its first response. May open another connection for a moment. */
  explain(error: unknown): Promise<unknown>;
  /** Whether the files of the client certificate have another certificate than the connection. */
  isOutdated(): Promise<boolean>;
  /** No request is running: `close` is called when another connection needs the slot. */
  idle(close: () => void): void;
  /** A request is running. */
  busy(): void;
  /** Ends the connection, also one that is being dialled, and any request on it, for good. */
  close(): void;
};

/**
 * Does not connect yet. When a request must end, its transport is closed as a whole.
 * @param onHandshake called with the end of the certificate of each new connection, in unix seconds
 */
export function openTransport(
  { url, route = DIRECT, tls, clientCertificate, connectTimeoutMs, slots }: TransportOptions,
  onHandshake: (expirySeconds: number | undefined) => void = () => {},
): Transport {
  const life = createSignal();
  let connections = 0;
  let connection: Connection | undefined;
  let connectedAt = 0;
  let certificateExpirySeconds: number | undefined;
  const connector = createConnector({
    url,
    route,
    verification: tls,
    clientCertificate,
    timeoutMs: connectTimeoutMs,
    slots,
    onDial: () => {
      certificateExpirySeconds = undefined;
    },
    onConnection: (socket, expirySeconds) => {
      connections += 1;
      connection = createConnection(socket);
      connectedAt = performance.now();
      certificateExpirySeconds = expirySeconds;
      onHandshake(expirySeconds);
    },
  });

  /** A dial whose transport was closed is not waited for: it may hang in the file system. */
  async function dial(): Promise<Connection> {
    connection?.socket.destroy();
    const dialled = connector.dial().then(closeIfLate);
    await untilAborted(dialled, life.signal);
    if (connection === undefined) throw new Error("expected a connection after the dial, found none");
    return connection;
  }

  function closeIfLate(socket: Socket): void {
    if (life.signal.aborted) socket.destroy();
  }

  return {
    async connect() {
      life.signal.throwIfAborted();
      return connection?.isUsable() === true ? connection : dial();
    },
    hasTls: url.protocol === "https:",
    life: life.signal,
    connections: () => connections,
    connectedAt: () => connectedAt,
    certificateExpirySeconds: () => certificateExpirySeconds,
    waitsFor: connector.waitsFor,
    explain: connector.explain,
    isOutdated: connector.isOutdated,
    idle: connector.idle,
    busy: connector.busy,
    close() {
      const closed = new ClosedError();
      life.abort(closed);
      connector.abandon();
      connection?.socket.destroy(closed);
    },
  };
}
