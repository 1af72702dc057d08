import { parser } from "@prometheus-io/lezer-promql";
import { ADAPTERS } from "../../src/chains/index.ts";
import { createCatalogue } from "../../src/metrics/catalogue.ts";

type SyntaxNode = ReturnType<typeof parser.parse>["topNode"];

/**
 * Labels that only tell who took a sample: series of one node that two exporters, two jobs or two servers of Prometheus took
 * differ in them alone.
 */
export const SCRAPE_LABELS: readonly string[] = [
  ...["job", "instance", "node", "pod", "container", "endpoint", "service", "exporter"],
  ...["prometheus", "prometheus_replica", "replica"],
];

/** Labels that any series may have from outside of the exporter, and that tell nodes apart. */
const PLACE_LABELS: readonly string[] = ["cluster", "namespace"];

/** What a query gives: the labels that its series may have. */
export type Shape = {
  readonly labels: ReadonlySet<string>;
  /** It has values of nodes, not only of exporters. */
  readonly ofNodes: boolean;
};

export type Analysis = {
  /** Undefined: a number without labels. */
  readonly shape: Shape | undefined;
  /** Sums that count one node or exporter several times, joins that fail then, and labels that no series has. */
  readonly problems: readonly string[];
};

const NODE_LABELS: readonly string[] = ["target", "chain"];

const catalogue = new Map(createCatalogue(ADAPTERS).map(({ name, labels }) => [name, [...NODE_LABELS, ...labels]]));

/** Labels of the exporter's own families by the start of their names. */
const OWN_LABELS: readonly (readonly [name: RegExp, labels: readonly string[]])[] = [
  [/^peer_exporter_node_info$/, NODE_LABELS],
  [/^peer_exporter_build_info$/, ["version", "nodejs_version"]],
  [/^peer_exporter_shard_info$/, ["shard", "total_shards"]],
  [/^peer_exporter_config_/, []],
  [/^peer_exporter_/, ["handler", "code", "le", "reason"]],
  [/^nodejs_/, ["le", "kind", "type", "space"]],
  [/^(?:process_|scrape_|up$)/, []],
];

const ALERT_LABELS: readonly string[] = ["alertname", "alertstate", "severity", "network", ...NODE_LABELS];

/** The labels that a series has from the exporter or from Prometheus' rules; undefined: not known. */
function labelsOf(metric: string): readonly string[] | undefined {
  if (metric === "ALERTS") return ALERT_LABELS;
  if (/^chain:p2p_/.test(metric)) return ["chain"];
  if (/^target:p2p_/.test(metric)) return [...NODE_LABELS, "network", "chain_id"];
  return catalogue.get(metric) ?? OWN_LABELS.find(([name]) => name.test(metric))?.[1];
}

/** Two equal series change nothing. Every other aggregation depends on their number. */
const IDEMPOTENT: readonly string[] = ["max", "min", "group"];

const CHOOSING: readonly string[] = ["topk", "bottomk"];

const SET_OPERATORS: readonly string[] = ["and", "or", "unless"];

