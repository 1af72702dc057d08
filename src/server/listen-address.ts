import { isIPv6 } from "node:net";

/** Where to listen. `host` undefined: on all addresses, IPv6 and IPv4. */
export type ListenAddress =
  | { readonly kind: "tcp"; readonly host: string | undefined; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** Of Linux's 108 and macOS's 104 bytes one ends the path. A longer one would be cut short without a word. */
const MAX_SOCKET_PATH = 103;

/**
 * Reads `:10900`, `127.0.0.1:10900`, `[::1]:10900`, `localhost:10900` or `unix:/run/peer-exporter.sock`.
 * @throws Error
 */
export function parseListenAddress(text: string): ListenAddress {
  if (text.startsWith("unix:")) {
    const path = text.slice("unix:".length);
    if (path === "") throw new Error("expected unix: followed by the path of a socket");
    if (Buffer.byteLength(path) > MAX_SOCKET_PATH) {
      throw new Error(`expected a socket path of at most ${MAX_SOCKET_PATH} bytes, which is all that systems take`);
    }
    return { kind: "unix", path };
  }
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]\s/]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  const isBadIPv6 = bracketed !== undefined && !isIPv6(bracketed);
  if (digits === undefined || port > 65535 || isBadIPv6) {
    throw new Error(
      `expected an address like :10900, 127.0.0.1:10900, [::1]:10900 or unix:PATH, found ${JSON.stringify(text)}`,
    );
  }
  return { kind: "tcp", host: bracketed ?? (plain === "" ? undefined : plain), port };
}

/** As it is written on the command line. */
export function formatListenAddress(address: ListenAddress): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  const { host = "", port } = address;
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
