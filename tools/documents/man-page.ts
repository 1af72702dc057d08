import type { Command, Option } from "commander";
import { createProgram, visibleCommands } from "../../src/cli/parse-arguments.ts";
import * as man from "./man-text.ts";

/** The man page of the program: commands, flags and examples are those of `--help`, exit codes those of docs/cli.md. */

type Facts = {
  readonly version: string;
  /** The day of the release: 2026-11-30. */
  readonly date: string;
  /** The text of docs/cli.md. */
  readonly reference: string;
};

export function manPage({ version, date, reference }: Facts): string {
  const printed: string[] = [];
  const output = { out: (text: string) => void printed.push(text), err: () => {} };
  const program = createProgram(version, output, () => {});
  program.outputHelp();
  const commands = visibleCommands(program).flatMap(
    (name) => program.commands.find((command) => command.name() === name) ?? [],
  );
  const [summary = "", ...description] = program.description().split("\n");
  return [
    `.TH PEER-EXPORTER 1 "${date}" "peer-exporter ${version}" "User Commands"`,
    // Names of flags are not broken, and lines not stretched: both would be hard to read.
    ".nh",
    ".ad l",
    man.section("NAME", [`peer\\-exporter \\- ${man.escaped(man.brief(summary))}`]),
    man.section("SYNOPSIS", synopsis(commands)),
    man.section("DESCRIPTION", [man.paragraphs([summary, ...description]), man.paragraphs(DESCRIPTION)]),
    man.section(
      "COMMANDS",
      commands.map((command) => commandText(command, program)),
    ),
    man.section("OPTIONS", ["Those of", `${man.bold("serve")},`, "the default command:", ...flagTexts(program)]),
    man.section("FILES", definitions(FILES)),
    man.section("EXIT STATUS", definitions(exitCodes(reference))),
    man.section("ENVIRONMENT", definitions(ENVIRONMENT)),
    man.section("SIGNALS", definitions(SIGNALS)),
    man.section("EXAMPLES", [man.example(examplesOf(printed.join("")))]),
    man.section("SEE ALSO", SEE_ALSO),
    "",
  ].join("\n");
}

const DESCRIPTION = [
  "The configuration is a YAML file; peer-exporter example-config prints one that explains every key. A running exporter reads it again when it " +
    "changes, and keeps the old one, with an error in the log, if the new one is not valid.",
];

const FILES = [
  [
    "/etc/peer-exporter/config.yaml",
    "The configuration of the service. Every user can read it: it should hold no secrets.",
  ],
  [
    "peer-exporter.yaml",
    "In the working folder, used before the former where neither --config.file nor --node is given.",
  ],
  ["/usr/share/peer-exporter/config.example.yaml", "Every setting, with its default and an explanation."],
  ["/usr/share/peer-exporter/config.schema.json", "JSON Schema of the configuration, for editors."],
  ["/usr/share/peer-exporter/dashboards", "Dashboards for Grafana, to provision them."],
  ["/usr/share/peer-exporter/prometheus", "Recording rules and alerts for Prometheus."],
] as const;

const ENVIRONMENT = [
  ["NAME", `Any variable that the configuration names as \${NAME}, such as CREDENTIALS_DIRECTORY of systemd.`],
  ["HTTP_PROXY, HTTPS_PROXY, NO_PROXY", "Proxies, with proxy_from_environment: true in the configuration only."],
  ["LISTEN_FDS, LISTEN_PID", "Sockets that systemd passes, for --web.systemd-socket."],
  [
    "NODE_EXTRA_CA_CERTS",
    "File with authorities (PEM) that are trusted for all nodes and proxies, in addition to those of Node.js.",
  ],
  [
    "NODE_OPTIONS",
    "Options of the Node.js inside, such as --use-system-ca: the authorities of the system are trusted too.",
  ],
  ["NODE_PASSWORD", "The password of discover, without --auth.password-file."],
  ["POD_NAME, HOSTNAME", "The name that ends in the number of the shard, for --shard auto/N."],
  ["NO_COLOR, FORCE_COLOR", "No colors on a terminal; colors also in a pipe."],
] as const;

