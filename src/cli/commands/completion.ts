import type { Command } from "commander";
import { VERSION } from "../../lib/version.ts";
import type { Context } from "../context.ts";
import type { Invocation } from "../invocation.ts";
import { createProgram } from "../program.ts";
import { bashScript } from "./completion/bash.ts";
import { fishScript } from "./completion/fish.ts";
import { commandsOf } from "./completion/model.ts";
import { zshScript } from "./completion/zsh.ts";

type Shell = Extract<Invocation, { readonly command: "completion" }>["shell"];

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } satisfies Record<Shell, unknown>;

/** Made from the command line itself, so that it knows every command and flag. */
export function printCompletion(shell: Shell, { print }: Context): number {
  const program: Command = createProgram(VERSION, { out: () => {}, err: () => {} }, () => {});
  print(SCRIPTS[shell](commandsOf(program)));
  return 0;
}
