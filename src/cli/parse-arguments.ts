import { Command, CommanderError } from "commander";
import { documentCommand } from "../documents/pointers.ts";
import { didYouMean } from "../lib/suggest.ts";
import { EXIT_DEFECT } from "../logging/crash-handler.ts";
import { addCommands } from "./add-commands.ts";
import { EXIT_USAGE } from "./context.ts";
import { flagHint } from "./flag-hint.ts";
import {
  addServeFlags,
  addShardFlag,
  addSourceFlags,
  DEFAULT_ADDRESS,
  FlagError,
  serveFlags,
  shardFlags,
  sourceFlags,
} from "./flags.ts";
import type { Invocation } from "./invocation.ts";

type CliOutput = { readonly out: (text: string) => void; readonly err: (text: string) => void };

/**
 * Parses the arguments after the program's name. Help, the version and usage errors are printed.
 * @returns what the arguments ask for; `none` with an exit code where everything is printed already
 */
export function parseArguments(args: readonly string[], version: string, output: CliOutput): Invocation {
  let invocation: Invocation = { command: "none", exitCode: 0 };
  const program = createProgram(version, output, (parsed) => {
    invocation = parsed;
  });
  try {
    program.parse(args, { from: "user" });
    return invocation;
  } catch (error) {
    if (error instanceof FlagError) output.err(`error: ${error.message}\n${SEE_HELP}\n`);
    else if (!(error instanceof CommanderError)) throw error;
    const isHelp = error instanceof CommanderError && error.exitCode === 0;
    return { command: "none", exitCode: isHelp ? 0 : EXIT_USAGE };
  }
}

/**
 * The whole command line.
 * @param invoke receives what the parsed arguments ask for
 */
export function createProgram(version: string, output: CliOutput, invoke: (invocation: Invocation) => void): Command {
  const program = new Command("peer-exporter")
    .description(
      "Prometheus exporter for the peer-to-peer side of blockchain nodes (Wire/Antelope, Monero, Kadena Chainweb, " +
        "Bitcoin family).\n" +
        "Without a command it serves the metrics of the nodes from --config.file and --node, " +
        "by default at http://localhost:10900/metrics.",
    )
    .version(version, "-V, --version", "print the version, with revision, build date and platform")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .enablePositionalOptions()
    .hook("preSubcommand", passFlagsOn)
    .addHelpText("after", EXAMPLES);
  const configure = (command: Command) =>
    command
      .exitOverride()
      .showHelpAfterError(SEE_HELP)
      // Its own suggestions compare the whole text, so a value hides what the flag is similar to.
      .showSuggestionAfterError(false)
      .configureOutput({
        writeOut: output.out,
        writeErr: output.err,
        outputError: (text, write) => write(describeError(text, command)),
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
  // Set last, as commands inherit it: only the program itself finds the misspelt name of a command there.
  return program.allowExcessArguments();
}

/** Flags before a command count like flags after it. */
function passFlagsOn(program: Command, command: Command): void {
  for (const option of program.options) {
    const name = option.attributeName();
    if (program.getOptionValueSource(name) !== "cli") continue;
    const isKnown = command.options.some(({ long }) => long === option.long);
    if (!isKnown)
      command.error(
        `error: the command '${command.name()}' has no option '${option.long}'${flagHint(option.long ?? "", command)}`,
      );
    command.setOptionValueWithSource(name, program.getOptionValue(name), "cli");
  }
}

/** commander itself finds an unknown command only in a program without a default action. */
function refuseUnknownCommand(program: Command): void {
  const [word] = program.args;
  if (word === undefined) return;
  // Anything else may be a misplaced value, and a value may hold a token.
  const name = /^[a-z-]{1,20}$/.test(word) ? ` '${word}'` : "";
  const hint = didYouMean(word, visibleCommands(program)) ?? fileHint(word);
  program.error(`error: unknown command${name}${hint}`);
}

function fileHint(word: string): string {
  // Word processors and web pages replace -- by one longer dash.
  if (/^[\u2010-\u2015\u2212]/.test(word)) return "; flags begin with --, not with one long dash";
  return /\.ya?ml$/.test(word) ? "; pass a configuration file with --config.file=PATH" : "";
}

/** The names of the commands that the help lists. */
export function visibleCommands(program: Command): readonly string[] {
  return program
    .createHelp()
    .visibleCommands(program)
    .map((command) => command.name());
}

/** The text after a misspelt option may hold a token: `--nodes=x=wire+https://TOKEN@host`. */
function describeError(error: string, command: Command): string {
  const [, flag] = /^error: unknown option '(.*)'/s.exec(error) ?? [];
  if (flag === undefined) {
    if (error.startsWith("error: too many arguments")) return withFileHint(error, command);
    return error.replace(/command-argument value ('.*?') is invalid for argument '(.*?)'/s, "unknown $2 $1");
  }
  const [shown] = /^[A-Za-z._-]{0,40}/.exec(flag) ?? [];
  return `error: unknown option '${shown}'${flagHint(flag, command)}\n`;
}

function withFileHint(error: string, command: Command): string {
  const hint = command.args.map(fileHint).find((text) => text !== "");
  return hint === undefined ? error : error.replace(/\.?\n$/, `${hint}\n`);
}

const SEE_HELP = "(see peer-exporter --help)";

const EXAMPLES = `
Examples:
  peer-exporter --config.file=config.yaml
  peer-exporter --node monero-1=monero+http://127.0.0.1:18081
  peer-exporter discover 192.0.2.7
  peer-exporter check --connect --config.file=config.yaml
  peer-exporter nodes --config.file=config.yaml
  peer-exporter peers monero-1 --config.file=config.yaml --sort=since
  peer-exporter --config.file=config.yaml --shard 0/3
  peer-exporter demo

Exit codes: 0 success, 1 invalid configuration, failure to start, or a node that
is down (check --connect, nodes, peers, probe; discover: none found), 2 wrong
usage, ${EXIT_DEFECT} internal error, 130 and 143 interrupted by SIGINT or SIGTERM
before the work was done.

${documentCommand("cli")} describes all commands,
${documentCommand("troubleshooting")} says what to do when something fails,
peer-exporter docs lists all documents.`;
