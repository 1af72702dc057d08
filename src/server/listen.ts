import { once } from "node:events";
import { chmod, lstat, unlink } from "node:fs/promises";
import { type AddressInfo, createConnection, type ListenOptions, type Server } from "node:net";
import { Server as TlsServer } from "node:tls";
import { errorCode } from "../lib/errno.ts";
import type { ListenAddress } from "./listen-address.ts";
import type { HttpServer } from "./server.ts";

/** An address that cannot be had, whatever the system's reason: taken, forbidden, no such host or folder. */
export class ListenError extends Error {
  readonly address: ListenAddress;
  /** The system's code, such as EADDRINUSE. */
  readonly code: string;

  constructor(address: ListenAddress, cause: unknown) {
    super(`cannot listen (${errorCode(cause)})`, { cause });
    this.name = "ListenError";
    this.address = address;
    this.code = errorCode(cause);
  }
}

/**
 * Opens one address.
 * @returns it as a URL (or unix:PATH)
 * @throws ListenError when the address cannot be had
 */
export async function listen(server: Server, address: ListenAddress): Promise<string> {
  try {
    return await open(server, address);
  } catch (error) {
    throw new ListenError(address, error);
  }
}

async function open(server: Server, address: ListenAddress): Promise<string> {
  if (address.kind === "unix") {
    await removeDeadSocket(address.path);
    await bind(server, { path: address.path });
    await chmod(address.path, SOCKET_MODE);
    return `unix:${address.path}`;
  }
  if (address.host !== undefined) await bind(server, { port: address.port, host: address.host });
  else await listenEverywhere(server, address.port);
  return urlOf(server instanceof TlsServer ? "https" : "http", server.address(), address.host);
}

/** The exporter's own user and group; the group is how a Prometheus of another user is let in. */
const SOCKET_MODE = 0o660;

/** "::" takes IPv4 too where the system has both; a system without IPv6 has only the other. */
async function listenEverywhere(server: Server, port: number): Promise<void> {
  try {
    await bind(server, { port, host: "::" });
  } catch (error) {
    if (!["EAFNOSUPPORT", "EADDRNOTAVAIL"].includes(errorCode(error))) throw error;
    await bind(server, { port, host: "0.0.0.0" });
  }
}

/** A killed process leaves its socket behind, and every later one would find the address in use. */
async function removeDeadSocket(path: string): Promise<void> {
  const isSocket = await lstat(path).then(
    (found) => found.isSocket(),
    () => false,
  );
  if (!isSocket) return;
  const code = await new Promise<string>((resolve) => {
    const probe = createConnection(path, () => {
      probe.destroy();
      resolve("answers");
    });
    probe.once("error", (error) => resolve(errorCode(error)));
  });
  if (code === "ECONNREFUSED") await unlink(path);
}

function urlOf(scheme: string, bound: AddressInfo | string | null, host: string | undefined): string {
  if (bound === null || typeof bound === "string") return bound ?? "";
  const shown = host ?? "localhost";
  return `${scheme}://${shown.includes(":") ? `[${shown}]` : shown}:${bound.port}`;
}

/**
 * Connections that the system keeps until they are taken; Linux has 4096 at most unless told otherwise. libuv takes one in each turn
 * of the event loop, and one that finds no place here waits for 1, 3 and 7 seconds until it is tried again.
 */
const BACKLOG = 2048;

/** @throws Error of the system; then the server may be asked to listen elsewhere */
async function bind(server: Server, options: ListenOptions): Promise<void> {
  server.listen({ ...options, backlog: BACKLOG });
  await once(server, "listening");
}

/** Requests in flight get this long to finish when the exporter stops. */
const DRAIN_MS = 3000;

/** The server's close waits for requests in flight; a client that never reads its answer must not hold the exit. */
export async function drain({ close, cutOff }: HttpServer): Promise<void> {
  const timer = setTimeout(cutOff, DRAIN_MS);
  await close();
  clearTimeout(timer);
}
