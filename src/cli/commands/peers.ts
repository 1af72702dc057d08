import { setTimeout as sleep } from "node:timers/promises";
import type { WriteStream } from "node:tty";
import { formatDuration } from "../../lib/duration.ts";
import { counted, isoTime } from "../../lib/text/format.ts";
import { harmlessJson } from "../../lib/text/harmless.ts";
import { createProgress, createStyle, type Style, wantsColour } from "../../lib/text/terminal.ts";
import { isUp } from "../../poll/outcomes.ts";
import { type Context, createInterrupt, EXIT_USAGE, type Interrupt } from "../context.ts";
import type { PeersInvocation } from "../invocation.ts";
import { chooseNode, readConfig } from "../source.ts";
import { withoutNodes } from "./check.ts";
import { peersJson } from "./peer-rows.ts";
import { peersText } from "./peers-text.ts";
import { openPolling, type PolledNode, type Polling, withReferences } from "./polling.ts";

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
  const say = (done: number) => progress.show(`polled ${done} of ${counted(count, "node")} …`);
  say(0);
  const polled = await polling.round(interrupt.signal, say);
  progress.end();
  if (polled === undefined) return interrupt.exitCode();
  const nodes = polled.filter(({ node }) => node.role === "node");
  show(nodes);
  return nodes.every(isUp) ? 0 : 1;
}

/** Rounds start at a steady pace; a round that takes longer is followed immediately. Ctrl-C is the normal end of a watch. */
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
  if (watchMs === undefined) return (polled) => print(text(polled));
  const screen = createScreen(stdout, watchMs, style);
  return (polled) => screen.draw(text(polled));
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
