import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { thirdPartyLicences } from "../licences.mjs";
import { bundleExecutable } from "./executable-bundle.mjs";
import { copyFile, writeFile } from "./files.mjs";
import { NODE_ARCH, NODE_VERSION, nodeBinary, run } from "./node-binaries.mjs";

/** Node.js looks for it in its own file to know whether it is such an executable. */
const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

const COMPILER = fileURLToPath(new URL("compiled-code.cjs", import.meta.url));
const RENUMBER = fileURLToPath(new URL("renumber-code.cjs", import.meta.url));

/** The program and Node.js in one file (a single executable application of Node.js), and the licences of all that is in it. */
export async function executable({ root, out, work, version, arch }) {
  const node = nodeBinary(root, arch, work);
  const host = Object.keys(NODE_ARCH).find((name) => NODE_ARCH[name] === process.arch);
  if (host === undefined) {
    throw new Error(`expected a machine of ${Object.values(NODE_ARCH).join(" or ")}, found ${process.arch}`);
  }
  const hostNode = host === arch ? node : nodeBinary(root, host, work);
  const bundle = await bundleExecutable(root, work);
  const compiled = host === arch ? compiledAssets(hostNode, work, bundle) : {};
  if (Object.keys(compiled).length === 0) {
    process.stdout.write(
      `linux-${NODE_ARCH[arch]}: without compiled code, so it starts more slowly: ${whyNot(host, arch)}\n`,
    );
  }
  const config = {
    main: bundle.main,
    assets: { ...bundle.assets, ...compiled },
    output: "blob",
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    // Of the loader only, and with it Node.js warns about every option of V8 in NODE_OPTIONS.
    useCodeCache: false,
  };
  writeFileSync(join(work, "sea.json"), JSON.stringify(config));
  // The blob has the paths of its parts in it: in this folder they are always the same.
  run(join(hostNode, "bin/node"), ["--experimental-sea-config", "sea.json"], { cwd: work, env: {} });
  const name = `peer-exporter-${version}-linux-${NODE_ARCH[arch]}`;
  copyFile(join(node, "bin/node"), join(out, name), 0o755);
  inject(root, join(out, name), join(work, "blob"));
  const licences = `peer-exporter-${version}-linux-LICENSES.txt`;
  writeFile(join(out, licences), licencesOf(root, bundle.inputs, node));
  return [name, licences];
}

function whyNot(host, arch) {
  return host === arch
    ? "two compilations differ"
    : `only a machine of its architecture makes it, and this one is ${NODE_ARCH[host]}`;
}

/**
 * The compiled code of the program's files, as further assets, made twice: packages must not differ from run to run.
 * @returns {Readonly<Record<string, string>>} files in `work` by the name of the asset; none if the two differ
 */
function compiledAssets(node, work, bundle) {
  const [first, second] = ["compiled-1", "compiled-2"].map((folder) => {
    const raw = `raw-${folder}`;
    for (const one of [raw, folder]) mkdirSync(join(work, one));
    // The engine seeds its hash tables by chance, which the compiled code shows.
    const runs = (...args) => run(join(node, "bin/node"), ["--random-seed=42", ...args], { cwd: work, env: {} });
    runs(COMPILER, work, JSON.stringify(bundle), join(work, raw));
    runs(RENUMBER, work, JSON.stringify(bundle), join(work, raw), join(work, folder));
    return readdirSync(join(work, folder)).map((name) => ({ name, file: `${folder}/${name}` }));
  });
  const bytes = ({ file }) => readFileSync(join(work, file));
  const isSame = first.length === second.length && first.every((one, index) => bytes(one).equals(bytes(second[index])));
  return isSame ? Object.fromEntries(first.map(({ name, file }) => [`${name}.compiled`, file])) : {};
}

/** Its warnings are about symbols that nothing reads, so they are not shown; an error is. */
function inject(root, file, blob) {
  const postject = join(root, "node_modules/postject/dist/cli.js");
  run(process.execPath, [postject, file, "NODE_SEA_BLOB", blob, "--sentinel-fuse", FUSE]);
}

function licencesOf(root, inputs, node) {
  const ofNode = `${"-".repeat(80)}\n\nNode.js ${NODE_VERSION}\n\n${readFileSync(join(node, "LICENSE"), "utf8")}`;
  return [readFileSync(join(root, "LICENSE"), "utf8"), thirdPartyLicences(inputs, root), ofNode].join("\n");
}
