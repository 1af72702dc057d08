import type { Socket } from "node:net";
import { type FailureReason, nodeError } from "../../model/failure.ts";
import { type DialContext, hostAndPort, type Place } from "./happy-eyeballs.ts";
import { ProtocolError, readStart } from "./read-start.ts";
import { proxyAuthorization, type Via } from "./route.ts";

/** CONNECT of HTTP proxies (RFC 9110 9.3.6). */

/** The largest header section of an answer to CONNECT. */
const MAX_HEADER_BYTES = 16 * 1024;

/**
 * Lets an HTTP proxy connect the socket to a server.
 * @throws NodeError when the proxy refuses; ProtocolError; the signal's reason when it ends first.
 */
export async function openHttpTunnel(
  socket: Socket,
  place: Place,
  via: Via,
  { signal, waitingFor }: DialContext,
): Promise<void> {
  const authority = hostAndPort(place);
  waitingFor(() => `the proxy ${via.proxy.label} has not answered CONNECT ${authority} yet`);
  const login = await proxyAuthorization(via.proxy);
  const lines = [`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`];
  if (login !== undefined) lines.push(`Proxy-Authorization: ${login}`);
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  const heads = await readStart(socket, headLength, { signal, maxBytes: MAX_HEADER_BYTES });
  const text = heads.toString("latin1", finalStart(heads));
  const [, status] = STATUS_LINE.exec(text) ?? [];
  if (status === undefined) throw new ProtocolError("sent something else than HTTP");
  if (/^2/.test(status)) return;
  const { reason, advice } = refusal(Number(status), text, login !== undefined, via);
  throw nodeError(reason, `the proxy ${via.proxy.label} refused CONNECT ${authority} with ${status}`, advice);
}

const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})(?=[ \r\n])/;

/** A refusal may have a body, of any length; only its headers are read. */
function headLength(bytes: Buffer): number | undefined {
  const start = finalStart(bytes);
  // Text of another protocol has no end that could be waited for.
  if (!"HTTP/1.".startsWith(bytes.toString("latin1", start, start + 7))) return bytes.length;
  const end = bytes.indexOf(END_OF_HEAD, start);
  if (end < 0) return undefined;
  return /^HTTP\/1\.[01] 2/.test(bytes.toString("latin1", start, start + 10)) ? end + END_OF_HEAD.length : bytes.length;
}

const END_OF_HEAD = "\r\n\r\n";

/** Where the answer begins, after interim responses such as 100 Continue. */
function finalStart(bytes: Buffer): number {
  let start = 0;
  while (/^HTTP\/1\.[01] 1/.test(bytes.toString("latin1", start, start + 10))) {
    const end = bytes.indexOf(END_OF_HEAD, start);
    if (end < 0) break;
    start = end + END_OF_HEAD.length;
  }
  return start;
}

function refusal(status: number, head: string, hasLogin: boolean, { setBy }: Via): Refusal {
  if (isLoginRefusal(status, hasLogin)) return { reason: "unauthorized", advice: loginAdvice(head, hasLogin, setBy) };
  return REFUSALS[status] ?? OTHER_REFUSAL;
}

type Refusal = { readonly reason: FailureReason; readonly advice: string };

const NOT_ALLOWED: Refusal = {
  reason: "http",
  advice: "the proxy must allow CONNECT to this host and port (squid: SSL_ports; tinyproxy: ConnectPort)",
};

const NOT_REACHED: Refusal = {
  reason: "connect",
  advice:
    "the proxy cannot reach the node: check that the node runs, and that the proxy knows its name and may connect to it",
};

const OTHER_REFUSAL: Refusal = { reason: "http", advice: "see the proxy's own log" };

/** Web servers answer so, also Python's. */
const NO_PROXY: Refusal = { reason: "http", advice: "check that this port is a proxy that allows CONNECT" };

const REFUSALS: Readonly<Record<number, Refusal>> = {
  400: NO_PROXY,
  403: NOT_ALLOWED,
  404: NO_PROXY,
  405: NOT_ALLOWED,
  // tinyproxy and Tor answer so where there is no connection.
  500: NOT_REACHED,
  501: NO_PROXY,
  502: NOT_REACHED,
  503: NOT_REACHED,
  504: { ...NOT_REACHED, reason: "timeout" },
};

/** Whether a proxy's own answer is about the login: tinyproxy refuses a wrong one with 401 (src/reqs.c handle_connection). */
export function isLoginRefusal(status: number, hasLogin: boolean): boolean {
  return status === 407 || (status === 401 && hasLogin);
}

/** What to do about it. @param head the headers of the answer, each in its own line */
export function loginAdvice(head: string, hasLogin: boolean, setBy: string): string {
  const schemes = [...head.matchAll(/^proxy-authenticate:\s*([\w-]{1,20})/gim)].map(([, scheme = ""]) => scheme);
  if (schemes.length > 0 && !schemes.some((scheme) => scheme.toLowerCase() === "basic")) {
    return `the proxy wants ${schemes.slice(0, 3).join(" or ")} authentication, and only Basic is supported`;
  }
  return hasLogin
    ? `the proxy refused this login: check the user and the password in ${setBy}`
    : `the proxy wants a login: set ${setBy} to a URL with user:password@`;
}
