import type { Command } from "commander";
import { closestWord, isSimilar } from "../lib/suggest.ts";

/** What unknown flags probably mean: misspelt ones, those of Go's `flag` package, of other exporters and of other commands. */

/** Words that other programs use, for people who know those better. */
const OTHER_WORDS: readonly (readonly [flag: string, words: readonly string[]])[] = [
  ["--config.file", ["c", "f", "conf", "cfg", "file"]],
  ["--web.listen-address", ["port", "p", "listen", "bind", "address", "addr", "host", "web.port", "telemetry.address"]],
  ["--web.telemetry-path", ["path", "metrics.path", "web.metrics-path", "telemetry.path"]],
  ["--web.config.file", ["web.config", "tls.config", "web-config"]],
  ["--log.level", ["verbose", "loglevel", "verbosity", "quiet", "q"]],
  ["--node", ["target", "targets", "url"]],
  ["--version", ["v"]],
];

/** What follows `--`, or one dash, until a character that no flag has: anything behind it may be a value, and secret. */
const WORD = /^-{1,2}([A-Za-z._-]{1,40})/;

/**
 * @param flag as it was given, its value included
 * @param command the command that does not know it
 * @returns what to append to the error; "" where nothing is similar. Contains only names of flags and commands
 */
export function flagHint(flag: string, command: Command): string {
  const word = WORD.exec(flag)?.[1];
  if (word === undefined) return "";
  const own = flagsOf(command);
  const same = own.find((name) => bare(name) === bare(word));
  if (same !== undefined) return sameFlag(flag, same, command);
  const others = commandsOf(command);
  return belongsTo(bare(word), others) ?? meant(word, own) ?? belongsToSimilar(bare(word), others) ?? "";
}

function sameFlag(flag: string, own: string, command: Command): string {
  // With a space, flag and value came as one argument, as from a list of arguments in YAML.
  const isWithValue = flag.startsWith(own) && /^[=:\s]/.test(flag.slice(own.length));
  if (!isWithValue) return `; did you mean "${own}"?`;
  const option = command
    .createHelp()
    .visibleOptions(command)
    .find(({ long }) => long === own);
  return option?.required || option?.optional ? `; write ${own}=VALUE` : `; ${own} takes no value`;
}

function belongsTo(bareWord: string, others: readonly Command[]): string | undefined {
  const having = others.filter((other) => flagsOf(other).some((name) => bare(name) === bareWord));
  const name = having.flatMap(flagsOf).find((candidate) => bare(candidate) === bareWord);
  return name === undefined ? undefined : `; ${name} is a flag of ${listed(having.map((other) => other.name()))}`;
}

function belongsToSimilar(bareWord: string, others: readonly Command[]): string | undefined {
  const word = closestWord(bareWord, others.flatMap(flagsOf).map(bare));
  return word === undefined ? undefined : belongsTo(word, others);
}

/** More flags than this are no suggestion. */
const MAX_SUGGESTED = 4;

/** Flags that a word is similar to, as a whole or in part: `config` and `listen-adress` leave out what is before or behind. */
function meant(word: string, flags: readonly string[]): string | undefined {
  const spelled = word.toLowerCase().replaceAll("_", "-").replace(/^-+/, "");
  const known = OTHER_WORDS.find(
    ([flag, words]) => flags.includes(flag) && words.some((other) => bare(other) === bare(word)),
  );
  if (known !== undefined) return `; did you mean "${known[0]}"?`;
  const whole = closestWord(bare(word), flags.map(bare));
  if (whole !== undefined) return `; did you mean "${flags.find((flag) => bare(flag) === whole)}"?`;
  const begins = flags.filter((flag) => partsOf(flag).begins.some((part) => isSimilar(spelled, part)));
  const ends = flags.filter((flag) => partsOf(flag).ends.some((part) => isSimilar(spelled, part)));
  const found = begins.length > 0 ? begins : ends;
  if (found.length === 0 || found.length > MAX_SUGGESTED) return undefined;
  const names = listed(
    found.map((flag) => `"${flag}"`),
    "or",
  );
  return `; did you mean ${names}?`;
}

/** `web.listen-address` begins with `web` and ends with `listen-address`. */
function partsOf(flag: string): { readonly begins: readonly string[]; readonly ends: readonly string[] } {
  const parts = flag.replace(/^-+/, "").split(".");
  const several = (_: string, index: number) => index > 0;
  return {
    begins: parts.filter(several).map((_, index) => parts.slice(0, index + 1).join(".")),
    ends: parts.filter(several).map((_, index) => parts.slice(index + 1).join(".")),
  };
}

/** A flag without what people vary: case, dashes, dots and underscores. */
function bare(flag: string): string {
  return flag.toLowerCase().replace(/[-._]/g, "");
}

function flagsOf(command: Command): readonly string[] {
  const help = command.createHelp();
  return help.visibleOptions(command).flatMap(({ long }) => long ?? []);
}

/** The other commands that the help lists. `serve` stands for the program, which has the same flags. */
function commandsOf(command: Command): readonly Command[] {
  const program = command.parent ?? command;
  return program
    .createHelp()
    .visibleCommands(program)
    .filter((other) => other !== command && !(other.name() === "serve" && command === program));
}

function listed(names: readonly string[], conjunction = "and"): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} ${conjunction} ${names.at(-1)}`;
}
