import type { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { createRedactor } from "../config/redact.ts";
import { errorCode } from "../lib/errno.ts";
import { files } from "../lib/files/files.ts";
import { VERSION } from "../lib/version.ts";
import { exitOnDefect } from "../logging/crash-handler.ts";
import { ConfigError } from "../schema/problems.ts";
import type { Context, OnStop } from "./context.ts";
import { type Invocation, parseArguments } from "./parse-arguments.ts";
import { readConfig } from "./source.ts";
import { ending, signalled, stopped } from "./stop.ts";

const redactor = createRedactor();

/** What the readers of log and output have not taken yet gets this long at the end. */
const LAST_WORDS_MS = 1000;

/** Five seconds after a signal the process is gone. */
const END_MS = 4500;

/** How a signal ends what runs. Before a command says otherwise, nothing is worth waiting for. */
let onStop: OnStop = { waitMs: 0 };
let isGivenUp = false;

const print = (text: string) => void process.stdout.write(text);
const printError = (text: string) => void process.stderr.write(text);

// Before anything can go wrong.
const crash = exitOnDefect(redactor.redact, printError, ending.now);

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  try {
    return await run(parseArguments(args, VERSION, { out: print, err: printError }));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) printError(`${problem}\n`);
    const count = error.problems.length;
    printError(`peer-exporter: ${count} ${count === 1 ? "problem" : "problems"} in the configuration\n`);
    return 1;
  }
}

/**
 * Commands are loaded when they are run: none that runs for long or often waits for the libraries of another.
 * @throws ConfigError
 */
async function run(asked: Invocation): Promise<number> {
  const endsItself = (next: Partial<OnStop>): Promise<void> => {
    onStop = { ...onStop, ...next };
    return isGivenUp ? new Promise(() => {}) : Promise.resolve();
  };
  const context: Context = { print, printError, stopped, endsItself, redactor, crash };
  if (isEndedBySignals(asked)) void endsItself({ exitCode: 0 });
  switch (asked.command) {
    case "none":
      return asked.exitCode;
    case "serve": {
      const files = asked.configFile === undefined ? [] : [asked.configFile];
      const { serve } = await import("./commands/serve.ts");
      return serve({ load: (loading) => readConfig(asked, redactor, loading), files }, asked, context);
    }
    case "check":
      return (await import("./commands/once.ts")).check(asked, context);
    case "peers":
      return (await import("./commands/once.ts")).peers(asked, context);
    case "probe":
      return (await import("./commands/once.ts")).probe(asked, context);
    case "discover":
      return (await import("./commands/once.ts")).discover(asked.address, context);
    case "demo":
      return (await import("./commands/demo.ts")).demo(asked, context);
    case "healthcheck":
      return (await import("./commands/healthcheck.ts")).healthcheck(asked.addresses, context);
    case "hash-password":
      return (await import("./commands/once.ts")).printHash(context);
    case "schema":
      return (await import("./commands/once.ts")).printSchema(context);
    case "completion":
      return (await import("./commands/once.ts")).printCompletion(asked.shell, context);
    case "node-names":
      return (await import("./commands/once.ts")).printNodeNames(asked, context);
  }
}

/** Whether a signal is how the command is meant to end. */
function isEndedBySignals(asked: Invocation): boolean {
  return (
    asked.command === "serve" || asked.command === "demo" || (asked.command === "peers" && asked.watchMs !== undefined)
  );
}

/** The exit code of what a signal ended and what did not end by itself then. */
async function givenUp(): Promise<number> {
  const signal = await stopped;
  const began = performance.now();
  let leftMs = 0;
  do {
    await sleep(leftMs);
    leftMs = began + onStop.waitMs - performance.now();
  } while (leftMs > 0);
  isGivenUp = true;
  return onStop.exitCode ?? signalled(signal);
}

/** Resolves when the reader has taken everything, or is gone. */
async function taken(stream: Writable): Promise<undefined> {
  if (stream.writableLength > 0 && !stream.destroyed) {
    await new Promise<void>((resolve) => void stream.write("", () => resolve()));
  }
  return undefined;
}

// A reader that went away (`--help | head`) is no reason for a stack trace, and a full disk is one for a line.
process.stdout.on("error", (error) => {
  const code = errorCode(error);
  if (code === "EPIPE") return;
  process.exitCode = 1;
  printError(`peer-exporter: cannot write to standard output (${code})\n`);
});
// Where errors cannot be told, there is nobody to tell that.
process.stderr.on("error", () => {});

let endBy = Number.POSITIVE_INFINITY;
void stopped.then(() => {
  endBy = performance.now() + END_MS;
});
const code = await Promise.race([main(process.argv.slice(2)), givenUp()]);
// What a command printed may take its time, but for a signal; a log that nobody reads must not hold the exit.
const cutOff = stopped.then(async (signal) => {
  await sleep(LAST_WORDS_MS);
  return onStop.exitCode ?? signalled(signal);
});
const cut = await Promise.race([taken(process.stdout), cutOff]);
await Promise.race([taken(process.stderr), sleep(LAST_WORDS_MS)]);
// The error of a write comes a turn later.
await sleep(0);
// A file that hangs is not worth waiting for; a name that is looked up may be found yet.
const patienceMs = files.hung() > 0 ? 0 : Math.min(END_MS, endBy - performance.now());
await ending.soon(process.exitCode === undefined ? code || (cut ?? 0) : Number(process.exitCode), patienceMs);
