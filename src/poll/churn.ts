import { DIRECTIONS, type Direction, type PeerConnection } from "../model/report.ts";
import { mapOrBefore } from "./kept-maps.ts";

/** Which connections opened and closed between the polls that got a peer list. */
export type Churn = {
  readonly connects: ReadonlyMap<Direction, number>;
  readonly disconnects: ReadonlyMap<Direction, number>;
  /** The working connections of the last peer list, by the ids of their rows. */
  readonly present: ReadonlyMap<string, Present>;
  /** The next list comes from another session with the node, which does not know the earlier connections of a row. */
  readonly isSessionUnknown?: true | undefined;
};

type Present = Pick<PeerConnection, "direction" | "session">;

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
  if (present === before.present && !isOtherProcess && !before.isSessionUnknown) return before;
  const isGone = isOtherProcess ? () => true : before.isSessionUnknown ? isRowMissing : isMissing;
  return {
    connects: addAll(before.connects, present, (id, row) => isGone(before.present, id, row)),
    disconnects: addAll(before.disconnects, before.present, (id, row) => isGone(present, id, row)),
    present,
  };
}

function workingConnections(
  before: Churn["present"] | undefined,
  connections: readonly PeerConnection[],
): Churn["present"] {
  const rows = connections.filter(({ state }) => state === "connected");
  return mapOrBefore(before, rows, ({ id }) => id, presentOf);
}

function presentOf({ direction, session }: PeerConnection, known: Present | undefined): Present {
  return known?.direction === direction && known.session === session ? known : { direction, session };
}

function isMissing(others: Churn["present"], id: string, row: Present): boolean {
  const other = others.get(id);
  return other !== row && (other === undefined || other.session !== row.session);
}

function isRowMissing(others: Churn["present"], id: string): boolean {
  return !others.has(id);
}

/** The counts, plus one for each of these connections that the condition holds for. */
function addAll(
  counts: ReadonlyMap<Direction, number>,
  connections: Churn["present"],
  isCounted: (id: string, row: Present) => boolean,
): ReadonlyMap<Direction, number> {
  let out: Map<Direction, number> | undefined;
  for (const [id, row] of connections) {
    if (!isCounted(id, row)) continue;
    out ??= new Map(counts);
    out.set(row.direction, (out.get(row.direction) ?? 0) + 1);
  }
  return out ?? counts;
}
