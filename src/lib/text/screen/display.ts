import { errorCode } from "../../errno.ts";
import type { ScreenSize } from "./model.ts";
import { CLEAR, difference, ENTER, LEAVE } from "./paint.ts";

/** The part of a screen that writes to the terminal. */

export type ScreenOutput = {
  write(bytes: string): unknown;
  on(event: string, listener: (error?: unknown) => void): unknown;
  removeListener(event: string, listener: () => void): unknown;
  readonly rows?: number | undefined;
  readonly columns?: number | undefined;
};

type Display = {
  /** Takes the terminal and draws. */
  enter(): void;
  /** Gives it back. */
  leave(): void;
  /** Draws what has changed, once for all changes of this moment. */
  changes(): void;
  /** Draws soon, for what changes often. */
  changesSoon(): void;
  /** Draws everything, where another program has written to the terminal. */
  drawsAgain(): void;
  size(): ScreenSize;
};

/** A terminal that does not know its size reports 0, or nothing. */
const USUAL: ScreenSize = { rows: 24, columns: 80 };

/** No window is larger, whatever a terminal says. */
const LARGEST: ScreenSize = { rows: 500, columns: 1000 };

const SOON_MS = 100;

/**
 * @param linesOf as many lines as the terminal has, none wider
 * @param onGone called when the terminal is gone
 */
export function createDisplay(
  output: ScreenOutput,
  linesOf: (size: ScreenSize) => readonly string[],
  onGone: () => void,
): Display {
  let isTaken = false;
  let shown: readonly string[] = [];
  let shownSize: ScreenSize | undefined;
  let isDue = false;
  let timer: NodeJS.Timeout | undefined;

  function size(): ScreenSize {
    const known = (value: number | undefined, name: keyof ScreenSize) =>
      value === undefined || value <= 0 ? USUAL[name] : Math.min(value, LARGEST[name]);
    return { rows: known(output.rows, "rows"), columns: known(output.columns, "columns") };
  }

  function draw(): void {
    isDue = false;
    clearTimeout(timer);
    timer = undefined;
    if (!isTaken) return;
    const now = size();
    const isSame = shownSize?.rows === now.rows && shownSize.columns === now.columns;
    const lines = linesOf(now);
    // A window of another size has moved its lines.
    const bytes = (isSame ? "" : CLEAR) + difference(isSame ? shown : [], lines, now.columns);
    shown = lines;
    shownSize = now;
    if (bytes !== "") output.write(bytes);
  }

  function changes(): void {
    if (!isDue) setImmediate(draw);
    isDue = true;
  }

  // At another error, the command ends by its own listener.
  output.on("error", (error) => {
    if (errorCode(error) === "EIO") onGone();
  });
  return {
    size,
    changes,
    changesSoon() {
      timer ??= setTimeout(draw, SOON_MS);
    },
    drawsAgain() {
      shownSize = undefined;
      changes();
    },
    enter() {
      isTaken = true;
      shownSize = undefined;
      output.on("resize", changes);
      output.write(ENTER);
      draw();
    },
    leave() {
      isTaken = false;
      clearTimeout(timer);
      timer = undefined;
      output.removeListener("resize", changes);
      output.write(LEAVE);
    },
  };
}
