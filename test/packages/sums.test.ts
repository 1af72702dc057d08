import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run, tempFolder } from "../support/servers.ts";
import { made, OUT, ROOT } from "./support.ts";

test("sha256sum finds every package as SHA256SUMS has it", async () => {
  made("SHA256SUMS");
  const { code, output } = await run("sha256sum", ["--check", "--strict", "SHA256SUMS"], { cwd: OUT });
  expect([code, output]).toEqual([0, expect.not.stringContaining("FAILED")]);
});

// Another folder, another umask and other times of the files.
test("a clone of the same commit gives the same bytes", async () => {
  const clone = join(tempFolder(), "clone");
  const commands = [
    `umask 077 && git clone --quiet "$1" "$2" && cp -r "$1/node_modules" "$2" && cd "$2"`,
    "npm run --silent package -- --out=made",
  ];
  execFileSync("sh", ["-euc", commands.join(" && "), "sh", ROOT, clone], { stdio: "pipe" });
  expect(readFileSync(join(clone, "made/SHA256SUMS"), "utf8")).toBe(readFileSync(made("SHA256SUMS"), "utf8"));
});
