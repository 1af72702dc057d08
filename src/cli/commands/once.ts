import VERSION from "embedded:version";
import { hash } from "bcryptjs";
import type { Command } from "commander";
import { ConfigError } from "../../schema/problems.ts";
import type { Context } from "../context.ts";
import { withDefaultFile } from "../default-file.ts";
import type { Invocation, SourceFlags } from "../invocation.ts";
import { createProgram } from "../parse-arguments.ts";
import { readConfig } from "../source.ts";
import { bashScript } from "./completion/bash.ts";
import { fishScript } from "./completion/fish.ts";
import { commandsOf } from "./completion/model.ts";
import { zshScript } from "./completion/zsh.ts";
import { embeddedNames } from "./embedded.ts";
import { readPassword } from "./read-password.ts";

export { check } from "./check.ts";
export { discover } from "./discover.ts";
/**
 * The commands that print one result and end; this file contains the small ones. They are loaded together: each module that is
 * loaded separately splits the program into more files, and every file adds a millisecond to the start of all commands
 * (docs/performance.md).
 */
export { printDashboards, printDocuments, printExampleConfig, printRules, printSchema } from "./embedded.ts";
export { nodes } from "./nodes.ts";
export { peers } from "./peers.ts";
export { probe } from "./probe.ts";
export { reload } from "./reload.ts";

/** For shell completion: prints the names of the nodes, or nothing where the configuration is not valid. */
export async function printNodeNames(flags: SourceFlags, { print, redactor }: Context): Promise<number> {
  try {
    const { nodes } = await readConfig(await withDefaultFile(flags), redactor);
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
export async function printCompletion(shell: Shell, { print }: Context): Promise<number> {
  const program: Command = createProgram(VERSION, { out: () => {}, err: () => {} }, () => {});
  print(COMPLETION_SCRIPTS[shell](commandsOf(program, await embeddedNames())));
  return 0;
}

/** `peer-exporter hash-password`: prints a bcrypt hash for `basic_auth_users` of a web configuration file. */
export async function printHash({ print, printError }: Context): Promise<number> {
  try {
    print(`${await hashPassword(await readPassword(process.stdin, printError))}\n`);
    return 0;
  } catch (error) {
    printError(`peer-exporter: ${error instanceof Error ? error.message : "cannot hash"}\n`);
    return 1;
  }
}

/** The file format's documentation recommends it: about a tenth of a second for each check. */
const COST = 10;

/** bcrypt ignores all bytes of a password after these. */
const MAX_BYTES = 72;

/** @throws Error when the password is empty or too long */
async function hashPassword(password: string): Promise<string> {
  if (password === "") throw new Error("expected a password on standard input, found nothing");
  if (Buffer.byteLength(password) > MAX_BYTES) {
    throw new Error(`expected a password of at most ${MAX_BYTES} bytes, the limit of bcrypt`);
  }
  return hash(password, COST);
}
