/**
 * How many times the CPU time of `work` grows when its input is four times as long: about 4 where it is linear, 16 where it is
 * quadratic. The shortest of several turns counts, as whatever else the machine does only adds to one.
 * @param length of the shorter input; found by doubling until a turn takes long enough to be measured, or `most` is reached
 */
export function growthOf(work: (length: number) => unknown, { most = 2 ** 18 } = {}): number {
  let length = 256;
  let once = shortest(work, length, 1);
  while (once < MEASURABLE_US && length < most) {
    length *= 2;
    once = shortest(work, length, 1);
  }
  // Too fast to be measured at a length that no input has: linear enough.
  if (once < MEASURABLE_US) return 0;
  const short = shortest(work, length, 3);
  const long = shortest(work, length * 4, 3);
  return long / Math.max(short, 1);
}

/** Between linear (4, and more where a cache is full) and quadratic (16). */
export const LINEAR = 10;

const MEASURABLE_US = 1500;

function shortest(work: (length: number) => unknown, length: number, turns: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < turns; turn += 1) {
    const before = process.cpuUsage();
    work(length);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, user + system);
  }
  return best;
}
