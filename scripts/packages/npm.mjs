import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { tarGz, writeFile } from "./files.mjs";
import { buildProgram } from "./program.mjs";

/** In addition to dist/, which holds the program with its libraries. */
const FILES = [
  "README.md",
  "LICENSE",
  "config.example.yaml",
  "config.schema.json",
  "prometheus/rules.yaml",
  "prometheus/alerts.yaml",
  "systemd/peer-exporter.service",
  "systemd/peer-exporter.socket",
];

const FOLDERS = ["grafana/dashboards"];

/** Only what a user of the program needs: nothing to fetch, nothing to run when it is installed. */
const FIELDS = [
  "name",
  "description",
  "license",
  "repository",
  "homepage",
  "bugs",
  // With provenance: it cannot be published from a developer's machine.
  "publishConfig",
  "type",
  "bin",
  "engines",
  "keywords",
];

/** The package for npm: `npm install --global FILE` fetches nothing. */
export async function npm({ root, out, work, version, epoch }) {
  const dist = buildProgram(root, work);
  const names = [
    ...FILES,
    ...FOLDERS.flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`)),
  ];
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const own = Object.fromEntries(FIELDS.filter((key) => key in manifest).map((key) => [key, manifest[key]]));
  const entries = [
    { name: "package.json", data: `${JSON.stringify({ ...own, version }, null, 2)}\n` },
    ...names.map((name) => ({ name, data: readFileSync(join(root, name)) })),
    ...readdirSync(dist).map((name) => ({
      name: `dist/${name}`,
      data: readFileSync(join(dist, name)),
      mode: name === "main.js" ? 0o755 : 0o644,
    })),
  ];
  const file = `peer-exporter-${version}.tgz`;
  // npm expects everything in a folder of this name.
  writeFile(
    join(out, file),
    tarGz(
      entries.map((entry) => ({ ...entry, name: `package/${entry.name}` })),
      epoch,
    ),
  );
  return [file];
}
