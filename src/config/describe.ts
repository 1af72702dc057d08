import { chains } from "../chains/index.ts";
import { formatDuration } from "../lib/duration.ts";
import { counted } from "../lib/text/format.ts";
import type { Config, NodeConfig } from "./model.ts";

/** What is done with a node, for the log. */
export function describeNode({ role, url, trigger, timeoutMs }: NodeConfig): string {
  const pace = trigger.kind === "interval" ? `every ${formatDuration(trigger.intervalMs)}` : `at ${trigger.expression}`;
  return `polling ${role === "reference" ? "the reference " : ""}${url.label} ${pace}, timeout ${formatDuration(timeoutMs)}`;
}

/** What is done with all of them: "polling 9 nodes and 1 reference of 3 chains every 5s to 1m". */
export function describePolling({ nodes, references }: Pick<Config, "nodes" | "references">): string {
  const all = [...nodes, ...references];
  const adapters = new Set(all.map(({ chain }) => chains[chain]));
  return `polling ${describeNodes({ nodes, references })} of ${counted(adapters.size, "chain")}${paceOf(all)}`;
}

/** "9 nodes and 1 reference" */
export function describeNodes({ nodes, references }: Pick<Config, "nodes" | "references">): string {
  const what = references.length === 0 ? [] : [counted(references.length, "reference")];
  return [counted(nodes.length, "node"), ...what].join(" and ");
}

function paceOf(all: readonly NodeConfig[]): string {
  const intervals = all.flatMap(({ trigger }) => (trigger.kind === "interval" ? [trigger.intervalMs] : []));
  const scheduled = all.length - intervals.length;
  const [shortest, longest] = [Math.min(...intervals), Math.max(...intervals)].map(formatDuration);
  const parts = [
    ...(intervals.length === 0 ? [] : [` every ${shortest === longest ? shortest : `${shortest} to ${longest}`}`]),
    ...(scheduled === 0 ? [] : [`${intervals.length === 0 ? "" : ` ${scheduled} of them`} at cron expressions`]),
  ];
  return parts.join(",");
}
