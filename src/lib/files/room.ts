/** A read that is under way in a lane. */
export type Reading = {
  readonly path: string;
  readonly folder: string;
  readonly startedMs: number;
  state: "usual" | "slow" | "hung";
};

/** Where a file may be read now. */
export type Place =
  | { readonly kind: "lane"; readonly lane: number }
  /** The same file is being read. */
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

/** So many hung reads of one folder or file system, and none that went well since, condemn it as a whole. */
const CONDEMNING = 3;

/** What is known of more files than this is forgotten. */
const MOST_REMEMBERED = 20_000;

type Known = { readonly device: number; readonly startedMs: number };

/**
 * Shares the lanes so that files that hang leave some to those that do not: a dead mount takes a few lanes and no more, and
 * the last one is for files that were read while others hung.
 */
export function createRoom(readings: readonly (Reading | undefined)[], usualLanes: number): Room {
  const known = new Map<string, Known>();
  /** When the last read that went well began, by folder and by file system. */
  const wellSince = new Map<string, number>();

  const held = () => readings.filter((reading) => reading !== undefined);
  const hung = () => held().filter(({ state }) => state === "hung");

  function areasOf(path: string, folder: string): readonly string[] {
    const device = known.get(path)?.device;
    return device === undefined ? [folder] : [folder, `device ${device}`];
  }

  function isCondemned(area: string): boolean {
    const there = hung().filter(({ path, folder }) => areasOf(path, folder).includes(area));
    const first = Math.min(...there.map(({ startedMs }) => startedMs));
    return there.length >= CONDEMNING && (wellSince.get(area) ?? Number.NEGATIVE_INFINITY) < first;
  }

  function refusal(path: string, folder: string): Place | undefined {
    const all = hung();
    const [first] = all;
    if (first === undefined) return undefined;
    const finding = `not tried, as ${all.length} other files hang, such as ${first.path}: see whether their mount hangs`;
    if (areasOf(path, folder).some(isCondemned)) return { kind: "refused", finding };
    const since = Math.min(...all.map(({ startedMs }) => startedMs));
    const wasWell = (known.get(path)?.startedMs ?? Number.NEGATIVE_INFINITY) > since;
    return all.length >= readings.length - 1 && !wasWell ? { kind: "refused", finding } : undefined;
  }

  return {
    find(path) {
      const same = held().find((reading) => reading.path === path);
      if (same !== undefined) return { kind: same.state === "hung" ? "refused" : "busy" };
      const folder = path.slice(0, path.lastIndexOf("/"));
      const refused = refusal(path, folder);
      if (refused !== undefined) return refused;
      const open = usualLanes + held().filter(({ state }) => state !== "usual").length;
      const lane = readings.slice(0, open).indexOf(undefined);
      if (lane >= 0) return { kind: "lane", lane };
      const isAllHung = hung().length === readings.length;
      return isAllHung ? { kind: "refused", finding: "not tried, as too many other files hang" } : { kind: "full" };
    },
    succeeded({ path, folder, startedMs }, device) {
      if (known.size >= MOST_REMEMBERED) {
        known.clear();
        wellSince.clear();
      }
      known.set(path, { device, startedMs });
      wellSince.set(folder, startedMs);
      wellSince.set(`device ${device}`, startedMs);
    },
  };
}
