/** A node that follows the head, stands still for a while, and catches up, again and again. All in seconds. */
export type LagCycle = {
  readonly period: number;
  /** When in the period it stops. */
  readonly stallFrom: number;
  readonly stallFor: number;
  readonly catchUpFor: number;
};

/** How many seconds behind the network's head a node is, `elapsed` seconds after the demo's start. */
export function delayAt(cycle: LagCycle, elapsed: number): number {
  if (elapsed < 0) return 0;
  const stalled = (elapsed % cycle.period) - cycle.stallFrom;
  if (stalled <= 0) return 0;
  if (stalled <= cycle.stallFor) return stalled;
  const catchingUp = (stalled - cycle.stallFor) / cycle.catchUpFor;
  return catchingUp < 1 ? cycle.stallFor * (1 - catchingUp) : 0;
}

/** A node that goes down and comes back, again and again. All in seconds. */
export type OutageCycle = {
  readonly period: number;
  readonly downFrom: number;
  readonly downFor: number;
};

/** The start and end of the outage number `turn` (from 0), in seconds after the demo's start. */
export function outageTimes(cycle: OutageCycle, turn: number): { readonly downAt: number; readonly upAt: number } {
  const downAt = turn * cycle.period + cycle.downFrom;
  return { downAt, upAt: downAt + cycle.downFor };
}
