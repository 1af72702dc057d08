import exampleConfig from "../../../config.example.yaml?text";
import schema from "../../../config.schema.json" with { type: "json" };
import { loadAssets, type RulesKind } from "../../documents/assets.ts";
import { type DocumentEntry, documentHint, findDocument, loadDocuments } from "../../documents/documents.ts";
import { didYouMean } from "../../lib/suggest.ts";
import { terminalWidth } from "../../lib/text/terminal.ts";
import { hanging } from "../../lib/text/wrap.ts";
import { type Context, EXIT_USAGE } from "../context.ts";
import type { Invocation } from "../invocation.ts";

/**
 * The commands that print what the program contains, for who has only the program: documents, an example of a configuration and
 * its schema, rules, dashboards. Without a pager and without colours, ready for `| less` and `> file`.
 */

/** `peer-exporter docs [DOCUMENT]` */
export async function printDocuments(wanted: string | undefined, { print, printError }: Context): Promise<number> {
  const documents = await loadDocuments();
  if (wanted === undefined) {
    print(listOfDocuments(documents.all));
    return 0;
  }
  const names = documents.all.map(({ name }) => name);
  const found = findDocument(wanted, names);
  if (found === undefined) {
    printError(`error: no document${shown(wanted)}${documentHint(wanted, names)}\n(see peer-exporter docs)\n`);
    return EXIT_USAGE;
  }
  print(documents.text(found));
  return 0;
}

/** Prints a configuration file with every setting. It is built in, as is the schema. */
export function printExampleConfig({ print }: Context): number {
  print(exampleConfig);
  return 0;
}

/** Prints the JSON Schema of the configuration file. */
export function printSchema({ print }: Context): number {
  print(`${JSON.stringify(schema, undefined, 2)}\n`);
  return 0;
}

/** `peer-exporter rules [recording|alerts]` */
export async function printRules(kind: RulesKind | undefined, { print }: Context): Promise<number> {
  print((await loadAssets()).rules(kind));
  return 0;
}

/** `peer-exporter dashboards [--import] [DASHBOARD]` */
export async function printDashboards(
  { name: wanted, toImport }: Extract<Invocation, { readonly command: "dashboards" }>,
  { print, printError }: Context,
): Promise<number> {
  const assets = await loadAssets();
  const names = assets.dashboards();
  if (wanted === undefined) {
    print(listed(names.map((name) => [name, assets.description(name)])));
    return 0;
  }
  const name = wanted.replace(/\.json$/, "");
  const get = toImport ? assets.dashboardToImport : assets.dashboard;
  const dashboard = get(name) ?? get(`peer-exporter-${name}`);
  if (dashboard === undefined) {
    printError(
      `error: no dashboard${shown(wanted)}${didYouMean(wanted, names) ?? ""}\n(see peer-exporter dashboards)\n`,
    );
    return EXIT_USAGE;
  }
  print(dashboard);
  return 0;
}

/** The names that shells complete, by the name of the argument. */
export async function embeddedNames() {
  const [documents, assets] = await Promise.all([loadDocuments(), loadAssets()]);
  return { document: documents.all.map(({ name }) => name), dashboard: assets.dashboards() };
}

/** Anything else may be a misplaced value, and a value may hold a token. */
function shown(name: string): string {
  return /^[\w./-]{1,60}$/.test(name) ? ` named ${name}` : " of that name";
}

/** Runbooks are apart, with the names of their alerts alone: those are in a message at night. */
function listOfDocuments(documents: readonly DocumentEntry[]): string {
  const isRunbook = ({ name }: DocumentEntry) => name.startsWith(RUNBOOK_FOLDER);
  const textOf = (entries: readonly DocumentEntry[]) =>
    listed(entries.map(({ name, summary }) => [name.replace(RUNBOOK_FOLDER, ""), summary]));
  const others = documents.filter((entry) => !isRunbook(entry));
  return `${textOf(others)}\nRunbooks of the alerts:\n\n${textOf(documents.filter(isRunbook))}`;
}

const RUNBOOK_FOLDER = "runbooks/";

/** A name and what it is about: in a pipe one line for each, on a terminal what does not fit goes on below, without a name. */
function listed(rows: readonly (readonly [name: string, about: string])[]): string {
  const widest = Math.max(...rows.map(([name]) => name.length)) + 2;
  const maxWidth = terminalWidth(process.stdout);
  return rows
    .flatMap(([name, about]) => hanging(about, { first: name.padEnd(widest), maxWidth }))
    .map((line) => `${line}\n`)
    .join("");
}
