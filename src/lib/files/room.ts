/** A read that is under way in a lane. */
export type Reading = {
  readonly path: string;
  readonly startedMs: number;
  state: "usual" | "slow" | "hung";
};

/** Where a file may be read now. */
export type Place =
  | { readonly kind: "lane"; readonly lane: number }
  /** The same file is being read, or others that may hang for the same reason. */
  | { readonly kind: "busy" }
  /** No file gets a lane now. */
  | { readonly kind: "full" }
  /** It would hang, too; without a finding of its own where this very file does. */
  | { readonly kind: "refused"; readonly finding?: string };

export type Room = {
  find(path: string): Place;
  /** A read ended well, on this file system. */
  succeeded(reading: Reading, device: number): void;
};

/** What is known of more files than this is forgotten. */
const MOST_REMEMBERED = 20_000;

type Known = { readonly device: number; readonly startedMs: number };

/**
 * Shares the lanes so that files that hang leave one to those that do not: the last one is for files that were read while
 * others hung, or were read before and lie on a file system of which nothing is known to hang.
 */
export function createRoom(readings: readonly (Reading | undefined)[], usualLanes: number): Room {
  const known = new Map<string, Known>();

  function isTrusted(path: string, suspects: readonly Reading[]): boolean {
    const before = known.get(path);
    if (before === undefined) return false;
    const first = Math.min(...suspects.map(({ startedMs }) => startedMs));
    return before.startedMs > first || !suspects.some((one) => known.get(one.path)?.device === before.device);
  }

  return {
    find(path) {
      const held = readings.filter((reading) => reading !== undefined);
      const same = held.find((reading) => reading.path === path);
      if (same !== undefined) return { kind: same.state === "hung" ? "refused" : "busy" };
      const suspects = held.filter(({ state }) => state !== "usual");
      const [first] = suspects;
      if (first !== undefined && held.length >= readings.length - 1 && !isTrusted(path, suspects)) {
        return held.every(isHung) ? refused(first, held.length) : { kind: "busy" };
      }
      const lane = readings.slice(0, usualLanes + suspects.length).indexOf(undefined);
      if (lane >= 0) return { kind: "lane", lane };
      return first !== undefined && held.every(isHung) ? refused(first, held.length) : { kind: "full" };
    },
    succeeded({ path, startedMs }, device) {
      if (known.size >= MOST_REMEMBERED) known.clear();
      known.set(path, { device, startedMs });
    },
  };
}

const isHung = ({ state }: Reading) => state === "hung";

function refused({ path }: Reading, count: number): Place {
  const others = count === 1 ? "another file hangs" : `${count} other files hang`;
  return { kind: "refused", finding: `not tried, as ${others}, such as ${path}: see whether their mount hangs` };
}
