import { isIPv6 } from "node:net";
import { withBrackets } from "../rpc/url-mistake.ts";

/** Where the exporter listens without a flag. */
export const DEFAULT_ADDRESS = ":10900";

/** Where to listen. Without a host: on all addresses, IPv6 and IPv4. */
export type ListenAddress =
  | { readonly kind: "tcp"; readonly host: string | undefined; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** A listening socket that another program has opened and passed to this process. */
export type InheritedSocket = { readonly kind: "inherited"; readonly descriptor: number };

/** Linux has room for 108 bytes, macOS for 104, including the one that ends the path. Systems cut longer paths silently. */
const MAX_SOCKET_PATH = 103;

/**
 * Parses `:10900`, `127.0.0.1:10900`, `[::1]:10900`, `localhost:10900` or `unix:/run/peer-exporter.sock`.
 * @throws Error that says what was expected
 */
export function parseListenAddress(text: string): ListenAddress {
  if (text.startsWith("unix:")) {
    const path = text.slice("unix:".length);
    if (path === "") throw new Error("expected unix:PATH, with the path of a socket");
    if (Buffer.byteLength(path) > MAX_SOCKET_PATH) {
      throw new Error(`expected a socket path of at most ${MAX_SOCKET_PATH} bytes, the limit of the system`);
    }
    return { kind: "unix", path };
  }
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]\s/]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  const isBadIPv6 = bracketed !== undefined && !isIPv6(bracketed);
  if (digits === undefined || port > 65535 || isBadIPv6) {
    const form = withBrackets(text);
    const hint = form === undefined ? "" : `; write ${form.endsWith("]") ? `${form}:10900` : form}`;
    throw new Error(
      `expected an address like :10900, 127.0.0.1:10900, [::1]:10900 or unix:PATH, found ${JSON.stringify(text)}${hint}`,
    );
  }
  return { kind: "tcp", host: bracketed ?? (plain === "" ? undefined : plain), port };
}

/** Formats an address as parseListenAddress reads it. */
export function formatListenAddress(address: ListenAddress): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  const { host = "", port } = address;
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
