import type { VariableSpec } from "./spec.ts";

/** The value of All. */
export const ANY = ".+";

type Choice = VariableSpec["choice"];

/** Job and instance of the exporters, found by one of their metrics. */
export function exporterVariables(metric: string): readonly VariableSpec[] {
  return [
    {
      name: "job",
      label: "Job",
      description: "The scrape job of the exporters.",
      selector: metric,
      choice: "all",
    },
    {
      name: "instance",
      label: "Instance",
      description: "The exporters, as Prometheus names them.",
      selector: `${metric}{job=~"$job"}`,
      choice: "all",
    },
  ];
}

/** Down to the node, each variable chained to those before it. `chains` limits a dashboard to some chains. */
export function nodeVariables(target: Choice, chains: string = ANY): readonly VariableSpec[] {
  const matchers = 'job=~"$job", instance=~"$instance"';
  return [
    ...exporterVariables("p2p_node_up"),
    {
      name: "chain",
      label: "Chain",
      description: "The kind of node.",
      selector: `p2p_node_up{${matchers}, chain=~"${chains}"}`,
      choice: "all",
      all: chains,
    },
    {
      name: "target",
      label: "Node",
      description: "The nodes, by their names in the exporter's configuration.",
      selector: `p2p_node_up{${matchers}, chain=~"$chain"}`,
      choice: target,
    },
  ];
}
