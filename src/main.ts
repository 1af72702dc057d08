#!/usr/bin/env node

// Arguments in, exit code out. process-end.ts listens to signals before the program itself is loaded, which takes most of
// the start.

import { askedExitCode, createPrint, endAfter, ending, type OnStop, stopped } from "./cli/process-end.ts";
import { refusalOfOldNode } from "./lib/node-runtime.ts";

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

async function command(): Promise<number> {
  if (args[0] === "healthcheck") {
    const { quickHealthCheck } = await import("./cli/quick-health-check.ts");
    const code = await quickHealthCheck(args.slice(1), print);
    if (code !== undefined) return code;
  }
  const { run } = await import("./cli/run.ts");
  return run(args, { print, printError, stopped, endsItself, endNow: ending.now });
}

void endAfter({
  done: command(),
  onStop: () => onStop,
  giveUp: () => {
    isGivenUp = true;
  },
});
