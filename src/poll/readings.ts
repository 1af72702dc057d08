import type { ChainSample } from "../model/chain-family.ts";
import type { FamilyTrouble } from "../model/family-trouble.ts";
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

/** What the chain's own families say of this level that is wrong with a node that answers. */
export function troubleTexts(
  { chainSamples }: Pick<NodeReport, "chainSamples">,
  level: FamilyTrouble["level"],
  nowMs: number,
): readonly string[] {
  return chainSamples.flatMap((sample) =>
    troublesOf(sample)
      .filter((trouble) => trouble.level === level && trouble.explainsDown !== true)
      .flatMap(({ textOf }) => textOf(sample.value, nowMs) ?? []),
  );
}

/** Of the other samples of a family, no trouble says anything. */
function isJudged(sample: ChainSample): boolean {
  return troublesOf(sample).length > 0;
}

const NO_TROUBLES: readonly FamilyTrouble[] = [];

function troublesOf({ family: { name, troubles }, labels }: ChainSample): readonly FamilyTrouble[] {
  // Most families have none, and each poll has hundreds of samples.
  if (troubles === undefined) return NO_TROUBLES;
  const key = readingKey(name, labels);
  return troubles.filter((trouble) => readingKey(name, trouble.labels) === key);
}

/** @param labels the values of the labels of the sample, in the order of its family */
export function readingKey(family: string, labels: readonly string[] = []): string {
  return [family, ...labels].join(" ");
}
