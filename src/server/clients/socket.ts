import { isIPv6, type Socket } from "node:net";
import ipaddr from "ipaddr.js";

/** Clients of a unix socket have no address: the file's mode decides who may open it. */
const LOCAL = "unix socket";

/**
 * The name under which the connections of a client are counted together: its IPv4 address, or the /64 of its IPv6 address.
 * A customer or machine has at least a /64 and can choose any address in it (RFC 6177, RFC 4291 section 2.5.4).
 */
export function addressGroup(address: string | undefined): string {
  if (address === undefined || address === "") return LOCAL;
  if (!address.includes(":")) return address;
  // A link-local address may carry its interface.
  const [bare = ""] = address.split("%");
  if (!isIPv6(bare)) return address;
  const parsed = ipaddr.process(bare);
  return parsed instanceof ipaddr.IPv6 ? `${parsed.parts.slice(0, 4).map(hex).join(":")}::/64` : parsed.toString();
}

function hex(part: number): string {
  return part.toString(16);
}

/** Tells Node's parser that the connection switches to another protocol, so that it ignores the rest of the same read. */
const SWITCH_PROTOCOL = 2;

/**
 * Node parses all requests that arrived in one read, up to 64 KiB of them, even if the connection was closed at the first
 * one, and makes an error for each. Its documentation has no way to stop that. lib/_http_common.js and lib/_http_server.js
 * of Node 20 to 26 call the parser's `onIncoming` after the headers of each request to learn how to go on. A Node without it
 * would parse those requests and throw them away.
 */
export function stopParsing(socket: Socket): void {
  const parser: unknown = "parser" in socket ? socket.parser : undefined;
  if (typeof parser === "object" && parser !== null && "onIncoming" in parser) {
    parser.onIncoming = () => SWITCH_PROTOCOL;
  }
}

/**
 * In each turn of the event loop libuv accepts one new connection (1.46, uv__server_io) and reads once from each of the
 * others. Without a pause, many clients that retry immediately after each refusal would keep new connections waiting.
 */
const PAUSE_MS = 100;

/** One paused connection resumes in each of these intervals; no connection is paused for more than a second. */
const PAUSE_PER_CONNECTION_MS = 20;
const MAX_PAUSE_MS = 1000;

/** Stops reading from a connection for a while. The more connections are paused, the longer. */
export function createPause(): (socket: Socket) => void {
  let paused = 0;
  return (socket) => {
    if (socket.destroyed) return;
    paused += 1;
    socket.pause();
    const milliseconds = Math.min(MAX_PAUSE_MS, Math.max(PAUSE_MS, paused * PAUSE_PER_CONNECTION_MS));
    setTimeout(() => {
      paused -= 1;
      socket.resume();
    }, milliseconds).unref();
  };
}

/** The connection below a TLS socket. Node does not document it; without it the TLS socket itself is counted as well. */
export function rawSocketOf(socket: Socket): Socket | undefined {
  const parent: unknown = "_parent" in socket ? socket._parent : undefined;
  return isSocket(parent) ? parent : undefined;
}

function isSocket(value: unknown): value is Socket {
  return typeof value === "object" && value !== null && "remoteAddress" in value && "destroy" in value;
}

/** The memory that a response holds while its client does not read it. */
export type UnreadMemory = {
  /** Responses with the same page share its bytes. */
  readonly page: object;
  readonly bytes: number;
  /** Bytes that this response does not share. */
  readonly ownBytes: number;
};

export type Unread<Response extends object> = {
  /** The response is on its way. */
  hold(response: Response, memory: UnreadMemory): void;
  release(response: Response): void;
  /** Whether responses hold more than the limit, so that a client has to go. */
  isTooMuch(): boolean;
  /** Responses on their way, the oldest first. */
  oldest(): Iterable<Response>;
};

/** How many pages of the size of the largest one may be in flight at the same time, each from a different moment. */
const MAX_LARGEST_PAGES = 4;

/**
 * Counts the memory that clients hold by reading slowly or not at all. Each page counts once, however many clients read it.
 * Pages change with each poll, so clients may hold several.
 * @param maxBytes bytes that responses may hold in any case
 */
export function createUnread<Response extends object>(maxBytes: number): Unread<Response> {
  const responses = new Map<Response, UnreadMemory>();
  const readers = new Map<object, number>();
  let bytes = 0;
  let largest = 0;
  return {
    hold(response, memory) {
      responses.set(response, memory);
      const others = readers.get(memory.page) ?? 0;
      readers.set(memory.page, others + 1);
      largest = Math.max(largest, memory.bytes);
      bytes += memory.ownBytes + (others === 0 ? memory.bytes : 0);
    },
    release(response) {
      const memory = responses.get(response);
      if (memory === undefined) return;
      responses.delete(response);
      bytes -= memory.ownBytes;
      const others = (readers.get(memory.page) ?? 1) - 1;
      if (others > 0) {
        readers.set(memory.page, others);
        return;
      }
      readers.delete(memory.page);
      bytes -= memory.bytes;
    },
    isTooMuch: () => bytes > Math.max(maxBytes, MAX_LARGEST_PAGES * largest),
    oldest: () => responses.keys(),
  };
}
