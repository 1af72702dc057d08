import { ADAPTERS } from "../../chains/index.ts";
import { duration } from "../../lib/text/format.ts";
import { expiryTroubles, type FamilyTrouble } from "../../model/family-trouble.ts";
import { readingKey } from "../../poll/readings.ts";
import type { NodeOverview } from "./overview.ts";

/** What the readings of a node's last poll say that is wrong, from the conditions of the alerts. Undefined: nothing. */

type ReadingTrouble = Omit<FamilyTrouble, "labels" | "textOf"> & {
  readonly textOf: (node: NodeOverview, nowMs: number) => string | undefined;
};

/** As P2PNodeClockSkewed. */
const CLOCK_SKEW_SECONDS = 5;

export function skewedClock({ readings }: NodeOverview): string | undefined {
  const skew = Math.abs(readings?.clockSkewSeconds ?? 0);
  return skew > CLOCK_SKEW_SECONDS ? `clock differs by ${duration(skew)}` : undefined;
}

/** By the usual seconds between two blocks, as P2PNodeHeadOld. */
export const OLD_HEADS: readonly { readonly blockSeconds: number; readonly seconds: number }[] = [
  { blockSeconds: 1, seconds: 300 },
  { blockSeconds: 10, seconds: 1200 },
  { blockSeconds: 120, seconds: 7200 },
  { blockSeconds: 180, seconds: 10_800 },
  { blockSeconds: 600, seconds: 21_600 },
];

/** By the time of the last poll: the head is not older than its data. */
export function oldHead({ readings, last, syncing }: NodeOverview): string | undefined {
  const { headSeconds, blockSeconds } = readings ?? {};
  if (headSeconds === undefined || blockSeconds === undefined || last === undefined || syncing === true)
    return undefined;
  const band = OLD_HEADS.find((each) => blockSeconds <= each.blockSeconds);
  const age = last.endedMs / 1000 - headSeconds;
  return band !== undefined && age > band.seconds ? `newest block was ${duration(age)} old` : undefined;
}

/** The troubles of the chains' own families, which say what their values mean. */
const OF_FAMILIES: readonly ReadingTrouble[] = ADAPTERS.flatMap(({ families }) => families).flatMap(
  ({ name, troubles = [] }) =>
    troubles.map((trouble) => {
      const key = readingKey(name, trouble.labels);
      return withReading(trouble, ({ readings }) => readings?.ofChain?.get(key));
    }),
);

const OF_CERTIFICATE: readonly ReadingTrouble[] = expiryTroubles("certificate", "P2PNodeCertificateExpiring").map(
  (trouble) => withReading(trouble, ({ readings }) => readings?.certificateExpirySeconds),
);

/** How a certificate or, of some chains, a release expires. */
export function expiries(level: FamilyTrouble["level"]): readonly ReadingTrouble[] {
  return [...OF_CERTIFICATE, ...OF_FAMILIES.filter(isExpiry)].filter((trouble) => trouble.level === level);
}

/** What else the chains' own families say. */
export function ofChains(level: FamilyTrouble["level"]): readonly ReadingTrouble[] {
  return OF_FAMILIES.filter((trouble) => trouble.level === level && !isExpiry(trouble) && !trouble.explainsDown);
}

/** Why a node answers nothing that is not down. */
export const EXPLANATIONS: readonly ReadingTrouble[] = OF_FAMILIES.filter(({ explainsDown }) => explainsDown === true);

function isExpiry({ state }: ReadingTrouble): boolean {
  return OF_CERTIFICATE.some((trouble) => trouble.state === state);
}

function withReading(
  { textOf, labels: _, ...trouble }: FamilyTrouble,
  readingOf: (node: NodeOverview) => number | undefined,
): ReadingTrouble {
  return {
    ...trouble,
    textOf: (node, nowMs) => {
      const value = readingOf(node);
      return value === undefined ? undefined : textOf(value, nowMs);
    },
  };
}
