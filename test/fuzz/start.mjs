// Bundles the fuzzing with the program and runs it: the oldest Node.js that we support does not read TypeScript.
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { embedded, REQUIRE_BANNER } from "../../scripts/embedded.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "peer-exporter-fuzz-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
mkdirSync(join(folder, "dist"));
// The program reads its version beside dist/.
copyFileSync(join(root, "package.json"), join(folder, "package.json"));
const program = join(folder, "dist/main.mjs");
await build({
  absWorkingDir: root,
  entryPoints: ["test/fuzz/main.ts"],
  outfile: program,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20.20",
  sourcemap: "inline",
  banner: REQUIRE_BANNER,
  logLevel: "warning",
  plugins: [embedded()],
});
// Threads start from files of their own.
copyFileSync(join(root, "test/fuzz/shapes/raw-server.mjs"), join(folder, "dist/raw-server.mjs"));
const child = spawn(process.execPath, ["--enable-source-maps", program, ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { ...process.env, FUZZ_ROOT: root },
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.once("exit", (code) => process.exit(code ?? 1));
