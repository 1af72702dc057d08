import { isSameHandshake, isSameLink } from "./links.ts";
import { earlierRows, type RowDetails, type WireConnection } from "./row.ts";

/** What two peer lists of a node tell about its process. Everything in a list ends with the process that made it. */
type Findings = {
  /** A row cannot be of the same process: its number of connection stood for another socket or address. */
  readonly contradicts: boolean;
  /** A socket or a handshake is certainly the same. */
  readonly proves: boolean;
  /** A row looks as if it went on. */
  readonly keeps: boolean;
  /** A closed row has the same end of a socket as before: it went on, or a new process lost the connection again. */
  readonly resembles: boolean;
  /** A row of a configured peer begins again. */
  readonly restarts: boolean;
  /** A row of a configured peer has no end of a socket any more, although nodes keep the last one. */
  readonly loses: boolean;
};

/** @param ids largest numbers of connections that the process had given by the last list, and by the one before it */
export function compareLists(
  before: readonly WireConnection[],
  now: readonly WireConnection[],
  ids: ConnectionIds,
): Findings {
  const earlier = earlierRows(before);
  const found = { contradicts: false, proves: false, keeps: false, resembles: false, restarts: false, loses: false };
  for (const [index, row] of now.entries()) {
    const old = earlier.find(row.id, index);
    const finding = old === undefined ? judgeNewRow(row, ids) : judgeRow(old, row);
    if (finding !== undefined) found[finding] = true;
  }
  return found;
}

export type ConnectionIds = { readonly settled: number; readonly last: number };

/**
 * Numbers only grow. A row gets its number shortly before it is listed, so the numbers that were new at the last list may be in
 * any order.
 */
function judgeNewRow({ wire: { connectionId } }: WireConnection, ids: ConnectionIds): keyof Findings | undefined {
  if (connectionId === undefined || connectionId > ids.last) return undefined;
  return connectionId <= ids.settled ? "contradicts" : "restarts";
}

function judgeRow(old: WireConnection, now: WireConnection): keyof Findings | undefined {
  const isSamePlace = old.direction === now.direction && old.wire.configured === now.wire.configured;
  // Only connection_id can be the same for rows of different kinds: other ids have the address.
  if (!isSamePlace) return "contradicts";
  return now.direction === "inbound" ? judgeInbound(old, now) : judgeOutbound(old, now);
}

/** An inbound row has one socket in its life, and the port of its peer is random. */
function judgeInbound(old: WireConnection, now: WireConnection): keyof Findings | undefined {
  const isKnown = old.wire.remoteIp !== undefined && now.wire.remoteIp !== undefined;
  if (!isKnown) return areConnected(old, now) ? judgeLink(old.wire, now.wire) : undefined;
  if (old.wire.remoteIp !== now.wire.remoteIp || old.wire.remotePort !== now.wire.remotePort) return "contradicts";
  return old.wire.nodeId === undefined || now.wire.nodeId === undefined || old.wire.nodeId === now.wire.nodeId
    ? "proves"
    : undefined;
}

/** The row of a configured peer keeps the last end of its socket, and has none before its first connection. */
function judgeOutbound(old: WireConnection, now: WireConnection): keyof Findings | undefined {
  if (areConnected(old, now)) return judgeLink(old.wire, now.wire);
  if (old.wire.remoteIp === undefined || now.state === "connected") return undefined;
  if (now.wire.remoteIp === undefined) return "loses";
  return now.wire.remoteIp === old.wire.remoteIp ? "resembles" : undefined;
}

function areConnected(old: WireConnection, now: WireConnection): boolean {
  return old.state === "connected" && now.state === "connected";
}

/** More handshakes than that within one interval are rare on a new connection, and usual on an idle one that goes on. */
const FIRST_HANDSHAKES = 4;

function judgeLink(old: RowDetails, now: RowDetails): keyof Findings | undefined {
  if (isSameHandshake(old, now)) return "proves";
  if (!isSameLink(old, now)) {
    // The peers of inbound rows come and go, and a peer that was restarted has another node_id.
    return now.configured === undefined || old.nodeId !== now.nodeId ? undefined : "restarts";
  }
  const { generation = 0 } = now;
  return generation === old.generation || generation > FIRST_HANDSHAKES ? "keeps" : undefined;
}
