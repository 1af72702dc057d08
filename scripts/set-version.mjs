// Writes the version of package.json into every file that repeats it. `npm version --no-git-tag-version X.Y.Z` runs it.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { outdatedFiles } from "./version-places.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
for (const [file, text] of outdatedFiles(root, version)) {
  writeFileSync(join(root, file), text);
  process.stdout.write(`${file}: ${version}\n`);
}
