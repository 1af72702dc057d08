import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { ROOT } from "../../tools/repository.ts";
import { syntaxErrors } from "../grafana/promql.ts";
import { readSample } from "../support/exposition-lines.ts";
import { EXAMPLE_SOURCES } from "./examples.ts";
import { type Block, blocksOf, documents, nameOf } from "./markdown.ts";
import { isMetric, queryProblems } from "./metrics.ts";
import { applied } from "./patch.ts";
import { PROGRAMS } from "./programs.ts";
import { type Command, commandsOf, typedIn } from "./shell.ts";
import { isRoute, usageErrors } from "./usage.ts";
import { contentOf, kindOf, loadAsConfig, loadAsWebConfig } from "./yaml.ts";

/**
 * Every block of code in every document is executed, parsed or, with the reason, left alone. What promtool and amtool say is
 * in test/prometheus/documents.test.ts.
 */

const blocks = documents.flatMap((document) => blocksOf(document));

/** What is said of a block that is wrong; an empty list otherwise. */
type Handler = (block: Block) => readonly string[] | Promise<readonly string[]>;

const HANDLERS: Readonly<Record<string, Handler>> = {
  sh: ({ text }) => commandsOf(text).flatMap(commandProblems),
  console: ({ text }) => commandsOf(typedIn(text)).flatMap(commandProblems),
  yaml: yamlProblems,
  promql: ({ text }) => queriesOf(text).flatMap(queryProblems),
  ini: ({ text }) => text.split("\n").filter((line) => !/^(?:\[\w+\]|[\w-]+ ?=.*|#.*|)$/.test(line)),
  // test/e2e/path-prefix.test.ts and monero-access.test.ts run them.
  nginx: ({ text }) => text.split("\n").filter((line) => !/^ *(?:[a-z_]+ [^;{}]*[;{]|\}|)$/.test(line)),
  // Nothing here reads it. Its structure at least: labels or attributes, and brackets that close.
  alloy: ({ text }) => [
    ...text.split("\n").filter((line) => !/^ *(?:[a-z_.]+(?: "\w+")? \{|[a-z_]+ += .+|\}|)$/.test(line)),
    ...(text.split(/[{[]/).length === text.split(/[}\]]/).length ? [] : ["a bracket is not closed"]),
  ],
  prom: ({ text }) => text.split("\n").flatMap(sampleProblems),
  json: ({ text }) => caught(() => void JSON.parse(text)),
  diff: ({ text }) => caught(() => void applied(text)),
  ts: ({ text }) => (EXAMPLE_SOURCES.some((source) => source.includes(text)) ? [] : ["it is in no file of an example"]),
  // test/e2e/mixin/readme.long.test.ts runs them.
  jsonnet: () => [],
  // Shows what a program or a page says, or a drawing; nothing that anybody could copy.
  text: () => [],
};

test("the documents have blocks of code in many languages", () => {
  expect(new Set(blocks.map(({ language }) => language)).size).toBeGreaterThan(7);
});

describe.each(documents.filter((document) => blocksOf(document).length > 0))("%s", (document) => {
  test("every block is valid", async () => {
    const problems: string[] = [];
    for (const block of blocksOf(document)) {
      const handler = HANDLERS[block.language];
      const found = handler === undefined ? [`no handler for the language "${block.language}"`] : await handler(block);
      problems.push(...found.map((problem) => `${nameOf(block)}: ${problem}`));
    }
    expect(problems).toEqual([]);
  });
});

/** One to a line, or one over all lines. */
function queriesOf(text: string): readonly string[] {
  return syntaxErrors(text).length === 0 ? [text] : text.split("\n").filter((line) => line.trim() !== "");
}

/** A sample, a comment, or an ellipsis that stands for more of them. */
function sampleProblems(line: string): readonly string[] {
  if (line === "" || line === "…" || line.startsWith("#")) return [];
  const problems = caught(() => void readSample(line));
  if (problems.length > 0) return problems;
  const { name } = readSample(line);
  return isMetric(name) ? [] : [`no metric ${name}`];
}

async function yamlProblems({ text }: Block): Promise<readonly string[]> {
  const noYaml = caught(() => void contentOf(text));
  if (noYaml.length > 0) return noYaml;
  switch (kindOf(text)) {
    case "config":
      return rejected(loadAsConfig(text));
    case "web-config":
      return rejected(loadAsWebConfig(text));
    default:
      // Prometheus' are checked by promtool; those of Kubernetes, Helm and Compose by the tests of these.
      return [];
  }
}

function caught(parse: () => void): readonly string[] {
  try {
    parse();
    return [];
  } catch (error) {
    return [String(error)];
  }
}

async function rejected(loading: Promise<void>): Promise<readonly string[]> {
  return await loading.then(
    () => [],
    (error: unknown) => [`${error}`],
  );
}

const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")));

function commandProblems(command: Command): readonly string[] {
  const [program = "", ...args] =
    command[0] === "sudo" ? command.slice(1).filter((word, at) => at > 0 || !word.includes("=")) : command;
  const own = ownArguments(program, args);
  if (own !== undefined) {
    const errors = usageErrors(own);
    return errors === "" ? [] : [errors.trim()];
  }
  if (program === "curl") return args.flatMap((url) => urlProblems(url, args));
  if (program === "npm" && args[0] === "run") return (args[1] ?? "") in scripts ? [] : [`no npm script ${args[1]}`];
  if (program === "npx" && args[0] === "vitest") return missingTests(args.slice(1));
  return PROGRAMS.has(program) ? [] : [`no test covers what ${program} does: see programs.ts`];
}

/** Files and folders of tests that a command names and that do not exist. */
function missingTests(args: readonly string[]): readonly string[] {
  return args.filter((arg) => arg.startsWith("test/") && !existsSync(join(ROOT, arg))).map((path) => `no test ${path}`);
}

/** The arguments of the exporter, in each way in which it is started. */
function ownArguments(program: string, args: readonly string[]): readonly string[] | undefined {
  if (program === "peer-exporter") return args;
  if (program === "npx" && args[0] === "peer-exporter") return args.slice(1);
  if (program === "node" && /(?:^|\/)dist\/main\.js$/.test(args[0] ?? "")) return args.slice(1);
  return undefined;
}

/** URLs of nodes have other ports. */
function urlProblems(word: string, args: readonly string[]): readonly string[] {
  const path = /^(?:https?:\/\/)?[\w.-]+:10900(\/[^?]*)?/.exec(word);
  if (path === null) return [];
  const at = args.findIndex((arg) => arg === "-X" || arg === "--request");
  const method = at < 0 ? "GET" : (args[at + 1] ?? "");
  return isRoute(method, path[1] ?? "/") ? [] : [`the exporter has no ${method} ${path[1]}`];
}
