// Runs a tool of this folder that is written in TypeScript: `node tools/run.mjs generate.ts ARGUMENT...`. Node 20 cannot
// strip types, so the tool is bundled first.
import { mkdir, readFile, rm } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { embedded } from "../scripts/embedded.mjs";

const [tool = "", ...args] = process.argv.slice(2);
const folder = fileURLToPath(new URL(".", import.meta.url));
/** Not among the sources: tests that read all of these would find it, and then find it gone. */
const cache = fileURLToPath(new URL("../node_modules/.cache/peer-exporter/", import.meta.url));
const bundle = `${cache}${tool}.${process.pid}.mjs`;

/** Sources find files of the repository from where they lie themselves, not from where the bundle lies. */
const ownLocations = {
  name: "own-locations",
  setup(bundler) {
    bundler.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const url = JSON.stringify(pathToFileURL(path).href);
      return { contents: text.replaceAll("import.meta.url", url), loader: "ts" };
    });
  },
};

try {
  await mkdir(cache, { recursive: true });
  await build({
    absWorkingDir: folder,
    entryPoints: [tool],
    outfile: bundle,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20.20",
    packages: "external",
    plugins: [ownLocations, embedded()],
    logLevel: "warning",
  });
  process.argv = [process.execPath, bundle, ...args];
  await import(pathToFileURL(bundle).href);
} finally {
  await rm(bundle, { force: true });
}
