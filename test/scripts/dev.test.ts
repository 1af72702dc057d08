import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningProgram, startProcess, tempFolder, waitFor } from "../support/servers.ts";

/** `npm run dev` in a small project: its build copies src/main.js, or fails where that says so. */

const folder = tempFolder();
let dev: RunningProgram;

const BUILD = `import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
const program = readFileSync("src/main.js", "utf8");
if (program.includes("syntax error")) process.exit(1);
mkdirSync("dist", { recursive: true });
writeFileSync("dist/main.js", program);
`;

/** It runs until a signal, which it waits for before it says anything, and says that it ended. */
function write(version: string): void {
  writeFileSync(
    join(folder, "src/main.js"),
    `process.once("SIGTERM", () => { process.stdout.write("${version} ends\\n"); process.exit(0); });
process.stdout.write("${version} runs " + process.argv.slice(2) + "\\n");
setInterval(() => {}, 1000);
`,
  );
}

const output = (text: string) =>
  waitFor(() => (dev.output().includes(text) ? true : undefined), text, { timeoutMs: 30_000, program: dev });

beforeAll(async () => {
  for (const name of ["src", "scripts"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "package.json"), '{"type": "module"}');
  writeFileSync(join(folder, "scripts/build.mjs"), BUILD);
  copyFileSync(fileURLToPath(new URL("../../scripts/dev.mjs", import.meta.url)), join(folder, "scripts/dev.mjs"));
  write("one");
  dev = await startProcess(process.execPath, [join(folder, "scripts/dev.mjs"), "--flag"]);
});
afterAll(() => dev.stop());

test("it restarts the program after a change, keeps it when a build fails, and ends it with itself", async () => {
  await output("one runs --flag");

  write("two");
  await output("two runs --flag");
  expect(dev.output()).toMatch(/one ends\n[\s\S]*two runs/);

  writeFileSync(join(folder, "src/main.js"), "syntax error");
  await output("the build failed");
  expect(dev.output()).not.toContain("two ends");

  write("three");
  await output("three runs --flag");
  expect(await dev.stop()).toBe(0);
  expect(dev.output()).toContain("three ends");
});
