import type { PolledNode } from "../../../src/cli/commands/polling.ts";
import type { Context } from "../../../src/cli/context.ts";
import type { NodeConfig } from "../../../src/config/model.ts";
import { createRedactor } from "../../../src/config/redact.ts";
import type { NodeReport } from "../../../src/model/report.ts";
import { nodeConfig, stateAfter } from "../../poll/support.ts";

/** A node right after its first poll, at NOW. */
export function polledNode(report: NodeReport, node: Partial<NodeConfig> = {}): PolledNode {
  return { ...stateAfter(report, { node: nodeConfig(node) }), report, calls: [] };
}

/** Runs a command as in a process that gets no signal. */
export async function outcomeOf(command: (context: Context) => number | Promise<number>) {
  let [out, err] = ["", ""];
  const code = await command({
    print: (text) => {
      out += text;
    },
    printError: (text) => {
      err += text;
    },
    stopped: new Promise(() => {}),
    endsItself: async () => {},
    redactor: createRedactor(),
    crash: { logTo: () => {} },
  });
  return { code, out, err };
}
