import { type ByteCounts, type PeersByDirection, totalPeers } from "../model/report.ts";

/** The last 60 minutes of a node, for the charts of its page: in 2 KiB outside of the engine's heap, as a fleet has 5,000 nodes. */
export type LastHour = {
  record(poll: PollOfHour): void;
  /** The oldest first; minutes in which no poll ended are left out. */
  minutes(): readonly MinuteOfNode[];
  /** When the first poll ended, unix milliseconds; undefined before it. */
  sinceMs(): number | undefined;
};

/** The worst values of one minute; what no poll of the minute could know is undefined. */
export type MinuteOfNode = {
  /** Whole minutes since 1970. */
  readonly minute: number;
  /** The connected peers of the poll that found the fewest. */
  readonly peers: PeersByDirection | undefined;
  /** The most blocks behind. */
  readonly lagBlocks: number | undefined;
  /** The mean between the polls. */
  readonly receivedPerSecond: number | undefined;
  readonly sentPerSecond: number | undefined;
  /** Of the longest poll. */
  readonly pollSeconds: number;
  readonly hasFailedPoll: boolean;
};

export type PollOfHour = {
  readonly endedMs: number;
  readonly durationSeconds: number;
  readonly isFailed: boolean;
  readonly peers: MinuteOfNode["peers"];
  readonly lagBlocks: number | undefined;
  /** The node's totals, which may begin at 0 again. */
  readonly bytes: ByteCounts | undefined;
};

const MINUTES = 60;
const MINUTE_MS = 60_000;

/** The places of the values in the row of a minute. */
const INBOUND = 0;
const OUTBOUND = 1;
const UNKNOWN = 2;
const LAG = 3;
const RECEIVED = 4;
const SENT = 5;
const SECONDS = 6;
const FAILED = 7;
const COLUMNS = 8;

type Totals = Pick<PollOfHour, "endedMs" | "bytes">;

/** Bytes gained within one minute so far. */
type Gained = { readonly minute: number; readonly received: number; readonly sent: number; readonly seconds: number };

/** Seven digits of each number are kept. */
export function createLastHour(): LastHour {
  /** One row for each minute, at its number modulo 60; what is not known is NaN. */
  const rows = new Float32Array(MINUTES * COLUMNS).fill(Number.NaN);
  let last: number | undefined;
  let firstMs: number | undefined;
  let before: Totals | undefined;
  let gained: Gained | undefined;

  const at = (minute: number) => (((minute % MINUTES) + MINUTES) % MINUTES) * COLUMNS;
  const valueAt = (place: number) => {
    const value = rows[place];
    return value === undefined || Number.isNaN(value) ? undefined : value;
  };

  /** Rows of minutes without polls, or after the clock was set back, of later minutes: a line would run backwards. */
  function clear(from: number, to: number): void {
    for (let minute = Math.max(from, to - MINUTES + 1); minute <= to; minute += 1)
      rows.fill(Number.NaN, at(minute), at(minute) + COLUMNS);
  }

  function recordPeers(row: number, peers: PollOfHour["peers"]): void {
    if (peers === undefined) return;
    const fewest = valueAt(row + INBOUND) === undefined ? undefined : totalAt(row);
    if (fewest !== undefined && fewest <= totalPeers(peers)) return;
    rows.set([peers.inbound, peers.outbound, peers.unknown], row + INBOUND);
  }

  function totalAt(row: number): number {
    return (valueAt(row + INBOUND) ?? 0) + (valueAt(row + OUTBOUND) ?? 0) + (valueAt(row + UNKNOWN) ?? 0);
  }

  function recordBytes(row: number, minute: number, poll: PollOfHour): void {
    const more = gainedBetween(before, poll);
    if (more === undefined) return;
    const known = gained?.minute === minute ? gained : { minute, received: 0, sent: 0, seconds: 0 };
    gained = {
      minute,
      received: known.received + more.received,
      sent: known.sent + more.sent,
      seconds: known.seconds + more.seconds,
    };
    rows.set([gained.received / gained.seconds, gained.sent / gained.seconds], row + RECEIVED);
  }

  function raise(place: number, value: number | undefined): void {
    if (value !== undefined) rows[place] = Math.max(value, valueAt(place) ?? value);
  }

  function minuteAt(minute: number): readonly MinuteOfNode[] {
    const row = at(minute);
    const pollSeconds = valueAt(row + SECONDS);
    if (pollSeconds === undefined) return [];
    const inbound = valueAt(row + INBOUND);
    const [outbound = 0, unknown = 0] = [valueAt(row + OUTBOUND), valueAt(row + UNKNOWN)];
    return [
      {
        minute,
        peers: inbound === undefined ? undefined : { inbound, outbound, unknown },
        lagBlocks: valueAt(row + LAG),
        receivedPerSecond: valueAt(row + RECEIVED),
        sentPerSecond: valueAt(row + SENT),
        pollSeconds,
        hasFailedPoll: valueAt(row + FAILED) === 1,
      },
    ];
  }

  return {
    record(poll) {
      const minute = Math.floor(poll.endedMs / MINUTE_MS);
      if (last !== undefined) clear(Math.min(minute, last) + 1, Math.max(minute, last));
      const row = at(minute);
      recordPeers(row, poll.peers);
      raise(row + LAG, poll.lagBlocks);
      raise(row + SECONDS, poll.durationSeconds);
      raise(row + FAILED, poll.isFailed ? 1 : 0);
      recordBytes(row, minute, poll);
      last = minute;
      before = { endedMs: poll.endedMs, bytes: poll.bytes };
      firstMs = Math.min(firstMs ?? poll.endedMs, poll.endedMs);
    },
    minutes() {
      if (last === undefined) return [];
      const oldest = last - MINUTES + 1;
      return Array.from({ length: MINUTES }, (_, index) => minuteAt(oldest + index)).flat();
    },
    sinceMs: () => firstMs,
  };
}

/**
 * Undefined where one of the two polls did not get the totals, after a restart of the node, when they begin again, and when
 * the clock was set back.
 */
function gainedBetween(before: Totals | undefined, { bytes, endedMs }: PollOfHour): Omit<Gained, "minute"> | undefined {
  if (before?.bytes === undefined || bytes === undefined) return undefined;
  const received = bytes.received - before.bytes.received;
  const sent = bytes.sent - before.bytes.sent;
  const seconds = (endedMs - before.endedMs) / 1000;
  return received < 0 || sent < 0 || seconds <= 0 ? undefined : { received, sent, seconds };
}
