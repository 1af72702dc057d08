/**
 * The bytes of names that connections share: of a host, of a subnet. What a connection gained since the last list is added to
 * its name (metrics/count-bytes.ts), so that the sum never falls when one closes. A name that no connection of a list has is
 * forgotten.
 */

/**
 * What is remembered after a list, as columns: each poll replaces the numbers, and objects for the connections of thousands of
 * nodes would cost several times their memory.
 */
export type NameBytes = {
  /** Each once. */
  readonly names: readonly string[];
  /**
   * For each name the bytes received and sent, NaN where no connection had a counter, and the unix time from which they count:
   * NaN where it is not known, infinite before there are any.
   */
  readonly totals: readonly number[];
  /** The connections that were counted, each once. */
  readonly ids: readonly string[];
  /** Their sessions; empty if none has one. */
  readonly sessions: readonly (string | undefined)[];
  /** For each connection the place of its name and its kind, in one number. */
  readonly links: readonly number[];
  /** For each connection its last known counters, NaN where unknown. */
  readonly counters: readonly number[];
  /** Names that only became shared because two connections had them. */
  readonly rare: readonly string[];
  /** The list had, or may have had, connections that are not counted: one that is new to the next list may be one of them. */
  readonly hasOthers: boolean;
  /** How the names were made; others are not comparable. */
  readonly naming: string;
};

export const NO_BYTES: NameBytes = {
  names: [],
  totals: [],
  ids: [],
  sessions: [],
  links: [],
  counters: [],
  rare: [],
  hasOthers: true,
  naming: "",
};

/** The place of rows whose names are not counted. */
export const NOT_COUNTED = -1;

/** Numbers of each name in `totals`, and where the time from which they count is among them. */
export const NAME_NUMBERS = 3;
export const CREATED = 2;

/** @returns the bytes of a name; NaN if no connection with it had this counter */
export function totalOf({ totals }: NameBytes, place: number, counter: "received" | "sent"): number {
  return totals[place * NAME_NUMBERS + (counter === "received" ? 0 : 1)] ?? Number.NaN;
}

/** @returns when the counters of a name began: unix seconds, not finite if that is not known */
export function createdOf({ totals }: NameBytes, place: number): number {
  return totals[place * NAME_NUMBERS + CREATED] ?? Number.NaN;
}
