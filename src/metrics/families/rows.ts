import { isConnectedPeer, type NodeReport, type PeerConnection } from "../../model/report.ts";
import type { NodeView } from "../family.ts";
import { networkOf } from "../peer-label.ts";

/** The rows of the last peer list, from which the families of a node's peers are counted. */
export function peerRows(report: NodeReport | undefined): NodeView["peers"] {
  if (!report?.peers.ok) return undefined;
  const rows = report.peers.value.connections;
  const connected = rows.filter(isConnectedPeer);
  return { rows, connected, subnets: countSubnets(connected) };
}

function countSubnets(rows: readonly PeerConnection[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const { address } of rows) {
    if (address.ip === undefined) continue;
    const network = networkOf(address.ip);
    sizes.set(network, (sizes.get(network) ?? 0) + 1);
  }
  return sizes;
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
