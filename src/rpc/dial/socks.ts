import { isIP, type Socket } from "node:net";
import ipaddr from "ipaddr.js";
import { type FailureReason, nodeError } from "../../model/failure.ts";
import { type DialContext, hostAndPort, type Place } from "./happy-eyeballs.ts";
import { ProtocolError, readStart } from "./read-start.ts";
import type { Via } from "./route.ts";

/** SOCKS 5 (RFC 1928) with the login of RFC 1929. Names are sent as they are: the proxy resolves them. */

const VERSION = 5;
const NO_LOGIN = 0;
const LOGIN = 2;
const NO_METHOD = 0xff;
const CONNECT = 1;
const [IPV4, NAME, IPV6] = [1, 3, 4];

/** The length of a name, a user or a password is one byte. */
const MAX_NAME_BYTES = 255;

/** More than any message has. */
const MAX_BYTES = 512;

/**
 * Lets a SOCKS proxy connect the socket to a server.
 * @throws NodeError when the proxy refuses; ProtocolError; the signal's reason when it ends first.
 */
export async function openSocksTunnel(
  socket: Socket,
  place: Place,
  { proxy, setBy }: Via,
  { signal, waitingFor }: DialContext,
): Promise<void> {
  const { label, login } = proxy;
  const where = hostAndPort(place);
  const read = (measure: (bytes: Buffer) => number | undefined) =>
    readStart(socket, measure, { signal, maxBytes: MAX_BYTES });
  const refuse = (reason: FailureReason, message: string, advice: string) =>
    nodeError(reason, `the proxy ${label} ${message}`, advice);

  if (Buffer.byteLength(place.hostname) > MAX_NAME_BYTES) {
    throw refuse("dns", `takes host names of at most ${MAX_NAME_BYTES} bytes`, "check the host name in the URL");
  }
  waitingFor(() => `the proxy ${label} has not answered SOCKS yet`);
  socket.write(Buffer.from(login === undefined ? [VERSION, 1, NO_LOGIN] : [VERSION, 2, NO_LOGIN, LOGIN]));
  const [version, method] = await read(({ length }) => (length === 0 ? undefined : Math.max(2, length)));
  if (version !== VERSION) throw new ProtocolError("does not speak SOCKS 5");
  if (method === NO_METHOD || (method === LOGIN && login === undefined)) {
    const advice =
      login === undefined
        ? `set ${setBy} to a URL with user:password@`
        : "it takes no user and password: see its own log";
    throw refuse("unauthorized", "accepts none of the offered SOCKS logins", advice);
  }
  if (method === LOGIN && login !== undefined) {
    const [name, password] = [Buffer.from(login.username), Buffer.from(await login.password.reveal())];
    socket.write(Buffer.from([1, name.length, ...name, password.length, ...password]));
    const [, status] = await read(() => 2);
    if (status !== 0) throw refuse("unauthorized", "refused this login", `check the user and the password in ${setBy}`);
  } else if (method !== NO_LOGIN) throw new ProtocolError("chose a SOCKS login that was not offered");

  waitingFor(() => `the proxy ${label} has no connection to ${where} yet`);
  const port = [place.port >> 8, place.port & 0xff];
  socket.write(Buffer.from([VERSION, CONNECT, 0, ...addressBytes(place.hostname), ...port]));
  const [, code = 0] = await read(replyLength);
  if (code === 0) return;
  const { reason, words, advice } = REPLIES[code] ?? { ...GENERAL, words: `error ${code}` };
  throw refuse(reason, `cannot connect to ${where}: ${words}`, advice);
}

function addressBytes(hostname: string): readonly number[] {
  if (isIP(hostname) === 0) {
    const name = Buffer.from(hostname);
    return [NAME, name.length, ...name];
  }
  const address = ipaddr.parse(hostname);
  return [address.kind() === "ipv4" ? IPV4 : IPV6, ...address.toByteArray()];
}

function replyLength(bytes: Buffer): number | undefined {
  const [, code, , type, length = 0] = bytes;
  // Some proxies close after the code of a failure.
  if (code !== undefined && code !== 0) return bytes.length;
  if (bytes.length < 5) return undefined;
  if (type === NAME) return 7 + length;
  return type === IPV6 ? 22 : 10;
}

type Reply = { readonly reason: FailureReason; readonly words: string; readonly advice: string };

const CHECK_NODE = "check that the node runs and listens at this port, and that the proxy may connect to it";
const CHECK_NAME = "check the host name in the URL; for Tor also that the onion service is online";

const GENERAL: Reply = {
  reason: "connect",
  words: "general failure",
  advice: `${CHECK_NODE}; see the proxy's own log`,
};

const CLIENT_KEY = "the onion service is private: give Tor its key (ClientOnionAuthDir in torrc)";

/** RFC 1928 6, and Tor's own from 0xf0 (its option ExtendedErrors: socks-extensions.txt of torspec). */
const REPLIES: Readonly<Record<number, Reply>> = {
  1: GENERAL,
  2: { reason: "connect", words: "its rules do not allow it", advice: "allow this host and port in the proxy's rules" },
  3: { reason: "connect", words: "network unreachable", advice: CHECK_NODE },
  4: { reason: "connect", words: "host unreachable", advice: `${CHECK_NODE}; ${CHECK_NAME}` },
  5: { reason: "connect", words: "connection refused", advice: CHECK_NODE },
  6: { reason: "timeout", words: "TTL expired (with Tor: no answer in time)", advice: `${CHECK_NODE}; raise timeout` },
  7: { reason: "connect", words: "command not supported", advice: "this proxy does not connect: use another one" },
  8: {
    reason: "connect",
    words: "kind of address not supported",
    advice: "use a host name or an IPv4 address in the URL",
  },
  240: { reason: "dns", words: "the onion service is not known (descriptor not found)", advice: CHECK_NAME },
  241: { reason: "connect", words: "the onion service's descriptor is not valid", advice: CHECK_NAME },
  242: { reason: "connect", words: "the onion service does not answer (introduction failed)", advice: CHECK_NODE },
  243: { reason: "connect", words: "no way to the onion service (rendezvous failed)", advice: CHECK_NODE },
  244: { reason: "unauthorized", words: "the onion service wants client authorization", advice: CLIENT_KEY },
  245: { reason: "unauthorized", words: "the onion service refuses this client authorization", advice: CLIENT_KEY },
  246: { reason: "dns", words: "not a valid onion address", advice: "check the host name in the URL" },
  247: { reason: "timeout", words: "the onion service does not answer in time", advice: "raise timeout" },
};
