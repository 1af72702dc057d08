import { ADAPTERS } from "../../src/chains/index.ts";
import { between } from "./markers.ts";

/** What the runbooks on heads say of each chain, from its adapter. */

/** docs/runbooks/P2PNodeHeadLagging.md */
export function headLagRunbook(document: string): string {
  const rows = ADAPTERS.map(({ title, usualLagBlocks }) => `| ${title} | ${usualLagBlocks} |`);
  return between(document, "thresholds", `| chain | blocks |\n|---|---|\n${rows.join("\n")}\n`);
}

/** docs/runbooks/P2PNodeForked.md */
export function forkRunbook(document: string): string {
  const rows = ADAPTERS.map(({ title, reorgDepthBlocks }) => `| ${title} | ${reorgDepthBlocks} |`);
  return between(document, "depths", `| chain | usual, in blocks |\n|---|---|\n${rows.join("\n")}\n`);
}
