import type { Argument, Command, Option } from "commander";
import { visibleCommands } from "../../parse-arguments.ts";
import { NODE_COLUMNS, PEER_COLUMNS } from "../../sort-order.ts";

/** The command line as plain data, for the scripts of all shells. */

export type CompletedCommand = {
  /** "" for the program itself. */
  readonly name: string;
  readonly description: string;
  readonly flags: readonly CompletedFlag[];
  /** What its argument can be. */
  readonly argument: Values;
};

export type CompletedFlag = {
  readonly long: string;
  readonly short: string | undefined;
  readonly description: string;
  /** Undefined: it takes no value. */
  readonly values: Values | undefined;
};

export type Values =
  | { readonly kind: "file" | "node" | "anything" | "nothing" }
  | { readonly kind: "words"; readonly words: readonly string[] };

/** @param namesOf what an argument can be, by its name, where the program contains things of that name */
export function commandsOf(
  program: Command,
  namesOf: Readonly<Record<string, readonly string[]>> = {},
): readonly CompletedCommand[] {
  const names = visibleCommands(program);
  const own = completed(program, { kind: "words", words: names });
  const others = names.flatMap((name) => {
    if (name === "help") return [{ ...own, name, description: "print the help of a command", flags: [] }];
    const command = program.commands.find((one) => one.name() === name);
    return command === undefined ? [] : [completed(command, argumentOf(command.registeredArguments, namesOf))];
  });
  return [{ ...own, name: "" }, ...others];
}

function completed(command: Command, argument: Values): CompletedCommand {
  const options = command.createHelp().visibleOptions(command);
  const flags = options.map((option) => flagOf(option, command.name()));
  return { name: command.name(), description: command.description(), flags, argument };
}

function flagOf(option: Option, command: string): CompletedFlag {
  const { long, short, description } = option;
  const isBare = !option.required && !option.optional;
  return { long: long ?? "", short, description, values: isBare ? undefined : valuesOf(option, command) };
}

function valuesOf({ long, argChoices }: Option, command: string): Values {
  if (argChoices !== undefined) return { kind: "words", words: argChoices };
  if (long?.endsWith(".file") || long?.endsWith("-file")) return { kind: "file" };
  if (long === "--sort") return { kind: "words", words: command === "nodes" ? NODE_COLUMNS : PEER_COLUMNS };
  return { kind: "anything" };
}

function argumentOf([argument]: readonly Argument[], namesOf: Readonly<Record<string, readonly string[]>>): Values {
  if (argument === undefined) return { kind: "nothing" };
  if (argument.argChoices !== undefined) return { kind: "words", words: argument.argChoices };
  const words = namesOf[argument.name()];
  if (words !== undefined) return { kind: "words", words };
  return argument.name() === "node" ? { kind: "node" } : { kind: "anything" };
}

/** The first sentence, short enough for a line of a menu. */
export function brief(description: string): string {
  const [first = ""] = description.split(/[;:.(\n]/);
  return first.trim();
}
