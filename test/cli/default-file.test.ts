import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { withDefaultFile, withDefaultFileIfAny } from "../../src/cli/default-file.ts";
import { tempFolder } from "../support/servers.ts";

const NODE = { name: "a", chain: "wire", url: "http://h" };
const NONE = { configFile: undefined, nodes: [] };

let count = 0;
let first = "";
let second = "";

beforeEach(() => {
  count += 1;
  const folder = join(tempFolder(), String(count));
  mkdirSync(join(folder, "etc"), { recursive: true });
  first = join(folder, "first.yaml");
  second = join(folder, "etc/second.yaml");
});

async function chosen(): Promise<string | undefined> {
  const { configFile, isDefaultFile } = await withDefaultFile(NONE, [first, second]);
  expect(isDefaultFile).toBe(true);
  return configFile;
}

describe("without flags the configuration is", () => {
  test("the first file", async () => {
    writeFileSync(first, "a");
    writeFileSync(second, "b");
    expect(await chosen()).toBe(first);
  });

  test("the second file where the first is not there", async () => {
    writeFileSync(second, "b");
    expect(await chosen()).toBe(second);
  });

  test.each<[string, (path: string) => void]>([
    ["is a folder", (path) => mkdirSync(path)],
    ["is empty", (path) => writeFileSync(path, "")],
    ["is too large", (path) => writeFileSync(path, Buffer.alloc(17 * 2 ** 20))],
    ["is a link that leads nowhere", (path) => symlinkSync("nowhere", path)],
    ["is a link to itself", (path) => symlinkSync(path, path)],
  ])("the first file also if it %s: reading it is an error then, and not the next file", async (_, make) => {
    make(first);
    writeFileSync(second, "b");
    expect(await chosen()).toBe(first);
  });

  test.skipIf(process.getuid?.() === 0)("a file that this user may not read", async () => {
    writeFileSync(first, "a");
    chmodSync(first, 0);
    writeFileSync(second, "b");
    expect(await chosen()).toBe(first);
  });

  test("not looked for below a file", async () => {
    writeFileSync(second, "b");
    first = join(second, "config.yaml");
    expect(await chosen()).toBe(second);
  });

  test("an error that names both places and the flags where none is there", async () => {
    await expect(withDefaultFile(NONE, [first, second])).rejects.toThrow(
      `no nodes: give --config.file=PATH or --node NAME=CHAIN+URL, or create ${first} or ${second}; ` +
        "peer-exporter example-config prints a file with every setting, peer-exporter discover ADDRESS the entry of a node",
    );
    expect(await withDefaultFileIfAny(NONE, [first, second])).toEqual({ ...NONE, isDefaultFile: false });
  });
});

test.each([
  ["--config.file", { configFile: "given.yaml", nodes: [] }],
  ["--node", { configFile: undefined, nodes: [NODE] }],
])("with %s no file is looked for", async (_, flags) => {
  writeFileSync(first, "a");
  expect(await withDefaultFile(flags, [first, second])).toEqual({ ...flags, isDefaultFile: false });
  expect(await withDefaultFileIfAny(flags, [first, second])).toEqual({ ...flags, isDefaultFile: false });
});
