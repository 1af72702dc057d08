import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { cliDocument } from "./documents/cli.ts";
import { GENERATED_FOLDERS, GROUPS, type Group, generatedFiles } from "./generated.ts";
import type { GeneratedFile } from "./repository.ts";
import { ROOT, textOf } from "./repository.ts";

/**
 * Writes what is generated: `node tools/run.mjs generate.ts [docs] [schema] [dashboards] [kubernetes]`, all of it without
 * names. Prints the path of each file.
 */

const names = process.argv.slice(2);
const unknown = names.filter((name) => !isGroup(name));
if (unknown.length > 0) throw new Error(`no group ${unknown.join(", ")}: ${GROUPS.join(", ")}`);

const groups = names.length === 0 ? GROUPS : names.filter(isGroup);
const all = generatedFiles();
const files = groups.flatMap((group) => all[group]);
files.forEach(write);
for (const folder of GENERATED_FOLDERS) removeOthers(folder, files);
if (groups.includes("docs")) write({ path: "docs/cli.md", text: await cliDocument(textOf("docs/cli.md")) });

function isGroup(name: string): name is Group {
  return GROUPS.some((group) => group === name);
}

function write({ path, text }: GeneratedFile): void {
  mkdirSync(join(ROOT, dirname(path)), { recursive: true });
  writeFileSync(join(ROOT, path), text);
  process.stdout.write(`${path}\n`);
}

/** A folder of this run keeps the files of this run only; one that this run does not write stays as it is. */
function removeOthers(folder: string, written: readonly GeneratedFile[]): void {
  const own = new Set(written.filter(({ path }) => dirname(path) === folder).map(({ path }) => basename(path)));
  if (own.size === 0) return;
  for (const name of readdirSync(join(ROOT, folder))) if (!own.has(name)) rmSync(join(ROOT, folder, name));
}
