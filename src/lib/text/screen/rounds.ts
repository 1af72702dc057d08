import type { ScreenContent } from "./model.ts";

/** One round after the other, at a steady pace, until the end. */

type Rounds = {
  /** Resolves at the end. @throws what a round throws */
  readonly done: Promise<void>;
  /** No round begins until `goOn`. */
  pause(): void;
  goOn(): void;
};

type RoundsOptions = {
  readonly everyMs: number;
  /** @returns undefined when it was interrupted */
  readonly round: () => Promise<ScreenContent | undefined>;
  readonly onContent: (content: ScreenContent) => void;
  readonly signal: AbortSignal;
};

/** A round that takes longer than its time is followed by the next one. */
export function startRounds({ everyMs, round, onContent, signal }: RoundsOptions): Rounds {
  let isPaused = false;
  /** The next round is due, and waits for the end of the pause. */
  let isHeld = false;
  let endWait = () => {};
  /** @param ms undefined: until the wait is ended */
  const wait = (ms: number | undefined) =>
    new Promise<void>((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, Math.max(0, ms));
      endWait = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  signal.addEventListener("abort", () => endWait(), { once: true });

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const next = performance.now() + everyMs;
      const content = await round();
      if (content === undefined || signal.aborted) return;
      onContent(content);
      await wait(next - performance.now());
      isHeld = isPaused;
      if (isHeld && !signal.aborted) await wait(undefined);
    }
  }

  return {
    done: run(),
    pause() {
      isPaused = true;
    },
    goOn() {
      isPaused = false;
      if (isHeld) endWait();
      isHeld = false;
    },
  };
}
