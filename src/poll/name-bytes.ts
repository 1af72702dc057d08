import type { PeerConnection } from "../model/report.ts";
import type { NodeHistory, RowIdentity } from "./history.ts";
import { listOrBefore, NOT_FOUND, type TextFinder, textFinder } from "./kept-lists.ts";
import { smallerTwins } from "./twin-rows.ts";

/**
 * The bytes of names that connections share: of a host, of a subnet. What a connection gained since the last list is added to
 * its name, so that the sum never falls when one closes. A name that no connection of a list has is forgotten.
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

/** A peer list, and the names of its rows that are counted. */
type NamedRows = {
  readonly rows: readonly PeerConnection[];
  /** The place of each row's name in `names`; NOT_COUNTED without one. */
  readonly places: readonly number[];
  readonly names: readonly string[];
  readonly rare: readonly string[];
  /** Rows without series in this list, the most useful first. Those that had one go on counting, up to a maximum. */
  readonly hidden: readonly PeerConnection[];
  readonly maxHidden: number;
  /** The list had rows that could not be read. */
  readonly hasUnreadable: boolean;
  readonly naming: string;
  readonly identity: RowIdentity;
  readonly starts: NodeHistory["connectionStarts"];
};

export const NOT_COUNTED = -1;

/** Numbers of a name and of a connection. */
const NAME_NUMBERS = 3;
const CREATED = 2;
const COUNTERS = 2;

/** Kinds of connections, as bits: its counters are the row's (`rowBytes`), and all its bytes are of the time of its name. */
const OF_ROW = 1;
const IS_NEW = 2;
const KINDS = 4;

/** @returns the bytes of a name; NaN if no connection with it had this counter */
export function totalOf({ totals }: NameBytes, place: number, counter: "received" | "sent"): number {
  return totals[place * NAME_NUMBERS + (counter === "received" ? 0 : 1)] ?? Number.NaN;
}

/** @returns when the counters of a name began: unix seconds, not finite if that is not known */
export function createdOf({ totals }: NameBytes, place: number): number {
  return totals[place * NAME_NUMBERS + CREATED] ?? Number.NaN;
}

/** The bytes after one more list; the names of its rows keep their places. */
export function countBytes(lastBytes: NameBytes, list: NamedRows): NameBytes {
  const before = lastBytes.naming === list.naming ? lastBytes : { ...NO_BYTES, naming: list.naming };
  const { rows, places, hidden, hasUnreadable } = list;
  if (before.ids.length === 0 && list.names.length === 0) {
    const hasOthers = hidden.length > 0 || hasUnreadable;
    return hasOthers === before.hasOthers && before.names.length === 0
      ? before
      : { ...NO_BYTES, naming: list.naming, hasOthers };
  }
  const ledger = openLedger(before, list);
  const twins = smallerTwins(rows, (index) => places[index] !== NOT_COUNTED, before.ids);
  let index = 0;
  for (const row of rows) {
    const place = places[index] ?? NOT_COUNTED;
    if (place !== NOT_COUNTED && !twins.has(index)) count(ledger, row, place);
    index += 1;
  }
  const counted = hidden.length === 0 ? 0 : countHidden(ledger, list);
  return close(ledger, list, counted < hidden.length || hasUnreadable);
}

/** The next memory while it is made. */
type Ledger = {
  readonly before: NameBytes;
  readonly identity: RowIdentity;
  readonly starts: NodeHistory["connectionStarts"];
  readonly find: TextFinder;
  /** The places that the names of the last list have now; undefined: none. */
  readonly movedTo: (number | undefined)[];
  readonly names: string[];
  readonly totals: number[];
  /** The totals before this list, at the same places. */
  readonly earlier: number[];
  readonly ids: string[];
  readonly sessions: (string | undefined)[];
  readonly links: number[];
  readonly counters: number[];
};

function openLedger(before: NameBytes, { names, identity, starts }: NamedRows): Ledger {
  const totals: number[] = [];
  const movedTo: (number | undefined)[] = [];
  const find = textFinder(before.names);
  let place = 0;
  for (const name of names) {
    const known = find(name);
    carryTotals(before, known, totals);
    if (known !== NOT_FOUND) movedTo[known] = place;
    place += 1;
  }
  const columns = { ids: [], sessions: [], links: [], counters: [] };
  const byId = textFinder(before.ids);
  return { before, identity, starts, find: byId, movedTo, names: [...names], totals, earlier: [...totals], ...columns };
}

function carryTotals({ totals: before }: NameBytes, known: number, totals: number[]): void {
  const at = known * NAME_NUMBERS;
  if (known === NOT_FOUND) totals.push(Number.NaN, Number.NaN, Number.POSITIVE_INFINITY);
  else totals.push(before[at] ?? Number.NaN, before[at + 1] ?? Number.NaN, before[at + CREATED] ?? Number.NaN);
}

/** Hidden rows that had series go on, so that their names are right when they are shown again. @returns how many were counted */
function countHidden(ledger: Ledger, { hidden, maxHidden }: NamedRows): number {
  const { before, movedTo, names, totals, earlier } = ledger;
  if (before.ids.length === 0) return 0;
  const present = new Set(ledger.ids);
  let counted = 0;
  for (const row of hidden) {
    const known = present.has(row.id) ? NOT_FOUND : ledger.find(row.id);
    if (known === NOT_FOUND || counted === maxHidden) continue;
    present.add(row.id);
    counted += 1;
    const nameBefore = placeOf(before.links[known]);
    let place = movedTo[nameBefore];
    if (place === undefined) {
      place = names.length;
      names.push(before.names[nameBefore] ?? "");
      carryTotals(before, nameBefore, totals);
      carryTotals(before, nameBefore, earlier);
      movedTo[nameBefore] = place;
    }
    count(ledger, row, place);
  }
  return counted;
}

