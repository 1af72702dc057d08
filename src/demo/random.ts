import { createHash } from "node:crypto";

/** A source of repeatable random values: the same seed gives the same values in the same order. */
export type Random = {
  /** At least 0, below 1. */
  next(): number;
  /** At least `low`, below `high`. */
  between(low: number, high: number): number;
  /** A whole number, both ends included. */
  integer(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  shuffle<T>(items: readonly T[]): T[];
  /** Lower-case hexadecimal digits. */
  hex(digits: number): string;
  /** Characters of an alphabet. */
  text(alphabet: string, length: number): string;
  /** An independent source: what is drawn from one does not move the other. */
  fork(label: string): Random;
};

/** Creates a repeatable random source (sfc32 by Chris Doty-Humphrey, seeded by SHA-256 of the seed). */
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
