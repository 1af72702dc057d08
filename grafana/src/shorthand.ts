import { NODE_NAME, node, once, perMinute, rate } from "./select.ts";
import type { GraphSpec, Query, StatSpec } from "./spec.ts";

type Rest<T> = Partial<Omit<T, "kind" | "title" | "description" | "unit" | "queries">>;

export function graph(
  title: string,
  description: string,
  unit: string,
  queries: readonly Query[],
  rest: Rest<GraphSpec> = {},
): GraphSpec {
  return { kind: "graph", title, description, unit, queries, ...rest };
}

export function stat(
  title: string,
  description: string,
  unit: string,
  queries: readonly Query[],
  rest: Rest<StatSpec> = {},
): StatSpec {
  return { kind: "stat", title, description, unit, queries, ...rest };
}

/** A gauge of nodes, one line per node and own label of the metric. */
export function gauge(metric: string, legend: string): Query {
  return { expr: once(node(metric)), legend };
}

/** A counter of nodes, per minute. */
export function counter(metric: string, legend: string): Query {
  return { expr: perMinute(once(rate(node(metric)))), legend };
}

/** How long ago a gauge of Unix times was. */
export function ageOf(selector: string): string {
  return `time() - ${selector}`;
}

/** The bytes of each selected node. */
export const NODE_TRAFFIC: GraphSpec = graph(
  "P2P traffic",
  "Bytes per second received and sent, sent below zero.",
  "Bps",
  [
    { expr: once(rate(node("p2p_node_receive_bytes_total"))), legend: `${NODE_NAME} received` },
    { expr: once(rate(node("p2p_node_transmit_bytes_total"))), legend: `${NODE_NAME} sent` },
  ],
  { below: "/ sent$/" },
);
