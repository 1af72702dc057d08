import { lookup as systemLookup } from "node:dns/promises";
import ipaddr from "ipaddr.js";
import { errorCode } from "../config/secret.ts";

/**
 * Decides whether an address that a stranger chose may be dialled. Names are resolved first and the numbers are judged,
 * as any name may point into the local network; the caller must dial exactly the number given back, or a second look-up
 * could answer differently.
 */

/** Gives the addresses of a host name. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

export type Destination =
  | { readonly ok: true; readonly address: string }
  | { readonly ok: false; readonly problem: string };

export const systemResolve: Resolve = async (hostname) =>
  (await systemLookup(hostname, { all: true, verbatim: true })).map(({ address }) => address);

/** The address to dial for a host, or why it must not be dialled. One forbidden number forbids the whole name. */
export async function chooseDestination(
  host: string,
  allowed: readonly string[],
  resolve: Resolve,
): Promise<Destination> {
  const addresses = ipaddr.isValid(host) ? [host] : await resolve(host).catch(errorCode);
  if (typeof addresses === "string") return { ok: false, problem: `the name does not resolve (${addresses})` };
  const [first] = addresses;
  if (first === undefined) return { ok: false, problem: "the name has no address" };
  const forbidden = addresses
    .map((address) => addressProblem(address, allowed))
    .find((problem) => problem !== undefined);
  return forbidden === undefined ? { ok: true, address: first } : { ok: false, problem: forbidden };
}

/**
 * Why an IP address must not be dialled; undefined when it may. Only public unicast addresses may, besides the ranges
 * in `allowed` (CIDR): loopback, private, link-local (cloud metadata services live there), multicast, carrier-grade NAT,
 * documentation and reserved ranges may not. IPv4 hidden in IPv6 (mapped, 6to4, Teredo, NAT64) counts as what it hides.
 */
export function addressProblem(text: string, allowed: readonly string[]): string | undefined {
  // "127.1" and "0x7f000001" are addresses to some resolvers: only the plain forms are read.
  const isPlain = ipaddr.IPv4.isValidFourPartDecimal(text) || (text.includes(":") && ipaddr.IPv6.isValid(text));
  if (!isPlain) return "not an IP address";
  const address = ipaddr.process(text);
  if (allowed.some((range) => isWithin(address, range))) return undefined;
  if (METADATA.some((range) => isWithin(address, range))) return "an address of a cloud's metadata service";
  const range = address.range();
  return range === "unicast" ? undefined : `an address of the range ${range}`;
}

/** Azure's platform service has a public number; the other clouds' metadata services are link-local or unique local. */
const METADATA = ["168.63.129.16/32"];

function isWithin(address: ipaddr.IPv4 | ipaddr.IPv6, range: string): boolean {
  const [network, bits] = ipaddr.parseCIDR(range);
  if (address instanceof ipaddr.IPv4 && network instanceof ipaddr.IPv4) return address.match(network, bits);
  return address instanceof ipaddr.IPv6 && network instanceof ipaddr.IPv6 && address.match(network, bits);
}
