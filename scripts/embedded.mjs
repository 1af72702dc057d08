// Data that is embedded in the program, so that it needs no other files. Imports name it:
//   embedded:version      the version of package.json, or PEER_EXPORTER_VERSION
//   embedded:build        the revision and date of the commit
//   embedded:executable   whether the program is that of an executable
//   embedded:dashboards   the Grafana dashboards, text by name
//   embedded:docs         the documents for users, by name: each for terminals and for browsers (scripts/documents)
//   FILE?text             the text of a file
//   FILE?minified         the text of a style sheet or browser script, without white space
//   FILE?program          a TypeScript file with all that it imports, as one CommonJS text for a thread
// The build (scripts/build.mjs) and the tests (vitest.config.ts) resolve them alike; src/lib/types declares their types.
// In an executable (scripts/packages/executable.mjs), long ones are its assets, which are read when they are asked for.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildInfo } from "./build-info.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

const NAMED = /^embedded:(version|build|executable|dashboards|docs)$/;
const SUFFIXED = /\?(text|minified|program)$/;

/** Options that the program and the texts of its threads share. */
export const BUILD_OPTIONS = {
  bundle: true,
  platform: "node",
  target: "node20.20",
  // The ES modules of a library, where it has some: the bundler leaves out what the program does not use of them.
  mainFields: ["module", "main"],
  // The engine keeps the source in memory, so white space costs; identifiers stay, for stack traces.
  minifyWhitespace: true,
  minifySyntax: true,
  // Instead of tsconfig.json, which the build of the image does not have: its result would differ.
  tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  alias: {
    "@opentelemetry/api": join(ROOT, "scripts/no-tracing.cjs"),
    "thread-stream": join(ROOT, "scripts/no-transports.cjs"),
    "sonic-boom": join(ROOT, "scripts/no-transports.cjs"),
    // Its ES module asks for its own URL, which a CommonJS file does not have.
    "node-cron": join(ROOT, "node_modules/node-cron/dist/node-cron.cjs"),
  },
  logLevel: "warning",
};

/** For a bundle of ES modules: libraries in CommonJS ask for built-in modules by require. */
export const REQUIRE_BANNER = {
  js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
};

/** Shorter data, in characters, is in the code of an executable too. */
const MIN_ASSET_LENGTH = 16 * 1024;

/**
 * @param {string} path as `resolved` gives it
 * @param {boolean} [isExecutable] whether the program is that of an executable
 * @returns {Promise<{ json: string, files: readonly string[], inputs: readonly string[] }>} the data; the files that it
 *   was made from; and those that were bundled into it, relative to the root
 */
async function load(path, isExecutable = false) {
  const [file, kind = ""] = path.split("?");
  const { value, files, inputs = [] } = kind === "" ? await named(file, isExecutable) : await suffixed(file, kind);
  return { json: JSON.stringify(value), files, inputs };
}

/** A module with data. */
const inlined = (json) => `export default ${json};`;

/** A module that reads the data from an asset of the executable. */
function ofAsset(name, json) {
  const isText = json.startsWith('"');
  const text = `getAsset(${JSON.stringify(name)}, "utf8")`;
  const code = `import { getAsset } from "node:sea"; export default ${isText ? text : `JSON.parse(${text})`};`;
  return { code, asset: isText ? JSON.parse(json) : json };
}

async function named(name, isExecutable) {
  if (name === "embedded:version") {
    const file = join(ROOT, "package.json");
    const { version } = JSON.parse(readFileSync(file, "utf8"));
    return { value: process.env.PEER_EXPORTER_VERSION ?? version, files: [file] };
  }
  if (name === "embedded:executable") return { value: isExecutable, files: [] };
  if (name === "embedded:build") return { value: buildInfo(ROOT), files: [] };
  if (name === "embedded:docs") return (await import("./documents/collect.mjs")).collectDocuments(ROOT);
  const folder = join(ROOT, "grafana/dashboards");
  const names = readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort();
  const texts = names.map((file) => [file.slice(0, -".json".length), readFileSync(join(folder, file), "utf8")]);
  return { value: Object.fromEntries(texts), files: names.map((file) => join(folder, file)) };
}

async function suffixed(file, kind) {
  if (kind === "text") return { value: readFileSync(file, "utf8"), files: [file] };
  const { build, transform } = await import("esbuild");
  if (kind === "minified") {
    const loader = file.endsWith(".css") ? "css" : "js";
    const { code } = await transform(readFileSync(file, "utf8"), { loader, minify: true, target: "es2022" });
    return { value: code.trim(), files: [file] };
  }
  const { outputFiles, metafile } = await build({
    ...BUILD_OPTIONS,
    absWorkingDir: ROOT,
    entryPoints: [file],
    format: "cjs",
    banner: { js: '"use strict";' },
    write: false,
    metafile: true,
    plugins: [embedded()],
  });
  const inputs = Object.keys(metafile.inputs);
  return { value: outputFiles[0].text, files: inputs.map((input) => join(ROOT, input)), inputs };
}

/** The path of such a module, or undefined for other modules. */
function resolved(path, importer) {
  if (NAMED.test(path)) return path;
  return SUFFIXED.test(path) ? resolve(dirname(importer), path) : undefined;
}

/**
 * A plugin for esbuild.
 * @param {(inputs: readonly string[]) => void} [onInputs] called with the files that were bundled into a program's text
 * @param {Map<string, string>} [assets] for an executable: gets the texts of its assets, by name
 * @returns {import("esbuild").Plugin}
 */
export function embedded(onInputs = () => {}, assets = undefined) {
  return {
    name: "embedded",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: NAMED }, ({ path }) => ({ path, namespace: "embedded" }));
      // The names of the chunks depend on this path. Relative, it is the same wherever the repository is.
      onResolve({ filter: SUFFIXED }, ({ path, importer }) => ({
        path: relative(ROOT, resolved(path, importer)),
        namespace: "embedded",
      }));
      onLoad({ filter: /.*/, namespace: "embedded" }, async ({ path }) => {
        const { json, files, inputs } = await load(NAMED.test(path) ? path : join(ROOT, path), assets !== undefined);
        onInputs(inputs);
        const isAsset = assets !== undefined && json.length >= MIN_ASSET_LENGTH;
        const { code, asset } = isAsset ? ofAsset(path, json) : { code: inlined(json) };
        if (isAsset) assets.set(path, asset);
        return { contents: code, loader: "js", watchFiles: [...files] };
      });
    },
  };
}

/**
 * The same plugin for Vite.
 * @returns {import("vite").Plugin}
 */
export function embeddedInTests() {
  return {
    name: "embedded",
    enforce: "pre",
    resolveId(path, importer) {
      const found = resolved(path, importer?.split("?")[0] ?? ROOT);
      // Vitest would empty style sheets, which it knows by ".css?".
      return found === undefined ? undefined : `\0${found.replace("?", "#")}`;
    },
    async load(id) {
      const path = id.slice(1).replace(/#(?=\w+$)/, "?");
      const isEmbedded = id.startsWith("\0") && (NAMED.test(path) || SUFFIXED.test(path));
      return isEmbedded ? inlined((await load(path)).json) : undefined;
    },
  };
}
