#!/usr/bin/env node
import { type Invocation, parseArguments } from "./cli.ts";
import type { Context } from "./commands/context.ts";
import { readConfig } from "./commands/source.ts";
import { ConfigError } from "./config/load.ts";
import { createRedactor } from "./config/redact.ts";
import { errorCode } from "./config/secret.ts";
import { exitOnDefect } from "./crash.ts";
import { VERSION } from "./version.ts";

const redactor = createRedactor();

/** Log lines that their reader has not taken yet get this long at the end. */
const LAST_WORDS_MS = 1000;

const print = (text: string) => void process.stdout.write(text);
const printError = (text: string) => void process.stderr.write(text);

// Before anything can go wrong.
const crash = exitOnDefect(redactor.redact, printError);

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
  const context: Context = { print, printError, stopped, redactor, crash };
  switch (asked.command) {
    case "none":
      return asked.exitCode;
    case "serve": {
      const files = asked.configFile === undefined ? [] : [asked.configFile];
      const { serve } = await import("./commands/serve.ts");
      return serve({ load: () => readConfig(asked, redactor), files }, asked, context);
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

/** Resolves at SIGTERM or SIGINT. A second signal ends the process at once, as impatient operators expect. */
function untilStopped(): Promise<NodeJS.Signals> {
  const signals = ["SIGTERM", "SIGINT"] as const;
  return new Promise((resolve) => {
    const stop = (signal: NodeJS.Signals) => {
      for (const each of signals) process.removeListener(each, stop);
      resolve(signal);
    };
    for (const signal of signals) process.on(signal, stop);
  });
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

// From the first moment on: a signal during the start ends the exporter as orderly as a later one.
const stopped = untilStopped();

const code = await main(process.argv.slice(2));
process.exitCode ||= code;
// A log that nobody reads must not hold the exit; what a command printed may take its time.
if (process.stdout.writableLength === 0) setTimeout(() => process.exit(), LAST_WORDS_MS).unref();