/** The labels that the result of a query may have, and its mistakes. The query is PromQL without variables. */
export function analyse(expr: string): Analysis {
  const problems: string[] = [];
  const text = ({ from, to }: SyntaxNode) => expr.slice(from, to);

  function visit(node: SyntaxNode): Shape | undefined {
    switch (node.name) {
      case "VectorSelector":
        return selected(node);
      case "FunctionCall":
        return called(node);
      case "AggregateExpr":
        return aggregated(node);
      case "BinaryExpr":
        return combined(node);
      default:
        return childrenOf(node)
          .map(visit)
          .find((shape) => shape !== undefined);
    }
  }

  function selected(node: SyntaxNode): Shape {
    const metric = text(node).split("{")[0]?.trim() ?? "";
    const own = labelsOf(metric);
    if (own === undefined) problems.push(`${metric} is not known`);
    // Rules that have each node once, whoever watches it.
    const scrape = metric.endsWith(":across_exporters") ? [] : SCRAPE_LABELS;
    const labels = new Set([...(own ?? []), ...scrape, ...PLACE_LABELS]);
    return { labels, ofNodes: own === undefined || own.includes("target") };
  }

  function called(node: SyntaxNode): Shape | undefined {
    const [shape] = childrenOf(node.getChild("FunctionCallBody"))
      .map(visit)
      .filter((each) => each !== undefined);
    if (shape === undefined) return undefined;
    const made = /^label_(?:replace|join)/.test(text(node)) ? literalsIn(node).slice(0, 1) : [];
    const all = { ...shape, labels: new Set([...shape.labels, ...made]) };
    return text(node).startsWith("histogram_quantile") ? dropped(all, ["le"]) : all;
  }

  function literalsIn(node: SyntaxNode): readonly string[] {
    const strings = childrenOf(node.getChild("FunctionCallBody")).filter(({ name }) => name === "StringLiteral");
    return strings.map((each) => text(each).slice(1, -1));
  }

  function aggregated(node: SyntaxNode): Shape | undefined {
    const operator = text(childrenOf(node)[0] ?? node);
    const argument = childrenOf(node.getChild("FunctionCallBody")).at(-1);
    const shape = argument && visit(argument);
    if (shape === undefined) return undefined;
    const modifier = node.getChild("AggregateModifier");
    const labels = modifier ? labelsIn(modifier, text) : [];
    expectKnown(labels, [shape], modifier ?? node);
    const left = modifier?.getChild("Without") ? dropped(shape, labels) : kept(shape, labels);
    if (!IDEMPOTENT.includes(operator)) {
      const lost = scrapeLabels(shape).filter((label) => !left.labels.has(label));
      const isOneExporter = !shape.ofNodes && scrapeLabels(shape).join() === "instance";
      if (lost.length > 0 && !isOneExporter)
        problems.push(`${operator} over series that differ in ${lost.join(", ")} alone: ${text(node)}`);
    }
    return CHOOSING.includes(operator) ? shape : left;
  }

  function combined(node: SyntaxNode): Shape | undefined {
    const operands = childrenOf(node);
    const [leftNode, operatorNode] = operands;
    const rightNode = operands.at(-1);
    if (leftNode === undefined || operatorNode === undefined || rightNode === undefined) return undefined;
    const [left, right] = [visit(leftNode), visit(rightNode)];
    if (left === undefined || right === undefined) return left ?? right;
    const matching = node.getChild("MatchingModifierClause");
    const [labels = [], included = []] = matching?.getChildren("GroupingLabels").map((each) => names(each, text)) ?? [];
    const both = { labels: new Set([...left.labels, ...right.labels]), ofNodes: left.ofNodes || right.ofNodes };
    expectKnown([...labels, ...included], [both], node);
    const operator = text(operatorNode);
    if (SET_OPERATORS.includes(operator)) return operator === "or" ? both : left;
    const matched = matching?.getChild("On") ? kept(both, labels) : dropped(both, labels);
    // The side with many series may have several for a match.
    const single = matching?.getChild("GroupLeft") ? right : matching?.getChild("GroupRight") ? left : both;
    const lost = scrapeLabels(single).filter((label) => !matched.labels.has(label));
    if (lost.length > 0) problems.push(`fails for series that differ in ${lost.join(", ")} alone: ${text(node)}`);
    if (matching?.getChild("GroupLeft")) return { ...left, labels: new Set([...left.labels, ...included]) };
    if (matching?.getChild("GroupRight")) return { ...right, labels: new Set([...right.labels, ...included]) };
    return { ...left, labels: new Set([...left.labels].filter((label) => matched.labels.has(label))) };
  }

  function expectKnown(labels: readonly string[], shapes: readonly Shape[], at: SyntaxNode): void {
    const given = [...SCRAPE_LABELS, ...PLACE_LABELS, ...shapes.flatMap((shape) => [...shape.labels])];
    for (const label of labels) if (!given.includes(label)) problems.push(`no series has ${label}: ${text(at)}`);
  }

  return { shape: visit(parser.parse(expr).topNode), problems };
}

/** The names of the metrics that a query selects, each once. */
export function selectedMetrics(expr: string): readonly string[] {
  const found = new Set<string>();
  parser.parse(expr).iterate({
    enter({ name, from, to }) {
      if (name === "VectorSelector") found.add(expr.slice(from, to).split("{")[0]?.trim() ?? "");
    },
  });
  return [...found];
}

/** The labels of a shape that only tell who took a sample. */
export function scrapeLabels({ labels }: Shape): readonly string[] {
  return SCRAPE_LABELS.filter((label) => labels.has(label));
}

function kept(shape: Shape, labels: readonly string[]): Shape {
  return { ...shape, labels: new Set([...shape.labels].filter((label) => labels.includes(label))) };
}

function dropped(shape: Shape, labels: readonly string[]): Shape {
  return { ...shape, labels: new Set([...shape.labels].filter((label) => !labels.includes(label))) };
}

function labelsIn(modifier: SyntaxNode, text: (node: SyntaxNode) => string): readonly string[] {
  return modifier.getChildren("GroupingLabels").flatMap((group) => names(group, text));
}

function names(group: SyntaxNode, text: (node: SyntaxNode) => string): readonly string[] {
  return group.getChildren("LabelName").map(text);
}

function childrenOf(node: SyntaxNode | null): readonly SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node?.firstChild ?? null; child !== null; child = child.nextSibling) children.push(child);
  return children;
}
