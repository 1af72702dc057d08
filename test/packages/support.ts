import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";

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
