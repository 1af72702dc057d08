import { isIPv4, isIPv6 } from "node:net";
import { domainToASCII } from "node:url";

const LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
const NAME = new RegExp(`^(?:\\*\\.)?${LABEL}(?:\\.${LABEL})*$`);
const MAX_NAME = 253;

/**
 * Reads one name, such as `exporter.example.com`, or `*.example.com` for every name with one label before `.example.com`.
 * A port is ignored, as the port of a request is.
 * @returns the name as names are compared: lower case, punycode, without a trailing dot
 * @throws Error with the expectation
 */
export function parseHostName(text: string): string {
  const expected = "expected a host name like exporter.example.com or *.example.com";
  if (text === "*") throw new Error(`${expected}, found * alone: leave the flag out to allow every name`);
  if (text.includes(",")) throw new Error(`${expected}, found a comma: give the flag once for each name`);
  if (/[/@?#]/.test(text)) throw new Error(`${expected}, found a URL: leave out all but its host`);
  const withoutPort = text.replace(/:\d{1,5}$/, "");
  if (withoutPort.includes(":")) throw new Error(`${expected}, found an IPv6 address: every address is allowed`);
  const lower = withoutPort.toLowerCase().replace(/\.$/, "");
  const [, wildcard = "", rest = ""] = /^(\*\.)?(.*)$/s.exec(lower) ?? [];
  const name = `${wildcard}${/^[\x20-\x7e]*$/.test(rest) ? rest : domainToASCII(rest)}`;
  if (name.length > MAX_NAME || !NAME.test(name)) throw new Error(`${expected}, and * only as the whole first label`);
  return name;
}

/** @param names as `parseHostName` returns them */
export function createHostNameFilter(names: readonly string[]): (asked: Authority) => boolean {
  const isWildcard = (name: string) => name.startsWith("*.");
  const exact = new Set(["localhost", ...names.filter((name) => !isWildcard(name))]);
  const parents = new Set(names.filter(isWildcard).map((name) => name.slice("*.".length)));
  return ({ host, isAddress }) => {
    if (isAddress || exact.has(host)) return true;
    const dot = host.indexOf(".");
    return dot > 0 && parents.has(host.slice(dot + 1));
  };
}

/** A host with or without a port, as the Host header and the Origin of a browser name it. */
export type Authority = {
  /** Lower case, without the dot that may end a name; an IPv6 address is in brackets. */
  readonly host: string;
  /** Digits, or "" without a port. */
  readonly port: string;
  /** Whether it is an IP address, and not a name that a foreign DNS server could point to another machine. */
  readonly isAddress: boolean;
};

/**
 * RFC 3986 allows more in a name, and Go's HTTP server accepts it. Proxies join two headers with a comma, and every other
 * excluded character ends a host for some reader.
 */
const AUTHORITY = /^(\[[0-9A-Za-z:.%_~-]{2,64}\]|[0-9A-Za-z!$%&'()*+.;=_~-]{1,255})(?::([0-9]{0,5}))?$/;

/** @returns undefined if the text is not a host, or has a user, a path, spaces or anything else besides a port */
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
 * Whether an Origin header (RFC 6454) names the host and port that a request was sent to. The scheme is not compared, as it is
 * unknown behind a proxy that terminates TLS. `null` and unreadable values match no request.
 */
export function isOriginOf(origin: string, sentTo: Authority): boolean {
  const [, scheme = "", rest] = /^([A-Za-z][A-Za-z0-9+.-]{0,30}):\/\/([^/?#@]{1,300})$/.exec(origin) ?? [];
  const own = rest === undefined ? undefined : parseAuthority(rest);
  if (own === undefined) return false;
  const usual = USUAL_PORTS[scheme.toLowerCase()] ?? "";
  const portOf = ({ port }: Authority) => (port === "" ? usual : port);
  return own.host === sentTo.host && portOf(own) === portOf(sentTo);
}
