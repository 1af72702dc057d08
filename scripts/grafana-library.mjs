// Installs Grafana's own code for the tests of the dashboards: the packages of test/grafana/library, exactly as its lock says,
// without scripts. They go into a folder of node_modules, where nothing takes them for files of this repository.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SOURCE = join(ROOT, "test/grafana/library");
const FOLDER = join(ROOT, "node_modules/.grafana-library");

mkdirSync(FOLDER, { recursive: true });
for (const file of ["package.json", "package-lock.json", ".npmrc"])
  copyFileSync(join(SOURCE, file), join(FOLDER, file));
const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
const { status } = spawnSync("npm", args, { cwd: FOLDER, stdio: "inherit" });
process.exitCode = status ?? 1;
