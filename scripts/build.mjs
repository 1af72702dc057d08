// Builds dist/: the program and its libraries in a few CommonJS files. Loading hundreds of small ones would take most of the
// start-up time, and Node.js loads ES modules more slowly. Runs from `npm ci` (the `prepare` script), so a fresh clone has a
// working `npx peer-exporter`. Types are not checked here: `npm run typecheck` does.
// Without the development dependencies (`npm ci --omit=dev`) there is no bundler: an image brings dist/ from its build
// stage, and the step is skipped.
//
//   node scripts/build.mjs [FOLDER]     into another folder
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { BUILD_OPTIONS, embedded } from "./embedded.mjs";
import { filesOf, joinFiles } from "./join-files.mjs";
import { lateModules } from "./late-modules.mjs";
import { thirdPartyLicences } from "./licences.mjs";

/**
 * What is always loaded together is one file. A health check runs every few seconds and waits for as little as possible; the
 * next two are a server until it listens, and after that.
 */
const JOINED = [
  "src/main.ts",
  "src/cli/run.ts",
  "src/cli/commands/healthcheck.ts",
  "src/cli/commands/serve.ts",
  "src/app/exporter.ts",
];

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = resolve(process.argv[2] ?? `${root}dist`);
const fresh = `${dist}.${process.pid}`;

const bundler = await import("esbuild").catch(() => undefined);
if (bundler === undefined) {
  process.stderr.write("peer-exporter: no bundler installed, dist/ is left as it is\n");
} else {
  const programInputs = [];
  const { metafile, outputFiles } = await bundler.build({
    ...BUILD_OPTIONS,
    absWorkingDir: root,
    entryPoints: [{ in: "src/main.ts", out: "main" }],
    outdir: fresh,
    // What only some runs need (the demo, pretty logs, YAML) is loaded when it is needed.
    splitting: true,
    format: "esm",
    write: false,
    metafile: true,
    plugins: [embedded((bundled) => void programInputs.push(...bundled))],
  });
  mkdirSync(fresh);
  const codes = new Map();
  for (const { path, text } of outputFiles) {
    const code = await toCommonJs(text);
    const { entryPoint } = metafile.outputs[relative(root, path)];
    // The texts of programs for threads stay as they are.
    codes.set(basename(path), entryPoint?.startsWith("embedded:") ? code : lateModules(code));
  }
  for (const { name, code } of joinFiles(filesOf(metafile, codes), JOINED)) writeFileSync(join(fresh, name), code);
  // The package.json above says that .js files are ES modules.
  writeFileSync(`${fresh}/package.json`, `${JSON.stringify({ type: "commonjs" })}\n`);
  writeFileSync(
    `${fresh}/THIRD-PARTY-LICENSES.txt`,
    thirdPartyLicences([...Object.keys(metafile.inputs), ...programInputs], root),
  );
  chmodSync(`${fresh}/main.js`, 0o755);
  // Swapped in whole, so that a program started meanwhile finds the old build or the new one, never half of one.
  rmSync(dist, { recursive: true, force: true });
  renameSync(fresh, dist);
}

/** The bundler splits only ES modules into files; each of them becomes a CommonJS file of the same name. */
async function toCommonJs(text) {
  const { minifyWhitespace, minifySyntax, platform, target, logLevel } = BUILD_OPTIONS;
  const { code } = await bundler.transform(text, {
    ...{ minifyWhitespace, minifySyntax, platform, target, logLevel },
    format: "cjs",
    banner: '"use strict";',
    // Otherwise each would start the loader of ES modules.
    supported: { "dynamic-import": false },
  });
  return code;
}
