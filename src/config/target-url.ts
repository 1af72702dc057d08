import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { printsAs } from "../lib/secret.ts";
import { type NodeUrl, parseNodeUrl } from "../rpc/node-url.ts";

/**
 * A URL that somebody asks the exporter to poll, in the one form in which it is compared with patterns and sent. Two
 * texts that a server or resolver could take for the same must become the same here, or be refused. Prints as scheme, host
 * and port.
 */
export type TargetUrl = {
  readonly scheme: Scheme;
  /** Lower case, punycode, no trailing dot; an address in its canonical text, IPv4 also where IPv6 wraps it. */
  readonly host: string;
  readonly port: number;
  /** "" or begins with a slash. May be secret, as may the query. */
  readonly path: string;
  readonly query: string;
  /** `host:port`, the label of its series. */
  readonly address: string;
  readonly url: NodeUrl;
};

export type Scheme = "http" | "https";

const LONGEST = 2048;

/**
 * Reads `http://…`, `https://…` or, with the default scheme, `host:port`.
 * @throws Error with a sentence that does not repeat the text, as it may hold a token
 */
export function parseTarget(text: string, defaultScheme: Scheme): TargetUrl {
  if (text.length > LONGEST) throw new Error(`expected a URL of at most ${LONGEST} characters`);
  if (/^unix:/i.test(text)) throw new Error("a unix socket cannot be a target: configure its node under nodes");
  // The URL standard mends these or drops them; a mended text may mean another host than whoever reads it thinks.
  if (/[\\\s\x00-\x20\x7f]/.test(text)) throw new Error("expected a URL without space, backslash or control character");
  if (text.includes("#")) throw new Error("expected a URL without a #fragment, which is never sent to a server");
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `${defaultScheme}://${text}`;
  const [, scheme = "", authority = ""] = /^([^:]*):\/\/([^/?]*)/.exec(whole) ?? [];
  if (!isScheme(scheme.toLowerCase())) throw new Error("expected http:// or https://");
  if (authority === "") throw new Error(`expected ${EXAMPLE}`);
  if (authority.includes("@")) {
    throw new Error("expected a URL without user and password: credentials belong into a module of the configuration");
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
  const host = canonicalHost(url.hostname);
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
 * The one form of a host that the URL parser has read (so 0x7f.1 is 127.0.0.1 already, and a name is lower case and
 * punycode). Undefined for what is neither a name nor an address.
 */
export function canonicalHost(hostname: string): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (isIP(bare) !== 0) return canonicalAddress(bare);
  return bare.length <= 253 && NAME.test(bare) ? bare : undefined;
}

const NAME = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

/** The system dials a mapped IPv4 address (::ffff:10.0.0.1) over IPv4, so it is one. */
function canonicalAddress(text: string): string {
  const address = ipaddr.parse(text);
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address().toString() : text;
}

/**
 * A path that every server reads alike. The URL parser has resolved dots, also as %2e. An escaped slash, backslash, dot or
 * percent sign, and `..;` of Java servers, would be another path behind a proxy that decodes them.
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
