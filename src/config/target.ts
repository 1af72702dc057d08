import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { printsAs } from "../lib/secret.ts";
import { type AddressRange, isAddressIn, isHostName, parseRange } from "../rpc/address-filter.ts";
import { hostOf, type NodeUrl, parseNodeUrl } from "../rpc/node-url.ts";
import { urlMistake } from "../rpc/url-mistake.ts";
import { quoted } from "../schema/fields.ts";

/**
 * A URL that a client asks the exporter to poll, in the canonical form that is compared with patterns and sent. Two texts
 * that a server or resolver could take for the same must become equal here, or be refused. Prints as scheme, host and port.
 */
export type TargetUrl = {
  readonly scheme: Scheme;
  /** Lower case, punycode, no trailing dot; an address in its canonical form, IPv4 also for an IPv6-mapped one. */
  readonly host: string;
  readonly port: number;
  /** "" or starts with a slash. May be secret, as may the query. */
  readonly path: string;
  readonly query: string;
  /** `host:port`, the label of its series. */
  readonly address: string;
  readonly url: NodeUrl;
};

export type Scheme = "http" | "https";

const MAX_URL_LENGTH = 2048;

/**
 * Reads `http://…`, `https://…` or, with the default scheme, `host:port`.
 * @throws Error with a message that does not repeat the text, as it may contain a token
 */
export function parseTarget(text: string, defaultScheme: Scheme): TargetUrl {
  if (text.length > MAX_URL_LENGTH) throw new Error(`expected a URL of at most ${MAX_URL_LENGTH} characters`);
  if (/^unix:/i.test(text)) throw new Error("a unix socket cannot be a target: configure its node under nodes");
  // The URL parser corrects or drops these characters, and the result may be another host than a reader would think.
  if (/[\\\s\x00-\x20\x7f]/.test(text)) {
    throw new Error("expected a URL without spaces, backslashes and control characters");
  }
  if (text.includes("#")) throw new Error("expected a URL without a #fragment, which is never sent to a server");
  const mistake = urlMistake(text, true);
  if (mistake !== undefined) throw new Error(mistake);
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `${defaultScheme}://${text}`;
  const [, scheme = "", authority = ""] = /^([^:]*):\/\/([^/?]*)/.exec(whole) ?? [];
  if (!isScheme(scheme.toLowerCase())) throw new Error("expected http:// or https://");
  if (authority === "") throw new Error(`expected ${EXAMPLE}`);
  if (authority.includes("@")) {
    throw new Error("expected a URL without user and password: configure credentials in a module");
  }
  const url = readUrl(whole);
  return canonicalTarget(url.protocol === "https:" ? "https" : "http", url);
}

const EXAMPLE = "a URL like http://192.0.2.7:8888, or host:port";

function isScheme(text: string): text is Scheme {
  return text === "http" || text === "https";
}

function readUrl(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new Error(`expected ${EXAMPLE}`);
  }
}

function canonicalTarget(scheme: Scheme, url: URL): TargetUrl {
  const host = canonicalHost(url);
  if (host === undefined) throw new Error("expected a URL whose host is a name or an address");
  const port = url.port === "" ? DEFAULT_PORTS[scheme] : Number(url.port);
  if (port === 0) throw new Error("expected a port from 1 to 65535");
  const path = canonicalPath(url.pathname);
  const shownHost = isIP(host) === 6 ? `[${host}]` : host;
  const address = `${shownHost}:${port}`;
  return printsAs(`${scheme}://${address}`, {
    scheme,
    host,
    port,
    path,
    query: url.search,
    address,
    url: parseNodeUrl(`${scheme}://${address}${path}${url.search}`),
  });
}

const DEFAULT_PORTS: Readonly<Record<Scheme, number>> = { http: 80, https: 443 };

/**
 * The canonical form of a host.
 * @param url whose parser has normalized it: 0x7f.1 is 127.0.0.1 already, and a name is lower case and punycode
 * @returns undefined for text that is neither a name nor an address
 */
function canonicalHost(url: URL): string | undefined {
  const bare = hostOf(url).replace(/\.$/, "");
  if (isIP(bare) !== 0) return canonicalAddress(bare);
  return isHostName(bare) ? bare : undefined;
}

/** The system dials a mapped IPv4 address (::ffff:10.0.0.1) over IPv4, so it is one. */
function canonicalAddress(text: string): string {
  const address = ipaddr.parse(text);
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address().toString() : text;
}

/**
 * A path that every server reads in the same way. The URL parser has resolved dots, also as %2e. An escaped slash, backslash,
 * dot or percent sign, and `..;` of Java servers, would be another path behind a proxy that decodes them.
 */
function canonicalPath(path: string): string {
  if (/%(?:2[ef5]|5c|[01][0-9a-f]|7f|c[01])|%(?![0-9a-f]{2})/i.test(path) || path.includes(";")) {
    throw new Error(
      "expected a path without ; and without escapes of slashes, dots, percent signs and control characters",
    );
  }
  const plain = path.replace(/%[0-9a-f]{2}/gi, (escaped) => {
    const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    return /[A-Za-z0-9_~-]/.test(character) ? character : escaped.toUpperCase();
  });
  return plain === "/" ? "" : plain;
}

