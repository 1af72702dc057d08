import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ruleFiles } from "./mixin/files.ts";
import { ROOT } from "./repository.ts";

/** Writes the rules that the mixin makes: `npm run rules`. Needs Debian's jsonnet. Prints the path of each file. */

for (const { path, text } of ruleFiles()) {
  writeFileSync(join(ROOT, path), text);
  process.stdout.write(`${path}\n`);
}