const SIGNALS = [
  ["SIGHUP", "Read the configuration again."],
  [
    "SIGTERM, SIGINT",
    "End within five seconds: requests in flight may finish. A second one ends the program immediately.",
  ],
] as const;

const SEE_ALSO = [
  `.BR prometheus (1),`,
  `.BR systemctl (1),`,
  `.BR journalctl (1)`,
  ".PP",
  ...["The documents are in the program:", `${man.bold("peer-exporter docs")}`, "lists them."],
];

function synopsis(commands: readonly Command[]): readonly string[] {
  const usages = commands.filter((command) => command.name() !== "serve").map((command) => usageOf(command));
  return [`${man.bold("peer-exporter")} [${man.italic("options")}]`, ...usages].join("\n.br\n").split("\n");
}

function usageOf(command: Command): string {
  const options = command.options.length === 0 ? [] : [`[${man.italic("options")}]`];
  const words = command.registeredArguments.map((argument) => {
    const name = man.italic(argument.name());
    return argument.required ? name : `[${name}]`;
  });
  return [`${man.bold(`peer-exporter ${command.name()}`)}`, ...options, ...words].join(" ");
}

/** The flags of a command that the program itself does not have, and the names of the others. */
function commandText(command: Command, program: Command): string {
  const shared = (option: Option) => program.options.some(({ description }) => description === option.description);
  const own = optionsOf(command);
  const others = own.filter(shared).flatMap(({ long }) => long ?? []);
  const isWhole = command.name() === "serve";
  return [
    `.SS ${command.name()}`,
    man.sentence(command.description()),
    ...command.registeredArguments.flatMap((argument) => {
      const choices = argument.argChoices === undefined ? "" : `: ${argument.argChoices.join(", ")}`;
      return definition(man.italic(argument.name()), argument.description + choices);
    }),
    ...(isWhole ? [] : own.filter((option) => !shared(option)).flatMap(flagText)),
    ...(isWhole || others.length === 0
      ? []
      : [".PP", `Further options, as below: ${others.map((long) => man.bold(long)).join(", ")}.`]),
  ].join("\n");
}

function flagTexts(command: Command): readonly string[] {
  return optionsOf(command).flatMap(flagText);
}

function optionsOf(command: Command): readonly Option[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .filter(({ long }) => long !== "--help");
}

function flagText(option: Option): readonly string[] {
  const [names = "", value] = option.flags.split(/ (?=[<[])/);
  const shown = value === undefined ? "" : ` ${man.italic(value.replace(/^<(.*)>$/, "$1"))}`;
  const notes = [
    ...(option.argChoices === undefined ? [] : [`One of ${option.argChoices.join(", ")}.`]),
    ...(typeof option.defaultValue === "string" ? [`Default: ${option.defaultValue}.`] : []),
  ];
  return definition(man.bold(names) + shown, [man.plainSentence(option.description), ...notes].join(" "));
}

function definitions(list: readonly (readonly [string, string])[]): readonly string[] {
  return list.flatMap(([term, text]) => definition(man.bold(term), text));
}

function definition(term: string, text: string): readonly string[] {
  return [".TP", term, man.sentence(text)];
}

/** The rows of the table of exit codes. */
function exitCodes(reference: string): readonly (readonly [string, string])[] {
  const [, table = ""] = /^## Exit codes\n\n((?:\|.*\n)+)/m.exec(reference) ?? [];
  const rows = [...table.matchAll(/^\| ([\d, ]+) \| (.*) \|$/gm)].map(
    ([, codes = "", text = ""]) => [codes, meaning(codes, text)] as const,
  );
  if (rows.length === 0) throw new Error("docs/cli.md: expected a table below ## Exit codes");
  return rows;
}

function meaning(codes: string, text: string): string {
  if (codes !== "1") return text.replaceAll("`", "");
  return (
    "The configuration is not valid, the exporter could not start, or a node is down " +
    "(check --connect, nodes, peers, probe; discover: none found)"
  );
}

function examplesOf(help: string): string {
  const [, examples] = /^Examples:\n((?: {2}.*\n)+)/m.exec(help) ?? [];
  if (examples === undefined) throw new Error("--help: expected examples at the end");
  return examples.replaceAll(/^ {2}/gm, "").trimEnd();
}
