import type { Calibration } from "./calibration.ts";
import type { Cost } from "./play-shape.ts";

/** Whether a case costs too much. */

/** No answer holds the event loop for longer, of its own CPU time. */
export const MAX_CPU_MS = 50;
export const MAX_GROWTH_MIB = 64;

/** What is too much is measured again: a collection of garbage of other cases, or another program, is no fault of the answer. */
const REPEATS = 5;

export type Judge = (measure: () => Promise<Cost>) => Promise<Verdict>;

export type Verdict = {
  readonly cost: Cost;
  /** What is too much. */
  readonly problem: string | undefined;
};

export type JudgeOptions = {
  readonly calibrate: Calibration;
  /** Collects garbage, so that what earlier cases left is not counted. */
  readonly settle: () => Promise<void>;
};

export function createJudge({ calibrate, settle }: JudgeOptions): Judge {
  return async (measure) => {
    let cost = await measure();
    for (let repeat = 0; isTooMuch(cost) && repeat < REPEATS; repeat += 1) {
      await settle();
      const factor = Math.max(calibrate(), 1);
      const again = await measure();
      cost = {
        ...again,
        cpu: Math.min(cost.cpu, again.cpu / factor),
        growth: Math.min(cost.growth, again.growth),
      };
    }
    return { cost, problem: isTooMuch(cost) ? problemOf(cost) : undefined };
  };
}

function isTooMuch({ cpu, growth }: Cost): boolean {
  return cpu > MAX_CPU_MS || growth > MAX_GROWTH_MIB;
}

function problemOf({ cpu, growth }: Cost): string {
  const found = [
    ...(cpu > MAX_CPU_MS ? [`${cpu.toFixed(1)} ms of CPU, at most ${MAX_CPU_MS} ms are allowed`] : []),
    ...(growth > MAX_GROWTH_MIB ? [`${growth.toFixed(0)} MiB more memory, at most ${MAX_GROWTH_MIB} MiB`] : []),
  ];
  return `one answer took ${found.join(" and ")}`;
}
