import { connect, type NetConnectOpts, type Socket } from "node:net";
import type { Signal } from "../../lib/abort.ts";
import type { NodeUrl } from "../node-url.ts";

/** The size of the buffer for what arrives, in bytes: as streams of files have. */
const READ_BYTES = 64 * 1024;

const KEEP_ALIVE_PROBE_MS = 60_000;

/**
 * Opens a socket to the server of a URL.
 * @throws the system's error; the signal's reason when it ends first
 */
export function openSocket({ socketPath, hostname, origin, protocol }: NodeUrl, signal: Signal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const port = Number(new URL(origin).port || (protocol === "https:" ? 443 : 80));
    const address: NetConnectOpts = socketPath === undefined ? { host: hostname, port } : { path: socketPath };
    const options: NetConnectOpts & { readonly highWaterMark: number } = { ...address, highWaterMark: READ_BYTES };
    const socket = connect(options);
    socket.setKeepAlive(true, KEEP_ALIVE_PROBE_MS).setNoDelay(true);
    const settle = () => {
      signal.removeEventListener("abort", abandon);
      socket.off("error", fail);
    };
    const fail = (error: unknown) => {
      settle();
      socket.on("error", () => {}).destroy();
      reject(error);
    };
    const abandon = () => fail(signal.reason);
    signal.addEventListener("abort", abandon, { once: true });
    socket.once("error", fail);
    socket.once("connect", () => {
      settle();
      resolve(socket);
    });
  });
}
