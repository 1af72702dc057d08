import { ADAPTERS, CHAIN_NAMES, chains } from "../../src/chains/index.ts";
import { between } from "./markers.ts";

/** The thresholds of the alert P2PNodeHeadLagging: a chain's adapter has its own. */

const EXPRESSION = /(- alert: P2PNodeHeadLagging\n\s+expr: \|\n\s+\(\n)[\s\S]*?(\n {10}\)\n)/;

/** prometheus/alerts.yaml: a threshold for each chain; the rest of the file is written by hand. */
export function alertsWithThresholds(alerts: string): string {
  if (!EXPRESSION.test(alerts)) throw new Error("prometheus/alerts.yaml lacks the expression of P2PNodeHeadLagging");
  const terms = ADAPTERS.map((adapter) => {
    const names = CHAIN_NAMES.filter((name) => chains[name] === adapter);
    const selector = names.length === 1 ? `chain="${names[0]}"` : `chain=~"${names.join("|")}"`;
    return `              p2p_node_head_lag_blocks{${selector}} > ${adapter.usualLagBlocks}`;
  });
  return alerts.replace(EXPRESSION, (_, head: string, end: string) => head + terms.join("\n            or\n") + end);
}

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
