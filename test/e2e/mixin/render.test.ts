import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checksFile } from "../../../tools/failure-checks.ts";
import { ruleFiles } from "../../../tools/mixin.ts";
import { ROOT, textOf } from "../../../tools/repository.ts";
import { findServer, run } from "../../support/servers.ts";

const jsonnet = findServer("jsonnet", "apt-get install jsonnet");

/** All jsonnet of mixin/, below the root. */
const sources = readdirSync(join(ROOT, "mixin"), { recursive: true, encoding: "utf8" })
  .filter((path) => /\.(?:lib|j)sonnet$/.test(path))
  .map((path) => `mixin/${path}`);

describe.skipIf(jsonnet === undefined)("the mixin", () => {
  test("gives the files of prometheus/ (`npm run rules` writes them)", () => {
    for (const { path, text } of ruleFiles()) expect(textOf(path), path).toBe(text);
  });

  test("has what to check for each failure reason (`npm run rules` writes it)", () => {
    const { path, text } = checksFile();
    expect(textOf(path)).toBe(text);
  });

  test("is formatted by jsonnetfmt", async () => {
    expect(sources.length).toBeGreaterThan(8);
    const { code, output } = await run("jsonnetfmt", ["--test", ...sources], { cwd: ROOT });
    expect(code, output).toBe(0);
  });
});
