import type { PolledNode } from "../../../src/cli/commands/polling.ts";
import type { NodeConfig } from "../../../src/config/model.ts";
import type { NodeReport } from "../../../src/model/report.ts";
import { nodeConfig, stateAfter } from "../../poll/support.ts";

/** A node right after its first poll, at NOW. */
export function polledNode(report: NodeReport, node: Partial<NodeConfig> = {}): PolledNode {
  return { ...stateAfter(report, { node: nodeConfig(node) }), report, calls: [] };
}
