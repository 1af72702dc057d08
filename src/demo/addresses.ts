import type { Random } from "./random.ts";

/** IPv4 networks that RFC 5737 sets aside for documentation: nobody is reached by these addresses. */
const IPV4_NETWORKS = ["192.0.2", "198.51.100", "203.0.113"] as const;

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** Distinct IPv4 addresses, spread over the three documentation networks (762 exist). */
export function ipv4Addresses(random: Random, count: number): string[] {
  const all = IPV4_NETWORKS.flatMap((network) => Array.from({ length: 254 }, (_, host) => `${network}.${host + 1}`));
  return random.shuffle(all).slice(0, count);
}

/** Distinct IPv6 addresses of the documentation prefix 2001:db8::/32 (RFC 3849), in their shortest form. */
export function ipv6Addresses(random: Random, count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const site = random.integer(0x1000, 0xffff).toString(16);
    return `2001:db8:${site}::${(0x10 + index).toString(16)}`;
  });
}

/** A host name of the form of a Tor v3 service (56 characters, the last one always d). Its checksum is wrong. */
export function onionHost(random: Random): string {
  return `${random.text(BASE32, 55)}d.onion`;
}

/** A host name of the form of an I2P destination (52 characters). */
export function i2pHost(random: Random): string {
  return `${random.text(BASE32, 52)}.b32.i2p`;
}

/** A port as systems choose it for the dialling side. */
export function ephemeralPort(random: Random): number {
  return random.integer(32768, 60999);
}

/** Deals items into `places` piles, as cards are dealt, so that no two places show the same peer at once. */
export function deal<T>(items: readonly T[], places: number): T[][] {
  const piles: T[][] = Array.from({ length: places }, () => []);
  for (const [index, item] of items.entries()) piles[index % places]?.push(item);
  return piles;
}
