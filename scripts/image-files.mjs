// Gathers what the image contains, for the build stage of the Dockerfile: node scripts/image-files.mjs FOLDER
// Modes and times are set here. A clone has the modes of its owner's umask: with files that only root may read, the program
// of another user does not start. The times are that of the commit, so that the same files are the same layer.
import { chmodSync, cpSync, readdirSync, utimesSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { commitEpoch } from "./build-info.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** dist/ also has the licences of the libraries; sbom.cdx.json lists them (`npm run sbom`). */
const CONTENT = [
  "package.json",
  "LICENSE",
  "config.example.yaml",
  "config.schema.json",
  "sbom.cdx.json",
  "prometheus/rules.yaml",
  "prometheus/alerts.yaml",
  "grafana/dashboards",
  "dist",
];

const [target] = process.argv.slice(2);
if (target === undefined) throw new Error("expected a folder: node scripts/image-files.mjs FOLDER");
const folder = resolve(target);
for (const name of CONTENT) cpSync(join(ROOT, name), join(folder, name), { recursive: true });

const created = new Date(process.env.PEER_EXPORTER_CREATED ?? "").getTime() / 1000;
const time = Number.isNaN(created) ? commitEpoch(ROOT) : created;
const inside = readdirSync(folder, { recursive: true, withFileTypes: true });
const paths = inside.map((entry) => [join(entry.parentPath, entry.name), entry.isDirectory()]);
for (const [path, isFolder] of [...paths, [folder, true]]) {
  chmodSync(path, isFolder ? 0o755 : 0o644);
  utimesSync(path, time, time);
}
