import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { createSharedWaits } from "../lib/shared-waits.ts";
import { type Answer, problem, type Request } from "./respond.ts";

/**
 * Gives the answer of a key, made when its turn comes; whoever asks for the same key until then gets the same one.
 * @param key two requests with the same key may get the same answer
 */
export type CostlyAnswers = (
  key: unknown,
  make: () => Answer | Promise<Answer>,
  onGone: Request["onGone"],
) => Promise<Answer>;

/** A page of thousands of nodes or peers takes less; one that took longer may have waited for the machine. */
const LONGEST_REST_MS = 500;

/**
 * For pages that take milliseconds of the event loop, of which one client can ask for hundreds with a few packets: one is
 * made at a time, and then nothing of the kind for as long as that took, so that scrapes and polls have half of the core.
 */
export function createCostlyAnswers(rest: (milliseconds: number) => Promise<unknown> = sleepUnheld): CostlyAnswers {
  const wait = createSharedWaits<unknown, Answer | undefined>();
  let turn: Promise<unknown> = Promise.resolve();

  async function makeInTurn(
    before: Promise<unknown>,
    make: () => Answer | Promise<Answer>,
    isWanted: () => boolean,
    onMade: (milliseconds: number) => void,
  ): Promise<Answer | undefined> {
    await before;
    // What came with the same read of a connection, and all other connections, come first.
    await nextTurn();
    const began = performance.now();
    try {
      return isWanted() ? await make() : undefined;
    } finally {
      onMade(performance.now() - began);
    }
  }

  return async (key, make, onGone) => {
    const start = (isWanted: () => boolean) => {
      const before = turn;
      let tookMs = 0;
      const made = makeInTurn(before, make, isWanted, (milliseconds) => {
        tookMs = milliseconds;
      });
      const pause = () => (tookMs < 1 ? undefined : rest(Math.min(tookMs, LONGEST_REST_MS)));
      turn = made.then(pause, pause);
      return made;
    };
    return (await wait(key, start, onGone)) ?? NOBODY_WAITS;
  };
}

const NOBODY_WAITS = problem(503, "nobody waits for the answer");

/** It keeps no process from its end. */
function sleepUnheld(milliseconds: number): Promise<unknown> {
  return sleep(milliseconds, undefined, { ref: false });
}
