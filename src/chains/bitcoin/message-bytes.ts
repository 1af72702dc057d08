import type { JsonObject } from "../../lib/json.ts";
import { count } from "../decode.ts";
import type { BitcoinPeer } from "./peers.ts";

/**
 * P2P bytes of a node by type of message. The node counts them for each connection: their sum would fall when one closes, so
 * what the connections gained between polls is added up.
 */

/** src/protocol.h of 0.14 to 31, and `alert` of before; `other` is what nodes call *other*, and types of single coins. */
export const MESSAGE_TYPES = [
  ...["addr", "addrv2", "alert", "block", "blocktxn", "cfcheckpt", "cfheaders", "cfilter", "cmpctblock", "feefilter"],
  ...["filteradd", "filterclear", "filterload", "getaddr", "getblocks", "getblocktxn", "getcfcheckpt", "getcfheaders"],
  ...["getcfilters", "getdata", "getheaders", "headers", "inv", "mempool", "merkleblock", "notfound", "ping", "pong"],
  ...["reject", "sendaddrv2", "sendcmpct", "sendheaders", "sendtxrcncl", "tx", "verack", "version", "wtxidrelay"],
  "other",
] as const;

const INDEXES: ReadonlyMap<string, number> = new Map(MESSAGE_TYPES.map((type, index) => [type, index]));
const OTHER = MESSAGE_TYPES.length - 1;

type Counts = Float64Array;

const DIRECTIONS = ["received", "sent"] as const;

/** Bytes by the index in MESSAGE_TYPES. */
type Both = { readonly [Direction in (typeof DIRECTIONS)[number]]: Counts };

/** Immutable, except that `total` of the last one is used up by the next. */
export type MessageBytes = {
  /** Since the first list with such counts. */
  readonly total: Both;
  /** By connection, at the last list. */
  readonly last: ReadonlyMap<string, Both>;
};

/**
 * The sums after one more list. Bytes from before the first list are not counted; a connection that opened later counts from
 * its first byte.
 * @returns undefined while no connection has had such counts: nodes before 0.19 have none
 */
export function addMessageBytes(
  before: MessageBytes | undefined,
  connections: readonly BitcoinPeer[],
): MessageBytes | undefined {
  const last = new Map<string, Both>();
  for (const row of connections) {
    const { receivedByMessage, sentByMessage } = row;
    if (receivedByMessage === undefined || sentByMessage === undefined) continue;
    last.set(keyOf(row), { received: countsOf(receivedByMessage), sent: countsOf(sentByMessage) });
  }
  if (before === undefined) return last.size === 0 ? undefined : { total: nothing(), last };
  const total = { received: before.total.received.slice(), sent: before.total.sent.slice() };
  for (const [key, now] of last) {
    const known = before.last.get(key);
    for (const direction of DIRECTIONS) addGains(total[direction], known?.[direction], now[direction]);
  }
  return { total, last };
}

function nothing(): Both {
  return { received: new Float64Array(MESSAGE_TYPES.length), sent: new Float64Array(MESSAGE_TYPES.length) };
}

/** Ids begin again with each process of the node. */
function keyOf({ id, session = "" }: BitcoinPeer): string {
  return `${id} ${session}`;
}

function countsOf(bytes: JsonObject): Counts {
  const counts = new Float64Array(MESSAGE_TYPES.length);
  for (const type in bytes) {
    const index = INDEXES.get(type) ?? OTHER;
    counts[index] = (counts[index] ?? 0) + (count(bytes[type]) ?? 0);
  }
  return counts;
}

/** A counter that fell belongs to another connection, so all of it counts. */
function addGains(total: Counts, before: Counts | undefined, now: Counts): void {
  for (const [index, bytes] of now.entries()) {
    const known = before?.[index] ?? 0;
    total[index] = (total[index] ?? 0) + (bytes < known ? bytes : bytes - known);
  }
}
