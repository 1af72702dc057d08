import type { Redact } from "../lib/safe-error.ts";
import { safeError } from "../lib/safe-error.ts";
import { harmlessLines } from "../lib/text/harmless.ts";
import type { Logger } from "./logger.ts";

/** EX_SOFTWARE of BSD's sysexits.h: an internal error. Other than the codes of a bad configuration and of wrong usage. */
export const EXIT_DEFECT = 70;

export type Crash = {
  /** From now on a defect is told in the log; before, in a line of text. */
  logTo(log: Logger): void;
};

/**
 * What nobody catches ends the process, rejections like exceptions: parts of it may be in a state that nobody thought of,
 * and a page made from them may not be true. The supervisor starts it anew. (A defect inside one poll never comes here: it
 * leaves that node down, with the reason `internal`.) Without this, Node would print the message as it is, together with
 * the line of the source, which in a bundle is very long.
 * @param exit ends the process with a code, whatever holds it */
export function exitOnDefect(redact: Redact, printError: (text: string) => void, exit: (code: number) => void): Crash {
  let tell = (error: unknown) => {
    const { stack, message } = safeError(error, redact);
    const text = harmlessLines(stack === "" ? message : stack);
    printError(`peer-exporter: ended by a defect, please report it: ${text}\n`);
  };
  process.on("uncaughtException", (error) => {
    try {
      tell(error);
    } finally {
      // Log and standard error are written synchronously, so that nothing waits to be flushed.
      exit(EXIT_DEFECT);
    }
  });
  return {
    logTo(log) {
      tell = (error) => log.fatal({ err: error, exit_code: EXIT_DEFECT }, "ended by a defect: please report this line");
    },
  };
}
