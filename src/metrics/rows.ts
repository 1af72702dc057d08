import { ADDRESS_TYPES, type PeerConnection } from "../model/report.ts";
import { networkOf } from "./connections.ts";
import { cleanText } from "./exposition.ts";
import type { NodeView } from "./family.ts";

/** Counts over the rows of a peer list, for the families of a node. */

/** The rows of the last poll; undefined when it gave no peer list. */
export function rowsOf({ report }: NodeView): readonly PeerConnection[] | undefined {
  return report?.peers.ok ? report.peers.value.connections : undefined;
}

/** Connected rows; of a list of known peers, which has no states, every row. */
export function workingRows(view: NodeView): readonly PeerConnection[] | undefined {
  return rowsOf(view)?.filter(({ state }) => state === undefined || state === "connected");
}

/** How many rows have each key; those in `known` are always present. */
export function countBy(
  rows: readonly PeerConnection[] | undefined,
  known: readonly string[],
  keyOf: (row: PeerConnection) => string | undefined,
): ReadonlyMap<string, number> {
  if (rows === undefined) return new Map();
  const counts = new Map(known.map((key) => [key, 0]));
  for (const row of rows) {
    const key = keyOf(row);
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** Distinct subnets of the rows with a numeric address; undefined when there are rows and none has one. */
export function countSubnets(rows: readonly PeerConnection[] | undefined): number | undefined {
  if (rows === undefined) return undefined;
  const subnets = new Set<string>();
  for (const { address } of rows) {
    if (address.ip !== undefined) subnets.add(networkOf(address.ip));
  }
  return subnets.size === 0 && rows.length > 0 ? undefined : subnets.size;
}

/** Strangers choose their agents, so only the most common have a series of their own. */
const MAX_AGENTS = 20;

/** The label of the others together. */
export const REST = "other";

/** Rows by agent, the most common first and the rest together; nothing for chains whose peers tell no agent. */
export function countAgents(rows: readonly PeerConnection[] | undefined): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [agent, count] of countBy(rows, [], (row) => row.agent)) {
    const clean = cleanText(agent);
    counts.set(clean, (counts.get(clean) ?? 0) + count);
  }
  const ranked = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const shown = new Map(ranked.slice(0, MAX_AGENTS));
  const rest = ranked.slice(MAX_AGENTS).reduce((sum, [, count]) => sum + count, 0);
  if (rest > 0) shown.set(REST, (shown.get(REST) ?? 0) + rest);
  return shown;
}

export function countAddressTypes(rows: readonly PeerConnection[] | undefined): ReadonlyMap<string, number> {
  return countBy(rows, ADDRESS_TYPES, ({ address }) => address.type);
}
