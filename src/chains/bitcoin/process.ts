/**
 * When the node's process started, by its own clock: its time less its uptime. Both are cut to seconds, and the calls have some
 * time between them: a start that is this near to the one before is the same.
 */
const SAME_SECONDS = 2;

/** @returns unix seconds; undefined where it is not known */
export function startOf(
  before: number | undefined,
  { timeMs, uptimeSeconds }: { readonly timeMs: number | undefined; readonly uptimeSeconds: number | undefined },
): number | undefined {
  if (timeMs === undefined || uptimeSeconds === undefined) return undefined;
  const start = Math.floor(timeMs / 1000) - uptimeSeconds;
  return before !== undefined && Math.abs(start - before) <= SAME_SECONDS ? before : start;
}
