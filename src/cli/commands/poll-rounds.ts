import { setTimeout as sleep } from "node:timers/promises";
import type { WriteStream } from "node:tty";
import type { LagConfig, NodeConfig } from "../../config/model.ts";
import { formatDuration } from "../../lib/duration.ts";
import { counted, isoTime } from "../../lib/text/format.ts";
import { harmlessJson } from "../../lib/text/harmless.ts";
import { createProgress, createStyle, type Style, terminalWidth, wantsColour } from "../../lib/text/terminal.ts";
import { type Context, createInterrupt, type Interrupt } from "../context.ts";
import type { OUTPUTS } from "../invocation.ts";
import { openPolling, type PolledNode, type Polling } from "./polling.ts";

/** What the commands that list something print after each round of polls. */
export type Listing = {
  /** The nodes of a round that are listed; the others are polled to compare with. */
  readonly isListed: (polled: PolledNode) => boolean;
  readonly json: (listed: readonly PolledNode[], nowMs: number) => object;
  readonly text: (listed: readonly PolledNode[], view: TextView) => string;
};

export type TextView = {
  readonly style: Style;
  /** Every column, which may be wider than the terminal. */
  readonly isWide: boolean;
  /** The width of the terminal; undefined: nothing is cut or wrapped. */
  readonly maxWidth: number | undefined;
  readonly nowMs: number;
};

type Rounds = {
  readonly nodes: readonly NodeConfig[];
  readonly lag: LagConfig;
  readonly output: (typeof OUTPUTS)[number] | undefined;
  readonly watchMs: number | undefined;
};

/**
 * Polls nodes once, or in rounds until Ctrl-C, and prints the listing of each round.
 * @param isGood whether a listed node is as it should be
 * @returns the exit code: 1 if a listed node is not good; 0 after a watch
 */
export async function printRounds(
  { nodes, lag, output, watchMs }: Rounds,
  listing: Listing,
  isGood: (polled: PolledNode) => boolean,
  context: Context,
): Promise<number> {
  const polling = await openPolling(nodes, lag, context.redactor.redact);
  const interrupt = createInterrupt(context);
  try {
    const show = createShow(listing, { output, watchMs }, context);
    if (watchMs !== undefined) return await watch(polling, watchMs, show, listing, interrupt);
    const polled = await once(polling, nodes.length, interrupt);
    if (polled === undefined) return interrupt.exitCode();
    const listed = polled.filter(listing.isListed);
    show(listed);
    return listed.every(isGood) ? 0 : 1;
  } finally {
    await polling.close();
  }
}

type Show = (listed: readonly PolledNode[]) => void;

async function once(
  polling: Polling,
  count: number,
  { signal }: Interrupt,
): Promise<readonly PolledNode[] | undefined> {
  const progress = createProgress(process.stderr);
  const say = (done: number) => progress.show(`polled ${done} of ${counted(count, "node")} …`);
  say(0);
  const polled = await polling.round(signal, say);
  progress.end();
  return polled;
}

/** Rounds start at a steady pace; a round that takes longer is followed immediately. Ctrl-C is the normal end of a watch. */
async function watch(
  polling: Polling,
  everyMs: number,
  show: Show,
  { isListed }: Listing,
  { signal }: Interrupt,
): Promise<number> {
  while (!signal.aborted) {
    const next = performance.now() + everyMs;
    const polled = await polling.round(signal);
    if (polled === undefined) break;
    show(polled.filter(isListed));
    await sleep(Math.max(0, next - performance.now()), undefined, { signal }).catch(() => {});
  }
  return 0;
}

function createShow(listing: Listing, { output, watchMs }: Pick<Rounds, "output" | "watchMs">, context: Context): Show {
  const { print } = context;
  if (output === "json") {
    // One document; a watch prints one on each line.
    const space = watchMs === undefined ? 2 : undefined;
    return (listed) => print(`${harmlessJson(JSON.stringify(listing.json(listed, Date.now()), undefined, space))}\n`);
  }
  const { stdout } = process;
  const style = createStyle(wantsColour(stdout, process.env));
  const isWide = output === "wide";
  const text = (listed: readonly PolledNode[]) => {
    return listing.text(listed, { style, isWide, maxWidth: terminalWidth(stdout), nowMs: Date.now() });
  };
  if (watchMs === undefined) return (listed) => print(text(listed));
  const screen = createScreen(stdout, watchMs, style);
  return (listed) => screen.draw(text(listed));
}

/** The output of a watch: each round redraws a terminal, or is appended to any other output. */
type Screen = { draw(text: string): void };

type Output = Pick<WriteStream, "write" | "isTTY" | "rows">;

const CLEAR = "\u001b[2J";
const HOME = "\u001b[H";
const CLEAR_REST_OF_LINE = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";

function createScreen(output: Output, everyMs: number, style: Style): Screen {
  let isFirst = true;
  const begin = () => {
    const clear = isFirst ? CLEAR : "";
    isFirst = false;
    return clear + HOME;
  };
  return {
    draw(text) {
      const time = isoTime(Date.now()).slice(0, 19).replace("T", " ");
      if (!output.isTTY) {
        output.write(`${isFirst ? "" : "\n"}${time} UTC\n\n${text}`);
        isFirst = false;
        return;
      }
      const title = style.dim(`${time} UTC, every ${formatDuration(everyMs)}, Ctrl-C to end`);
      const lines = fitting([title, "", ...text.trimEnd().split("\n")], output.rows, style);
      // Line by line over the previous round, so that nothing flickers.
      output.write(`${begin()}${lines.map((line) => line + CLEAR_REST_OF_LINE).join("\n")}${CLEAR_BELOW}`);
    },
  };
}

/** Lines that do not fit would scroll, and the next round would be drawn at the wrong place. */
function fitting(lines: readonly string[], rows: number | undefined, style: Style): readonly string[] {
  // A terminal of unknown size reports 0.
  if (rows === undefined || rows === 0 || lines.length <= rows) return lines;
  const kept = lines.slice(0, Math.max(1, rows - 1));
  return [...kept, style.dim(`… ${lines.length - kept.length} more lines: choose one node, or enlarge the window`)];
}
