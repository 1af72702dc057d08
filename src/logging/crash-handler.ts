import { type Redact, safeError } from "../lib/safe-error.ts";
import { harmlessLines } from "../lib/text/harmless.ts";
import type { Logger } from "./logger.ts";

/** EX_SOFTWARE of BSD's sysexits.h: an internal error. Differs from the codes of an invalid configuration and of wrong usage. */
export const EXIT_DEFECT = 70;

export type Crash = {
  /** From now on the log reports an internal error. Before, a line of text on standard error does. */
  logTo(log: Logger): void;
};

/**
 * An uncaught exception or rejection ends the process: some of its parts may be in an unknown state, and a page made from
 * them may not be true. The supervisor restarts it. (An internal error inside one poll does not get here: it leaves that
 * node down, with the reason `internal`.) Without this handler, Node would print the message as it is, together with the
 * line of the source, which is very long in a bundle.
 * @param exit ends the process with a code, even while a thread hangs
 */
export function exitOnDefect(redact: Redact, printError: (text: string) => void, exit: (code: number) => void): Crash {
  let report = (error: unknown) => {
    const { stack, message } = safeError(error, redact);
    const text = harmlessLines(stack === "" ? message : stack);
    printError(`peer-exporter: internal error, please report it: ${text}\n`);
  };
  process.on("uncaughtException", (error) => {
    try {
      report(error);
    } finally {
      // Log and standard error are written synchronously, so nothing waits to be flushed.
      exit(EXIT_DEFECT);
    }
  });
  return {
    logTo(log) {
      report = (error) => log.fatal({ err: error, exit_code: EXIT_DEFECT }, "internal error: please report this line");
    },
  };
}
