import { isIPv4, isIPv6 } from "node:net";

/** A host with or without a port, as the Host header and the Origin of a browser name it. */
export type Authority = {
  /** Lower case, without the dot that may end a name; an IPv6 address stands in brackets. */
  readonly host: string;
  /** Digits; "" where there is none. */
  readonly port: string;
  /** An IP address: no name that somebody else's DNS could turn to another machine. */
  readonly isAddress: boolean;
};

/**
 * RFC 3986 allows more in a name, which Go's HTTP server takes too. A comma is how proxies join two headers into one, and
 * everything else that is left out ends a host somewhere for some reader.
 */
const AUTHORITY = /^(\[[0-9A-Za-z:.%_~-]{2,64}\]|[0-9A-Za-z!$%&'()*+.;=_~-]{1,255})(?::([0-9]{0,5}))?$/;

/** Undefined: not a host, or one with a user, a path, spaces or anything else beside its port. */
export function parseAuthority(text: string): Authority | undefined {
  const [, written, port = ""] = AUTHORITY.exec(text) ?? [];
  if (written === undefined) return undefined;
  const isBracketed = written.startsWith("[");
  if (isBracketed && !isIPv6(written.slice(1, -1))) return undefined;
  const lower = written.toLowerCase();
  const host = lower.endsWith(".") ? lower.slice(0, -1) : lower;
  return host === "" ? undefined : { host, port, isAddress: isBracketed || isIPv4(host) };
}

const USUAL_PORTS: Readonly<Record<string, string>> = { http: "80", https: "443" };

/**
 * Whether an Origin header (RFC 6454) names the host and port that a request was sent to. The scheme is not compared: behind
 * a proxy that ends TLS nobody here knows it. `null`, and what cannot be read, is the origin of nobody.
 */
export function isOriginOf(origin: string, sentTo: Authority): boolean {
  const [, scheme = "", rest] = /^([A-Za-z][A-Za-z0-9+.-]{0,30}):\/\/([^/?#@]{1,300})$/.exec(origin) ?? [];
  const own = rest === undefined ? undefined : parseAuthority(rest);
  if (own === undefined) return false;
  const usual = USUAL_PORTS[scheme.toLowerCase()] ?? "";
  const portOf = ({ port }: Authority) => (port === "" ? usual : port);
  return own.host === sentTo.host && portOf(own) === portOf(sentTo);
}
