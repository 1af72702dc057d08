import { counted } from "../../lib/text/format.ts";
import { harmlessJson } from "../../lib/text/harmless.ts";
import { createProgress, createStyle, wantsColour } from "../../lib/text/terminal.ts";
import { isUp } from "../../poll/outcomes.ts";
import { type Context, createInterrupt, EXIT_USAGE, type Interrupt } from "../context.ts";
import type { PeersInvocation } from "../invocation.ts";
import { chooseNode, readConfig } from "../source.ts";
import { withoutNodes } from "./check.ts";
import { peersJson } from "./peer-rows.ts";
import { peersScreen } from "./peers-screen.ts";
import { peersText } from "./peers-text.ts";
import { openPolling, type PolledNode, type Polling, withReferences } from "./polling.ts";
import { type WatchedScreen, watch } from "./watch.ts";

/**
 * Polls nodes and prints their peers, once or repeatedly.
 * @returns the exit code: 1 if a node is down; 0 after a watch
 * @throws ConfigError
 */
export async function peers(flags: PeersInvocation, context: Context): Promise<number> {
  const config = await readConfig(flags, context.redactor);
  const chosen = flags.node === undefined ? undefined : chooseNode(config, flags.node);
  if (typeof chosen === "string") {
    context.printError(`error: ${chosen}\n`);
    return EXIT_USAGE;
  }
  if (chosen === undefined && config.nodes.length === 0) context.printError(`${withoutNodes(config)}\n`);
  const asked = chosen === undefined ? [...config.nodes, ...config.references] : withReferences(chosen, config);
  const polling = await openPolling(asked, config.lag, context.redactor.redact);
  const interrupt = createInterrupt(context);
  try {
    const show = createShow(flags, context);
    if (flags.watchMs === undefined) return await once(polling, asked.length, show, interrupt);
    const rounds = { polling, count: asked.length, everyMs: flags.watchMs, interrupt, print: show };
    return await watch({ ...rounds, screen: flags.json ? undefined : screenOf(flags) }, context);
  } finally {
    await polling.close();
  }
}

type Show = (polled: readonly PolledNode[]) => void;

async function once(polling: Polling, count: number, show: Show, interrupt: Interrupt): Promise<number> {
  const progress = createProgress(process.stderr);
  const say = (done: number) => progress.show(`polled ${done} of ${counted(count, "node")} …`);
  say(0);
  const polled = await polling.round(interrupt.signal, say);
  progress.end();
  if (polled === undefined) return interrupt.exitCode();
  const nodes = polled.filter(({ node }) => node.role === "node");
  show(nodes);
  return nodes.every(isUp) ? 0 : 1;
}

function screenOf({ sort }: PeersInvocation): WatchedScreen {
  const order = sort === undefined ? undefined : { key: sort.column, isReversed: sort.isReversed };
  return { title: "peer-exporter peers", sort: order, content: peersScreen };
}

function createShow({ json, sort, watchMs }: PeersInvocation, { print }: Context): Show {
  const { stdout } = process;
  if (json) {
    // One document; a watch prints one on each line.
    const space = watchMs === undefined ? 2 : undefined;
    return (polled) =>
      print(`${harmlessJson(JSON.stringify(peersJson(polled, sort, Date.now()), undefined, space))}\n`);
  }
  const style = createStyle(wantsColour(stdout, process.env));
  const text = (polled: readonly PolledNode[]) => {
    // A terminal of unknown size reports 0.
    const maxWidth = stdout.isTTY && stdout.columns > 0 ? stdout.columns : undefined;
    const options = { style, sort, maxWidth, nowMs: Date.now() };
    return polled.map((one) => peersText(one, options)).join("\n");
  };
  return (polled) => print(text(polled));
}
