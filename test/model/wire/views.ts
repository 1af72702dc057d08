import { type Churn, noChurn, type Side } from "../memory.ts";
import type { Dialect } from "./dialects.ts";
import type { WireRow } from "./node.ts";

/**
 * What a dialect shows of a connection's identity. Some changes cannot be seen in some dialects: a link that closed and
 * opened between two polls, with the same peer, and no time of its handshake.
 */
export type WireView = {
  readonly side: Side;
  readonly key: string;
  readonly nodeId: string;
  readonly generation: number;
  /** The key has the end of the socket, which is another one for each inbound connection. */
  readonly hasSocket: boolean;
  /** Of the handshake; undefined where the dialect does not send it. */
  readonly time: number | undefined;
};

export function viewsOf(connected: readonly WireRow[], dialect: Dialect): readonly WireView[] {
  return connected.map((row) => ({
    side: row.side,
    key: keyOf(row, dialect),
    nodeId: row.process.nodeId,
    generation: row.generation,
    hasSocket: dialect.socket,
    time: dialect.wholeHandshake ? row.handshakeMs : undefined,
  }));
}

function keyOf({ side, peer, connectionId, remoteIp, remotePort, process }: WireRow, dialect: Dialect): string {
  if (side === "outbound") return dialect.connectionId ? `${connectionId} ${peer}` : peer;
  const socket = dialect.socket ? `${remoteIp} ${remotePort}` : process.nodeId;
  return dialect.connectionId ? `${connectionId} ${socket}` : socket;
}

/** Connections that certainly closed, and that certainly opened. */
export function visibleChanges(before: readonly WireView[], now: readonly WireView[]): Churn {
  const churn = noChurn();
  for (const view of now) if (!before.some((old) => isSame(old, view))) churn.connects[view.side].least += 1;
  for (const view of before) if (!now.some((next) => isSame(view, next))) churn.disconnects[view.side].least += 1;
  return churn;
}

/** Whether the lists show that the node is the same process: a handshake or the socket of an inbound row stayed the same. */
export function isSameProcess(before: readonly WireView[], now: readonly WireView[]): boolean {
  return now.some((view) =>
    before.some((old) => {
      if (old.side !== view.side || old.key !== view.key || old.nodeId !== view.nodeId) return false;
      if (view.side === "inbound" && view.hasSocket) return true;
      return view.time !== undefined && view.time === old.time && view.generation === old.generation;
    }),
  );
}

/** A later handshake of a connection has a higher number. */
function isSame(before: WireView, now: WireView): boolean {
  if (before.side !== now.side || before.key !== now.key || before.nodeId !== now.nodeId) return false;
  if (now.generation < before.generation) return false;
  return now.generation > before.generation || now.time === before.time;
}
