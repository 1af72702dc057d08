import { setTimeout as sleep } from "node:timers/promises";
import { counted } from "../../lib/text/format.ts";
import { harmlessJson } from "../../lib/text/harmless.ts";
import { createProgress } from "../../lib/text/progress.ts";
import { createStyle, wantsColour } from "../../lib/text/style.ts";
import { isUp } from "../../poll/outcomes.ts";
import type { Context } from "../context.ts";
import { EXIT_USAGE } from "../help.ts";
import { createInterrupt, type Interrupt } from "../interrupt.ts";
import type { PeersInvocation } from "../invocation.ts";
import { readConfig } from "../source.ts";
import { chooseNode } from "./choose-node.ts";
import { peersJson } from "./peers-json.ts";
import { peersText } from "./peers-text.ts";
import { openPolling, type PolledNode, type Polling, withReferences } from "./polling.ts";
import { createScreen } from "./screen.ts";

/**
 * Polls nodes and prints their peers, once or again and again.
 * @returns 1 when a node is down; a watch ends well
 * @throws ConfigError
 */
export async function peers(flags: PeersInvocation, context: Context): Promise<number> {
  const config = await readConfig(flags, context.redactor);
  const chosen = flags.node === undefined ? undefined : chooseNode(config, flags.node);
  if (typeof chosen === "string") {
    context.printError(`error: ${chosen}\n`);
    return EXIT_USAGE;
  }
  const asked = chosen === undefined ? [...config.nodes, ...config.references] : withReferences(chosen, config);
  const polling = await openPolling(asked, config.lag, context.redactor.redact);
  const interrupt = createInterrupt(context);
  try {
    const show = createShow(flags, context);
    return flags.watchMs === undefined
      ? await once(polling, asked.length, show, interrupt)
      : await watch(polling, flags.watchMs, show, interrupt);
  } finally {
    await polling.close();
  }
}

type Show = (polled: readonly PolledNode[]) => void;

async function once(polling: Polling, count: number, show: Show, interrupt: Interrupt): Promise<number> {
  const progress = createProgress(process.stderr);
  const say = (done: number) => progress.say(`polled ${done} of ${counted(count, "node")} …`);
  say(0);
  const polled = await polling.round(interrupt.signal, say);
  progress.end();
  if (polled === undefined) return interrupt.exitCode();
  const nodes = polled.filter(({ node }) => node.role === "node");
  show(nodes);
  return nodes.every(isUp) ? 0 : 1;
}

/** Rounds begin at a steady pace; one that takes longer is followed at once. Ctrl-C is how a watch is meant to end. */
async function watch(polling: Polling, everyMs: number, show: Show, { signal }: Interrupt): Promise<number> {
  while (!signal.aborted) {
    const next = performance.now() + everyMs;
    const polled = await polling.round(signal);
    if (polled === undefined) break;
    show(polled.filter(({ node }) => node.role === "node"));
    await sleep(Math.max(0, next - performance.now()), undefined, { signal }).catch(() => {});
  }
  return 0;
}

function createShow({ json, sort, watchMs }: PeersInvocation, { print }: Context): Show {
  const { stdout } = process;
  if (json) {
    // One document; of a watch, one on each line.
    const space = watchMs === undefined ? 2 : undefined;
    return (polled) =>
      print(`${harmlessJson(JSON.stringify(peersJson(polled, sort, Date.now()), undefined, space))}\n`);
  }
  const style = createStyle(wantsColour(stdout, process.env));
  const text = (polled: readonly PolledNode[]) => {
    // A terminal that does not know its size says 0.
    const maxWidth = stdout.isTTY && stdout.columns > 0 ? stdout.columns : undefined;
    const options = { style, sort, maxWidth, nowMs: Date.now() };
    return polled.map((one) => peersText(one, options)).join("\n");
  };
  if (watchMs === undefined) return (polled) => print(text(polled));
  const screen = createScreen(stdout, watchMs, style);
  return (polled) => screen.draw(text(polled));
}
