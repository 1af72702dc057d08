// Makes the packages in out/: npm run package [-- OPTION...]. docs/packages.md says what they are.
//
//   --only=npm,executable,deb,chart   only these; SHA256SUMS is made again, for the whole folder
//   --arch=amd64,arm64                for these architectures
//   --version=VERSION                 in place of that of package.json, to try upgrades
//   --out=FOLDER                      in place of out/
//
// Two runs of one commit give the same bytes: times come from the commit, modes from here, and not from the clone.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { commitEpoch } from "./build-info.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** In this order: a package for Debian contains the executable. */
const KINDS = ["npm", "executable", "deb", "chart"];

const ARCHITECTURES = ["amd64", "arm64"];

/** Made once for each architecture; the others are the same for all. */
const BY_ARCHITECTURE = ["executable", "deb"];

/** What versions may be: they become part of file names, and Debian and Helm read them too. */
const VERSION = /^\d+\.\d+\.\d+(?:-[0-9a-z]+(?:\.[0-9a-z]+)*)?$/;

const { kinds, architectures, version, out } = options();
// Files that are made here must not depend on the caller's.
process.umask(0o022);
installLibraries();
// scripts/embedded.mjs builds it into the program.
process.env.PEER_EXPORTER_VERSION = version;
const epoch = commitEpoch(ROOT);
process.env.SOURCE_DATE_EPOCH = String(epoch);
const work = mkdtempSync(join(tmpdir(), "peer-exporter-package-"));
try {
  // Packages of another version must not get into the checksums.
  if (kinds.length === KINDS.length) rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  for (const kind of kinds) {
    for (const arch of BY_ARCHITECTURE.includes(kind) ? architectures : [undefined]) await make(kind, arch);
  }
  await make("sbom");
  await make("sums");
} catch (error) {
  if (!(error instanceof Error)) throw error;
  process.stderr.write(`package: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** @param {string} kind a module of packages/, whose only export makes the files and returns their names */
async function make(kind, arch) {
  const begin = performance.now();
  const folder = mkdtempSync(join(work, `${kind}-`));
  const [build] = Object.values(await import(`./packages/${kind}.mjs`));
  const names = await build({ root: ROOT, out, work: folder, version, epoch, arch });
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  for (const name of names) {
    process.stdout.write(`${join(out, name)}: ${statSync(join(out, name)).size} bytes, ${seconds} s\n`);
  }
  rmSync(folder, { recursive: true, force: true });
}

function options() {
  try {
    const text = { type: "string" };
    const { values } = parseArgs({ options: { only: text, arch: text, version: text, out: text } });
    const { version: ofPackage } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    const chosen = values.version ?? ofPackage;
    if (!VERSION.test(chosen)) throw new Error(`--version: expected a version such as 1.2.3, found ${chosen}`);
    return {
      kinds: listed("--only", values.only, KINDS),
      architectures: listed("--arch", values.arch, ARCHITECTURES),
      version: chosen,
      out: resolve(values.out ?? join(ROOT, "out")),
    };
  } catch (error) {
    process.stderr.write(`package: ${error.message}\n`);
    return process.exit(1);
  }
}

/** Those of a list that is separated by commas, in the order of `all`. */
function listed(option, text, all) {
  const names = text === undefined ? all : text.split(",");
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new Error(`${option}: expected some of ${all.join(",")}, found ${unknown}`);
  return all.filter((name) => names.includes(name));
}

/** A clean checkout has no bundler. */
function installLibraries() {
  const folder = join(ROOT, "node_modules");
  try {
    if (readdirSync(folder).includes("esbuild")) return;
  } catch {
    // There is no such folder.
  }
  const { status } = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) throw new Error("npm ci failed");
}
