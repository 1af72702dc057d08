/** Milliseconds since any fixed moment; never falls. */
export type Elapsed = () => number;

/** Both clocks are read one after the other, and time services correct the wall clock gradually. */
const TOLERANCE_MS = 1000;

/**
 * A clock for the age of data, which is never younger by it than it is. Neither clock of the machine is enough: the monotonic
 * one stops while a machine is suspended (Linux: clock_gettime(2), CLOCK_MONOTONIC), and the wall clock may be set back.
 * So this one is monotonic, and also goes forward when the wall clock jumps forward. Whether that was a suspended machine or a
 * clock that was set right cannot be known.
 */
export function createElapsed(): Elapsed {
  let skippedMs = 0;
  let offset = Date.now() - performance.now();
  return () => {
    const monotonicMs = performance.now();
    const found = Date.now() - monotonicMs;
    if (found < offset) {
      offset = found;
    } else if (found - offset > TOLERANCE_MS) {
      skippedMs += found - offset;
      offset = found;
    }
    return monotonicMs + skippedMs;
  };
}
