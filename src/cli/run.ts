import BUILD from "embedded:build";
import VERSION from "embedded:version";
import type { Loading } from "../config/load.ts";
import { createRedactor } from "../config/redact.ts";
import { counted } from "../lib/text/format.ts";
import { exitOnDefect } from "../logging/crash-handler.ts";
import { ConfigError } from "../schema/problems.ts";
import type { Context } from "./context.ts";
import { withDefaultFile } from "./default-file.ts";
import type { Invocation } from "./invocation.ts";
import { parseArguments } from "./parse-arguments.ts";
import { versionText } from "./version-text.ts";

/** What the process gives to the program. */
export type ProcessContext = Omit<Context, "redactor" | "crash"> & {
  /** Ends the process with an exit code, even while a thread hangs. */
  readonly endNow: (code: number) => void;
};

/**
 * Runs what the arguments ask for. Problems of the configuration are printed.
 * @returns the exit code
 */
export async function run(args: readonly string[], { endNow, ...process }: ProcessContext): Promise<number> {
  const redactor = createRedactor();
  const { print, printError } = process;
  // First, so that it handles every later error.
  const crash = exitOnDefect(redactor.redact, printError, endNow);
  const invocation = parseArguments(args, versionText({ version: VERSION, ...BUILD }), { out: print, err: printError });
  try {
    return await runCommand(invocation, { ...process, redactor, crash });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) printError(`${problem}\n`);
    printError(`peer-exporter: ${counted(error.problems.length, "problem")} in the configuration\n`);
    return 1;
  }
}

/**
 * Commands are loaded when they are run: a command that runs for long, or often, does not wait for the libraries of another.
 * @throws ConfigError
 */
async function runCommand(invocation: Invocation, context: Context): Promise<number> {
  if (isEndedBySignals(invocation)) void context.endsItself({ exitCode: 0 });
  const once = () => import("./commands/once.ts");
  switch (invocation.command) {
    case "none":
      return invocation.exitCode;
    case "serve": {
      const flags = await withDefaultFile(invocation);
      const { configFile: file, isDefaultFile } = flags;
      const { readConfig } = await import("./source.ts");
      const load = (loading?: Loading) => readConfig(flags, context.redactor, loading);
      const { serve } = await import("./commands/serve.ts");
      return serve({ load, file, isDefaultFile }, flags, context);
    }
    case "demo":
      return (await import("./commands/serve.ts")).demo(invocation, context);
    case "healthcheck":
      return (await import("./commands/healthcheck.ts")).healthcheck(invocation, context);
    case "reload":
      return (await once()).reload(process.env, context);
    case "check":
      return (await once()).check(invocation, context);
    case "nodes":
      return (await once()).nodes(await withDefaultFile(invocation), context);
    case "peers":
      return (await once()).peers(await withDefaultFile(invocation), context);
    case "probe":
      return (await once()).probe(await withDefaultFile(invocation), context);
    case "discover":
      return (await once()).discover(invocation, context);
    case "hash-password":
      return (await once()).printHash(context);
    case "docs":
      return (await once()).printDocuments(invocation.name, context);
    case "example-config":
      return (await once()).printExampleConfig(context);
    case "schema":
      return (await once()).printSchema(context);
    case "rules":
      return (await once()).printRules(invocation.kind, context);
    case "dashboards":
      return (await once()).printDashboards(invocation, context);
    case "completion":
      return (await once()).printCompletion(invocation.shell, context);
    case "node-names":
      return (await once()).printNodeNames(invocation, context);
  }
}

/** Whether a signal is the normal end of the command. */
function isEndedBySignals(invocation: Invocation): boolean {
  const { command } = invocation;
  if (command === "nodes" || command === "peers") return invocation.watchMs !== undefined;
  return command === "serve" || command === "demo";
}
