// Builds dist/: the program and its libraries in a few files (scripts/program-files.mjs). Runs from `npm ci` (the `prepare`
// script), so a fresh clone has a working `npx peer-exporter`. Types are not checked here: `npm run typecheck` does.
// Without the development dependencies (`npm ci --omit=dev`) there is no bundler: an image brings dist/ from its build
// stage, and the step is skipped.
//
//   node scripts/build.mjs [FOLDER]     into another folder
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = resolve(process.argv[2] ?? `${root}dist`);
const fresh = `${dist}.${process.pid}`;

const bundler = await import("esbuild").catch(() => undefined);
if (bundler === undefined) {
  process.stderr.write("peer-exporter: no bundler installed, dist/ is left as it is\n");
} else {
  const { MAIN, programFiles } = await import("./program-files.mjs");
  const { thirdPartyLicences } = await import("./licences.mjs");
  const { files, inputs } = await programFiles(root);
  mkdirSync(fresh);
  for (const { name, code } of files) writeFileSync(join(fresh, name), code);
  // The package.json above says that .js files are ES modules.
  writeFileSync(`${fresh}/package.json`, `${JSON.stringify({ type: "commonjs" })}\n`);
  writeFileSync(`${fresh}/THIRD-PARTY-LICENSES.txt`, thirdPartyLicences(inputs, root));
  chmodSync(join(fresh, MAIN), 0o755);
  // Swapped in whole, so that a program started meanwhile finds the old build or the new one, never half of one.
  rmSync(dist, { recursive: true, force: true });
  renameSync(fresh, dist);
}
