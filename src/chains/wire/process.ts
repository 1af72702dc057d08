import { type ConnectionIds, compareLists } from "./compare-lists.ts";
import type { ChainInfo } from "./info.ts";
import { isConnectionKey, type PluginPage } from "./plugin-page.ts";
import type { WireConnection } from "./row.ts";

/**
 * Whether the answers of a node come from the same process as before. No version reports when it started, so the answers are
 * compared: the peer lists, the version, and the counters of prometheus_plugin.
 */

/** What is remembered of the last answers. */
type ProcessMemory = {
  /** Counts the processes, as far as the peer lists showed them when they came. */
  readonly number: number;
  /** Counts the moments when everything that belonged to an earlier process is over; grows with each new number. */
  readonly epoch: number;
  /** The last peer list; undefined before the first. */
  readonly rows: readonly WireConnection[] | undefined;
  /** An earlier list, whose connections were all gone in the next one without a sign of a restart. */
  readonly lost: readonly WireConnection[] | undefined;
  readonly ids: ConnectionIds;
  /** Since the last page, a list had nothing that is certainly of the one before. */
  readonly isCutOff: boolean;
  /** A poll since the last list got none. */
  readonly hasMissed: boolean;
  /** An answer that came after the last list was of another process. */
  readonly isOver: boolean;
  /** Version and chain. */
  readonly software: string | undefined;
  readonly page: PluginPage | undefined;
};

const NO_IDS: ConnectionIds = { settled: -1, last: -1 };

export const NO_PROCESS: ProcessMemory = {
  number: 1,
  epoch: 1,
  rows: undefined,
  lost: undefined,
  ids: NO_IDS,
  isCutOff: false,
  hasMissed: false,
  isOver: false,
  software: undefined,
  page: undefined,
};

/** The answers of one poll, in the order in which they came: the list, then the others; undefined: failed or not asked for. */
type Answers = {
  readonly rows: readonly WireConnection[] | undefined;
  readonly info: ChainInfo | undefined;
  readonly page: PluginPage | undefined;
};

/**
 * What the list tells. "similar": of the same process, if nothing else speaks against it; "guessed": of another one, as nothing in
 * it goes on, although nothing contradicts that it is of the same one.
 */
type Verdict = "proven" | "same" | "similar" | "unknown" | "guessed" | "other";

export function nextProcess(memory: ProcessMemory, { rows, info, page }: Answers): ProcessMemory {
  const software = info === undefined ? undefined : `${info.identity.version} ${info.identity.chainId}`;
  const isOtherPage = hasFallen(memory.page, page);
  const isOtherLater = differs(memory.software, software) || isOtherPage;
  const next = { ...memory, software: software ?? memory.software, page: page ?? memory.page };
  if (rows === undefined) return { ...next, hasMissed: true, isOver: memory.isOver || isOtherLater };
  const verdict = memory.rows === undefined ? "proven" : judge(memory, memory.rows, rows);
  const isCertain = verdict === "proven" || verdict === "same";
  const isOther =
    verdict === "other" || (verdict === "guessed" && !goesOn(memory.page, page)) || (isOtherLater && !isCertain);
  // The page is late: the connections of the process before were gone already, and those of this one are counted.
  const isLate = isOtherPage && !isOther && memory.isCutOff;
  const isNewPage = page !== undefined && page !== memory.page;
  return {
    number: memory.number + Number(isOther),
    epoch: memory.epoch + Number(isOther || isLate),
    rows,
    lost: isOther || isCertain || verdict === "similar" ? undefined : (memory.lost ?? memory.rows),
    ids: nextIds(isOther ? NO_IDS : memory.ids, rows),
    isCutOff: !isOther && (!isCertain || (memory.isCutOff && !isNewPage)),
    hasMissed: false,
    // The list is of the process before, which has ended since.
    isOver: isOtherLater && !isOther && !isLate,
    software: next.software,
    page: isOther ? page : next.page,
  };
}

function differs(before: string | undefined, now: string | undefined): boolean {
  return before !== undefined && now !== undefined && before !== now;
}

function judge(memory: ProcessMemory, before: readonly WireConnection[], rows: readonly WireConnection[]): Verdict {
  if (memory.isOver) return "other";
  const found = compareLists(before, rows, memory.ids);
  if (found.contradicts) return "other";
  if (found.proves) return "proven";
  if (!found.loses && (found.keeps || found.resembles)) return found.keeps ? "same" : "similar";
  // After polls that failed, a list without anything from before is of another process.
  if (found.restarts || found.loses || memory.hasMissed) return "guessed";
  if (memory.lost === undefined) return "unknown";
  const since = compareLists(memory.lost, rows, NO_IDS);
  if (since.proves) return "unknown";
  return since.loses || (since.restarts && !since.keeps && !since.resembles) ? "guessed" : "unknown";
}

/** Whether the page that led to another process does not tell of it itself, and may be of the process before. */
export function isPageOld(before: ProcessMemory, now: ProcessMemory): boolean {
  return !hasFallen(before.page, now.page);
}

/** A young process has answered so few requests that the next one may have answered more by its first page. */
const YOUNG_REQUESTS = 50;

/**
 * Whether a new page is certainly of the same process: a connection on it opened at the same nanosecond, which may have closed
 * since; or all its counters go on, and its requests include those before.
 */
function goesOn(before: PluginPage | undefined, now: PluginPage | undefined): boolean {
  if (before === undefined || now === undefined || before === now) return false;
  for (const [key, { startMark }] of now.connections) {
    if (startMark !== undefined && before.connections.get(key)?.startMark === startMark) return true;
  }
  if (before.requests === undefined || now.requests === undefined) return false;
  if (before.requests < YOUNG_REQUESTS || now.requests <= before.requests) return false;
  for (const [key, { receivedBytes }] of now.connections) {
    if (isLower(before.connections.get(key)?.receivedBytes, receivedBytes)) return false;
  }
  return true;
}

/** Numbers this far below the largest one were not given at the time of the first list. */
const FIRST_SPREAD = 16;

function nextIds({ settled, last }: ConnectionIds, rows: readonly WireConnection[]): ConnectionIds {
  const largest = rows.reduce((max, { wire }) => Math.max(max, wire.connectionId ?? -1), last);
  return { settled: last < 0 ? largest - FIRST_SPREAD : Math.max(settled, last), last: largest };
}

/** Whether a counter that only grows within a process is lower on a new page. */
function hasFallen(before: PluginPage | undefined, now: PluginPage | undefined): boolean {
  if (before === undefined || now === undefined || before === now) return false;
  if (isLower(before.failedConnections, now.failedConnections)) return true;
  if (isLower(before.droppedTransactions, now.droppedTransactions)) return true;
  if (isLower(before.requests, now.requests)) return true;
  for (const [key, { receivedBytes }] of now.connections) {
    // A number of connection is given once in a process; the id of a peer stands for any connection to it.
    if (isConnectionKey(key) && isLower(before.connections.get(key)?.receivedBytes, receivedBytes)) return true;
  }
  return false;
}

function isLower(before: number | undefined, now: number | undefined): boolean {
  return before !== undefined && now !== undefined && now < before;
}
