/** The exporters selected by the variables. */
export const EXPORTER = 'job=~"$job", instance=~"$instance"';

/** The nodes selected by the variables. */
export const NODE = `${EXPORTER}, chain=~"$chain", target=~"$target"`;

/** What identifies a node: with sidecars, several exporters may use the same name for their node. */
export const NODE_LABELS = "job, instance, chain, target";

export const CONNECTION_LABELS = `${NODE_LABELS}, direction, peer`;

/** The name of a node in legends of panels that may show several nodes. */
export const NODE_NAME = "{{target}} ({{instance}})";

/** A metric of the selected nodes, with further matchers. */
export function node(metric: string, more?: string): string {
  return select(metric, NODE, more);
}

/** A metric of the selected exporters, with further matchers. */
export function exporter(metric: string, more?: string): string {
  return select(metric, EXPORTER, more);
}

export function rate(selector: string): string {
  return `rate(${selector}[$__rate_interval])`;
}

/** How much a counter grew in the time range of the dashboard. */
export function increase(selector: string): string {
  return `increase(${selector}[$__range])`;
}

/** One value per node, without the labels that the configuration gives nodes. */
export function perNode(
  expr: string,
  aggregation: "max" | "min" | "sum" | "count" = "max",
  ...labels: string[]
): string {
  return `${aggregation} by (${[NODE_LABELS, ...labels].join(", ")}) (${expr})`;
}

/** One value per connection. */
export function perConnection(expr: string, ...labels: string[]): string {
  return `max by (${[CONNECTION_LABELS, ...labels].join(", ")}) (${expr})`;
}

/** Values of connections that are open now: rates and increases outlive their series. */
export function stillOpen(expr: string): string {
  return `${expr} and ${perConnection(node("p2p_connection_info"))}`;
}

/** 0 for each selected node: the fallback of `or` for nodes without a series. */
export const NONE = perNode(`0 * ${node("p2p_node_up")}`);

function select(metric: string, matchers: string, more: string | undefined): string {
  return `${metric}{${more === undefined ? matchers : `${matchers}, ${more}`}}`;
}
