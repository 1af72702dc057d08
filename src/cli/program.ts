import { Command } from "commander";
import { didYouMean } from "../schema/fields.ts";
import { addCommands } from "./add-commands.ts";
import {
  addServeFlags,
  addShardFlag,
  addSourceFlags,
  DEFAULT_ADDRESS,
  serveFlags,
  shardFlags,
  sourceFlags,
} from "./flags.ts";
import { EXAMPLES, SEE_HELP } from "./help.ts";
import type { Invocation } from "./invocation.ts";

export type CliOutput = { readonly out: (text: string) => void; readonly err: (text: string) => void };

/** The whole command line. @param invoke told what was asked for, when arguments are parsed */
export function createProgram(version: string, output: CliOutput, invoke: (invocation: Invocation) => void): Command {
  const program = new Command("peer-exporter")
    .description(
      "Prometheus exporter for the peer-to-peer side of blockchain nodes (Wire/Antelope, Monero, Kadena Chainweb).\n" +
        "Without a command it serves the metrics of the nodes that --config.file, --node or both name, " +
        "at http://localhost:10900/metrics unless flags say otherwise.",
    )
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .enablePositionalOptions()
    .hook("preSubcommand", passFlagsOn)
    .addHelpText("after", EXAMPLES);
  const configure = (command: Command) =>
    command
      .exitOverride()
      .showHelpAfterError(SEE_HELP)
      .configureOutput({
        writeOut: output.out,
        writeErr: output.err,
        outputError: (text, write) => write(withoutValue(text)),
      });

  for (const command of [program, program.command("serve").description("serve metrics (the default command)")]) {
    const withSources = addShardFlag(addSourceFlags(configure(command)));
    addServeFlags(withSources, DEFAULT_ADDRESS).action((options: unknown, used: Command) => {
      refuseUnknownCommand(used);
      invoke({
        command: "serve",
        ...sourceFlags(options),
        ...shardFlags(options),
        ...serveFlags(options, DEFAULT_ADDRESS),
      });
    });
  }
  addCommands(program, configure, invoke);
  // Not before, as commands inherit it: only the program itself finds the misspelt name of a command there.
  return program.allowExcessArguments();
}

/** Flags before a command count like flags behind it. */
function passFlagsOn(program: Command, command: Command): void {
  for (const option of program.options) {
    const name = option.attributeName();
    if (program.getOptionValueSource(name) !== "cli") continue;
    const isKnown = command.options.some(({ long }) => long === option.long);
    if (!isKnown) command.error(`error: the command '${command.name()}' has no option '${option.long}'`);
    command.setOptionValueWithSource(name, program.getOptionValue(name), "cli");
  }
}

/** commander itself finds an unknown command only in a program that does nothing without one. */
function refuseUnknownCommand(program: Command): void {
  const [word] = program.args;
  if (word === undefined) return;
  // Anything else may be a misplaced value, and a value may hold a token.
  const name = /^[a-z-]{1,20}$/.test(word) ? ` '${word}'` : "";
  const hint = didYouMean(word, visibleCommands(program)) ?? fileHint(word);
  program.error(`error: unknown command${name}${hint}`);
}

function fileHint(word: string): string {
  return /\.ya?ml$/.test(word) ? "; a configuration file is given as --config.file=PATH" : "";
}

/** The names of the commands that the help lists. */
export function visibleCommands(program: Command): readonly string[] {
  return program
    .createHelp()
    .visibleCommands(program)
    .map((command) => command.name());
}

/** What follows a misspelt option may hold a token: `--nodes=x=wire+https://TOKEN@host`. */
function withoutValue(error: string): string {
  return error.replace(/^(error: unknown option '[A-Za-z.-]{0,40}).*'/s, "$1'");
}
