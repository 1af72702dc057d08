import { randomBytes } from "node:crypto";
import { harmlessLines } from "../../lib/text/harmless.ts";
import { createProgress, createStyle, terminalWidth, wantsColour } from "../../lib/text/terminal.ts";
import { connectionSettings } from "../../metrics/connection-settings.ts";
import { createOnceRenderer } from "../../metrics/render-node.ts";
import { isUp, traceText } from "../../poll/outcomes.ts";
import { toStored } from "../../poll/store.ts";
import type { Context } from "../context.ts";
import { createInterrupt, EXIT_USAGE } from "../context.ts";
import type { ProbeInvocation } from "../invocation.ts";
import { chooseNode, readConfig } from "../source.ts";
import { failureLines } from "./format-node.ts";
import { openPolling, type PolledNode, withReferences } from "./polling.ts";

/**
 * Polls one node now and prints its metrics.
 * @returns 0 when it is up, 1 when it is not
 * @throws ConfigError
 */
export async function probe(flags: ProbeInvocation, context: Context): Promise<number> {
  const config = await readConfig(flags, context.redactor);
  const node = chooseNode(config, flags.node);
  if (typeof node === "string") {
    context.printError(`error: ${node}\n`);
    return EXIT_USAGE;
  }
  const polling = await openPolling(withReferences([node], config), config.lag, context.redactor.redact);
  const interrupt = createInterrupt(context);
  const progress = createProgress(process.stderr);
  try {
    progress.show(`polling ${node.name} …`);
    const [polled] = (await polling.round(interrupt.signal)) ?? [];
    progress.end();
    if (polled === undefined) return interrupt.exitCode();
    const style = createStyle(wantsColour(process.stderr, process.env));
    // The trace contains the failures already.
    const failures = flags.debug ? [] : failureLines(polled, { style, maxWidth: terminalWidth(process.stderr) });
    if (!isUp(polled)) context.printError([`${node.name} is down:`, ...failures, ""].join("\n"));
    if (flags.debug) context.printError(harmlessLines(traceText(polled, polled.calls)));
    const page = await metricsOf(polled);
    // A program gets the bytes unchanged; a terminal must not receive escape sequences that nodes or peers chose.
    context.print(process.stdout.isTTY ? harmlessLines(page) : page);
    return isUp(polled) ? 0 : 1;
  } finally {
    progress.end();
    await polling.close();
  }
}

/** The same page as from /probe?target=. */
async function metricsOf(polled: PolledNode): Promise<string> {
  const settings = await connectionSettings(polled.node.connections, randomBytes(32).toString("hex"));
  const { renderNode, renderPage } = createOnceRenderer(() => settings);
  return Buffer.concat([...renderPage(toStored(polled), renderNode(polled), "text", "owned")]).toString();
}
