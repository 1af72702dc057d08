import { isIP } from "node:net";
import { type AddressRange, isAddressIn, parseRange } from "../rpc/address-filter.ts";
import { quoted } from "../schema/fields.ts";
import { canonicalHost, type Scheme, type TargetUrl } from "./target-url.ts";

/**
 * What targets may be: `[SCHEME://]HOST:PORT[/PATH]`. No regular expressions, as these match more than their author
 * thinks of. docs/probe.md describes the language.
 */
export type TargetPattern = {
  /** How it was written, without its path, which may hold a token. */
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
  /** Every name that ends in these labels, with at least one more before them. */
  | { readonly kind: "suffix"; readonly suffix: string }
  /** Matches addresses only, never names: what a name resolves to is its owner's choice, and may change. */
  | { readonly kind: "range"; readonly range: AddressRange };

/** This path alone, without a query; or also everything below it, with any query. */
type PathPattern = { readonly path: string; readonly below: boolean };

const PATTERN = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\[[^\]]*\]|[^/:?[\]]+(?:\/\d+)?)(?::([^/]*))?(\/.*)?$/i;

/** @throws Error with what was expected; it does not repeat the path, which may hold a token */
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
  throw new Error(`expected a port from 1 to 65535 or * behind the host: ${host}:8888 or ${host}:*`);
}

function parseHost(text: string): HostPattern {
  const bare = text.startsWith("[") ? text.slice(1, -1) : text;
  const range = rangeOf(bare);
  // Without brackets the end of an IPv6 address and the port could not be told apart.
  if (range !== undefined && text.startsWith("[") === bare.includes(":")) return { kind: "range", range };
  if (text === "*") throw new Error("expected a host: to allow every host would make the exporter an open proxy");
  const wildcard = text.startsWith("*.");
  const name = canonicalName(wildcard ? text.slice(2) : text);
  if (name === undefined) {
    throw new Error(
      `expected a name, *.NAME, an address or a range of addresses (IPv6 in brackets), found ${quoted(text)}`,
    );
  }
  return wildcard ? { kind: "suffix", suffix: name } : { kind: "name", name };
}

/** An address is a range of one. */
function rangeOf(text: string): AddressRange | undefined {
  const family = isIP(text);
  return parseRange(family === 0 ? text : `${text}/${family === 4 ? 32 : 128}`);
}

/** As the URL parser makes it of a target's host; undefined for other notations of an address, too. */
function canonicalName(text: string): string | undefined {
  if (/[*/%[\]]/.test(text)) return undefined;
  try {
    const host = canonicalHost(new URL(`http://${text}`).hostname);
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
      "expected a path like /json_rpc or, with everything below it, /gateway/*; without query and escapes",
    );
  }
  return { path, below };
}
