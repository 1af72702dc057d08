// Builds dist/ with the TypeScript compiler. Runs from `npm ci` (the `prepare` script), so a fresh clone has a working
// `npx peer-exporter`. Without the development dependencies (`npm ci --omit=dev`) there is no compiler: an image
// brings dist/ from its build stage, and the step is skipped.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const tsc = `${root}node_modules/typescript/bin/tsc`;

if (!existsSync(tsc)) {
  process.stderr.write("peer-exporter: no TypeScript compiler installed, dist/ is left as it is\n");
} else {
  rmSync(`${root}dist`, { recursive: true, force: true });
  const { status } = spawnSync(process.execPath, [tsc, "-p", `${root}tsconfig.build.json`], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
  chmodSync(`${root}dist/main.js`, 0o755);
}