function placeOf(link: number | undefined): number {
  return Math.floor((link ?? 0) / KINDS);
}

/** Adds what a connection gained since the last list to its name. */
function count(ledger: Ledger, row: PeerConnection, place: number): void {
  const { before, totals, earlier, counters } = ledger;
  const known = ledger.find(row.id);
  const link = known === NOT_FOUND ? undefined : before.links[known];
  const wasOfRow = link !== undefined && (link & OF_ROW) !== 0;
  const { rowBytes, receivedBytes, sentBytes } = row;
  const isOfRow = rowBytes !== undefined || (wasOfRow && receivedBytes === undefined && sentBytes === undefined);
  const sessionBefore = known === NOT_FOUND ? undefined : before.sessions[known];
  const isOther = link !== undefined && isOtherConnection(ledger.identity, isOfRow, sessionBefore, row.session);
  const isNew = isOther || (link === undefined ? isUnseen(ledger) : (link & IS_NEW) !== 0);
  const isSameKind = link === undefined || isOther || wasOfRow === isOfRow;
  const at = place * NAME_NUMBERS;
  const hasNoTotal = isUnknown(earlier[at]) && isUnknown(earlier[at + 1]);
  // What a connection had before its name had it, or in earlier connections of its row, is not counted.
  const countsAll = isNew && row.bytesSince !== "unknown";
  for (let counter = 0; counter < COUNTERS; counter += 1) {
    const own = finite(counter === 0 ? receivedBytes : sentBytes);
    const ofRow = finite(counter === 0 ? rowBytes?.received : rowBytes?.sent);
    const now = rowBytes === undefined ? (isSameKind ? own : Number.NaN) : ofRow;
    const last = link === undefined ? Number.NaN : (before.counters[known * COUNTERS + counter] ?? Number.NaN);
    const isFirst = isOther || Number.isNaN(last);
    counters.push(Number.isNaN(now) && !isOther ? last : now);
    let gained: number;
    if (isUnknown(earlier[at + counter])) gained = own;
    else if (Number.isNaN(now) || !isSameKind) gained = 0;
    // The counter of another connection with this id, or the node has made the row again: all of it is new.
    else if (now < last) gained = now;
    else if (!isFirst) gained = now - last;
    else gained = countsAll && !Number.isNaN(own) ? own : 0;
    if (Number.isNaN(gained)) continue;
    const total = totals[at + counter] ?? Number.NaN;
    totals[at + counter] = Number.isNaN(total) ? gained : total + gained;
    if (hasNoTotal) totals[at + CREATED] = Math.min(totals[at + CREATED] ?? Number.NaN, sinceOf(row, ledger.starts));
  }
  ledger.ids.push(row.id);
  ledger.sessions.push(row.session ?? (isOther ? undefined : sessionBefore));
  // A row without its own counters for this poll keeps its last ones.
  ledger.links.push(place * KINDS + (isOfRow || !isSameKind ? OF_ROW : 0) + (isNew ? IS_NEW : 0));
}

/** Whether a connection that was not counted before opened since the last list. */
function isUnseen({ before, identity }: Ledger): boolean {
  return !before.hasOthers || identity === "other-process";
}

function isOtherConnection(
  identity: RowIdentity,
  isOfRow: boolean,
  before: string | undefined,
  now: string | undefined,
): boolean {
  if (identity === "other-process") return true;
  // The row's own counters go on when its connection opens again.
  return !isOfRow && identity === "same" && before !== undefined && now !== undefined && before !== now;
}

function isUnknown(total: number | undefined): boolean {
  return total === undefined || Number.isNaN(total);
}

function finite(count: number | undefined): number {
  return count !== undefined && Number.isFinite(count) ? count : Number.NaN;
}

/** When the counters of a row began; NaN if that is not known. */
function sinceOf({ id, bytesSince, startSeconds }: PeerConnection, starts: NodeHistory["connectionStarts"]): number {
  return bytesSince === "unknown" ? Number.NaN : (bytesSince ?? startSeconds ?? starts.get(id) ?? Number.NaN);
}

/** Columns that are as before stay the same objects, which costs the engine less than new ones. */
function close(ledger: Ledger, { rare }: NamedRows, hasOthers: boolean): NameBytes {
  const { before } = ledger;
  const next: NameBytes = {
    names: listOrBefore(before.names, ledger.names),
    totals: listOrBefore(before.totals, ledger.totals),
    ids: listOrBefore(before.ids, ledger.ids),
    sessions: listOrBefore(
      before.sessions,
      ledger.sessions.some((session) => session !== undefined) ? ledger.sessions : [],
    ),
    links: listOrBefore(before.links, ledger.links),
    counters: listOrBefore(before.counters, ledger.counters),
    rare: listOrBefore(before.rare, rare),
    hasOthers,
    naming: before.naming,
  };
  const isAsBefore =
    next.names === before.names &&
    next.totals === before.totals &&
    next.ids === before.ids &&
    next.sessions === before.sessions &&
    next.links === before.links &&
    next.counters === before.counters &&
    next.rare === before.rare &&
    next.hasOthers === before.hasOthers;
  return isAsBefore ? before : next;
}
