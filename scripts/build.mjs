// Builds dist/ with the TypeScript compiler. Runs from `npm ci` (the `prepare` script), so a fresh clone has a working
// `npx peer-exporter`. Without the development dependencies (`npm ci --omit=dev`) there is no compiler: an image
// brings dist/ from its build stage, and the step is skipped.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, renameSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const tsc = `${root}node_modules/typescript/bin/tsc`;
const dist = `${root}dist`;
const fresh = `${root}dist.${process.pid}`;

if (!existsSync(tsc)) {
  process.stderr.write("peer-exporter: no TypeScript compiler installed, dist/ is left as it is\n");
} else {
  const args = [tsc, "-p", `${root}tsconfig.build.json`, "--outDir", fresh];
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (status === 0) {
    chmodSync(`${fresh}/main.js`, 0o755);
    // Swapped in whole, so that a program started meanwhile finds the old build or the new one, never half of one.
    rmSync(dist, { recursive: true, force: true });
    renameSync(fresh, dist);
  } else {
    rmSync(fresh, { recursive: true, force: true });
    process.exitCode = status ?? 1;
  }
}
