import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Once for a test run: brings dist/ up to date with src/, as some tests run the real program. */
export default function setup(): void {
  const built = join(root, "dist/main.js");
  if (
    existsSync(built) &&
    statSync(built).mtimeMs > Math.max(...["src", "scripts"].map((folder) => newest(join(root, folder))))
  )
    return;
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "scripts/build.mjs")], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the program does not compile:\n${stdout}${stderr}`);
}

function newest(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Math.max(...entries.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
}
