import { setTimeout as sleep } from "node:timers/promises";
import { formatDuration } from "../../lib/duration.ts";
import { isoTime } from "../../lib/text/format.ts";
import type { ScreenContent, ScreenSort, Trouble } from "../../lib/text/screen/model.ts";
import { runScreen } from "../../lib/text/screen/screen.ts";
import { createStyle, type Style, wantsColour } from "../../lib/text/terminal.ts";
import { causesOf, isUp } from "../../poll/outcomes.ts";
import type { Context, Interrupt } from "../context.ts";
import type { PolledNode, Polling } from "./polling.ts";

/** Polls again and again, for the commands with `--watch`: a full screen on a terminal, elsewhere one round after the other. */

export type WatchedScreen = {
  /** Shown before the first round. */
  readonly title: string;
  readonly sort: ScreenSort | undefined;
  readonly content: (polled: readonly PolledNode[], style: Style, nowMs: number) => ScreenContent;
};

type WatchOptions = {
  readonly polling: Polling;
  /** How many nodes and references a round polls. */
  readonly count: number;
  readonly everyMs: number;
  readonly interrupt: Interrupt;
  /** What the command prints for a round, where it is no screen. */
  readonly print: (polled: readonly PolledNode[]) => void;
  /** Undefined: the output is not for people. */
  readonly screen: WatchedScreen | undefined;
};

/** Ctrl-C is the normal end of a watch. @returns the exit code */
export async function watch(options: WatchOptions, { print }: Pick<Context, "print">): Promise<number> {
  const { screen } = options;
  const { stdout, env } = process;
  if (screen === undefined || !stdout.isTTY || env.TERM === "dumb") return appendRounds(options, screen !== undefined);
  const style = createStyle(wantsColour(stdout, env));
  const last = await runScreen({
    ...{ input: process.stdin, output: stdout, style, isUtf8: isUtf8(env) },
    ...{ title: screen.title, sort: screen.sort, everyMs: options.everyMs, signal: options.interrupt.signal },
    round: async (end, say) => {
      const progress = (done: number) => say(`polling ${done}/${options.count}`);
      progress(0);
      const polled = await options.polling.round(end, progress);
      return polled === undefined ? undefined : screen.content(nodesOf(polled), style, Date.now());
    },
  });
  // The screen is gone, and with it its numbers.
  if (last !== undefined) print(`${[last.summary, last.subtitle ?? []].flat().join("  ")}\n`);
  return 0;
}

/** Rounds start at a steady pace; a round that takes longer is followed immediately. */
async function appendRounds(
  { polling, everyMs, interrupt, print }: WatchOptions,
  isForPeople: boolean,
): Promise<number> {
  const { signal } = interrupt;
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    const next = performance.now() + everyMs;
    const polled = await polling.round(signal);
    if (polled === undefined) break;
    if (isForPeople) process.stdout.write(`${isFirst ? "" : "\n"}${utcTime(Date.now())}\n\n`);
    print(nodesOf(polled));
    await sleep(Math.max(0, next - performance.now()), undefined, { signal }).catch(() => {});
  }
  return 0;
}

function nodesOf(polled: readonly PolledNode[]): readonly PolledNode[] {
  return polled.filter(({ node }) => node.role === "node");
}

function utcTime(nowMs: number): string {
  return `${isoTime(nowMs).slice(0, 19).replace("T", " ")} UTC`;
}

/** Terminals of other encodings have no arrows. */
function isUtf8(env: Readonly<Record<string, string | undefined>>): boolean {
  return /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || "");
}

/** The nodes that fail, those that are down first. */
export function troublesOf(polled: readonly PolledNode[]): readonly Trouble[] {
  return polled
    .filter((one) => causesOf(one).length > 0)
    .sort((a, b) => Number(isUp(a)) - Number(isUp(b)))
    .map((one) => ({
      name: one.node.name,
      state: isUp(one) ? "FAILS" : "DOWN",
      texts: causesOf(one).flatMap(({ api, failure: { reason, message, advice, retryAfterSeconds } }) => [
        `${api} ${reason}: ${message}`,
        `\u2192 ${advice}${retryAfterSeconds === undefined ? "" : `; the node asks to wait ${formatDuration(retryAfterSeconds * 1000)}`}`,
      ]),
    }));
}
