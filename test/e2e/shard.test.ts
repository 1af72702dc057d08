import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ownerOf } from "../../src/config/shard.ts";
import { type Exporter, logLines, PROGRAM, startExporter } from "../support/exporter.ts";
import { find, type Page, value } from "../support/exposition-parser.ts";
import { type FakeNode, lonelyWire, startFakeNode } from "../support/fake-node.ts";
import { run, tempFolder, waitFor } from "../support/servers.ts";
import { untilReady } from "../support/waits.ts";

/** Several of the real program with one configuration: together they poll each node once, and all references. */

const NAMES = Array.from({ length: 12 }, (_, index) => `wire-${index}`);
const TOTAL = 3;

let node: FakeNode;
let config: string;

beforeAll(async () => {
  node = await startFakeNode(lonelyWire);
  const wire = (name: string) => `  - {name: ${name}, chain: wire, url: "${node.url}"}\n`;
  config = `global: {interval: 4s, timeout: 4s}\nnodes:\n${NAMES.map(wire).join("")}references:\n${wire("reference")}`;
});
afterAll(() => node.close());

const targets = (page: Page, family: string) => find(page, family).map(({ labels }) => labels.get("target"));

async function sdTargets({ url }: Exporter): Promise<readonly unknown[]> {
  const groups: unknown = await (await fetch(`${url}/sd`)).json();
  if (!Array.isArray(groups)) throw new Error("not a list");
  return groups.map(({ labels }) => labels.instance);
}

async function check(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const file = join(tempFolder(), "config.yaml");
  writeFileSync(file, config);
  const { code, output } = await run(process.execPath, [PROGRAM, "check", `--config.file=${file}`, ...args], { env });
  return { code, output: output.replaceAll(file, "config.yaml") };
}

describe("three shards of a configuration", () => {
  let shards: readonly Exporter[];
  beforeAll(async () => {
    const indices = Array.from({ length: TOTAL }, (_, index) => index);
    shards = await Promise.all(indices.map((index) => startExporter({ config, args: [`--shard=${index}/${TOTAL}`] })));
    await Promise.all(shards.map(untilReady));
  });
  afterAll(async () => {
    await Promise.all(shards.map((shard) => shard.stop()));
  });

  test("have each node once, up, and the reference each", async () => {
    const pages = await Promise.all(shards.map((shard) => shard.page()));
    const own = pages.map((page) => targets(page, "p2p_node_up"));
    expect(own).toEqual(shards.map((_, index) => NAMES.filter((name) => ownerOf(name, TOTAL) === index)));
    expect(own.flat().sort()).toEqual([...NAMES].sort());
    for (const page of pages) {
      expect(find(page, "p2p_node_up").every((sample) => sample.value === 1)).toBe(true);
      expect(value(page, "p2p_reference_up", { target: "reference" })).toBe(1);
    }
  });

  test("have the reference in common, which each node is compared with", async () => {
    for (const shard of shards) {
      const own = await sdTargets(shard);
      // The first polls of nodes may end before that of the reference.
      await waitFor(
        async () => {
          const heights = find(await shard.page(), "p2p_node_reference_height");
          const compared = heights.filter(({ labels }) => labels.get("reference") === "configured");
          return JSON.stringify(compared.map(({ labels }) => labels.get("target"))) === JSON.stringify(own);
        },
        "every node to be compared with the reference",
        { timeoutMs: 40_000, program: shard.program },
      );
    }
  });

  test("list their own nodes at /sd and know no others at /probe", async () => {
    for (const [index, shard] of shards.entries()) {
      expect(await sdTargets(shard)).toEqual(targets(await shard.page(), "p2p_node_up"));
      const [foreign = ""] = NAMES.filter((name) => ownerOf(name, TOTAL) !== index);
      expect((await fetch(`${shard.url}/probe?node=${foreign}`)).status).toBe(404);
    }
  });

  test("say at the start which part they are", () => {
    for (const [index, shard] of shards.entries()) {
      const count = NAMES.filter((name) => ownerOf(name, TOTAL) === index).length;
      expect(logLines(shard.program)[1]).toMatchObject({
        level: "info",
        msg: `shard ${index} of 0..2: ${count} of 12 nodes`,
        shard: index,
        total_shards: TOTAL,
      });
    }
  });
});

