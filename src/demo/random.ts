import { createHash } from "node:crypto";

/**
 * Networks of documentation (RFC 5737) and of benchmarks (RFC 2544), where no real peer has an address. With fewer, the peers of
 * healthy nodes would be concentrated.
 */
const UNUSED_NETWORKS = ["192.0.2", "198.51.100", "203.0.113", "198.18.0", "198.19.255"];

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** A source of repeatable random values: the same seed gives the same values in the same order. */
export type Random = {
  /** At least 0, below 1. */
  next(): number;
  /** At least `low`, below `high`. */
  between(low: number, high: number): number;
  /** A whole number, both ends included. */
  integer(low: number, high: number): number;
  chance(probability: number): boolean;
  /** @throws RangeError if there are no items */
  pick<T>(items: readonly T[]): T;
  shuffle<T>(items: readonly T[]): T[];
  /** Lower-case hexadecimal digits. */
  hex(digits: number): string;
  /** Characters of an alphabet; `length` is their number. */
  text(alphabet: string, length: number): string;
  /** An independent source: drawing from one does not change what the other gives. */
  fork(label: string): Random;
};

/** Creates a repeatable random source: sfc32 by Chris Doty-Humphrey, seeded with the SHA-256 of `seed`. */
export function createRandom(seed: string): Random {
  const digest = createHash("sha256").update(seed).digest();
  let a = digest.readUInt32LE(0);
  let b = digest.readUInt32LE(4);
  let c = digest.readUInt32LE(8);
  let counter = digest.readUInt32LE(12);

  function next(): number {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  }

  function between(low: number, high: number): number {
    return low + next() * (high - low);
  }

  function integer(low: number, high: number): number {
    return low + Math.floor(next() * (high - low + 1));
  }

  function pick<T>(items: readonly T[]): T {
    const item = items[integer(0, items.length - 1)];
    if (item === undefined) throw new RangeError("nothing to pick from");
    return item;
  }

  function shuffle<T>(items: readonly T[]): T[] {
    return items
      .map((item) => ({ item, mark: next() }))
      .sort((left, right) => left.mark - right.mark)
      .map(({ item }) => item);
  }

  function text(alphabet: string, length: number): string {
    return Array.from({ length }, () => alphabet.charAt(integer(0, alphabet.length - 1))).join("");
  }

  return {
    next,
    between,
    integer,
    chance: (probability) => next() < probability,
    pick,
    shuffle,
    hex: (digits) => text("0123456789abcdef", digits),
    text,
    fork: (label) => createRandom(`${seed}/${label}`),
  };
}

/** At most 1,270 different IPv4 addresses. */
export function ipv4Addresses(random: Random, count: number): string[] {
  const all = UNUSED_NETWORKS.flatMap((network) => Array.from({ length: 254 }, (_, host) => `${network}.${host + 1}`));
  return random.shuffle(all).slice(0, count);
}

/** Distinct IPv6 addresses of the documentation prefix 2001:db8::/32 (RFC 3849), in their shortest form. */
export function ipv6Addresses(random: Random, count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const site = random.integer(0x1000, 0xffff).toString(16);
    return `2001:db8:${site}::${(0x10 + index).toString(16)}`;
  });
}

/** A host name in the form of a Tor v3 service: 56 characters, the last one always d. Its checksum is wrong. */
export function onionHost(random: Random): string {
  return `${random.text(BASE32, 55)}d.onion`;
}

/** A host name in the form of an I2P destination (52 characters). */
export function i2pHost(random: Random): string {
  return `${random.text(BASE32, 52)}.b32.i2p`;
}

/** A port that an operating system would choose for an outgoing connection. */
export function ephemeralPort(random: Random): number {
  return random.integer(32768, 60999);
}

/** Distributes items over slots, one to each in turn, so that no two slots have the same item. */
export function deal<T>(items: readonly T[], slots: number): T[][] {
  const dealt: T[][] = Array.from({ length: slots }, () => []);
  for (const [index, item] of items.entries()) dealt[index % slots]?.push(item);
  return dealt;
}
