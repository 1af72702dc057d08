// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables of YAML files look like those of templates
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Loading, loadConfig } from "../../src/config/load.ts";
import { ConfigError } from "../../src/schema/problems.ts";
import { createThreadReader } from "../../src/schema/yaml-thread.ts";
import { tempFolder } from "../support/servers.ts";

const folder = tempFolder();
const read = createThreadReader();

/** Long enough for a thread. */
const node = (index: number, more = "") =>
  `  - name: node-${index}\n    chain: wire\n    url: http://127.0.0.1:8888/${index}\n    labels: {place: "${"x".repeat(20)}"}\n${more}`;
const large = (more: (index: number) => string = () => "") =>
  `nodes:\n${Array.from({ length: 160 }, (_, index) => node(index, more(index))).join("")}`;

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

async function outcome(file: string, loading: Loading): Promise<unknown> {
  const env = { TOKEN: "secret-token" };
  try {
    const { nodes, references } = await loadConfig({ file, nodes: [], env }, loading);
    return [...nodes, ...references].map(({ options: _, fingerprint, ...plain }) => ({
      ...plain,
      fingerprint: fingerprint(),
    }));
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe("a file that a thread reads gives what this thread gives:", () => {
  test.each([
    [
      "a good one, with variables and aliases",
      `references:\n  - &one {name: r, chain: wire, url: "http://127.0.0.1:1"}\n${large(
        () => "    auth: {bearer: {token: ${TOKEN}}}\n",
      )}  - *one\n`,
    ],
    [
      "a problem in each node: unknown keys, missing variables and others",
      large((index) => ["    intervall: 5s\n", "    timeout: ${NONE}\n", "    auth: 5\n"][index % 3] ?? ""),
    ],
    ["merges, and numbers as labels", `x-a: &a {interval: 1m, labels: {rack: 1.10}}\n${large(() => "    <<: *a\n")}`],
    ["a problem that all nodes merge", `x-a: &a {interval: 1}\n${large(() => "    <<: *a\n")}`],
    ["no YAML", `${large()}  - {name: [\n`],
    ["nested too deeply", `${large()}  - ${"[".repeat(60)}${"]".repeat(60)}\n`],
    ["a list", `- ${"x".repeat(20_000)}\n`],
    ["a text", "x".repeat(20_000)],
    ["a short one", `nodes:\n${node(1)}`],
    ["a short one that is wrong", `nodes:\n${node(1, "    intervall: 5s\n")}`],
  ])("%s", async (_, text) => {
    const file = write("config.yaml", text);
    const here = await outcome(file, {});
    expect(await outcome(file, { read })).toEqual(here);
    expect(JSON.stringify(here).length).toBeGreaterThan(10);
  });

  test("no file", async () => {
    expect(await outcome(join(folder, "none.yaml"), { read })).toEqual(await outcome(join(folder, "none.yaml"), {}));
  });
});

test("the signal ends the reading", async () => {
  const file = write("config.yaml", large());
  const controller = new AbortController();
  const reading = outcome(file, { read, signal: controller.signal });
  setImmediate(() => controller.abort(new Error("stopped")));
  await expect(reading).rejects.toThrow();
  await expect(outcome(file, { read, signal: controller.signal })).rejects.toThrow("stopped");
});

test("a thread that cannot be started, or ends, is an error and no wait", async () => {
  const file = write("config.yaml", large());
  const none = createThreadReader(async () => "throw new Error()");
  await expect(outcome(file, { read: none })).rejects.toThrow();
  const ends = createThreadReader(async () => "process.exit(0)");
  await expect(outcome(file, { read: ends })).rejects.toThrow("ended");
});
