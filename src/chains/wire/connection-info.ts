import type { JsonObject } from "../../lib/json.ts";
import type { RowInfo } from "../../model/report.ts";
import { CONNECTION_INFO } from "./families.ts";

/** The flags of a row as labels. Each is true, false or not sent, so there are 81 combinations, each made once. */

const VALUES = ["", "false", "true"] as const;

const COMBINATIONS: readonly RowInfo[] = VALUES.flatMap((isBpPeer) =>
  VALUES.flatMap((isBpGossipPeer) =>
    VALUES.flatMap((isBlocksOnly) =>
      VALUES.map((isTransactionsOnly) => ({
        family: CONNECTION_INFO,
        labels: [isBpPeer, isBpGossipPeer, isBlocksOnly, isTransactionsOnly],
      })),
    ),
  ),
);

/** @returns undefined where the node sends no flag */
export function connectionInfo(row: JsonObject): RowInfo | undefined {
  const producer = placeOf(row.is_bp_peer) * 3 + placeOf(row.is_bp_gossip_peer);
  // Leap 5 and the first Wire send both and never assign them (spring cd66df0dd); votes came after them.
  const hasKind = row.last_vote_received !== undefined;
  const kind = hasKind ? placeOf(row.is_blocks_only) * 3 + placeOf(row.is_transactions_only) : 0;
  const index = producer * 9 + kind;
  return index === 0 ? undefined : COMBINATIONS[index];
}

/** In VALUES. */
function placeOf(flag: unknown): number {
  return flag === true ? 2 : flag === false ? 1 : 0;
}
