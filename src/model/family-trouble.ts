import { duration } from "../lib/text/format.ts";

/**
 * What a value of a chain's own family says that is wrong with its node: the condition of an alert, for the pages. A family has
 * one for each level.
 */
export type FamilyTrouble = {
  /** As the address of the status page names it; chains may share one. */
  readonly state: string;
  /** The values of the labels of the sample that it is about, in their order; absent: the family has no labels. */
  readonly labels?: readonly string[] | undefined;
  readonly level: "critical" | "warning";
  /** What it says of several nodes, after their number. */
  readonly ofNodes: string;
  /** The alert with this condition, which has a runbook. */
  readonly alert: string;
  /** A node that says this answers nothing else meanwhile, and is not down. */
  readonly explainsDown?: true | undefined;
  /** Without the name of the node; undefined: the value says nothing of this. */
  readonly textOf: (value: number, nowMs: number) => string | undefined;
};

const DAY_SECONDS = 86_400;

/** How many days before the end an alert fires. */
const EXPIRY_DAYS = { warning: 14, critical: 3 };

/**
 * The two levels of something that ends at a time, unix seconds. What is critical is no warning as well.
 * @param what what ends, as `certificate`
 */
export function expiryTroubles(what: string, alert: string): readonly FamilyTrouble[] {
  const textOf = (level: FamilyTrouble["level"]) => (endSeconds: number, nowMs: number) => {
    const seconds = endSeconds - nowMs / 1000;
    const found = seconds < EXPIRY_DAYS.critical * DAY_SECONDS ? "critical" : "warning";
    if (seconds >= EXPIRY_DAYS.warning * DAY_SECONDS || found !== level) return undefined;
    return seconds < 0 ? `${what} expired` : `${what} expires in ${duration(seconds)}`;
  };
  return [
    { state: "expires", level: "critical", ofNodes: "about to expire", alert, textOf: textOf("critical") },
    { state: "expiring", level: "warning", ofNodes: "expiring within two weeks", alert, textOf: textOf("warning") },
  ];
}
