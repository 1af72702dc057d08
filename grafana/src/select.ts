/** The exporters selected by the variables. */
export const EXPORTER = 'job=~"$job", instance=~"$instance"';

/** The nodes selected by the variables. */
export const NODE = `${EXPORTER}, chain=~"$chain", target=~"$target"`;

/**
 * Labels that only tell who took a sample: two replicas of the exporter, two jobs that scrape one exporter, or two servers
 * of Prometheus with one store have the series of a node several times, and the series differ in these labels alone.
 * prometheus and prometheus_replica are external labels of the Prometheus operator, replica is the usual one of Thanos. What
 * is left names the node: target, chain, namespace and cluster, and the labels that it has in the configuration.
 */
const SCRAPE_LABELS: readonly string[] = [
  ...["job", "instance", "node", "pod", "container", "endpoint", "service", "exporter"],
  ...["prometheus", "prometheus_replica", "replica"],
];

/** The labels of a node that are not its own choice, as far as it has them: sidecars in two namespaces may share a name. */
export const NODE_LABELS = "cluster, namespace, chain, target";

/** Labels of p2p_connection_info that its other series do not have. */
export const CONNECTION_INFO = ["agent", "address_type"] as const;

/** The name of a node in legends of panels that may show several nodes. */
export const NODE_NAME = "{{target}} {{namespace}}";

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

/** A value per second as one per minute, for what happens rarely. */
export function perMinute(expr: string): string {
  return `60 * ${expr}`;
}

/** How much a counter grew in the time range of the dashboard. */
export function increase(selector: string): string {
  return `increase(${selector}[$__range])`;
}

/**
 * One value for each series of a node or of a connection: the highest of those that differ in SCRAPE_LABELS alone. Every sum
 * and count over nodes needs it inside. Rates come inside of it, as counters of two exporters are not the same counter.
 */
export function once(expr: string, ...others: string[]): string {
  return without("max", SCRAPE_LABELS, expr, others);
}

/** One value for each series of an exporter, which instance names, however many jobs scrape it. */
export function oncePerExporter(expr: string): string {
  return without(
    "max",
    SCRAPE_LABELS.filter((label) => label !== "instance"),
    expr,
  );
}

/** Values of one node put together over some of their labels, such as direction. */
export function over(aggregation: "max" | "min" | "sum" | "count", labels: readonly string[], expr: string): string {
  return without(aggregation, labels, once(expr));
}

/** One series for each node or connection where replicas saw different texts, such as versions: a node counts once. */
export function oneText(labels: readonly string[], expr: string): string {
  return `topk without (${labels.join(", ")}) (1, ${once(expr)})`;
}

/** The series that once had a value in the time range, such as nodes that were down. */
export function whereOnce(expr: string, extreme: "min" | "max", value: 0 | 1): string {
  const selector = expr.slice(expr.lastIndexOf("(") + 1, expr.indexOf("}") + 1);
  const over = expr.replace(selector, () => `${extreme}_over_time(${selector}[$__range] @ end())`);
  return `${expr} and ${over} == ${value}`;
}

/** Values of connections that are open now: rates and increases outlive their series. */
export function stillOpen(expr: string): string {
  return `${expr} and ${once(node("p2p_connection_info"), ...CONNECTION_INFO)}`;
}

/** 0 for each selected node: the fallback of `or` for nodes without a series. */
export const NONE = once(`0 * ${node("p2p_node_up")}`);

function without(aggregation: string, labels: readonly string[], expr: string, others: readonly string[] = []): string {
  return `${aggregation} without (${[...labels, ...others].join(", ")}) (${expr})`;
}

function select(metric: string, matchers: string, more: string | undefined): string {
  return `${metric}{${more === undefined ? matchers : `${matchers}, ${more}`}}`;
}
