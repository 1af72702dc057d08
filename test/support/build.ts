import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What the program is built from: it also contains documents, dashboards, rules and the schema. */
const SOURCES = [
  ...["src", "scripts", "docs", "grafana/dashboards", "prometheus"],
  ...["config.schema.json", "config.example.yaml", "package.json"],
];

/** Once for a test run: brings dist/ up to date with its sources, as some tests run the real program. */
export default function setup(): void {
  const built = join(root, "dist/main.js");
  const isNew = (time: number) => SOURCES.every((path) => newest(join(root, path)) < time);
  if (existsSync(built) && isNew(statSync(built).mtimeMs)) return;
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "scripts/build.mjs")], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the program does not compile:\n${stdout}${stderr}`);
}

function newest(path: string): number {
  if (statSync(path).isFile()) return statSync(path).mtimeMs;
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return Math.max(...entries.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
}
