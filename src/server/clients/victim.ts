/**
 * How far the client of a connection is known. `none`: not at all. `open`: it requested a page that is open to everyone,
 * because no users are configured. `identified`: by a password or a client certificate.
 */
export type Proof = "none" | "open" | "identified";

/** What counts when a connection has to make room. */
export type Standing = {
  /** As addressGroup returns it. */
  readonly group: string;
  readonly proof: Proof;
  /** Requests whose responses have not been read to the end. */
  readonly waiting: number;
  /** It requested a health page. It still counts as unknown, but goes after connections that requested nothing. */
  readonly isHealth: boolean;
  /** A counter that grows with each connection. */
  readonly createdAt: number;
  /** The same counter, when its last response ended. */
  readonly usedAt: number;
};

/**
 * The connection that makes room for a new one when the server is full: at the address with the most connections of
 * unidentified clients, the one with the lowest rank. If all are identified, the one that was idle for longest.
 * @returns undefined when the new one has to go
 */
export function victimOfAll<T extends Standing>(all: Iterable<T>, newcomer: T): T | undefined {
  const others = [...all].filter((connection) => connection !== newcomer);
  const unidentified = others.filter(({ proof }) => proof !== "identified");
  if (unidentified.length === 0) return lowest(others.filter(({ waiting }) => waiting === 0));
  const group = largestGroup([...unidentified, newcomer]);
  const found = lowest(unidentified.filter((connection) => connection.group === group));
  // An address that fills all places with requests gets no further place for them.
  return found !== undefined && rankOf(found) === BUSY && group === newcomer.group ? undefined : found;
}

/** The connection that makes room when the new one's address exceeds its share; undefined when it does not. */
export function victimOfGroup<T extends Standing>(all: Iterable<T>, newcomer: T, share: number): T | undefined {
  const same = [...all].filter(({ group, proof }) => proof === "none" && group === newcomer.group);
  return same.length > share ? lowest(same.filter((connection) => connection !== newcomer)) : undefined;
}

/**
 * Where requests are cut when too many wait: at the address whose unidentified clients have the most of them, the connection
 * with the most.
 * @param gone closed connections for which work is still under way
 * @returns undefined when no request of an unidentified client waits
 */
export function victimOfWaiting<T extends Standing>(
  open: Iterable<T>,
  gone: Iterable<T>,
): { readonly group: string; readonly victim: T | undefined } | undefined {
  const isCandidate = ({ proof, waiting }: Standing) => proof !== "identified" && waiting > 0;
  const candidates = [...open].filter(isCandidate);
  const group = largestGroup([...candidates, ...[...gone].filter(isCandidate)], ({ waiting }) => waiting);
  if (group === undefined) return undefined;
  const [first, ...others] = candidates.filter((connection) => connection.group === group);
  return {
    group,
    victim: others.reduce((busiest, next) => (next.waiting >= (busiest?.waiting ?? 0) ? next : busiest), first),
  };
}

const BUSY = 4;

/** Connections with the lowest rank go first. */
function rankOf({ proof, waiting, isHealth }: Standing): number {
  if (proof !== "none") return waiting > 0 ? BUSY : 3;
  if (waiting > 0) return 1;
  return isHealth ? 2 : 0;
}

/** The connection with the lowest rank; among several, the oldest one, or the one that was idle for longest. */
function lowest<T extends Standing>(connections: readonly T[]): T | undefined {
  return connections.reduce<T | undefined>(
    (found, next) => (found === undefined || isBefore(next, found) ? next : found),
    undefined,
  );
}

function isBefore(one: Standing, other: Standing): boolean {
  const [rank, otherRank] = [rankOf(one), rankOf(other)];
  if (rank !== otherRank) return rank < otherRank;
  return one.proof === "none" ? one.createdAt < other.createdAt : one.usedAt < other.usedAt;
}

function largestGroup<T extends Standing>(
  connections: readonly T[],
  weigh: (connection: T) => number = () => 1,
): string | undefined {
  const sizes = new Map<string, number>();
  let largest: string | undefined;
  for (const connection of connections) {
    const { group } = connection;
    const size = (sizes.get(group) ?? 0) + weigh(connection);
    sizes.set(group, size);
    if (largest === undefined || size > (sizes.get(largest) ?? 0)) largest = group;
  }
  return largest;
}
