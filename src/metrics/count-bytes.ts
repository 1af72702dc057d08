import { listOrBefore, NOT_FOUND, type TextFinder, textFinder } from "../lib/kept-lists.ts";
import type { PeerConnection } from "../model/report.ts";
import type { NodeHistory, RowIdentity } from "../poll/history.ts";
import { CREATED, NAME_NUMBERS, type NameBytes, NO_BYTES, NOT_COUNTED } from "../poll/name-bytes.ts";
import { smallerTwins } from "./twin-rows.ts";

/** Adds up the bytes of names that connections share, from list to list. */

/** A peer list, and the names of its rows that are counted. */
type NamedRows = {
  readonly rows: readonly PeerConnection[];
  /** The place of each row's name in `names`; NOT_COUNTED without one. */
  readonly places: readonly number[];
  readonly names: readonly string[];
  readonly rare: readonly string[];
  /** Rows without series in this list, the most useful first. Those that had one go on counting, up to a maximum of names. */
  readonly hidden: readonly PeerConnection[];
  readonly maxHidden: number;
  /** The name of a hidden row. */
  readonly nameOf: (row: PeerConnection) => string;
  /** The list had rows that could not be read. */
  readonly hasUnreadable: boolean;
  readonly naming: string;
  readonly identity: RowIdentity;
  readonly starts: NodeHistory["connectionStarts"];
};

/** Numbers of a connection. */
const COUNTERS = 2;

/** Kinds of connections, as bits: its counters are the row's (`rowBytes`), and all its bytes are of the time of its name. */
const OF_ROW = 1;
const IS_NEW = 2;
const KINDS = 4;

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
  const counted = hidden.length === 0 || before.names.length === 0 ? 0 : countHidden(ledger, list);
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

/**
 * Hidden rows that had series go on, so that their names are right when they are shown again.
 * @returns how many were counted
 */
function countHidden(ledger: Ledger, { hidden, maxHidden, nameOf }: NamedRows): number {
  const { before } = ledger;
  const present = new Set(ledger.ids);
  const others: PeerConnection[] = [];
  const maxNames = ledger.names.length + maxHidden;
  let counted = 0;
  for (const row of hidden) {
    const known = present.has(row.id) ? NOT_FOUND : ledger.find(row.id);
    if (known === NOT_FOUND) others.push(row);
    const place = known === NOT_FOUND ? NOT_COUNTED : carryName(ledger, placeOf(before.links[known]), maxNames);
    if (place === NOT_COUNTED) continue;
    present.add(row.id);
    counted += 1;
    count(ledger, row, place);
  }
  const lost = lostNames(ledger);
  if (lost.size === 0) return counted;
  // Another connection that has the name keeps it, even if it never had series.
  for (const row of others) {
    const nameBefore = present.has(row.id) ? undefined : lost.get(nameOf(row));
    const place = nameBefore === undefined ? NOT_COUNTED : carryName(ledger, nameBefore, maxNames);
    if (place === NOT_COUNTED) continue;
    present.add(row.id);
    counted += 1;
    count(ledger, row, place);
  }
  return counted;
}

/** The names of the last list that no row has yet, and their places then. */
function lostNames({ before, movedTo }: Ledger): ReadonlyMap<string, number> {
  const lost = new Map<string, number>();
  for (const [place, name] of before.names.entries()) if (movedTo[place] === undefined) lost.set(name, place);
  return lost;
}

/** @returns where a name of the last list is now; it is added if no row with series has it, unless there are enough names */
function carryName({ before, movedTo, names, totals, earlier }: Ledger, nameBefore: number, maxNames: number): number {
  const known = movedTo[nameBefore];
  if (known !== undefined) return known;
  if (names.length >= maxNames) return NOT_COUNTED;
  const place = names.length;
  names.push(before.names[nameBefore] ?? "");
  carryTotals(before, nameBefore, totals);
  carryTotals(before, nameBefore, earlier);
  movedTo[nameBefore] = place;
  return place;
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
