// Bundles the program as scripts/build.mjs does, with single modules of it replaced, so that a part of it can be fed and
// measured without the rest knowing. SOURCE names the src folder of another version, to compare.
import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { REQUIRE_BANNER } from "../../scripts/embedded.mjs";

const SOURCE = resolve(process.env.SOURCE ?? fileURLToPath(new URL("../../src", import.meta.url)));
const HERE = dirname(fileURLToPath(import.meta.url));

/**
 * @param {import("./scope.mjs").Scope} scope
 * @param {{ entry: string, replace: Record<string, string> }} options entry: a file of this folder, or `src:` and a file
 *   of the program; replace: files of this folder by the files of the program that they replace
 * @returns {Promise<string>} the path of the program
 */
export async function bundle(scope, { entry, replace }) {
  const folder = await scope.folder();
  const outfile = join(folder, "dist", "main.mjs");
  await mkdir(dirname(outfile));
  // The program reads its version from the folder above dist/.
  await copyFile(join(SOURCE, "../package.json"), join(folder, "package.json"));
  await build({
    entryPoints: [entry.startsWith("src:") ? entry : join(HERE, entry)],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20.20",
    banner: REQUIRE_BANNER,
    logLevel: "warning",
    plugins: [replacing(replace), ...(await embedding())],
  });
  return outfile;
}

/** What another version carries within itself, its own scripts say; older ones carry nothing. */
async function embedding() {
  const scripts = await import(pathToFileURL(join(SOURCE, "../scripts/embedded.mjs")).href).catch(() => undefined);
  return scripts === undefined ? [] : [scripts.embedded()];
}

/** `src:` in an import names the module of the program itself, also in the file that replaces it. */
function replacing(replace) {
  const standIns = new Map(Object.entries(replace).map(([of, by]) => [join(SOURCE, of), join(HERE, by)]));
  return {
    name: "replacing",
    setup({ onResolve }) {
      onResolve({ filter: /^src:/ }, ({ path }) => ({ path: join(SOURCE, path.slice("src:".length)) }));
      onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) => {
        const standIn = standIns.get(join(resolveDir, path));
        return standIn === undefined ? undefined : { path: standIn };
      });
    },
  };
}
