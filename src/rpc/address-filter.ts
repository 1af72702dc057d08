import { Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { type Signal, untilAborted } from "../lib/abort.ts";

/**
 * Decides whether an address that an untrusted peer chose may be dialled. Names are resolved first and the addresses are
 * checked, as any name may point into the local network. The caller must dial exactly the returned address: a second lookup
 * could give another one.
 */

/** Resolves a host name to its addresses, until the signal ends. */
export type Resolve = (hostname: string, signal: Signal) => Promise<readonly string[]>;

/**
 * Asks the system's name servers directly. The system's resolver would block one of the few threads that Node.js also uses
 * for files, and would look up the untrusted name in the hosts file and the local domains.
 * @param servers instead of the system's name servers
 */
export function createResolve(servers?: readonly string[]): Resolve {
  return async (hostname, signal) => {
    const resolver = new Resolver();
    if (servers !== undefined) resolver.setServers(servers);
    const cancel = () => resolver.cancel();
    signal.addEventListener("abort", cancel, { once: true });
    try {
      const [ipv4, ipv6] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
      if (ipv4.status === "rejected" && ipv6.status === "rejected") throw ipv4.reason;
      // IPv4 first, as it also works on hosts without IPv6.
      return [ipv4, ipv6].flatMap((result) => (result.status === "fulfilled" ? result.value : []));
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  };
}

export const systemResolve = createResolve();

/** A range of addresses, from parseRange. */
export type AddressRange = readonly [network: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

export type AddressFilter = {
  /** Ranges that may be dialled even though they are not public. */
  readonly allowed: readonly AddressRange[];
  readonly resolve: Resolve;
};

type Destination =
  | { readonly kind: "allowed"; readonly address: string }
  | { readonly kind: "forbidden"; readonly problem: string }
  /** The name has no known address. */
  | { readonly kind: "unresolved"; readonly problem: string };

/** `10.0.0.0/8` or `fd00::/8`; undefined for anything else. */
export function parseRange(text: string): AddressRange | undefined {
  const [network = "", bits = "", ...rest] = text.split("/");
  if (!isPlainAddress(network) || !/^\d{1,3}$/.test(bits) || rest.length > 0) return undefined;
  const address = parseAddress(network);
  const isIpv4 = address instanceof ipaddr.IPv4;
  // A range of mapped addresses would never match, as they count as IPv4.
  if (isIpv4 && network.includes(":")) return undefined;
  return Number(bits) > (isIpv4 ? 32 : 128) ? undefined : [address, Number(bits)];
}

/** The range of one address; a mapped IPv4 address counts as IPv4. undefined for anything else. */
export function rangeOfAddress(text: string): AddressRange | undefined {
  if (!isPlainAddress(text)) return undefined;
  const address = parseAddress(text);
  return [address, address instanceof ipaddr.IPv4 ? 32 : 128];
}

/** The address to dial for a host, or the reason against it. One forbidden address forbids the whole name. */
export async function chooseDestination(
  host: string,
  { allowed, resolve }: AddressFilter,
  signal: Signal,
): Promise<Destination> {
  const known = hostProblem(host, allowed);
  if (known !== undefined) return { kind: "forbidden", problem: known };
  if (isIP(host) !== 0) return { kind: "allowed", address: host };
  const addresses = await untilAborted(resolve(host, signal), signal).catch(() => []);
  const [first] = addresses;
  if (first === undefined) return { kind: "unresolved", problem: "the name does not resolve" };
  for (const address of addresses) {
    const problem = addressProblem(address, allowed);
    if (problem !== undefined) return { kind: "forbidden", problem };
  }
  return { kind: "allowed", address: first };
}

/** Why a host must not be dialled, as far as this is known without a lookup. */
export function hostProblem(host: string, allowed: readonly AddressRange[]): string | undefined {
  if (isIP(host) !== 0) return addressProblem(host, allowed);
  const name = host.toLowerCase().replace(/\.$/, "");
  if (!isHostName(name)) return "not a host name";
  // Many resolvers take "127.1", "0x7f000001" and "2130706433" for addresses.
  if (LOOKS_NUMERIC.test(name)) return "not an IP address in its standard form";
  return NOT_IN_DNS.test(name) ? "a name that is not in DNS" : undefined;
}

/** Whether a lower-case text is a host name, without a trailing dot. */
export function isHostName(name: string): boolean {
  return name.length <= 253 && NAME.test(name);
}

const NAME = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

/** By the last label, as in the URL standard. */
const LOOKS_NUMERIC = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/;

/** Names of other networks, which must not leak into DNS (RFC 7686), and names for documentation (RFC 6761). */
const NOT_IN_DNS = /(?:^|\.)(?:onion|i2p|invalid|example|example\.(?:com|net|org))$/;

/**
 * Why an IP address must not be dialled; undefined if it may. Allowed are public unicast addresses and the given ranges, but
 * not loopback, private, link-local (cloud metadata services), multicast, carrier-grade NAT, documentation and reserved
 * addresses. IPv4 inside IPv6 counts as IPv4 in the forms that are in use (mapped, NAT64); the obsolete forms (6to4, Teredo,
 * …) are refused.
 */
export function addressProblem(text: string, allowed: readonly AddressRange[]): string | undefined {
  if (!isPlainAddress(text)) return "not an IP address";
  const address = withoutCover(parseAddress(text));
  if (allowed.some((range) => isWithin(address, range))) return undefined;
  if (PUBLIC_METADATA.some((range) => isWithin(address, range))) return "an address of a cloud's metadata service";
  const range = address.range();
  if (range !== "unicast") return `an address of the range ${range}`;
  return address instanceof ipaddr.IPv4 || isWithin(address, GLOBAL_IPV6) ? undefined : "not a public address";
}

/** IANA assigns IPv6 addresses only from this range; `unicast` also includes unassigned ones. */
const GLOBAL_IPV6: AddressRange = [ipaddr.IPv6.parse("2000::"), 3];

/** Azure's platform service has a public address; the metadata services of other clouds are in local ranges. */
const PUBLIC_METADATA: readonly AddressRange[] = [[ipaddr.IPv4.parse("168.63.129.16"), 32]];

/** A gateway translates these to IPv4 (RFC 6052); in networks with IPv6 only, names resolve to them. */
const NAT64: AddressRange = [ipaddr.IPv6.parse("64:ff9b::"), 96];

function withoutCover(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  return isWithin(address, NAT64) ? new ipaddr.IPv4(address.toByteArray().slice(12)) : address;
}

/** Excludes "127.1", "0177.0.0.1" and addresses with a zone (fe80::1%eth0), which would choose one of our interfaces. */
function isPlainAddress(text: string): boolean {
  return isIP(text) !== 0 && !text.includes("%");
}

/**
 * Parses an address; a mapped IPv4 address becomes IPv4. The URL parser first removes the dotted part of an IPv6 address:
 * ipaddr.js would read "::1.2.3.4" as a mapped address, unlike the system.
 */
function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 {
  return ipaddr.process(text.includes(":") ? new URL(`http://[${text}]`).hostname.slice(1, -1) : text);
}

function isWithin(address: ipaddr.IPv4 | ipaddr.IPv6, [network, bits]: AddressRange): boolean {
  if (address instanceof ipaddr.IPv4 && network instanceof ipaddr.IPv4) return address.match(network, bits);
  return address instanceof ipaddr.IPv6 && network instanceof ipaddr.IPv6 && address.match(network, bits);
}

/** Whether an IP address is in a range; a mapped IPv4 address counts as IPv4. */
export function isAddressIn(text: string, range: AddressRange): boolean {
  return isPlainAddress(text) && isWithin(parseAddress(text), range);
}
