import type { NodeOverview } from "./overview.ts";
import type { PageQuery } from "./query.ts";
import type { AssessedNode } from "./troubles.ts";

/** Which nodes the page at `/` shows: those that the parameters of its address select. */

/** Longer texts are cut: each node is compared with each word. */
export const MAX_SEARCH_LENGTH = 200;
const MAX_WORDS = 10;

/** Of the parameter `state`, in addition to the troubles. */
export const UP = "up";
export const UNHEALTHY = "unhealthy";

export const LABEL = "label";

type Filter = (assessed: AssessedNode) => boolean;

/** What the address asks for. Each part selects for itself, so that links can show what they would find with the others. */
export type Selection = {
  readonly search: Filter;
  readonly state: Filter;
  readonly chain: Filter;
  /** By the name of the label. */
  readonly labels: ReadonlyMap<string, Filter>;
};

export function selectionOf(query: PageQuery): Selection {
  const chain = query.get("chain");
  const state = query.get("state");
  const labels = [...query].flatMap(([name, value]) => {
    const label = labelOf(name);
    return label === undefined ? [] : [[label, (each: AssessedNode) => each.node.labels[label] === value] as const];
  });
  return {
    search: searchFor(query.get("q")),
    state: state === undefined ? everyNode : (each) => isIn(state, each),
    chain: chain === undefined ? everyNode : ({ node }) => node.chain === chain,
    labels: new Map(labels),
  };
}

const everyNode: Filter = () => true;

/** The name of the label that a parameter selects by. */
export function labelOf(parameter: string): string | undefined {
  return parameter.startsWith(`${LABEL}=`) ? parameter.slice(LABEL.length + 1) : undefined;
}

/** Whether the node has this state: it may have several troubles. */
export function isIn(state: string, { troubles }: AssessedNode): boolean {
  if (state === UP) return troubles.length === 0;
  if (state === UNHEALTHY) return troubles.length > 0;
  return troubles.some((trouble) => trouble.state === state);
}

/** All words must occur, in any order, in capitals or not. */
function searchFor(text = ""): Filter {
  const words = wordsOf(text);
  if (words.length === 0) return everyNode;
  // The page asks several times: with all filters, and without each.
  const known = new Map<AssessedNode, boolean>();
  return (each) => {
    const before = known.get(each);
    if (before !== undefined) return before;
    const text = searchedText(each);
    const isFound = words.every((word) => text.includes(word));
    known.set(each, isFound);
    return isFound;
  };
}

function wordsOf(text: string): readonly string[] {
  return text.slice(0, MAX_SEARCH_LENGTH).toLowerCase().split(/\s+/).filter(Boolean).slice(0, MAX_WORDS);
}

/** What the page says of a node. */
function searchedText({ node, troubles }: AssessedNode): string {
  const { name, chain, server, labels, failures, isReference } = node;
  return [
    ...[name, chain, server, isReference ? "reference" : ""],
    ...Object.entries(labels).map(([label, value]) => `${label}=${value}`),
    ...troubles.map(({ text }) => text),
    ...failures.flatMap(({ api, failure }) => [api, failure.reason, failure.message, failure.advice]),
  ]
    .join("\n")
    .toLowerCase();
}

/** The selected nodes; with `except`, as they would be without that part. */
export function selected(
  nodes: readonly AssessedNode[],
  { search, state, chain, labels }: Selection,
  except?: "state" | "chain" | { readonly label: string },
): readonly AssessedNode[] {
  const left = typeof except === "object" ? except.label : undefined;
  const filters = [
    ...(except === "chain" ? [] : [chain]),
    ...[...labels].flatMap(([label, filter]) => (label === left ? [] : [filter])),
    ...(except === "state" ? [] : [state]),
    search,
  ].filter((filter) => filter !== everyNode);
  return filters.length === 0 ? nodes : nodes.filter((each) => filters.every((filter) => filter(each)));
}

/** A label with the number of nodes that each of its values has. */
export type LabelValues = { readonly label: string; readonly values: ReadonlyMap<string, number> };

const MAX_LABELS = 5;
const MAX_VALUES = 50;

/**
 * The labels that divide the nodes into few groups, those with the fewest values first. A label that is different on each node
 * divides nothing: people search for it.
 */
export function dividingLabels(nodes: readonly NodeOverview[]): readonly LabelValues[] {
  const found = new Map<string, Map<string, number>>();
  for (const { labels } of nodes) {
    for (const [label, value] of Object.entries(labels)) {
      const values = found.get(label) ?? new Map<string, number>();
      found.set(label, values.set(value, (values.get(value) ?? 0) + 1));
    }
  }
  return [...found]
    .map(([label, values]) => ({ label, values }))
    .filter(
      ({ values }) => values.size <= MAX_VALUES && values.size <= nodes.length / 2 && divides(values, nodes.length),
    )
    .sort((a, b) => a.values.size - b.values.size)
    .slice(0, MAX_LABELS);
}

/** Not the one value of all nodes. */
function divides(values: ReadonlyMap<string, number>, nodes: number): boolean {
  const [first] = values.values();
  return values.size > 1 || (first !== undefined && first < nodes);
}
