// The program and its libraries as a few CommonJS files. Loading hundreds of small ones would take most of the start-up time,
// and Node.js loads ES modules more slowly. dist/ has them (scripts/build.mjs), and so does the executable.
import { existsSync, readdirSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { build, transform } from "esbuild";
import { BUILD_OPTIONS, embedded } from "./embedded.mjs";
import { filesOf, joinFiles } from "./join-files.mjs";
import { lateModules } from "./late-modules.mjs";

/**
 * What only some polls need. A server that goes on while an upgrade replaces its files must have it, as a reload may add nodes of
 * another chain, or with a proxy.
 */
const POLLS = [...chainSessions(), "src/rpc/dial/proxy.ts"];

/** Each folder of src/chains is an adapter. One with a file for its session loads that at the first poll. */
function chainSessions() {
  const root = new URL("../", import.meta.url);
  const files = readdirSync(new URL("src/chains", root)).map((name) => `src/chains/${name}/session.ts`);
  return files.filter((file) => existsSync(new URL(file, root)));
}

/**
 * What is always loaded together is one file. A health check runs every few seconds and waits for as little as possible; the
 * next two are a server until it listens, and after that.
 */
const JOINED = [
  { entry: "src/main.ts" },
  { entry: "src/cli/quick-health-check.ts" },
  { entry: "src/cli/run.ts" },
  { entry: "src/cli/commands/healthcheck.ts" },
  { entry: "src/cli/commands/serve.ts" },
  { entry: "src/app/exporter.ts", later: POLLS },
];

/** The file that runs the program. */
export const MAIN = "main.js";

/**
 * @param {string} root
 * @param {Map<string, string>} [assets] for an executable: gets the texts of its assets, by name
 * @returns {Promise<{ files: readonly { name: string, code: string }[], inputs: readonly string[] }>} the files, and those that
 *   were bundled into them, relative to the root
 */
export async function programFiles(root, assets = undefined) {
  const programInputs = [];
  const { metafile, outputFiles } = await build({
    ...BUILD_OPTIONS,
    absWorkingDir: root,
    entryPoints: [{ in: "src/main.ts", out: "main" }],
    outdir: join(root, "dist"),
    // What only some runs need (the demo, pretty logs, YAML) is loaded when it is needed.
    splitting: true,
    format: "esm",
    write: false,
    metafile: true,
    plugins: [embedded((bundled) => void programInputs.push(...bundled), assets)],
  });
  const codes = new Map();
  const programs = new Map();
  for (const { path, text } of outputFiles) {
    const { entryPoint } = metafile.outputs[relative(root, path)];
    // The texts of programs for threads stay as they are.
    const isText = entryPoint?.startsWith("embedded:") === true;
    (isText ? programs : codes).set(basename(path), await toCommonJs(text));
  }
  return {
    files: joinFiles(filesOf(metafile, new Map([...programs, ...lateModules(codes)])), JOINED),
    inputs: [...Object.keys(metafile.inputs), ...programInputs],
  };
}

/** The bundler splits only ES modules into files; each of them becomes a CommonJS file of the same name. */
async function toCommonJs(text) {
  const { minifyWhitespace, minifySyntax, platform, target, logLevel } = BUILD_OPTIONS;
  const { code } = await transform(text, {
    ...{ minifyWhitespace, minifySyntax, platform, target, logLevel },
    format: "cjs",
    banner: '"use strict";',
    // Otherwise each would start the loader of ES modules.
    supported: { "dynamic-import": false },
  });
  return code;
}
