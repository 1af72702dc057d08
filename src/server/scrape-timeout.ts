import type { Request } from "./respond.ts";

/** Taken off Prometheus' timeout, so that the answer arrives before Prometheus gives up; half of a shorter one. */
const OFFSET_SECONDS = 0.5;

/** Without a header of Prometheus, the poll's own timeout is the limit; this bounds that too. */
const LONGEST_SECONDS = 120;

/** How long the answer to a scrape may take, in milliseconds. */
export function scrapeTimeoutMs({ headers }: Pick<Request, "headers">): number {
  const header = Number([headers["x-prometheus-scrape-timeout-seconds"] ?? []].flat()[0]);
  const seconds = header > 0 ? header - Math.min(OFFSET_SECONDS, header / 2) : LONGEST_SECONDS;
  return Math.max(1, Math.round(Math.min(seconds, LONGEST_SECONDS) * 1000));
}
