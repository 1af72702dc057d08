import { OUTAGES, type Outage } from "./http.ts";
import type { Random } from "./random.ts";

/** What goes wrong at a simulated node of any chain: outages of the whole node, and faults of one part. */

type Troubled<Fault> = {
  /** Steps until the present outage is over. */
  outageSteps: number;
  readonly node: { outage: Outage | undefined; fault: Fault | undefined };
};

type Troubles<Fault> = {
  /** The chance of an outage in a step, and that of a fault where there is none. */
  readonly outages: number;
  readonly faults: number;
  readonly fault: () => Fault;
};

const OUTAGE_NAMES = Object.keys(OUTAGES) as [Outage, ...Outage[]];

/** One step: an outage lasts some of them, a fault one. */
export function breakDown<Fault>(
  life: Troubled<Fault>,
  random: Random,
  { outages, faults, fault }: Troubles<Fault>,
): void {
  const { node } = life;
  life.outageSteps -= 1;
  if (life.outageSteps > 0) return;
  node.outage = undefined;
  node.fault = undefined;
  if (random.chance(outages)) {
    node.outage = random.pick(OUTAGE_NAMES);
    life.outageSteps = random.int(1, 4);
  } else if (random.chance(faults)) {
    node.fault = fault();
  }
}
