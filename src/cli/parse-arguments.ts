import { CommanderError } from "commander";
import { FlagError } from "./flags.ts";
import { EXIT_USAGE, SEE_HELP } from "./help.ts";
import type { Invocation } from "./invocation.ts";
import { type CliOutput, createProgram } from "./program.ts";

export { EXIT_USAGE } from "./help.ts";
export type { Invocation } from "./invocation.ts";

/** Reads the arguments behind the program's name. */
export function parseArguments(args: readonly string[], version: string, output: CliOutput): Invocation {
  let invocation: Invocation = { command: "none", exitCode: 0 };
  const program = createProgram(version, output, (asked) => {
    invocation = asked;
  });
  try {
    program.parse(args, { from: "user" });
    return invocation;
  } catch (error) {
    if (error instanceof FlagError) output.err(`error: ${error.message}\n${SEE_HELP}\n`);
    else if (!(error instanceof CommanderError)) throw error;
    const isFine = error instanceof CommanderError && error.exitCode === 0;
    return { command: "none", exitCode: isFine ? 0 : EXIT_USAGE };
  }
}
