import * as z from "zod";
import { CHAIN_NAMES, type ChainName, chains, isChainName } from "../chains/index.ts";
import { didYouMean } from "../lib/suggest.ts";
import { mismatch } from "../schema/fields.ts";
import type { LagConfig } from "./model.ts";

/** The key `lag.reorg_depth`: how many blocks of a branch may become orphans without anybody being surprised. */

export const MAX_REORG_DEPTH = 1000;

/** In blocks: a fork that is not deeper is daily life on the chain. */
export function reorgDepthOf({ reorgDepth }: LagConfig, chain: ChainName): number {
  return reorgDepth[chain] ?? chains[chain].reorgDepthBlocks;
}

const EXPECTED = "a number of blocks, or a mapping of chains to numbers of blocks";

/** One number for all chains, or one for each of some; the others keep that of their adapter. */
export const reorgDepthField = z
  .union([z.number(), z.record(z.string(), z.unknown())], { error: ({ input }) => mismatch(EXPECTED, input) })
  .transform((given, context): LagConfig["reorgDepth"] => {
    const report = (message: string | undefined, path: string[]) => {
      if (message !== undefined) context.addIssue({ code: "custom", message, path });
    };
    const depths: Partial<Record<ChainName, number>> = {};
    for (const chain of CHAIN_NAMES) depths[chain] = chains[chain].reorgDepthBlocks;
    if (typeof given === "number") {
      report(depthProblem(given), []);
      for (const chain of CHAIN_NAMES) depths[chain] = given;
      return depths;
    }
    for (const [chain, depth] of Object.entries(given)) {
      report(isChainName(chain) ? depthProblem(depth) : unknownChain(chain), [chain]);
      if (isChainName(chain) && typeof depth === "number") depths[chain] = depth;
    }
    return depths;
  });

function depthProblem(depth: unknown): string | undefined {
  if (typeof depth !== "number") return mismatch("a whole number", depth);
  if (!Number.isInteger(depth)) return "expected a whole number";
  if (depth < 0) return "expected at least 0";
  return depth > MAX_REORG_DEPTH ? `expected at most ${MAX_REORG_DEPTH}` : undefined;
}

function unknownChain(name: string): string {
  return `unknown key${didYouMean(name, CHAIN_NAMES) ?? `; valid here: ${CHAIN_NAMES.join(", ")}`}`;
}
