import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { createQueue, createSharedWaits } from "../lib/queue.ts";
import { errorResponse, type HttpResponse, type Request } from "./respond.ts";

/**
 * Makes the response of a key in its turn. All requests for the key until then get the same response.
 * @param key two requests with the same key may get the same response
 */
type CostlyResponses = (
  key: unknown,
  make: () => HttpResponse | Promise<HttpResponse>,
  onGone: Request["onGone"],
) => Promise<HttpResponse>;

/** A page of thousands of nodes or peers takes less; one that took longer may have waited for the machine. */
const MAX_PAUSE_MS = 500;

/**
 * For pages that take milliseconds of the event loop; one client can request hundreds of them with a few packets. They are
 * made one at a time, each followed by a pause as long as it took, so that scrapes and polls have half of the core.
 */
export function createCostlyResponses(
  pause: (milliseconds: number) => Promise<unknown> = sleepUnreferenced,
): CostlyResponses {
  const wait = createSharedWaits<unknown, HttpResponse | undefined>();
  let tookMs = 0;
  const queue = createQueue({
    concurrency: 1,
    pause: () => (tookMs < 1 ? undefined : pause(Math.min(tookMs, MAX_PAUSE_MS))),
  });

  return async (key, make, onGone) => {
    const start = (isWanted: () => boolean) =>
      queue(async () => {
        // Other connections come first, and all requests that arrived in the same read of this one.
        await nextTurn();
        const startedAt = performance.now();
        try {
          return isWanted() ? await make() : undefined;
        } finally {
          tookMs = performance.now() - startedAt;
        }
      });
    return (await wait(key, start, onGone)) ?? CLIENT_GONE;
  };
}

/** The client never reads it: it only ends the request. */
export const CLIENT_GONE = errorResponse(503, "the client closed the connection");

/** A pause must not keep the process running. */
function sleepUnreferenced(milliseconds: number): Promise<unknown> {
  return sleep(milliseconds, undefined, { ref: false });
}
