/** Runs tasks, at most so many at a time; the others wait for their turn. */
export type Limiter = <T>(task: () => Promise<T>) => Promise<T>;

/** @param most tasks that run at the same time, at least 1 */
export function createLimiter(most: number): Limiter {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (running < most) running += 1;
    // Whoever ends hands its place on.
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
