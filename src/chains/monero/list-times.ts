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
  const isSame =
    before.ids.length === connections.length && connections.every(({ id }, index) => before.ids[index] === id);
  const seconds: number[] = [];
  for (const { lastReceive = 0, lastTransmit = 0 } of connections) seconds.push(lastReceive, lastTransmit);
  return { ids: isSame ? before.ids : connections.map(({ id }) => id), seconds };
}

/** Nodes list their connections in a stable order, so most are found at their index, and no table of them is made. */
export type EarlierTimes = {
  /** @param index where it is expected. @returns its place in the list before, undefined if it was not there */
  find(id: string, index: number): number | undefined;
  receive(place: number | undefined): number | undefined;
  transmit(place: number | undefined): number | undefined;
};

export function earlierTimes({ ids, seconds }: ListTimes): EarlierTimes {
  let places: ReadonlyMap<string, number> | undefined;
  const at = (index: number) => seconds[index] || undefined;
  return {
    find(id, index) {
      if (ids[index] === id) return index;
      places ??= new Map(ids.map((each, place) => [each, place]));
      return places.get(id);
    },
    receive: (place) => (place === undefined ? undefined : at(2 * place)),
    transmit: (place) => (place === undefined ? undefined : at(2 * place + 1)),
  };
}
