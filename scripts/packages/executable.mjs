import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import postject from "postject";
import { bundleExecutable } from "./executable-bundle.mjs";
import { NODE_ARCH, nodeBinary, run } from "./node-binaries.mjs";

/** Node.js looks for it in its own file to know whether it is such an executable. */
const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

/** The program and Node.js in one file (a single executable application of Node.js). */
export async function executable({ root, out, work, version, arch }) {
  const node = nodeBinary(root, arch, work);
  const host = Object.keys(NODE_ARCH).find((name) => NODE_ARCH[name] === process.arch);
  if (host === undefined)
    throw new Error(`executables are made on ${Object.values(NODE_ARCH).join(" or ")}, this is ${process.arch}`);
  const hostNode = host === arch ? node : nodeBinary(root, host, work);
  const { main, assets } = await bundleExecutable(root, work);
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
  mkdirSync(out, { recursive: true });
  copyFileSync(join(node, "bin/node"), join(out, name));
  chmodSync(join(out, name), 0o755);
  await inject(join(out, name), join(work, "blob"));
  return [name];
}

async function inject(file, blob) {
  const { readFileSync } = await import("node:fs");
  await postject.inject(file, "NODE_SEA_BLOB", readFileSync(blob), { sentinelFuse: FUSE });
}
