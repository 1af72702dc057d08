import { isObject } from "../../lib/json.ts";
import { count } from "../decode.ts";
import { wrongShape } from "./calls.ts";

/** rpc/blockchain.cpp; `active` is the node's own branch. */
export const OTHER_STATUSES = ["valid-fork", "valid-headers", "headers-only", "invalid"] as const;
export const TIP_STATUSES = ["active", ...OTHER_STATUSES] as const;
type TipStatus = (typeof TIP_STATUSES)[number];

export type ChainTips = {
  readonly active: number | undefined;
  readonly byStatus: ReadonlyMap<TipStatus, { readonly tips: number; readonly highest: number }>;
  /** Blocks of the longest branch off the node's own whose tip is young. */
  readonly longestYoungBranch: number;
};

/** A fork is young while its tip is not further below the head than this: nodes never forget one. */
export const YOUNG_BLOCKS = 100;

/**
 * The ends of all branches that the node knows, from getchaintips.
 * @throws NodeError bad_shape
 */
export function decodeChainTips(answer: unknown, call: string): ChainTips {
  if (!Array.isArray(answer)) throw wrongShape(call, "a list of chain tips");
  const byStatus = new Map<TipStatus, { readonly tips: number; readonly highest: number }>();
  const branches: { readonly height: number; readonly length: number }[] = [];
  for (const tip of answer) {
    const height = isObject(tip) ? count(tip.height) : undefined;
    const status = isObject(tip) ? TIP_STATUSES.find((known) => known === tip.status) : undefined;
    if (!isObject(tip) || height === undefined || status === undefined) continue;
    const before = byStatus.get(status);
    byStatus.set(status, { tips: (before?.tips ?? 0) + 1, highest: Math.max(before?.highest ?? 0, height) });
    // Other kinds have blocks that the node never had, or refused.
    if (status === "valid-fork") branches.push({ height, length: count(tip.branchlen) ?? 0 });
  }
  const active = byStatus.get("active")?.highest;
  let longestYoungBranch = 0;
  for (const { height, length } of branches) {
    const isYoung = active !== undefined && height >= active - YOUNG_BLOCKS;
    if (isYoung && length > longestYoungBranch) longestYoungBranch = length;
  }
  return { active, byStatus, longestYoungBranch };
}
