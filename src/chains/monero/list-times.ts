import { listOrBefore, textFinder } from "../../lib/kept-lists.ts";

/**
 * When the last bytes of each connection came and went, as the last list had it. Columns instead of rows: a fleet has a hundred
 * thousand connections, and their whole rows would take a hundred megabytes.
 */
export type ListTimes = {
  readonly ids: readonly string[];
  /** For each connection the unix seconds of the last byte from the peer and to it; 0 where it is not known. */
  readonly seconds: readonly number[];
};

export const NO_TIMES: ListTimes = { ids: [], seconds: [] };

type Timed = {
  readonly id: string;
  readonly lastReceive?: number | undefined;
  readonly lastTransmit?: number | undefined;
};

/** @param before keeps its ids if the list has the same ones */
export function timesOf(connections: readonly Timed[], before: ListTimes): ListTimes {
  const ids = listOrBefore(
    before.ids,
    connections.map(({ id }) => id),
  );
  const seconds: number[] = [];
  for (const { lastReceive = 0, lastTransmit = 0 } of connections) seconds.push(lastReceive, lastTransmit);
  return { ids, seconds };
}

/** The times of a connection by its place in the list before. */
export type EarlierTimes = {
  /** @returns NOT_FOUND for a connection that was not there, and then no times */
  find(id: string): number;
  receive(place: number): number | undefined;
  transmit(place: number): number | undefined;
};

export function earlierTimes({ ids, seconds }: ListTimes): EarlierTimes {
  return {
    find: textFinder(ids),
    receive: (place) => seconds[2 * place] || undefined,
    transmit: (place) => seconds[2 * place + 1] || undefined,
  };
}
