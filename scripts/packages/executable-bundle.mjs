// The program of an executable: one file of CommonJS, and its assets.
import { join } from "node:path";
import { build } from "esbuild";
import { BUILD_OPTIONS, embedded } from "../embedded.mjs";
import { writeFile } from "./files.mjs";

/**
 * @param {string} root
 * @param {string} folder gets main.cjs and the assets
 * @returns {Promise<{ main: string, assets: Readonly<Record<string, string>>, inputs: readonly string[] }>} names in the
 *   folder, and the files that were bundled, relative to the root
 */
export async function bundleExecutable(root, folder) {
  const texts = new Map();
  const programInputs = [];
  const { metafile } = await build({
    ...BUILD_OPTIONS,
    absWorkingDir: root,
    entryPoints: ["src/main.ts"],
    outfile: join(folder, "main.cjs"),
    format: "cjs",
    banner: { js: '"use strict";' },
    // There is no import() in an executable. By require, a module is loaded as late, and from the same file.
    supported: { "dynamic-import": false },
    metafile: true,
    plugins: [embedded((bundled) => void programInputs.push(...bundled), texts)],
  });
  const assets = [...texts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text], index) => {
      const file = `asset-${index}`;
      writeFile(join(folder, file), text);
      return [name, file];
    });
  return {
    main: "main.cjs",
    assets: Object.fromEntries(assets),
    inputs: [...Object.keys(metafile.inputs), ...programInputs],
  };
}
