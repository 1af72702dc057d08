import type { Failure } from "../model/failure.ts";
import type { NodeReport } from "../model/report.ts";

/** Without Retry-After, this many turns are left out after the first 429, twice as many after each further one. */
const FIRST_PAUSE_TURNS = 1;
const LONGEST_PAUSE_TURNS = 16;

/** Whether the node answered 429. Parts that are asked at a pace of their own keep their last failure and look after it. */
export function isRateLimited(report: NodeReport): boolean {
  return failuresOf(report).some(({ reason }) => reason === "rate_limited");
}

/**
 * How long to leave the node alone, in seconds: what it asked for, or more and more turns while it keeps answering 429.
 * @param rateLimited how many polls in a row were answered so
 */
export function pauseAfter(report: NodeReport, rateLimited: number, intervalMs: number): number {
  const asked = Math.max(0, ...failuresOf(report).map(({ retryAfterSeconds }) => retryAfterSeconds ?? 0));
  if (asked > 0 || rateLimited === 0) return asked;
  const turns = Math.min(FIRST_PAUSE_TURNS * 2 ** (rateLimited - 1), LONGEST_PAUSE_TURNS);
  // Half a turn more, so that a turn that comes a moment early is left out as well.
  return ((turns + 0.5) * intervalMs) / 1000;
}

function failuresOf({ peers, head }: NodeReport): readonly Failure[] {
  return [peers, head].flatMap((outcome) => (outcome.ok ? [] : [outcome.failure]));
}
