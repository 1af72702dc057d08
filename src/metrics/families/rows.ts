import { isConnectedPeer, type PeerConnection } from "../../model/report.ts";
import type { NodeView } from "../family.ts";

/** The rows of the last peer list, from which the families of a node's peers are counted. */

/** @returns undefined when the last poll got no peer list */
export function rowsOf({ report }: NodeView): readonly PeerConnection[] | undefined {
  return report?.peers.ok ? report.peers.value.connections : undefined;
}

export function connectedRows(view: NodeView): readonly PeerConnection[] | undefined {
  return rowsOf(view)?.filter(isConnectedPeer);
}

/** The number of rows by key; keys in `known` are always present. */
export function countBy<Key extends string>(
  rows: readonly PeerConnection[] | undefined,
  known: readonly Key[],
  keyOf: (row: PeerConnection) => Key,
): ReadonlyMap<Key, number> {
  if (rows === undefined) return new Map();
  const counts = new Map(known.map((key) => [key, 0]));
  for (const row of rows) {
    const key = keyOf(row);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
