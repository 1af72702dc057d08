import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import * as z from "zod";

const root = fileURLToPath(new URL("..", import.meta.url));
const licenses = readFileSync(`${root}dist/THIRD-PARTY-LICENSES.txt`, "utf8");

const packageOf = (folder: string) =>
  z
    .object({ version: z.string(), license: z.string(), dependencies: z.record(z.string(), z.string()).default({}) })
    .parse(JSON.parse(readFileSync(`${root}${folder}package.json`, "utf8")));

test("the licence of every library of ours goes with the bundle", () => {
  for (const name of Object.keys(packageOf("").dependencies)) {
    const { version, license } = packageOf(`node_modules/${name}/`);
    expect(licenses).toContain(`${name} ${version} (${license})\n\n`);
  }
  expect(licenses.match(/^Copyright|\bcopyright \(c\)/gim)?.length).toBeGreaterThan(20);
});

test("libraries of libraries are in it, those for development are not", () => {
  expect(licenses).toMatch(/^sonic-boom \d/m);
  for (const name of ["esbuild", "vitest", "typescript", "@biomejs/biome"])
    expect(licenses).not.toContain(`\n${name} `);
});
