import { setMaxListeners } from "node:events";
import { constants } from "node:os";
import type { Context } from "./context.ts";

/** The end of a command before its work is done: by a signal, or because nobody reads its output any more. */
export type Interrupt = {
  readonly signal: AbortSignal;
  /** 128 and the number of the signal, as shells count it. */
  exitCode(): number;
};

/** Connections that are closed need no longer, and nobody waits longer at a terminal. */
const END_MS = 3000;

export function createInterrupt({ stopped, endsItself }: Pick<Context, "stopped" | "endsItself">): Interrupt {
  void endsItself({ waitMs: END_MS });
  const controller = new AbortController();
  // Each poll that runs listens to it.
  setMaxListeners(0, controller.signal);
  let exitCode = 0;
  void stopped.then((name) => {
    exitCode = 128 + constants.signals[name];
    controller.abort(new Error("interrupted"));
  });
  process.stdout.once("error", () => controller.abort(new Error("nobody reads the output")));
  return { signal: controller.signal, exitCode: () => exitCode };
}
