import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { checksFile } from "./failure-checks.ts";
import { ruleFiles } from "./mixin/files.ts";
import { type GeneratedFile, ROOT } from "./repository.ts";

/** Writes the rules that the mixin makes: `npm run rules`. Needs Debian's jsonnet. Prints the path of each file. */

// First, as the mixin reads it.
write(checksFile());
try {
  for (const file of ruleFiles()) write(file);
} catch (error) {
  // No jsonnet, or what jsonnet says of the mixin: a stack of ours would hide it.
  if (!(error instanceof Error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

function write({ path, text }: GeneratedFile): void {
  writeFileSync(join(ROOT, path), text);
  process.stdout.write(`${path}\n`);
}
