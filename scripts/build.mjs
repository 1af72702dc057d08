// Builds dist/: the program and its libraries in a few files, as loading hundreds of small ones would take most of the
// start-up time. Runs from `npm ci` (the `prepare` script), so a fresh clone has a working `npx peer-exporter`. Types are
// not checked here: `npm run typecheck` does.
// Without the development dependencies (`npm ci --omit=dev`) there is no bundler: an image brings dist/ from its build
// stage, and the step is skipped.
import { chmodSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { thirdPartyLicences } from "./licences.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = `${root}dist`;
const fresh = `${root}dist.${process.pid}`;

const bundler = await import("esbuild").catch(() => undefined);
if (bundler === undefined) {
  process.stderr.write("peer-exporter: no bundler installed, dist/ is left as it is\n");
} else {
  const { metafile } = await bundler.build({
    absWorkingDir: root,
    entryPoints: [
      { in: "src/main.ts", out: "main" },
      { in: "src/server/web-config/bcrypt-worker.ts", out: "bcrypt-worker" },
      { in: "src/lib/files/thread.ts", out: "file-thread" },
      { in: "src/schema/yaml-worker.ts", out: "yaml-worker" },
    ],
    outdir: fresh,
    bundle: true,
    // What only some runs need (the demo, pretty logs, YAML) is loaded when it is needed.
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.20",
    // The engine keeps the source in memory, so white space costs; identifiers stay, for stack traces.
    minifyWhitespace: true,
    minifySyntax: true,
    // Libraries in CommonJS ask for built-in modules by require.
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
    metafile: true,
    alias: { "@opentelemetry/api": "./scripts/no-tracing.cjs" },
    logLevel: "warning",
  });
  writeFileSync(`${fresh}/THIRD-PARTY-LICENSES.txt`, thirdPartyLicences(Object.keys(metafile.inputs), root));
  chmodSync(`${fresh}/main.js`, 0o755);
  // Swapped in whole, so that a program started meanwhile finds the old build or the new one, never half of one.
  rmSync(dist, { recursive: true, force: true });
  renameSync(fresh, dist);
}
