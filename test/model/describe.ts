import type { Outage } from "./http.ts";

type Broken = {
  readonly outage: Outage | undefined;
  readonly fault: Readonly<Record<string, string>> | undefined;
};

/** A node and its troubles in a few words. */
export function describeNode(facts: readonly string[], { outage, fault }: Broken): string {
  const troubles = [...(outage === undefined ? [] : [outage]), ...(fault === undefined ? [] : Object.values(fault))];
  return [...facts, ...(troubles.length === 0 ? [] : [troubles.join(" ")])].join(", ");
}
