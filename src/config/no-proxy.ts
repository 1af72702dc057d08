import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import ipaddr from "ipaddr.js";
import { type AddressRange, isAddressIn, isHostName, parseRange, rangeOfAddress } from "../rpc/address-filter.ts";
import type { ProxyException } from "../rpc/settings.ts";
import { quoted } from "../schema/fields.ts";

/**
 * Hosts that are asked without the proxy, as Go's programs write them in NO_PROXY (golang.org/x/net/http/httpproxy):
 * `node.example` is the name and its subdomains, `.node.example` and `*.node.example` only these, `10.0.0.1`, `10.0.0.0/8`, each
 * name and address also with a port, and `*` is every host. A name is not resolved to compare its addresses.
 */

const EXPECTED = "host names, addresses and CIDR ranges, each name and address also with :port";

export function splitList(text: string): readonly string[] {
  return text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

/**
 * The entries of NO_PROXY, also with white space between them, as curl and Python's urllib take them. Those that cannot be read are
 * skipped, as other programs may understand them.
 */
export function readExceptions(text: string): readonly ProxyException[] {
  return splitList(text.replace(/\s+/g, ",")).flatMap((entry) => readEntry(entry) ?? []);
}

/** @throws Error for an entry that never matches */
export function parseException(entry: string): ProxyException {
  const read = readEntry(entry);
  if (read === undefined) throw new Error(`expected ${EXPECTED}, found ${quoted(entry)}`);
  return read;
}

function readEntry(entry: string): ProxyException | undefined {
  const matches = matcherOf(entry.toLowerCase());
  return matches === undefined ? undefined : { label: entry, matches };
}

function matcherOf(entry: string): ProxyException["matches"] | undefined {
  if (entry === "*") return () => true;
  if (entry.includes("/")) {
    const range = parseRange(entry);
    return range && (({ hostname }) => isAddressIn(hostname, range));
  }
  const { host, port } = splitPort(entry);
  if (port !== undefined && !(port > 0 && port <= 65_535)) return undefined;
  const isPort = (asked: number) => port === undefined || port === asked;
  if (isIP(host) !== 0) {
    const range = rangeOfAddress(host);
    return range && ((url) => isPort(url.port) && isAddressIn(url.hostname, range));
  }
  const isSubdomainOnly = /^\*?\./.test(host);
  const name = domainToASCII(withoutDot(host.replace(/^\*?\./, "")));
  if (!isHostName(name)) return undefined;
  return (url) => {
    const asked = withoutDot(url.hostname.toLowerCase());
    return isPort(url.port) && ((asked === name && !isSubdomainOnly) || asked.endsWith(`.${name}`));
  };
}

/** `host:80`, `[::1]:80`, `[::1]` or, without a port, `::1`. */
function splitPort(entry: string): { readonly host: string; readonly port: number | undefined } {
  const [, bracketed, bare, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(entry) ?? [];
  return { host: bracketed ?? bare ?? entry, port: port === undefined ? undefined : Number(port) };
}

function withoutDot(name: string): string {
  return name.replace(/\.$/, "");
}

/** Not parsed from text: that would compile patterns of Node.js at each start. */
const LOOPBACK_RANGES: readonly AddressRange[] = [
  [new ipaddr.IPv4([127, 0, 0, 0]), 8],
  [new ipaddr.IPv6([0, 0, 0, 0, 0, 0, 0, 1]), 128],
];

/** This machine, which is never asked through a proxy of the environment. */
export const LOOPBACK: ProxyException = {
  label: "localhost",
  matches: ({ hostname }) =>
    withoutDot(hostname) === "localhost" || LOOPBACK_RANGES.some((range) => isAddressIn(hostname, range)),
};
