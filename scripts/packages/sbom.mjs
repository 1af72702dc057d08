import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFile } from "./files.mjs";
import { NODE_VERSION, run } from "./node-binaries.mjs";
import { buildProgram, LICENCES } from "./program.mjs";

/**
 * The bills of materials in CycloneDX: of the package for npm, which holds libraries, and of the executables and the packages
 * for Debian, which hold Node.js too.
 */
export async function sbom({ root, out, work, version }) {
  const licences = join(buildProgram(root, work), LICENCES);
  const file = join(work, "sbom.json");
  run(process.execPath, [join(root, "scripts/sbom.mjs"), file, licences]);
  const program = ofVersion(JSON.parse(readFileSync(file, "utf8")), version);
  const bills = {
    [`peer-exporter-${version}.cdx.json`]: program,
    [`peer-exporter-${version}-linux.cdx.json`]: withNode(program),
  };
  for (const [name, bill] of Object.entries(bills)) writeFile(join(out, name), `${JSON.stringify(bill, null, 2)}\n`);
  return Object.keys(bills);
}

/** package-lock.json has another version where a package is made as one. */
function ofVersion(bill, version) {
  const { name, version: locked } = bill.metadata.component;
  const text = JSON.stringify(bill).replaceAll(`${name}@${locked}`, `${name}@${version}`);
  const changed = JSON.parse(text);
  return { ...changed, metadata: { ...changed.metadata, component: { ...changed.metadata.component, version } } };
}

function withNode(bill) {
  const ref = `node@${NODE_VERSION}`;
  const node = {
    "bom-ref": ref,
    type: "platform",
    name: "node",
    version: NODE_VERSION,
    purl: `pkg:generic/${ref}`,
    cpe: `cpe:2.3:a:nodejs:node.js:${NODE_VERSION}:*:*:*:*:*:*:*`,
    licenses: [{ license: { id: "MIT" } }],
  };
  const self = bill.metadata.component["bom-ref"];
  const dependencies = bill.dependencies.map((entry) =>
    entry.ref === self ? { ...entry, dependsOn: [...entry.dependsOn, ref] } : entry,
  );
  return { ...bill, components: [...bill.components, node], dependencies: [...dependencies, { ref, dependsOn: [] }] };
}
