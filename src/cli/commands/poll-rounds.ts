import type { LagConfig, NodeConfig } from "../../config/model.ts";
import { counted } from "../../lib/text/format.ts";
import { harmlessJson } from "../../lib/text/harmless.ts";
import { createProgress, createStyle, type Style, terminalWidth, wantsColour } from "../../lib/text/terminal.ts";
import { type Context, createInterrupt, type Interrupt } from "../context.ts";
import type { Output } from "../invocation.ts";
import { openPolling, type PolledNode, type Polling } from "./polling.ts";
import { type WatchedScreen, watch } from "./watch.ts";

/** What the commands that list something print after each round of polls. */
export type Listing = {
  /** The nodes of a round that are listed; the others are polled to compare with. */
  readonly isListed: (polled: PolledNode) => boolean;
  readonly json: (listed: readonly PolledNode[], nowMs: number) => object;
  readonly text: (listed: readonly PolledNode[], view: TextView) => string;
  readonly screen: WatchedScreen;
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
  readonly output: Output | undefined;
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
    if (watchMs !== undefined) {
      const rounds = { polling, count: nodes.length, everyMs: watchMs, interrupt, isListed: listing.isListed, show };
      return await watch({ ...rounds, output, screen: listing.screen }, context);
    }
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
  return (listed) => print(text(listed));
}
