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

const TYPES = MESSAGE_TYPES.length;

/** Bytes by the index in MESSAGE_TYPES: first those that the node received, then those that it sent. */
type Counts = Float64Array;

/** Owned by one session: the next list changes it, so that a poll makes no arrays for connections that stay. */
export type MessageBytes = {
  /** Since the first list with such counts. */
  readonly total: Counts;
  /** 1 for each count that was above 0 in any list: its sum is shown from then on, also as 0. */
  readonly seen: Uint8Array;
  /** By connection, at the last list. */
  readonly last: ReadonlyMap<string, Counts>;
};

/**
 * The sums after one more list. Bytes from before the first list are not counted; a connection that opened later counts from
 * its first byte.
 * @param before is used up
 * @returns undefined while there are connections and none has had such counts: nodes before 0.19 have none
 */
export function addMessageBytes(
  before: MessageBytes | undefined,
  connections: readonly BitcoinPeer[],
): MessageBytes | undefined {
  const total = before?.total ?? new Float64Array(2 * TYPES);
  const seen = before?.seen ?? new Uint8Array(2 * TYPES);
  const gained = before === undefined ? undefined : total;
  const last = new Map<string, Counts>();
  const row = new Float64Array(2 * TYPES);
  for (const peer of connections) {
    const { receivedByMessage, sentByMessage } = peer;
    if (receivedByMessage === undefined || sentByMessage === undefined) continue;
    const { id } = peer;
    // No node has two connections with one id.
    if (last.has(id)) continue;
    row.fill(0);
    addCounts(row, 0, receivedByMessage);
    addCounts(row, TYPES, sentByMessage);
    const known = before?.last.get(id) ?? new Float64Array(2 * TYPES);
    replace(known, row, { gained, seen });
    last.set(id, known);
  }
  // What opens after an empty list counts from its first byte as well.
  return before === undefined && last.size === 0 && connections.length > 0 ? undefined : { total, seen, last };
}

type Sums = { readonly received: number | undefined; readonly sent: number | undefined };

/** Bytes of one type of message in both directions; undefined: no connection ever had any. */
export function bytesOf({ total, seen }: MessageBytes, index: number): Sums {
  const sumAt = (place: number) => (seen[place] === 1 ? total[place] : undefined);
  return { received: sumAt(index), sent: sumAt(TYPES + index) };
}

function addCounts(counts: Counts, offset: number, bytes: JsonObject): void {
  for (const type in bytes) {
    const index = offset + (INDEXES.get(type) ?? OTHER);
    counts[index] = (counts[index] ?? 0) + (count(bytes[type]) ?? 0);
  }
}

/** What a change of a count changes; without `gained` it is part of no sum. */
type Changed = { readonly gained: Counts | undefined; readonly seen: Uint8Array };

/** Puts `now` in the place of `known`. A counter that fell belongs to another connection, so all of it is a gain. */
function replace(known: Counts, now: Counts, { gained, seen }: Changed): void {
  for (let index = 0; index < now.length; index += 1) {
    const bytes = now[index] ?? 0;
    const before = known[index] ?? 0;
    if (bytes === before) continue;
    seen[index] = 1;
    if (gained !== undefined) gained[index] = (gained[index] ?? 0) + (bytes < before ? bytes : bytes - before);
    known[index] = bytes;
  }
}
