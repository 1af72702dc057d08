import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { findOrBuild, type Program } from "./programs.ts";
import { ROOT } from "./repository.ts";

/**
 * `npm run lint:workflows`: what actionlint says of .github/workflows. It also gives their scripts to shellcheck, if that is
 * on PATH. Unit tests check them with the parser of GitHub itself.
 */

const ACTIONLINT: Program = {
  name: "actionlint",
  source: { module: "github.com/rhysd/actionlint", version: "v1.7.12", folder: "./cmd/actionlint" },
  install: "put actionlint of https://github.com/rhysd/actionlint/releases on PATH",
};

const folder = join(ROOT, ".github/workflows");
const files = readdirSync(folder).map((name) => join(folder, name));
const found = findOrBuild(ACTIONLINT);
if ("reason" in found) {
  process.stdout.write(`skipped  actionlint: ${found.reason}\n`);
} else {
  const { status, stdout, stderr } = spawnSync(found.path, ["-no-color", ...files], { cwd: ROOT, encoding: "utf8" });
  process.stdout.write(`${status === 0 ? "ok     " : "failed "}  actionlint (${found.from})\n${stdout}${stderr}`);
  process.exitCode = status === 0 ? 0 : 1;
}
