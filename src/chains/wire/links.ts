import type { ConnectionState } from "../../model/report.ts";
import type { RowDetails, WireConnection } from "./row.ts";

/**
 * Whether a row still has the same connection as in an earlier list. The row of a configured peer stays when its connection
 * closes and opens again, and no version sends the number or the start of the connection.
 */

type Now = { readonly state: ConnectionState; readonly wire: Omit<RowDetails, "link"> };

/** The number of the row's connection: it grows with each one that opened since the list before. */
export function linkOf(before: WireConnection | undefined, { state, wire }: Now): number {
  if (before === undefined) return 0;
  // A row without an end of a socket never had a connection, so this is its first one (since Leap 5).
  if (before.wire.remoteIp === undefined && wire.remoteIp !== undefined) return before.wire.link;
  const isOld = state !== "connected" || (before.state === "connected" && isSameLink(before.wire, wire));
  return before.wire.link + (isOld ? 0 : 1);
}

/**
 * Whether two rows with the same id, both connected, have the same connection. It keeps the peer's process and end of the
 * socket. The peer may repeat its handshake, and then it has a higher generation: the count begins again only with a new
 * connection (net_plugin.cpp `_close` sets sent_handshake_count to 0).
 */
export function isSameLink(before: RowDetails, now: Omit<RowDetails, "link">): boolean {
  if (differ(before.nodeId, now.nodeId)) return false;
  if (differ(before.remoteIp, now.remoteIp) || differ(before.remotePort, now.remotePort)) return false;
  const { generation: earlier = 0 } = before;
  const { generation: later = 0 } = now;
  if (later > earlier || hasWrapped(earlier, later)) return true;
  return later === earlier && !differ(before.mark, now.mark);
}

function differ<T>(a: T | undefined, b: T | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

/** 32767 is followed by 2 (net_plugin.cpp send_handshake); a new connection begins at 1. */
function hasWrapped(earlier: number, later: number): boolean {
  return earlier - later > WRAPPED && later > 1;
}

const WRAPPED = 30_000;

/** A handshake that is the same message as before: it was not sent again, so it came over the same connection. */
export function isSameHandshake(before: RowDetails, now: RowDetails): boolean {
  return hasTime(now) && before.mark === now.mark && before.generation === now.generation;
}

/** A head does not identify a handshake: on a halted chain all have the same. */
function hasTime({ mark }: RowDetails): boolean {
  return mark !== undefined && mark.length < HASH_LENGTH;
}

const HASH_LENGTH = 64;
