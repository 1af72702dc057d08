/** Which height enough peers support, and what a fleet knows: written from docs/head-lag.md. */

/** The highest height that two peers have reached; with one peer, its height. */
export function supported(heights: readonly number[]): number | undefined {
  const [first, second] = [...heights].sort((a, b) => b - a);
  return second ?? first;
}

export function highest(heights: Iterable<number>): number | undefined {
  let found: number | undefined;
  for (const height of heights) found = found === undefined ? height : Math.max(found, height);
  return found;
}