/**
 * A pattern of targets: `[SCHEME://]HOST:PORT[/PATH]`. Not a regular expression, which easily matches more than its author
 * intended. docs/probe.md describes the syntax.
 */
export type TargetPattern = {
  /** The pattern as configured, without its path, which may contain a token. */
  readonly label: string;
  /** Undefined: both. */
  readonly scheme: Scheme | undefined;
  readonly host: HostPattern;
  /** Undefined: every port. */
  readonly port: number | undefined;
  readonly path: PathPattern;
};

type HostPattern =
  | { readonly kind: "name"; readonly name: string }
  /** Every name that ends in these labels after at least one other label. */
  | { readonly kind: "suffix"; readonly suffix: string }
  /** Matches addresses only, never names: the owner of a name chooses its addresses, and may change them. */
  | { readonly kind: "range"; readonly range: AddressRange };

/** Only this path, without a query; with `below` also everything below it, with any query. */
type PathPattern = { readonly path: string; readonly below: boolean };

const PATTERN = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\[[^\]]*\]|[^/:?[\]]+(?:\/\d+)?)(?::([^/]*))?(\/.*)?$/i;

/** @throws Error that does not repeat the path, which may contain a token */
export function parseTargetPattern(text: string): TargetPattern {
  const [, scheme, host, port, path = ""] = PATTERN.exec(text) ?? [];
  if (host === undefined || /[\s\\@#]/.test(text)) throw new Error(`expected ${SYNTAX}`);
  const lowerScheme = scheme?.toLowerCase();
  if (lowerScheme !== undefined && lowerScheme !== "http" && lowerScheme !== "https") {
    throw new Error(`expected http:// or https://, found ${quoted(`${scheme}://`)}`);
  }
  const label = text.slice(0, text.length - path.length) + (path === "" ? "" : "/…");
  return { label, scheme: lowerScheme, host: parseHost(host), port: parsePort(port, host), path: parsePath(path) };
}

export const SYNTAX = "a pattern like https://*.example.com:8888, 10.0.0.0/8:* or [fd00::/8]:18081/json_rpc";

export function matchesTarget(pattern: TargetPattern, target: TargetUrl): boolean {
  return (
    (pattern.scheme === undefined || pattern.scheme === target.scheme) &&
    (pattern.port === undefined || pattern.port === target.port) &&
    matchesHost(pattern.host, target.host) &&
    matchesPath(pattern.path, target)
  );
}

function matchesHost(pattern: HostPattern, host: string): boolean {
  switch (pattern.kind) {
    case "name":
      return host === pattern.name;
    case "suffix":
      return isIP(host) === 0 && host.endsWith(`.${pattern.suffix}`);
    case "range":
      return isAddressIn(host, pattern.range);
  }
}

function matchesPath({ path, below }: PathPattern, target: TargetUrl): boolean {
  if (below) return target.path === path || target.path.startsWith(`${path}/`);
  return target.path === path && target.query === "";
}

function parsePort(text: string | undefined, host: string): number | undefined {
  if (text === "*") return undefined;
  const port = /^\d{1,5}$/.test(text ?? "") ? Number(text) : 0;
  if (port >= 1 && port <= 65535) return port;
  throw new Error(`expected a port from 1 to 65535 or * after the host: ${host}:8888 or ${host}:*`);
}

function parseHost(text: string): HostPattern {
  const bare = text.startsWith("[") ? text.slice(1, -1) : text;
  const range = rangeOf(bare);
  // Without brackets the port would look like the end of an IPv6 address.
  if (range !== undefined && text.startsWith("[") === bare.includes(":")) return { kind: "range", range };
  if (text === "*") throw new Error("expected a host: allowing every host would make the exporter an open proxy");
  const wildcard = text.startsWith("*.");
  const name = canonicalName(wildcard ? text.slice(2) : text);
  if (name === undefined) {
    throw new Error(
      `expected a name, *.NAME, an address or a range of addresses (IPv6 in brackets), found ${quoted(text)}`,
    );
  }
  return wildcard ? { kind: "suffix", suffix: name } : { kind: "name", name };
}

/** A single address is a range with one address. */
function rangeOf(text: string): AddressRange | undefined {
  const family = isIP(text);
  return parseRange(family === 0 ? text : `${text}/${family === 4 ? 32 : 128}`);
}

/** The name in the form that the URL parser gives the host of a target; undefined also for other notations of an address. */
function canonicalName(text: string): string | undefined {
  if (/[*/%[\]]/.test(text)) return undefined;
  try {
    const host = canonicalHost(new URL(`http://${text}`));
    return host === undefined || isIP(host) !== 0 ? undefined : host;
  } catch {
    return undefined;
  }
}

function parsePath(text: string): PathPattern {
  const below = text.endsWith("/*");
  const path = (below ? text.slice(0, -2) : text).replace(/^\/$/, "");
  const isPlain = path === "" || /^(?:\/[A-Za-z0-9._~!$&'()+,=:@-]*)+$/.test(path);
  if (!isPlain || /\/\.{1,2}(?:\/|$)/.test(path)) {
    throw new Error(
      "expected a path like /json_rpc, or /gateway/* for everything below it, without a query and escapes",
    );
  }
  return { path, below };
}
