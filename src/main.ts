#!/usr/bin/env node
// Arguments in, exit code out. process-end.ts listens to signals before the program itself is loaded, which takes most of
// the start.

import { refusalOfOldNode } from "./cli/old-node.ts";
import { askedExitCode, createPrint, endAfter, ending, type OnStop, stopped } from "./cli/process-end.ts";

const printError = (text: string) => void process.stderr.write(text);

// The program itself is loaded later: an old Node.js could not.
const refusal = refusalOfOldNode(process.versions.node);
if (refusal !== undefined) {
  printError(refusal);
  process.exit(1);
}
const args = process.argv.slice(2);
const askedCode = askedExitCode(args);
if (askedCode !== undefined) process.exit(askedCode);

/** By default, the process does not wait for the command after a signal. */
let onStop: OnStop = { waitMs: 0 };
let isGivenUp = false;

function endsItself(next: Partial<OnStop>): Promise<void> {
  onStop = { ...onStop, ...next };
  return isGivenUp ? new Promise(() => {}) : Promise.resolve();
}

const print = createPrint(printError);
void endAfter({
  done: import("./cli/run.ts").then(({ run }) =>
    run(args, { print, printError, stopped, endsItself, endNow: ending.now }),
  ),
  onStop: () => onStop,
  giveUp: () => {
    isGivenUp = true;
  },
});
