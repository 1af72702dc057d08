import { formatDuration } from "./duration.ts";
import type { NodeConfig } from "./model.ts";

/** What is done with a node, for the log. */
export function describeNode({ role, url, trigger, timeoutMs }: NodeConfig): string {
  const pace = trigger.kind === "interval" ? `every ${formatDuration(trigger.intervalMs)}` : `at ${trigger.expression}`;
  return `polling ${role === "reference" ? "the reference " : ""}${url.label} ${pace}, timeout ${formatDuration(timeoutMs)}`;
}
