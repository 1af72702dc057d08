import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { findProgram } from "../support/servers.ts";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")));

export const VERSION = version;

/** Where `npm run package` puts what it makes. */
export const OUT = join(ROOT, "out");

/**
 * The path of a package.
 * @throws Error if it has not been made
 */
export function made(name: string): string {
  const file = join(OUT, name);
  if (!existsSync(file)) throw new Error(`there is no ${file}: run npm run package`);
  return file;
}

/**
 * What these tests lack on this machine, told on standard error too.
 * @param tests what is skipped then
 * @param programs each with the package of Debian that has it
 * @returns undefined if nothing is missing
 * @throws Error in CI, where nothing may be skipped
 */
export function lacking(tests: string, programs: readonly (readonly [string, string])[]): string | undefined {
  const packages = programs.flatMap(([name, source]) => (findProgram(name) === undefined ? [source] : []));
  const needs = [
    ...(process.getuid?.() === 0 ? [] : ["they need root"]),
    ...(packages.length === 0 ? [] : [`apt-get install ${[...new Set(packages)].join(" ")}`]),
  ];
  if (needs.length === 0) return undefined;
  if (process.env.CI === "true") throw new Error(`${tests} cannot run: ${needs.join("; ")}`);
  const line = `${tests} are skipped: ${needs.join("; ")}`;
  process.stderr.write(`${line}\n`);
  return line;
}
