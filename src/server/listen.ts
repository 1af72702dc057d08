import { once } from "node:events";
import { chmod, lstat, unlink } from "node:fs/promises";
import { type AddressInfo, createConnection, type ListenOptions, type Server } from "node:net";
import { errorCode } from "../lib/errno.ts";
import type { InheritedSocket, ListenAddress } from "./listen-address.ts";
import type { HttpServer } from "./server.ts";

/** The system did not provide the address: it is in use or forbidden, or its host or folder does not exist. */
export class ListenError extends Error {
  readonly address: ListenAddress | InheritedSocket;
  /** The system's code, such as EADDRINUSE. */
  readonly code: string;

  constructor(address: ListenAddress | InheritedSocket, cause: unknown) {
    super(`cannot listen (${errorCode(cause)})`, { cause });
    this.name = "ListenError";
    this.address = address;
    this.code = errorCode(cause);
  }
}

/**
 * Listens on one address.
 * @returns the address as a URL (or unix:PATH)
 * @throws ListenError
 */
export async function listen(server: Server, address: ListenAddress | InheritedSocket): Promise<string> {
  try {
    return await open(server, address);
  } catch (error) {
    throw new ListenError(address, error);
  }
}

async function open(server: Server, address: ListenAddress | InheritedSocket): Promise<string> {
  if (address.kind === "inherited") {
    await bind(server, { fd: address.descriptor });
    return inheritedUrl(server, address);
  }
  if (address.kind === "unix") {
    await removeStaleSocket(address.path);
    await bind(server, { path: address.path });
    await chmod(address.path, SOCKET_MODE);
    return `unix:${address.path}`;
  }
  if (address.host !== undefined) await bind(server, { port: address.port, host: address.host });
  else await listenEverywhere(server, address.port);
  return urlOf(schemeOf(server), server.address(), address.host);
}

/** The exporter's own user and group. A Prometheus of another user gets access through the group. */
const SOCKET_MODE = 0o660;

/** "::" includes IPv4 on systems that have both; a system without IPv6 has only 0.0.0.0. */
async function listenEverywhere(server: Server, port: number): Promise<void> {
  try {
    await bind(server, { port, host: "::" });
  } catch (error) {
    if (!["EAFNOSUPPORT", "EADDRNOTAVAIL"].includes(errorCode(error))) throw error;
    await bind(server, { port, host: "0.0.0.0" });
  }
}

/** A killed process leaves its socket file, so that every later process would find the address in use. */
async function removeStaleSocket(path: string): Promise<void> {
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

/** Node has no name for a unix socket that it did not open. The program that opened a socket chooses its mode, and removes it. */
function inheritedUrl(server: Server, { descriptor }: InheritedSocket): string {
  const bound = server.address();
  if (bound === null || typeof bound === "string") return `unix socket of systemd (descriptor ${descriptor})`;
  const isEverywhere = bound.address === "::" || bound.address === "0.0.0.0";
  return urlOf(schemeOf(server), bound, isEverywhere ? undefined : bound.address);
}

/** Found by a method, as its class would load node:tls, which a server of plain HTTP does not need. */
function schemeOf(server: Server): "http" | "https" {
  return "setSecureContext" in server ? "https" : "http";
}

function urlOf(scheme: string, bound: AddressInfo | string | null, host: string | undefined): string {
  if (bound === null || typeof bound === "string") return bound ?? "";
  const shown = host ?? "localhost";
  return `${scheme}://${shown.includes(":") ? `[${shown}]` : shown}:${bound.port}`;
}

/**
 * Connections that the system queues until the process accepts them; Linux allows 4096 by default. libuv accepts one in each
 * turn of the event loop, and a connection that finds this queue full is tried again after 1, 3 and 7 seconds.
 */
const BACKLOG = 2048;

/** @throws the system's error; the server can try another address afterwards */
async function bind(server: Server, options: ListenOptions | { readonly fd: number }): Promise<void> {
  server.listen({ ...options, backlog: BACKLOG });
  await once(server, "listening");
}

/** Requests in flight have this long to finish when the exporter stops. */
const DRAIN_MS = 3000;

/** Closes a server. A client that never reads its response must not delay the exit. */
export async function drain({ close, closeConnections }: HttpServer): Promise<void> {
  const timer = setTimeout(closeConnections, DRAIN_MS);
  await close();
  clearTimeout(timer);
}
