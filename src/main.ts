#!/usr/bin/env node
// Arguments in, exit code out. process-end.ts comes first and listens to signals: loading the program itself takes most of
// the start.
import { endAfter, ending, type OnStop, stopped, watchOutput } from "./cli/process-end.ts";

const print = (text: string) => void process.stdout.write(text);
const printError = (text: string) => void process.stderr.write(text);

/** By default, the process does not wait for the command after a signal. */
let onStop: OnStop = { waitMs: 0 };
let isGivenUp = false;

function endsItself(next: Partial<OnStop>): Promise<void> {
  onStop = { ...onStop, ...next };
  return isGivenUp ? new Promise(() => {}) : Promise.resolve();
}

watchOutput(printError);
void endAfter({
  done: import("./cli/run.ts").then(({ run }) =>
    run(process.argv.slice(2), { print, printError, stopped, endsItself, endNow: ending.now }),
  ),
  onStop: () => onStop,
  giveUp: () => {
    isGivenUp = true;
  },
});
