import assert from "node:assert/strict";
import type { ChainAdapter } from "../../src/chains/adapter.ts";
import type { ChainFamily } from "../../src/model/chain-family.ts";
import type { NodeReport } from "../../src/model/report.ts";

/** The parts of an adapter that say what its reports may have. */
type Declared = Pick<ChainAdapter, "apis" | "families">;

/**
 * A report has only what its adapter declares: names of APIs, families, and label values out of closed sets. The catalogue and the
 * documentation are made from the declarations.
 */
export function expectDeclared({ apis, families }: Declared, report: NodeReport): void {
  const isNode = ({ scope }: ChainFamily) => scope === undefined;
  for (const name of ["peers", "head", ...report.apis.keys()]) assert(apis.includes(name), `api ${name}`);
  for (const { family, labels } of report.chainSamples) {
    assert(families.includes(family) && isNode(family), family.name);
    expectLabels(family, labels, false);
  }
  for (const { info, chainSamples = [] } of report.peers.ok ? report.peers.value.connections : []) {
    for (const { family, labels } of chainSamples) {
      assert(families.includes(family) && !isNode(family), family.name);
      assert.deepEqual([family.labels, labels], [[], []], family.name);
    }
    if (info === undefined) continue;
    assert(families.includes(info.family) && !isNode(info.family), info.family.name);
    // A text that is not known is "".
    expectLabels(info.family, info.labels, true);
  }
}

function expectLabels(family: ChainFamily, labels: readonly string[], mayBeUnknown: boolean): void {
  assert.equal(labels.length, family.labels.length, family.name);
  for (const [index, name] of family.labels.entries()) {
    const [text = "", values] = [labels[index], family.values?.[name]];
    const isKnown = values === undefined || values.includes(text) || (mayBeUnknown && text === "");
    assert(isKnown, `${family.name} ${name}="${text}"`);
  }
}
