// A root folder for chroot with fresh copies of a program and its libraries, all of them out of the page cache: the first
// group that reads them pays for their pages, as the first container of an image does.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * @param {string} root an empty folder
 * @param {{ program: string, dist?: string, texts?: Record<string, string> }} content the program becomes /program, the folder
 *   of JavaScript /dist; texts are further files
 */
export function makeColdRoot(root, { program, dist, texts = {} }) {
  for (const folder of ["proc", "dev", "tmp"]) mkdirSync(join(root, folder));
  cpSync(program, join(root, "program"), { dereference: true });
  if (dist !== undefined) cpSync(dist, join(root, "dist"), { recursive: true });
  for (const library of librariesOf(program)) {
    mkdirSync(dirname(join(root, library)), { recursive: true });
    cpSync(library, join(root, library), { dereference: true });
  }
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(root, name), text);
  for (const [name, minor] of [
    ["null", "3"],
    ["urandom", "9"],
  ]) {
    execFileSync("mknod", ["-m", "666", join(root, "dev", name), "c", "1", minor]);
  }
  execFileSync("sync", ["-f", root]);
  for (const file of filesIn(root)) forget(file);
}

/** The shared libraries of a program, with the loader, as paths that ldd prints. */
function librariesOf(program) {
  const text = execFileSync("ldd", [program], { encoding: "utf8" });
  return [...text.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path);
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => statSync(file).size > 0);
}

/** Takes the pages of a file out of the page cache: dd's way to call posix_fadvise, which Node.js does not offer. */
function forget(file) {
  execFileSync("dd", [`if=${file}`, "iflag=nocache", "count=0", "status=none"]);
}
