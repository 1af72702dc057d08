import type { ChainTraits, Fact, FactFamily, NodeReport } from "../chains/chain.ts";
import type { NodeState } from "../poll/store.ts";
import type { ShownConnections } from "./connections.ts";
import { cleanText, type FamilyHeader, renderLabels } from "./exposition.ts";

/** What the families of a node are made from. */
export type NodeView = {
  readonly state: NodeState;
  readonly report: NodeReport | undefined;
  readonly traits: ChainTraits;
  readonly shown: ShownConnections | undefined;
};

/** Further labels as `renderLabels` gives them, and the value. */
export type SampleValue = readonly [labels: string, value: number];

/** A metric family of the nodes, declared as data: docs and tests read the same table as the page. */
export type NodeFamily = FamilyHeader & {
  /** Label names beside target, chain and the node's own. */
  readonly labels: readonly string[];
  readonly samples: (view: NodeView) => Iterable<SampleValue>;
};

/** No sample when the value is not known. */
export function one(value: number | undefined): readonly SampleValue[] {
  return value === undefined ? [] : [["", value]];
}

export function flag(value: boolean | undefined): readonly SampleValue[] {
  return value === undefined ? [] : [["", value ? 1 : 0]];
}

export function* labelled(
  name: string,
  values: Iterable<readonly [string, number | undefined]>,
): Iterable<SampleValue> {
  for (const [label, value] of values) {
    if (value !== undefined) yield [renderLabels([[name, label]]), value];
  }
}

/** A chain's own family, filled from the facts of the report. */
export function factFamily(family: FactFamily): NodeFamily {
  const toSample = (fact: Fact): SampleValue => [
    renderLabels(family.labels.map((name, index) => [name, cleanText(fact.labels[index] ?? "")] as const)),
    fact.value,
  ];
  return {
    ...family,
    samples: ({ report }) => (report?.facts ?? []).filter((fact) => fact.family === family).map(toSample),
  };
}
