import type { Redactor } from "../config/redact.ts";
import type { Crash } from "../crash.ts";

/** What the process gives to each command. */
export type Context = {
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
  /** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
  readonly stopped: Promise<NodeJS.Signals>;
  readonly redactor: Redactor;
  readonly crash: Crash;
};
