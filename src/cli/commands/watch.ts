import { setTimeout as sleep } from "node:timers/promises";
import { isoTime } from "../../lib/text/format.ts";
import { harmless } from "../../lib/text/harmless.ts";
import type { ScreenContent, ScreenSort, Trouble } from "../../lib/text/screen/model.ts";
import { runScreen } from "../../lib/text/screen/screen.ts";
import { createStyle, type Style, wantsColour } from "../../lib/text/terminal.ts";
import { causesOf, isUp } from "../../poll/outcomes.ts";
import type { Context, Interrupt } from "../context.ts";
import type { Output } from "../invocation.ts";
import type { SortOrder } from "../sort-order.ts";
import { adviceOf } from "./format-node.ts";
import type { PolledNode, Polling } from "./polling.ts";

/** Polls again and again, for the commands with `--watch`: a full screen on a terminal, elsewhere one round after the other. */

/** How a command shows a round on a terminal. */
export type WatchedScreen = {
  /** Shown before the first round. */
  readonly title: string;
  readonly sort: ScreenSort | undefined;
  readonly content: (listed: readonly PolledNode[], view: ScreenView) => ScreenContent;
};

export type ScreenView = {
  readonly style: Style;
  /** Every column. */
  readonly isWide: boolean;
  readonly nowMs: number;
};

type WatchOptions = {
  readonly polling: Polling;
  /** How many nodes and references a round polls. */
  readonly count: number;
  readonly everyMs: number;
  readonly interrupt: Interrupt;
  readonly isListed: (polled: PolledNode) => boolean;
  readonly output: Output | undefined;
  /** Prints a round where there is no screen. */
  readonly show: (listed: readonly PolledNode[]) => void;
  readonly screen: WatchedScreen;
};

/** Ctrl-C is the normal end of a watch. @returns the exit code */
export async function watch(options: WatchOptions, { print }: Pick<Context, "print">): Promise<number> {
  const { polling, count, everyMs, interrupt, isListed, output, screen } = options;
  const { stdin, stdout, env } = process;
  if (output === "json" || !stdout.isTTY || env.TERM === "dumb") return appendRounds(options);
  const style = createStyle(wantsColour(stdout, env));
  const last = await runScreen({
    ...{ input: stdin, output: stdout, style, isUtf8: isUtf8(env) },
    ...{ title: screen.title, sort: screen.sort, everyMs, signal: interrupt.signal },
    round: async (end, say) => {
      const progress = (done: number) => say(`polling ${done}/${count}`);
      progress(0);
      const polled = await polling.round(end, progress);
      return polled && screen.content(polled.filter(isListed), { style, isWide: output === "wide", nowMs: Date.now() });
    },
  });
  // The screen is gone, and with it its numbers.
  if (last !== undefined) print(`${harmless([last.summary, last.subtitle ?? []].flat().join("  "))}\n`);
  return 0;
}

/** Rounds start at a steady pace; a round that takes longer is followed immediately. */
async function appendRounds({ polling, everyMs, interrupt, isListed, output, show }: WatchOptions): Promise<number> {
  const { signal } = interrupt;
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    const next = performance.now() + everyMs;
    const polled = await polling.round(signal);
    if (polled === undefined) break;
    if (output !== "json") process.stdout.write(`${isFirst ? "" : "\n"}${utcTime(Date.now())}\n\n`);
    show(polled.filter(isListed));
    await sleep(Math.max(0, next - performance.now()), undefined, { signal }).catch(() => {});
  }
  return 0;
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
      texts: causesOf(one).flatMap(({ api, failure }) => [
        `${api} ${failure.reason}: ${failure.message}`,
        `\u2192 ${adviceOf(failure)}`,
      ]),
    }));
}

/** The order that `--sort` asks for. */
export function screenSort(sort: SortOrder<string> | undefined): ScreenSort | undefined {
  return sort === undefined ? undefined : { key: sort.column, isReversed: sort.isReversed };
}
