import VERSION from "embedded:version";
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { hash } from "bcryptjs";
import type { Command } from "commander";
import schema from "../../../config.schema.json" with { type: "json" };
import { errorCode } from "../../lib/errno.ts";
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

/**
 * The commands that print one result and end; this file contains the small ones. They are loaded together: each module that is
 * loaded separately splits the program into more files, and every file adds a millisecond to the start of all commands
 * (docs/performance.md).
 */
export { check } from "./check.ts";
export { discover } from "./discover.ts";
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
export function printCompletion(shell: Shell, { print }: Context): number {
  const program: Command = createProgram(VERSION, { out: () => {}, err: () => {} }, () => {});
  print(COMPLETION_SCRIPTS[shell](commandsOf(program)));
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

/** Longer input without a line end is refused, as devices send data without end. */
const MAX_INPUT_BYTES = 64 * 1024;

/**
 * The first line of the input, which a terminal does not show. Empty when the input is empty.
 * @throws Error when the input cannot be read or its first line has no end
 */
function readPassword(input: NodeJS.ReadStream, prompt: (text: string) => void): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  if (input.isTTY) prompt("Password: ");
  const lines = createInterface({ input, output: unseen, terminal: input.isTTY });
  return new Promise((resolve, reject) => {
    let length = 0;
    input.on("data", (chunk: Buffer | string) => {
      length += chunk.length;
      if (length <= MAX_INPUT_BYTES) return;
      reject(new Error("expected a line with a password on standard input, found no end of the line"));
      lines.close();
    });
    input.once("error", (error) => {
      reject(new Error(`cannot read standard input (${errorCode(error)})`));
      lines.close();
    });
    lines.once("line", (line) => {
      resolve(line);
      lines.close();
    });
    lines.once("close", () => {
      if (input.isTTY) prompt("\n");
      resolve("");
    });
  });
}
