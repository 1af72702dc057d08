import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { ROOT, textOf } from "./repository.ts";
import { currentList, listText, RELEASES_FOLDER } from "./stability/list.ts";

/**
 * Writes the list of a release: what users can name in their queries. `npm run release-list` does it for the version of
 * package.json. Patch versions change no name, so they need no list.
 */

const { version } = z.object({ version: z.string() }).parse(JSON.parse(textOf("package.json")));
const path = `${RELEASES_FOLDER}/${version}.json`;

if (!version.endsWith(".0"))
  throw new Error(`${version} is a patch version: only minor and major versions have a list`);
writeFileSync(join(ROOT, path), listText(currentList(version)), { flag: "wx" });
process.stdout.write(`${path}\n`);
