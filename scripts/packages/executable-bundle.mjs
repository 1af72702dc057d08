// The program of an executable: a script that loads the program's files, and these and the program's data as assets.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { programFiles } from "../program-files.mjs";
import { writeFile } from "./files.mjs";

const LOADER = fileURLToPath(new URL("executable-loader.cjs", import.meta.url));

/**
 * @param {string} root
 * @param {string} folder gets main.cjs and the assets
 * @returns {Promise<{ main: string, assets: Readonly<Record<string, string>>, files: readonly string[], inputs: readonly string[] }>}
 *   names in the folder, the assets that are files of the program, and the files that were bundled, relative to the root
 */
export async function bundleExecutable(root, folder) {
  const texts = new Map();
  const { files, inputs } = await programFiles(root, texts);
  const names = files.map(({ name }) => name).sort();
  for (const { name, code } of files) texts.set(name, asFunction(name, code));
  writeFile(join(folder, "main.cjs"), readFileSync(LOADER));
  const assets = [...texts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text], index) => {
      const file = `asset-${index}`;
      writeFile(join(folder, file), text);
      return [name, file];
    });
  return { main: "main.cjs", assets: Object.fromEntries(assets), files: names, inputs };
}

/** The parentheses tell the engine to compile it immediately. */
function asFunction(name, code) {
  const text = `(function(exports,require,module){${code.replace(/^#!.*\n/, "")}\n})`;
  // The loader reads it as bytes, and the engine keeps a character in one of them.
  if (!/^[\0-\x7f]*$/.test(text))
    throw new Error(`${name}: expected only ASCII, found other characters: does esbuild's charset differ?`);
  return text;
}
