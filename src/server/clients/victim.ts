/**
 * What is known of the client of a connection. `none`: it may be anybody. `open`: a page that is open to everybody was asked
 * for, where no users are configured. `identified`: by a password or a client certificate.
 */
export type Proof = "none" | "open" | "identified";

/** What counts when a connection has to go. */
export type Standing = {
  /** Of addressGroup. */
  readonly group: string;
  readonly proof: Proof;
  /** Requests that are not answered to the end. */
  readonly waiting: number;
  /** A health page was answered: by this alone it counts no less than others, but goes after those that asked for nothing. */
  readonly isHealth: boolean;
  /** Grows from connection to connection. */
  readonly born: number;
  /** The same clock, when its last answer ended. */
  readonly usedAt: number;
};

/**
 * Which connection makes room for a new one when no more may be open: of the address with the most connections of unknown
 * clients, the one that is missed least; only where there are none, the identified one that was idle for longest.
 * @returns undefined when the new one has to go
 */
export function victimOfAll<T extends Standing>(all: Iterable<T>, newcomer: T): T | undefined {
  const others = [...all].filter((connection) => connection !== newcomer);
  const strangers = others.filter(({ proof }) => proof !== "identified");
  if (strangers.length === 0) return least(others.filter(({ waiting }) => waiting === 0));
  const group = largestGroup([...strangers, newcomer]);
  const found = least(strangers.filter((connection) => connection.group === group));
  // Whoever fills all places with work of its own gets no further one for it.
  return found !== undefined && rankOf(found) === BUSY && group === newcomer.group ? undefined : found;
}

/** Which connection makes room when the address of the new one has more than its share; undefined when it has not. */
export function victimOfGroup<T extends Standing>(all: Iterable<T>, newcomer: T, share: number): T | undefined {
  const same = [...all].filter(({ group, proof }) => proof === "none" && group === newcomer.group);
  return same.length > share ? least(same.filter((connection) => connection !== newcomer)) : undefined;
}

/**
 * Whose requests are too many when more wait than may: the address whose unidentified clients have the most, and of its
 * connections the one with the most.
 * @param gone connections that ended while something was still done for them
 * @returns undefined when no request of an unidentified client waits
 */
export function victimOfWaiting<T extends Standing>(
  open: Iterable<T>,
  gone: Iterable<T>,
): { readonly group: string; readonly victim: T | undefined } | undefined {
  const isStranger = ({ proof, waiting }: Standing) => proof !== "identified" && waiting > 0;
  const strangers = [...open].filter(isStranger);
  const group = largestGroup([...strangers, ...[...gone].filter(isStranger)], ({ waiting }) => waiting);
  if (group === undefined) return undefined;
  const own = strangers.filter((connection) => connection.group === group);
  const [first, ...others] = own;
  return { group, victim: others.reduce((most, next) => (next.waiting >= (most?.waiting ?? 0) ? next : most), first) };
}

const BUSY = 4;

/** Those with the lowest rank go first. */
function rankOf({ proof, waiting, isHealth }: Standing): number {
  if (proof !== "none") return waiting > 0 ? BUSY : 3;
  if (waiting > 0) return 1;
  return isHealth ? 2 : 0;
}

/** The one of the lowest rank; among these the oldest, or the one that was idle for longest. */
function least<T extends Standing>(connections: readonly T[]): T | undefined {
  return connections.reduce<T | undefined>(
    (found, next) => (found === undefined || isBefore(next, found) ? next : found),
    undefined,
  );
}

function isBefore(one: Standing, other: Standing): boolean {
  const [rank, otherRank] = [rankOf(one), rankOf(other)];
  if (rank !== otherRank) return rank < otherRank;
  return one.proof === "none" ? one.born < other.born : one.usedAt < other.usedAt;
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
