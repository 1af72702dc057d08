import type { Clock } from "./clock.ts";
import { type OutageCycle, outageTimes } from "./cycles.ts";
import type { DemoServer } from "./http.ts";

const RETRY_MS = 200;

/**
 * Closes and opens a server in a cycle: in between its port refuses, as that of a node that is down. `onUp` runs just
 * before it opens again. `stop` ends the cycle and leaves the server as it is.
 */
export function runOutages(
  server: DemoServer,
  clock: Clock,
  cycle: OutageCycle,
  onUp: (turn: number) => void,
): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let working: Promise<void> = Promise.resolve();

  function at(elapsed: number, work: () => Promise<void>): void {
    const ms = ((clock.startedAt + elapsed - clock.now()) / clock.speed) * 1000;
    after(Math.max(0, ms), work);
  }

  function after(ms: number, work: () => Promise<void>): void {
    if (stopped) return;
    timer = setTimeout(() => {
      working = work();
    }, ms);
    timer.unref();
  }

  function plan(turn: number): void {
    const { downAt, upAt } = outageTimes(cycle, turn);
    at(downAt, async () => {
      await server.close();
      at(upAt, async () => {
        if (stopped) return;
        onUp(turn);
        await reopen(turn);
      });
    });
  }

  async function reopen(turn: number): Promise<void> {
    try {
      await server.open();
      plan(turn + 1);
    } catch {
      // Somebody else got the port meanwhile: wait until it is free again.
      after(RETRY_MS, () => reopen(turn));
    }
  }

  plan(0);
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await working;
    },
  };
}