test("two shards of the demo have each of its nodes once", async () => {
  const shards = await Promise.all(["0/2", "1/2"].map((shard) => startExporter({ args: ["demo", "--shard", shard] })));
  const whole = await startExporter({ args: ["demo"] });
  const names = await Promise.all([...shards, whole].map(async (one) => targets(await one.page(), "p2p_node_up")));
  const [first = [], second = [], all = []] = names;
  expect(first.length).toBeGreaterThan(0);
  expect(second.length).toBeGreaterThan(0);
  expect([...first, ...second].sort()).toEqual([...all].sort());
  for (const [index, shard] of shards.entries()) {
    const reported = [...shard.program.output().matchAll(/^ {2}([a-z]+-[\w-]+) {2,}\S/gm)].map(([, name]) => name);
    expect(reported).toEqual(names[index]);
  }
  for (const one of [...shards, whole]) expect(await one.stop()).toBe(0);
});

test("a shard without nodes is ready, serves its own metrics and says so", async () => {
  const empty = (ownerOf("alone", 2) + 1) % 2;
  const shard = await startExporter({ args: [`--node=alone=wire+${node.url}`, `--shard=${empty}/2`] });
  expect((await fetch(`${shard.url}/-/ready`)).status).toBe(200);
  expect((await fetch(`${shard.url}/`)).status).toBe(200);
  expect(await sdTargets(shard)).toEqual([]);
  const page = await shard.page();
  expect(page.families.filter(({ name, samples }) => name.startsWith("p2p_") && samples.length > 0)).toEqual([]);
  expect(find(page, "peer_exporter_build_info")).toHaveLength(1);
  await shard.openMetrics();
  expect(logLines(shard.program)[1]).toMatchObject({
    level: "warn",
    msg: `shard ${empty} of 0..1: 0 of 1 node: no node belongs to this shard; it only serves its own metrics`,
  });
  expect(await shard.stop()).toBe(0);
});

describe("check --shard", () => {
  const count = (shard: number) => NAMES.filter((name) => ownerOf(name, TOTAL) === shard).length;

  test.each([
    ["--shard=1/3", {}],
    ["--shard=auto/3", { POD_NAME: "peer-exporter-1", HOSTNAME: "worker-2" }],
    ["--shard=auto/3", { HOSTNAME: "peer-exporter-1" }],
  ])("%s with %j prints the counts of all shards and the names of this one", async (flag, env) => {
    const own = NAMES.filter((name) => ownerOf(name, TOTAL) === 1);
    expect(await check([flag], env)).toEqual({
      code: 0,
      output: [
        "config.yaml: valid, 12 nodes and 1 reference",
        `shard 0 of 0..2: ${count(0)} of 12 nodes`,
        `shard 1 of 0..2: ${count(1)} of 12 nodes, polled by this one`,
        ...own.map((name) => `  ${name}`),
        `shard 2 of 0..2: ${count(2)} of 12 nodes`,
        "",
      ].join("\n"),
    });
  });

  test("a pod without a number is one clear line", async () => {
    expect(await check(["--shard=auto/3"], { POD_NAME: "peer-exporter" })).toEqual({
      code: 1,
      output:
        "--shard: expected a name that ends in -0, -1, …, as a StatefulSet gives its pods, found " +
        '"peer-exporter" (POD_NAME): set POD_NAME to the pod\'s name, or give the number of the shard: --shard 0/3\n' +
        "peer-exporter: 1 problem in the configuration\n",
    });
  });

  test.each([["check"], ["serve"], ["demo"]])("%s refuses a pod number that is no shard", async (command) => {
    const file = join(tempFolder(), "config.yaml");
    writeFileSync(file, config);
    const source = command === "demo" ? [] : [`--config.file=${file}`];
    const args = [PROGRAM, command, "--shard=auto/2", ...source];
    const { code, stdout, output } = await run(process.execPath, args, { env: { POD_NAME: "peer-exporter-2" } });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(output).toBe(
      '--shard: expected a pod number below 2, the number of shards, found "peer-exporter-2" (POD_NAME): give all ' +
        "pods --shard auto/N with N as the number of replicas, counted from 0\n" +
        "peer-exporter: 1 problem in the configuration\n",
    );
  });

  test("every shard refuses a file with a mistake in a node of any shard", async () => {
    const file = join(tempFolder(), "config.yaml");
    writeFileSync(file, config.replace("name: wire-7,", "name: wire-7, colour: red,"));
    for (const index of [0, 1, 2]) {
      const args = [PROGRAM, "check", `--config.file=${file}`, `--shard=${index}/3`];
      const { code, output } = await run(process.execPath, args);
      expect({ code, output: output.replaceAll(file, "config.yaml") }).toEqual({
        code: 1,
        output: expect.stringMatching(
          /^config\.yaml:10:\d+: nodes\[7\]\.colour: unknown key.*\npeer-exporter: 1 problem/,
        ),
      });
    }
  });
});
