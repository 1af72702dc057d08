import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { thirdPartyLicences } from "../licences.mjs";
import { bundleExecutable } from "./executable-bundle.mjs";
import { copyFile, writeFile } from "./files.mjs";
import { NODE_ARCH, NODE_VERSION, nodeBinary, run } from "./node-binaries.mjs";

/** Node.js looks for it in its own file to know whether it is such an executable. */
const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

/** The program and Node.js in one file (a single executable application of Node.js), and the licences of all that is in it. */
export async function executable({ root, out, work, version, arch }) {
  const node = nodeBinary(root, arch, work);
  const host = Object.keys(NODE_ARCH).find((name) => NODE_ARCH[name] === process.arch);
  if (host === undefined) {
    throw new Error(`expected a machine of ${Object.values(NODE_ARCH).join(" or ")}, found ${process.arch}`);
  }
  const hostNode = host === arch ? node : nodeBinary(root, host, work);
  const { main, assets, inputs } = await bundleExecutable(root, work);
  const config = {
    main,
    assets,
    output: "blob",
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    // Its bytes differ from run to run, and it is of one architecture only.
    useCodeCache: false,
  };
  writeFileSync(join(work, "sea.json"), JSON.stringify(config));
  // The blob has the paths of its parts in it: in this folder they are always the same.
  run(join(hostNode, "bin/node"), ["--experimental-sea-config", "sea.json"], { cwd: work, env: {} });
  const name = `peer-exporter-${version}-linux-${NODE_ARCH[arch]}`;
  copyFile(join(node, "bin/node"), join(out, name), 0o755);
  inject(root, join(out, name), join(work, "blob"));
  const licences = `peer-exporter-${version}-linux-LICENSES.txt`;
  writeFile(join(out, licences), licencesOf(root, inputs, node));
  return [name, licences];
}

/** Its warnings, about symbols that nothing reads, are of no use; an error is shown. */
function inject(root, file, blob) {
  const postject = join(root, "node_modules/postject/dist/cli.js");
  run(process.execPath, [postject, file, "NODE_SEA_BLOB", blob, "--sentinel-fuse", FUSE]);
}

function licencesOf(root, inputs, node) {
  const ofNode = `${"-".repeat(80)}\n\nNode.js ${NODE_VERSION}\n\n${readFileSync(join(node, "LICENSE"), "utf8")}`;
  return [readFileSync(join(root, "LICENSE"), "utf8"), thirdPartyLicences(inputs, root), ofNode].join("\n");
}
