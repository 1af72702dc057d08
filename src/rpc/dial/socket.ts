import { lookup } from "node:dns/promises";
import { connect, type NetConnectOpts, type Socket } from "node:net";
import type { Signal } from "../../lib/abort.ts";

/** The system's functions that open connections; a test may replace them. */
export const network = { lookup, connect };

/** The size of the buffer for what arrives, in bytes: as streams of files have. */
const READ_BYTES = 64 * 1024;

const KEEP_ALIVE_PROBE_MS = 60_000;

/** Begins to connect. */
export function startSocket(address: NetConnectOpts): Socket {
  const options: NetConnectOpts & { readonly highWaterMark: number } = { ...address, highWaterMark: READ_BYTES };
  return network.connect(options).setKeepAlive(true, KEEP_ALIVE_PROBE_MS).setNoDelay(true);
}

/** Destroys a socket and ignores its errors. */
export function drop(socket: Socket): void {
  socket.on("error", () => {}).destroy();
}

/**
 * Opens a connection to a unix socket.
 * @throws the system's error; the signal's reason when it ends first
 */
export async function openUnixSocket(path: string, signal: Signal): Promise<Socket> {
  signal.throwIfAborted();
  return opened(startSocket({ path }), "connect", signal);
}

/**
 * Waits until a socket is open.
 * @param event what the socket then emits
 * @throws the socket's error; the signal's reason when it ends first. The socket is closed then
 */
export function opened<T extends Socket>(socket: T, event: "connect" | "secureConnect", signal: Signal): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      signal.removeEventListener("abort", abandon);
      socket.off("error", fail);
    };
    const fail = (error: unknown) => {
      settle();
      drop(socket);
      reject(error);
    };
    const abandon = () => fail(signal.reason);
    signal.addEventListener("abort", abandon, { once: true });
    socket.once("error", fail);
    socket.once(event, () => {
      settle();
      resolve(socket);
    });
  });
}
