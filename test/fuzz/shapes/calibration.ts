import type { CpuClock } from "./thread-cpu.ts";

/**
 * How much slower than the machine on which the limits were set this one is now: 1 and more. It is measured again beside each
 * case that is too slow, as other programs on the same core slow everything down for a while.
 */
export type Calibration = () => number;

/** Of the machine on which the limits were set, an AMD EPYC of 2.6 GHz with Node 20, when nothing else runs. */
const REFERENCE_MS = 7.5;

const TRIES = 3;

/** A text as large as the answer of a busy node, and numbers as they are counted in it. */
const TEXT = JSON.stringify(
  Array.from({ length: 2500 }, (_, index) => ({
    peer: `198.51.100.${index}:9876`,
    height: index * 7,
    agents: ["a", "b"],
  })),
);
const BYTES = Buffer.from(TEXT);

export function createCalibration(cpu: CpuClock): Calibration {
  for (let run = 0; run < 10; run += 1) work();
  return () => {
    const times = Array.from({ length: TRIES }, () => {
      const began = cpu();
      work();
      return cpu() - began;
    });
    // A faster machine has no more work to do in the same time: what must hold there is the limit itself.
    return Math.max(1, Math.min(...times) / REFERENCE_MS);
  };
}

function work(): number {
  const rows: unknown = JSON.parse(TEXT);
  let sum = Array.isArray(rows) ? rows.length : 0;
  for (let round = 0; round < 8; round += 1) for (const byte of BYTES) sum = (sum * 31 + byte) | 0;
  return sum;
}
