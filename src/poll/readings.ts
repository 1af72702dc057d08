import type { NodeReport } from "../model/report.ts";

/**
 * Numbers of a poll by which the pages judge a node, as alerts judge its series. The report itself is not stored, and reading its
 * lines back would take seconds for a fleet.
 */
export type Readings = {
  /** Unix time of the head block. */
  readonly headSeconds: number | undefined;
  /** Usual seconds between two blocks. */
  readonly blockSeconds: number | undefined;
  readonly clockSkewSeconds: number | undefined;
  readonly certificateExpirySeconds: number | undefined;
  /** Samples of the chain's own families with troubles, by the name of the family; undefined without such samples. */
  readonly ofChain: ReadonlyMap<string, number> | undefined;
};

export function readingsOf(report: NodeReport): Readings {
  const { head, blockSeconds, clockSkewSeconds, certificateExpirySeconds, chainSamples } = report;
  const judged = chainSamples.filter(({ family }) => family.troubles !== undefined);
  return {
    headSeconds: head.ok ? head.value.timestampSeconds : undefined,
    blockSeconds,
    clockSkewSeconds,
    certificateExpirySeconds,
    ofChain: judged.length === 0 ? undefined : new Map(judged.map(({ family, value }) => [family.name, value])),
  };
}
