// Writes the software bill of materials of the program as CycloneDX JSON: `npm run sbom [-- FILE [LICENSES]]`, sbom.cdx.json
// without FILE. It lists the libraries that are built in (named in LICENSES, dist/THIRD-PARTY-LICENSES.txt), with their data from
// package-lock.json; it needs neither network nor node_modules. The same two files give the same bytes; SOURCE_DATE_EPOCH
// sets the timestamp.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { librariesOf } from "./licences.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const file = resolve(process.argv[2] ?? `${root}sbom.cdx.json`);
const licences = resolve(process.argv[3] ?? `${root}dist/THIRD-PARTY-LICENSES.txt`);
const { name, packages } = JSON.parse(readFileSync(`${root}package-lock.json`, "utf8"));

// A dependency may install libraries that this program never loads: the bundler leaves them out.
const own = new Set(builtIn().map(({ name: library, version }) => `${library}@${version}`));
const [{ version }] = [packages[""]];
const self = `${name}@${version}`;
const isOwn = (ref) => ref === self || own.has(ref);

const { components, dependencies, metadata, serialNumber: _, ...head } = npmSbom();
const { timestamp: __, ...facts } = metadata;
const epoch = Number(process.env.SOURCE_DATE_EPOCH);
const sbom = {
  ...head,
  metadata: {
    ...(epoch > 0 ? { timestamp: new Date(epoch * 1000).toISOString() } : {}),
    ...facts,
    // npm would use the name of the folder.
    component: { ...facts.component, name },
  },
  components: components.filter((component) => isOwn(component["bom-ref"])),
  dependencies: dependencies
    .filter(({ ref }) => isOwn(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(isOwn) })),
};
const missing = [...own].filter((ref) => !sbom.components.some((component) => component["bom-ref"] === ref));
if (missing.length > 0) fail(`dist/ is of another package-lock.json (${missing.join(", ")}): run npm run build`);
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, `${JSON.stringify(sbom, null, 2)}\n`);
process.stdout.write(`${file}: ${sbom.components.length} components\n`);

function builtIn() {
  try {
    return librariesOf(readFileSync(licences, "utf8"));
  } catch (error) {
    return fail(`cannot read what is built into dist/ (${error.code ?? error.message}): run npm run build`);
  }
}

function fail(words) {
  process.stderr.write(`${words}\n`);
  process.exit(1);
}

function npmSbom() {
  const args = ["sbom", "--sbom-format=cyclonedx", "--sbom-type=application", "--package-lock-only", "--offline"];
  const { status, error, stdout, stderr } = spawnSync("npm", args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return JSON.parse(stdout);
  return fail(`npm sbom failed: ${error?.message ?? stderr}`);
}
