import type { RateLimit } from "./model.ts";

/** Whether one more request may come in now. */
export type RateLimiter = () => boolean;

/**
 * A token bucket.
 * @param now milliseconds of a clock that never goes back
 */
export function createRateLimiter({ intervalMs, burst }: RateLimit, now: () => number): RateLimiter {
  let tokens = burst;
  let last = now();
  return () => {
    const time = now();
    tokens = Math.min(burst, tokens + (time - last) / intervalMs);
    last = time;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
