import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hashSync } from "bcryptjs";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { bundleExecutable } from "../../scripts/packages/executable-bundle.mjs";
import { run, startProcess, tempFolder, waitFor } from "../support/servers.ts";

/**
 * The program of an executable, run by Node.js as a script: `npm run package` and `npm run test:packages` try the whole, but
 * take minutes.
 */

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = tempFolder();
const preload = join(folder, "preload.cjs");
let program: string;

beforeAll(async () => {
  const { main, assets } = await bundleExecutable(root, folder);
  program = join(folder, main);
  // As Node.js has them in an executable.
  writeFileSync(
    preload,
    `const { readFileSync } = require("node:fs");
const sea = require("node:sea");
const assets = ${JSON.stringify(assets)};
const bytesOf = (name) => {
  if (assets[name] === undefined) throw new Error("no asset " + name);
  return readFileSync(${JSON.stringify(`${folder}/`)} + assets[name]);
};
sea.getAsset = (name) => bytesOf(name).toString();
sea.getRawAsset = (name) => new Uint8Array(bytesOf(name)).buffer;
`,
  );
});

const runProgram = (...args: readonly string[]) => run(process.execPath, ["--require", preload, program, ...args]);

test("tells the version of its Node.js", async () => {
  const { code, output } = await runProgram("--version");
  expect(output).toMatch(/^peer-exporter, version /);
  expect(output).toContain(process.version);
  expect(code).toBe(0);
});

test("exits with the code that the one before it could not exit with", async () => {
  expect(await runProgram("exit-with-code:143")).toEqual({ code: 143, stdout: "", output: "" });
});

test("parses a long configuration, which a thread from an asset does", async () => {
  const file = join(folder, "long.yaml");
  const node = (index: number) =>
    `  - {name: node-${index}, chain: monero, url: "http://127.0.0.1:${10_000 + index}"}\n`;
  writeFileSync(file, `nodes:\n${Array.from({ length: 400 }, (_, index) => node(index)).join("")}`);
  const { code, output } = await runProgram("check", `--config.file=${file}`);
  expect([code, output]).toEqual([0, expect.stringContaining("400 nodes")]);
});

test("serves dashboards and rules, to a user whose password a thread from an asset compares", async () => {
  const webConfig = join(folder, "web.yaml");
  writeFileSync(webConfig, `basic_auth_users: {reader: "${hashSync("secret", 4)}"}\n`);
  const args = ["demo", "--web.listen-address=127.0.0.1:0", `--web.config.file=${webConfig}`, "--log.format=json"];
  const exporter = await startProcess(process.execPath, ["--require", preload, program, ...args]);
  onTestFinished(async () => void (await exporter.stop()));
  const url = await waitFor(() => /"listen":\["(http:[^"]+)"/.exec(exporter.output())?.[1], "the demo to listen", {
    program: exporter,
  });
  const get = (path: string, password: string) =>
    fetch(url + path, { headers: { authorization: `Basic ${btoa(`reader:${password}`)}` } });
  expect((await get("/dashboards", "wrong")).status).toBe(401);
  expect(await (await get("/dashboards/peer-exporter-fleet.json", "secret")).text()).toBe(
    readFileSync(join(root, "grafana/dashboards/peer-exporter-fleet.json"), "utf8"),
  );
  expect(await (await get("/rules", "secret")).text()).toContain("alert: P2PNodeDown");
});
