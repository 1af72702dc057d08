// Writes the software bill of materials of the program as CycloneDX JSON: `npm run sbom [-- FILE]`, sbom.cdx.json
// without FILE. From package-lock.json alone, without the network and without node_modules. The same lock file gives the
// same bytes; SOURCE_DATE_EPOCH, where it is set, becomes the timestamp.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const file = resolve(process.argv[2] ?? `${root}sbom.cdx.json`);
const { name, packages } = JSON.parse(readFileSync(`${root}package-lock.json`, "utf8"));

// npm's own --omit dev also leaves out what both we and a development tool use, such as yaml: so we choose ourselves.
const own = new Set(
  Object.entries(packages)
    .filter(([path, { dev, devOptional }]) => path !== "" && dev !== true && devOptional !== true)
    .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, "")}@${version}`),
);
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
    // npm takes the name of the folder.
    component: { ...facts.component, name },
  },
  components: components.filter((component) => isOwn(component["bom-ref"])),
  dependencies: dependencies
    .filter(({ ref }) => isOwn(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(isOwn) })),
};
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, `${JSON.stringify(sbom, null, 2)}\n`);
process.stdout.write(`${file}: ${sbom.components.length} components\n`);

function npmSbom() {
  const args = ["sbom", "--sbom-format=cyclonedx", "--sbom-type=application", "--package-lock-only", "--offline"];
  const { status, error, stdout, stderr } = spawnSync("npm", args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return JSON.parse(stdout);
  process.stderr.write(`npm sbom failed: ${error?.message ?? stderr}\n`);
  process.exit(1);
}
