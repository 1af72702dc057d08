/**
 * How many times the CPU time of `work` grows when its input is eight times as long: about 8 where it is linear, 64 where it is
 * quadratic. The smallest of several rounds counts, as whatever else the machine does only adds to one.
 * @param work gets the length of its input
 * @param most no input is longer: what is too fast to be measured by then counts as linear
 */
export function growthOf(work: (length: number) => unknown, { most = 2 ** 18 } = {}): number {
  let length = 256;
  while (length < most && cpuTime(work, length) < MEASURABLE_US) length *= 2;
  let smallest = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS && smallest > LINEAR / 2; round += 1) {
    const short = Math.min(cpuTime(work, length), cpuTime(work, length));
    // Too fast to be measured.
    if (short < MEASURABLE_US / 4) return 0;
    smallest = Math.min(smallest, cpuTime(work, length * FACTOR) / short);
  }
  return smallest;
}

const FACTOR = 8;
const ROUNDS = 5;
const MEASURABLE_US = 1000;

/** Between linear (8, and more where a cache is full or memory is collected) and quadratic (64). */
export const LINEAR = 24;

function cpuTime(work: (length: number) => unknown, length: number): number {
  const before = process.cpuUsage();
  work(length);
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
