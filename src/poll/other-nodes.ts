import type { PollRequest } from "../chains/adapter.ts";
import type { LagConfig, NodeConfig } from "../config/model.ts";
import { reorgDepthOf } from "../config/reorg-depth.ts";
import type { NodeReport } from "../model/report.ts";
import type { ReportTimes } from "./blocks.ts";
import { type Forks, NO_FORKS } from "./forks.ts";
import { createKnownHeads, NO_OTHER_HEADS, type OtherHeads } from "./heads.ts";
import { createKnownBlocks } from "./known-blocks.ts";

/** What a node is compared with, after a poll. */
export type OtherNodes = { readonly heads: OtherHeads; readonly forks: Forks };

/** Of a poll that is not compared with others. */
export const NO_OTHER_NODES: OtherNodes = { heads: NO_OTHER_HEADS, forks: NO_FORKS };

/** The last heads and the recent blocks of all nodes. */
export type KnownNodes = {
  /** Takes a poll's head and blocks, also of a poll that failed. */
  remember(node: NodeConfig, report: NodeReport, times: ReportTimes, lag: LagConfig): void;
  /** Compares a node, whose last report this is, with the others as they are known now. */
  compare(node: NodeConfig, report: NodeReport, nowMs: number): OtherNodes;
  /** What the next poll of the node has to find out. */
  request(name: string, nowMs: number): PollRequest;
  /** Forgets nodes that are no longer polled or have another server now. */
  forgetAll(names: readonly string[]): void;
};

/** How many nodes are compared block by block after a poll, where nothing else says on which chain they are; the highest first. */
const MAX_COMPARED = 16;

export function createKnownNodes(): KnownNodes {
  const heads = createKnownHeads();
  const blocks = createKnownBlocks();
  return {
    remember(node, report, times, lag) {
      heads.remember(node.name, node.role, report, times.freshUntilMs);
      blocks.record(node, report, times, reorgDepthOf(lag, node.chain));
    },
    compare({ name }, { networkKey }, nowMs) {
      const forks = blocks.compare(name, nowMs);
      let left = MAX_COMPARED;
      const mayCompare = () => left-- > 0;
      const isComparable = (other: string) => blocks.areComparable(name, other, mayCompare);
      const others = heads.othersOnNetwork(name, networkKey, nowMs, isComparable);
      return { forks, heads: { ...others, ownSinceMs: blocks.headSinceMs(name) } };
    },
    request: (name, nowMs) => blocks.request(name, nowMs),
    forgetAll(names) {
      heads.forgetAll(names);
      blocks.forgetAll(names);
    },
  };
}
