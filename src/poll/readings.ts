import type { ChainSample } from "../model/chain-family.ts";
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
  /** Samples of the chain's own families that have troubles, by readingKey; undefined without such samples. */
  readonly ofChain: ReadonlyMap<string, number> | undefined;
};

export function readingsOf(report: NodeReport): Readings {
  const { head, blockSeconds, clockSkewSeconds, certificateExpirySeconds, chainSamples } = report;
  const judged = chainSamples.filter(isJudged);
  return {
    headSeconds: head.ok ? head.value.timestampSeconds : undefined,
    blockSeconds,
    clockSkewSeconds,
    certificateExpirySeconds,
    ofChain:
      judged.length === 0
        ? undefined
        : new Map(judged.map(({ family, labels, value }) => [readingKey(family.name, labels), value])),
  };
}

/** Of the other samples of a family, no trouble says anything. */
function isJudged({ family: { name, troubles = [] }, labels }: ChainSample): boolean {
  const key = readingKey(name, labels);
  return troubles.some((trouble) => readingKey(name, trouble.labels) === key);
}

/** @param labels the values of the labels of the sample, in the order of its family */
export function readingKey(family: string, labels: readonly string[] = []): string {
  return [family, ...labels].join(" ");
}
