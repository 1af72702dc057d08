import { DIRECTIONS, type Direction, type PeerConnection } from "../model/report.ts";
import { mapOrBefore } from "./kept-maps.ts";

/** Which connections opened and closed between the polls that got a peer list. */
export type Churn = {
  readonly connects: ReadonlyMap<Direction, number>;
  readonly disconnects: ReadonlyMap<Direction, number>;
  /** The working connections of the last peer list, with their direction. */
  readonly present: ReadonlyMap<string, Direction>;
};

/**
 * The churn after one more peer list. The first list is the baseline. A connection that opened and closed between two polls
 * is not counted.
 * @param isOtherProcess the node was restarted since the last list: all connections closed, and those of this list are new
 */
export function advanceChurn(
  before: Churn | undefined,
  connections: readonly PeerConnection[],
  isOtherProcess: boolean,
): Churn {
  const present = workingConnections(before?.present, connections);
  if (before === undefined) {
    const zero = new Map(DIRECTIONS.map((direction) => [direction, 0]));
    return { connects: zero, disconnects: zero, present };
  }
  if (isOtherProcess) {
    const connects = addMissing(before.connects, present, NO_CONNECTIONS);
    return { connects, disconnects: addMissing(before.disconnects, before.present, NO_CONNECTIONS), present };
  }
  if (present === before.present) return before;
  const connects = addMissing(before.connects, present, before.present);
  // If as many stayed as were there before, no connection closed.
  const stayed = present.size - (sum(connects) - sum(before.connects));
  const disconnects =
    stayed === before.present.size ? before.disconnects : addMissing(before.disconnects, before.present, present);
  return { connects, disconnects, present };
}

const NO_CONNECTIONS: Churn["present"] = new Map();

function workingConnections(
  before: Churn["present"] | undefined,
  connections: readonly PeerConnection[],
): Churn["present"] {
  const rows = connections.filter(({ state }) => state === "connected");
  return mapOrBefore(before, rows, sessionOf, ({ direction }) => direction);
}

function sessionOf({ id, session = id }: PeerConnection): string {
  return session;
}

function sum(counts: ReadonlyMap<Direction, number>): number {
  return DIRECTIONS.reduce((total, direction) => total + (counts.get(direction) ?? 0), 0);
}

/** The counts, plus one for each entry of `from` that is missing in `others`. */
function addMissing(
  counts: ReadonlyMap<Direction, number>,
  from: ReadonlyMap<string, Direction>,
  others: ReadonlyMap<string, Direction>,
): ReadonlyMap<Direction, number> {
  const out = new Map(counts);
  for (const [session, direction] of from) {
    if (!others.has(session)) out.set(direction, (out.get(direction) ?? 0) + 1);
  }
  return out;
}
