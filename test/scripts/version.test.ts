import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import * as z from "zod";
import { outdatedFiles, versionPlaces } from "../../scripts/version-places.mjs";

/** The version stands in package.json; the files that repeat it follow. */

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (file: string) => readFileSync(join(root, file), "utf8");
const manifest = z
  .looseObject({
    version: z.string(),
    private: z.undefined().optional(),
    publishConfig: z.unknown(),
    files: z.array(z.string()),
    scripts: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(read("package.json")));

test("every file that repeats the version has that of package.json: npm version writes it", () => {
  expect(outdatedFiles(root, manifest.version).map(([file]) => file)).toEqual([]);
  const lock = z
    .object({ version: z.string(), packages: z.looseObject({ "": z.object({ version: z.string() }) }) })
    .parse(JSON.parse(read("package-lock.json")));
  expect([lock.version, lock.packages[""].version]).toEqual([manifest.version, manifest.version]);
  expect(manifest.scripts.version).toBe("node scripts/set-version.mjs");
});

test("the version is found in each file that programs read, so that none is forgotten", () => {
  const places = versionPlaces(root).filter(([file]) => !/\.md$|fixtures/.test(file));
  expect(places.length).toBeGreaterThan(3);
  for (const [file, pattern] of places) expect([file, read(file).match(pattern)?.length ?? 0]).not.toEqual([file, 0]);
});

test("another version changes only versions of peer-exporter", () => {
  const changed = new Map(outdatedFiles(root, "9.8.7"));
  expect(changed.get("charts/peer-exporter/Chart.yaml")).toMatch(/^version: 9\.8\.7\nappVersion: 9\.8\.7$/m);
  expect(changed.get("compose.yaml")).toMatch(/docker\.io\/prom\/prometheus:v(?!9\.8\.7)/);
  for (const [file, text] of changed)
    expect([file, text.replaceAll("9.8.7", manifest.version)]).toEqual([file, read(file)]);
});

test("the changelog's newest section is Unreleased, or of the version of package.json", () => {
  const [newest = ""] = read("CHANGELOG.md").match(/^## .*$/m) ?? [];
  const isReleased = new RegExp(`^## ${manifest.version.replaceAll(".", "\\.")} - \\d{4}-\\d\\d-\\d\\d$`);
  expect(newest === "## Unreleased" || isReleased.test(newest), newest).toBe(true);
});

test("the folder cannot be published by mistake, and a tarball only with provenance, which a developer's machine has not", () => {
  expect(manifest.scripts.prepublishOnly).toBe("node scripts/refuse-publish.mjs");
  const { status, stderr } = spawnSync(process.execPath, [join(root, "scripts/refuse-publish.mjs")], {
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([1, expect.stringContaining("npm run package")]);
  expect(manifest.publishConfig).toEqual({ access: "public", provenance: true });
  expect(read("scripts/packages/npm.mjs")).toContain('"publishConfig"');
});
