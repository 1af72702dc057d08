import { setMaxListeners } from "node:events";
import { formatDuration } from "../../duration.ts";
import { isoTime } from "../format.ts";
import type { Style } from "../terminal.ts";
import { arranged, leftShowing, type Measured, measured } from "./columns.ts";
import { createDisplay, type ScreenOutput } from "./display.ts";
import { openKeyboard, type ScreenInput } from "./input.ts";
import { type Extent, type Key, press } from "./keys.ts";
import { frameOf, type Picture, screenLines, textLines } from "./lines.ts";
import { EMPTY_CONTENT, initialState, type ScreenContent, type ScreenSize, type ScreenSort } from "./model.ts";
import { guardTerminal } from "./process-events.ts";
import { startRounds } from "./rounds.ts";
import { chosenRows } from "./rows.ts";

/** A table on the whole terminal, which is polled again and again, scrolls, and is sorted and filtered by keys. */

export type ScreenOptions = {
  readonly input: ScreenInput;
  readonly output: ScreenOutput;
  readonly style: Style;
  /** Whether the terminal shows more than ASCII. */
  readonly isUtf8: boolean;
  /** What the screen says before the first round. */
  readonly title: string;
  readonly sort: ScreenSort | undefined;
  readonly everyMs: number;
  /**
   * Gives the next content.
   * @param say shows how far the round is
   * @returns undefined when `end` was aborted
   */
  readonly round: (end: AbortSignal, say: (progress: string) => void) => Promise<ScreenContent | undefined>;
  /** Ends the screen. */
  readonly signal: AbortSignal;
};

/** Between two drawings. More is a paste by mistake, which must not take the time of polls. */
const MOST_KEYS = 200;

/**
 * Shows the screen until a key or the signal ends it. Whatever ends it, the terminal is as before.
 * @returns the last content
 * @throws what a round throws
 */
export async function runScreen(options: ScreenOptions): Promise<ScreenContent | undefined> {
  const { input, output, style, everyMs, signal } = options;
  const end = new AbortController();
  // Each running poll listens to it. From the 11th on, Node.js would write a warning across the screen.
  setMaxListeners(0, end.signal);
  let state = initialState(options.sort);
  let table = measured({ ...EMPTY_CONTENT, summary: options.title });
  let content: ScreenContent | undefined;
  let polledAt = "";
  let progress = "";
  const rowsOf = rememberingRows();
  let keysOfMoment = 0;
  const lines = (size: ScreenSize) => {
    keysOfMoment = 0;
    return screenLines(picture(), state, size);
  };
  const display = createDisplay(output, lines, () => guard.hangUp());
  const marks = options.isUtf8 ? { rising: "\u25b2", falling: "\u25bc" } : { rising: "^", falling: "v" };
  const picture = (): Picture => {
    const rows = rowsOf(table.content, state.filter, state.sort);
    const times = `${polledAt}every ${formatDuration(everyMs)}`;
    return { table, rows, status: [progress + times, times, progress.trim()], style, marks };
  };

  const keyboard = await openKeyboard(input, onKey, () => guard.hangUp());
  let isTaken = false;
  const take = {
    enter: () => {
      isTaken = true;
      keyboard.open();
      display.enter();
    },
    leave: () => {
      if (!isTaken) return;
      isTaken = false;
      display.leave();
      keyboard.close();
    },
  };
  const guard = guardTerminal(take);
  const stop = () => {
    take.leave();
    end.abort();
  };
  signal.addEventListener("abort", stop, { once: true });
  const rounds = startRounds({
    everyMs,
    signal: end.signal,
    round: async () => {
      const next = await options.round(end.signal, (text) => {
        progress = `${text}  `;
        display.changesSoon();
      });
      progress = "";
      return next;
    },
    onContent: (next) => {
      content = next;
      polledAt = `${isoTime(Date.now()).slice(11, 19)} UTC, `;
      if (!state.isPaused) show(measured(next));
    },
  });
  if (signal.aborted) stop();
  else take.enter();
  try {
    await rounds.done;
  } finally {
    guard.release();
    take.leave();
    signal.removeEventListener("abort", stop);
  }
  return content;

  function show(next: Measured): void {
    table = next;
    display.changes();
  }

  function onKey(key: Key): void {
    keysOfMoment += 1;
    if (keysOfMoment > MOST_KEYS && !isAlwaysHeard(key)) return;
    if (key.isControl && key.name === "z") guard.suspend();
    else if (key.isControl && key.name === "l") display.drawsAgain();
    else pressed(key);
  }

  function pressed(key: Key): void {
    const { columns } = display.size();
    const extent = extentNow();
    const wasPaused = state.isPaused;
    const { sort } = state;
    // A new round may have fewer lines.
    const top = Math.max(0, Math.min(state.top, extent.lines - extent.page));
    state = press({ ...state, top }, key, extent);
    if (state.sort !== sort) state = { ...state, left: leftShowing(table, state.left, columns, state.sort.key) };
    if (state.isPaused && !wasPaused) rounds.pause();
    if (!state.isPaused && wasPaused) {
      // The round that ended meanwhile.
      if (content !== undefined) show(measured(content));
      rounds.goOn();
    }
    if (state.isEnded) stop();
    display.changes();
  }

  function extentNow(): Extent {
    const size = display.size();
    const { columns } = table.content;
    const now = picture();
    return {
      lines: state.shown === "table" ? now.rows.length : textLines(state, now, size.columns).length,
      page: Math.max(1, frameOf(size.rows, state, table.content).page),
      columns: columns.map(({ key }) => key),
      mostLeft: arranged(table, state.left, size.columns).mostLeft,
    };
  }
}

function isAlwaysHeard({ name, isControl }: Key): boolean {
  return (name === "c" && isControl) || name === "paste-end";
}

/** Keys that only scroll do not sort again. */
function rememberingRows(): typeof chosenRows {
  let last: { of: Parameters<typeof chosenRows>; rows: ReturnType<typeof chosenRows> } | undefined;
  return (...of) => {
    if (last === undefined || of.some((part, index) => part !== last?.of[index]))
      last = { of, rows: chosenRows(...of) };
    return last.rows;
  };
}
