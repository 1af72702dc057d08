import VERSION from "embedded:version";
import type { Command } from "commander";
import schema from "../../../config.schema.json" with { type: "json" };
import { ConfigError } from "../../schema/problems.ts";
import type { Context } from "../context.ts";
import type { Invocation, SourceFlags } from "../invocation.ts";
import { createProgram } from "../parse-arguments.ts";
import { readConfig } from "../source.ts";
import { bashScript } from "./completion/bash.ts";
import { fishScript } from "./completion/fish.ts";
import { commandsOf } from "./completion/model.ts";
import { zshScript } from "./completion/zsh.ts";

/**
 * The commands that answer once and end, the small ones here. They are loaded together: each module that is loaded by itself
 * splits the program into more files, and every file takes a millisecond of the start of all commands (docs/performance.md).
 */
export { check } from "./check.ts";
export { discover } from "./discover.ts";
export { printHash } from "./hash-password.ts";
export { peers } from "./peers.ts";
export { probe } from "./probe.ts";

/** Prints the JSON Schema of the configuration file, which is built in. */
export function printSchema({ print }: Context): number {
  print(`${JSON.stringify(schema, undefined, 2)}\n`);
  return 0;
}

/** For shell completion: prints the names of the nodes, or nothing where the configuration is not valid. */
export async function printNodeNames(flags: SourceFlags, { print, redactor }: Context): Promise<number> {
  try {
    const { nodes } = await readConfig(flags, redactor);
    for (const { name } of nodes) print(`${name}\n`);
    return 0;
  } catch (error) {
    if (error instanceof ConfigError) return 1;
    throw error;
  }
}

type Shell = Extract<Invocation, { readonly command: "completion" }>["shell"];

const COMPLETION_SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } satisfies Record<Shell, unknown>;

/** Prints a completion script, made from the command line itself, so that it has every command and flag. */
export function printCompletion(shell: Shell, { print }: Context): number {
  const program: Command = createProgram(VERSION, { out: () => {}, err: () => {} }, () => {});
  print(COMPLETION_SCRIPTS[shell](commandsOf(program)));
  return 0;
}
