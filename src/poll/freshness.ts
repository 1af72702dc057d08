import type { Elapsed } from "../lib/elapsed.ts";

/** Until when the data of each node may be shown. Asking costs one comparison while nothing has expired. */
export type Freshness = {
  /** The node's data was read now, and is fresh for this many milliseconds. */
  renew(name: string, lifetimeMs: number): void;
  /** Another lifetime for the data that was read last, in milliseconds. */
  change(name: string, lifetimeMs: number): void;
  forget(name: string): void;
  /**
   * The nodes whose data is no longer fresh. Each is returned once, and then not until it is renewed.
   * @param max returns at most so many of them
   */
  takeExpired(max?: number): readonly string[];
};

/** Milliseconds of the given clock. */
type Lifetime = { readonly readAt: number; readonly lifetimeMs: number };

const NONE: readonly string[] = [];

export function createFreshness(now: Elapsed): Freshness {
  const lifetimes = new Map<string, Lifetime>();
  /** No node's data expires before: those that were renewed expire later, which is noticed when this moment has passed. */
  let earliest = Number.POSITIVE_INFINITY;

  function set(name: string, lifetime: Lifetime): void {
    lifetimes.set(name, lifetime);
    earliest = Math.min(earliest, endOf(lifetime));
  }

  return {
    renew: (name, lifetimeMs) => set(name, { readAt: now(), lifetimeMs }),
    change(name, lifetimeMs) {
      const known = lifetimes.get(name);
      if (known !== undefined) set(name, { ...known, lifetimeMs });
    },
    forget: (name) => void lifetimes.delete(name),
    takeExpired(max = Number.POSITIVE_INFINITY) {
      const time = now();
      if (time <= earliest) return NONE;
      const expired: string[] = [];
      earliest = Number.POSITIVE_INFINITY;
      for (const [name, lifetime] of lifetimes) {
        const end = endOf(lifetime);
        if (time > end && expired.length < max) expired.push(name);
        else earliest = Math.min(earliest, end);
      }
      for (const name of expired) lifetimes.delete(name);
      return expired;
    },
  };
}

function endOf({ readAt, lifetimeMs }: Lifetime): number {
  return readAt + lifetimeMs;
}
