import type { Config } from "../../config/model.ts";
import { counted } from "../../lib/text/format.ts";
import { createProgress } from "../../lib/text/terminal.ts";
import { type Context, createInterrupt } from "../context.ts";
import { openPolling, type PolledNode } from "./polling.ts";

/** Polls every node and reference once, with its progress on a terminal. @returns an exit code when a signal ended it */
export async function pollOnce(
  { nodes, references, lag }: Config,
  context: Context,
): Promise<readonly PolledNode[] | { readonly exitCode: number }> {
  const all = [...nodes, ...references];
  const interrupt = createInterrupt(context);
  const progress = createProgress(process.stderr);
  const polling = await openPolling(all, lag, context.redactor.redact);
  const say = (done: number) => progress.show(`polled ${done} of ${counted(all.length, "node")} …`);
  try {
    say(0);
    return (await polling.round(interrupt.signal, say)) ?? { exitCode: interrupt.exitCode() };
  } finally {
    progress.end();
    await polling.close();
  }
}
