import { join } from "node:path";
import { run } from "./node-binaries.mjs";

/**
 * The program as dist/ has it, with main.js and the licences of its libraries.
 * @param {string} root
 * @param {string} work
 * @returns {string} the folder
 * @throws Error with what does not compile
 */
export function buildProgram(root, work) {
  const dist = join(work, "dist");
  run(process.execPath, [join(root, "scripts/build.mjs"), dist]);
  return dist;
}

export const LICENCES = "THIRD-PARTY-LICENSES.txt";
