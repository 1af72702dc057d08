import { Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { type Signal, untilAborted } from "../lib/abort.ts";

/**
 * Decides whether an address that a stranger chose may be dialled. Names are resolved first and the numbers are judged,
 * as any name may point into the local network; the caller must dial exactly the number given back, or a second look-up
 * could answer differently.
 */

/** Gives the addresses of a host name; gives up when the signal ends. */
export type Resolve = (hostname: string, signal: Signal) => Promise<readonly string[]>;

/**
 * Asks the system's name servers, and not the system's resolver: that one holds a thread of the few that Node has for
 * files too until it gives up, and would read the hosts file and search the local domains for a stranger's name.
 * @param servers others than the system's
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
      // IPv4 first: where there is no IPv6, its addresses lead nowhere.
      return [ipv4, ipv6].flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  };
}

export const systemResolve = createResolve();

/** A range of addresses, as parseRange reads it. */
export type AddressRange = readonly [network: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

export type AddressFilter = {
  /** Ranges that may be dialled although they are not public. */
  readonly allowed: readonly AddressRange[];
  readonly resolve: Resolve;
};

export type Destination =
  | { readonly kind: "allowed"; readonly address: string }
  | { readonly kind: "forbidden"; readonly problem: string }
  /** No address is known, so nothing was judged. */
  | { readonly kind: "unresolved"; readonly problem: string };

/** `10.0.0.0/8` or `fd00::/8`; undefined for anything else. */
export function parseRange(text: string): AddressRange | undefined {
  const [network = "", bits = "", ...rest] = text.split("/");
  if (!isPlainAddress(network) || !/^\d{1,3}$/.test(bits) || rest.length > 0) return undefined;
  const address = parseAddress(network);
  const isIpv4 = address instanceof ipaddr.IPv4;
  // A range of mapped addresses would never match, as they are judged as IPv4.
  if (isIpv4 && network.includes(":")) return undefined;
  return Number(bits) > (isIpv4 ? 32 : 128) ? undefined : [address, Number(bits)];
}

/** The address to dial for a host, or why it must not be dialled. One forbidden number forbids the whole name. */
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

/** Why a host must not be dialled, as far as that can be said without a look-up. */
export function hostProblem(host: string, allowed: readonly AddressRange[]): string | undefined {
  if (isIP(host) !== 0) return addressProblem(host, allowed);
  const name = host.toLowerCase().replace(/\.$/, "");
  if (name.length > 253 || !NAME.test(name)) return "not a host name";
  // "127.1", "0x7f000001" and "2130706433" are addresses to many resolvers.
  if (LOOKS_NUMERIC.test(name)) return "not an IP address in its usual form";
  return NO_NAME_OF_DNS.test(name) ? "a name that DNS does not have" : undefined;
}

const NAME = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

/** How the URL standard tells a number from a name: by the last label. */
const LOOKS_NUMERIC = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/;

/** Other networks' names, which should not leak into DNS (RFC 7686), and names for documentation (RFC 6761). */
const NO_NAME_OF_DNS = /(?:^|\.)(?:onion|i2p|invalid|example|example\.(?:com|net|org))$/;

/**
 * Why an IP address must not be dialled; undefined when it may. Only public unicast addresses may, besides the allowed
 * ranges: loopback, private, link-local (cloud metadata services live there), multicast, carrier-grade NAT, documentation
 * and reserved ranges may not. IPv4 inside IPv6 counts as what it is where it is used (mapped, NAT64), and is refused in
 * the ways that nobody needs any more (6to4, Teredo, …).
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

/** All IPv6 addresses that are given to anybody are from here (IANA); `unicast` holds also what is given to nobody. */
const GLOBAL_IPV6: AddressRange = [ipaddr.IPv6.parse("2000::"), 3];

/** Azure's platform service has a public number; the other clouds' metadata services are in local ranges. */
const PUBLIC_METADATA: readonly AddressRange[] = [[ipaddr.IPv4.parse("168.63.129.16"), 32]];

/** A gateway of the network turns these into IPv4 (RFC 6052); names resolve to them where there is only IPv6. */
const NAT64: AddressRange = [ipaddr.IPv6.parse("64:ff9b::"), 96];

function withoutCover(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  return isWithin(address, NAT64) ? new ipaddr.IPv4(address.toByteArray().slice(12)) : address;
}

/** Neither "127.1" nor "0177.0.0.1", and without a zone (fe80::1%eth0), which would choose an interface of ours. */
function isPlainAddress(text: string): boolean {
  return isIP(text) !== 0 && !text.includes("%");
}

/**
 * A mapped IPv4 address as IPv4. The URL standard's text of an IPv6 address has no dotted part: ipaddr.js reads
 * "::1.2.3.4" as a mapped address, which the system does not.
 */
function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 {
  return ipaddr.process(text.includes(":") ? new URL(`http://[${text}]`).hostname.slice(1, -1) : text);
}

function isWithin(address: ipaddr.IPv4 | ipaddr.IPv6, [network, bits]: AddressRange): boolean {
  if (address instanceof ipaddr.IPv4 && network instanceof ipaddr.IPv4) return address.match(network, bits);
  return address instanceof ipaddr.IPv6 && network instanceof ipaddr.IPv6 && address.match(network, bits);
}

/** Whether an IP address is of a range; a mapped IPv4 address counts as IPv4. */
export function isAddressIn(text: string, range: AddressRange): boolean {
  return isPlainAddress(text) && isWithin(parseAddress(text), range);
}
