import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { checksFile } from "./failure-checks.ts";
import { ruleFiles } from "./mixin/files.ts";
import { type GeneratedFile, ROOT } from "./repository.ts";

/** Writes the rules that the mixin makes: `npm run rules`. Needs Debian's jsonnet. Prints the path of each file. */

// First, as the mixin reads it.
write(checksFile());
for (const file of ruleFiles()) write(file);

function write({ path, text }: GeneratedFile): void {
  writeFileSync(join(ROOT, path), text);
  process.stdout.write(`${path}\n`);
}
