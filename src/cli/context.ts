import { setMaxListeners } from "node:events";
import type { Redactor } from "../config/redact.ts";
import type { Crash } from "../logging/crash-handler.ts";
import { type OnStop, signalExitCode } from "./process-end.ts";

/** The exit code of wrong usage: unknown or invalid flags and arguments. */
export const EXIT_USAGE = 2;

/** What the process gives to each command. */
export type Context = {
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
  /** Resolves at the first SIGTERM or SIGINT; a second one ends the process immediately. */
  readonly stopped: Promise<NodeJS.Signals>;
  /**
   * Called by a command that ends by itself after `stopped`. Without it, the process ends immediately.
   * @returns a promise that never resolves if the process is already ending
   */
  readonly endsItself: (onStop: Partial<OnStop>) => Promise<void>;
  readonly redactor: Redactor;
  readonly crash: Crash;
};

/** The end of a command before its work is done: by a signal, or because its output is no longer read. */
export type Interrupt = {
  readonly signal: AbortSignal;
  /** 128 plus the number of the signal, as shells count it. */
  exitCode(): number;
};

/** The longest that a user at a terminal waits for open connections. */
const INTERRUPT_END_MS = 3000;

export function createInterrupt({ stopped, endsItself }: Pick<Context, "stopped" | "endsItself">): Interrupt {
  void endsItself({ waitMs: INTERRUPT_END_MS });
  const controller = new AbortController();
  // Each running poll listens to it.
  setMaxListeners(0, controller.signal);
  let exitCode = 0;
  void stopped.then((signal) => {
    exitCode = signalExitCode(signal);
    controller.abort(new Error("interrupted"));
  });
  process.stdout.once("error", () => controller.abort(new Error("the output is no longer read")));
  return { signal: controller.signal, exitCode: () => exitCode };
}
