import type { Redactor } from "../config/redact.ts";
import type { Crash } from "../logging/crash-handler.ts";

/** What becomes of a command at a signal. */
export type OnStop = {
  /** So long the process waits for the command to end by itself, in milliseconds. */
  readonly waitMs: number;
  /** The exit code of a command that does not, if it is not that of the signal. */
  readonly exitCode?: number;
};

/** What the process gives to each command. */
export type Context = {
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
  /** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
  readonly stopped: Promise<NodeJS.Signals>;
  /**
   * Told by a command that ends by itself after `stopped`. Without it, the process ends at once.
   * @returns never resolved where that end has begun already
   */
  readonly endsItself: (onStop: Pick<OnStop, "waitMs">) => Promise<void>;
  readonly redactor: Redactor;
  readonly crash: Crash;
};
