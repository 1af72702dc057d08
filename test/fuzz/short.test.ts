import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { IS_LONG, runs } from "../support/effort.ts";
import { CANARY, type FuzzAdapter, HONEST, LIAR } from "./adapter.ts";
import { ADAPTER_NAMES, ADAPTERS } from "./adapters.ts";
import { createPlayer, runCampaign } from "./campaign.ts";
import { openCorpus } from "./corpus.ts";
import { parseTree } from "./json-tree.ts";
import { PARSER_TARGETS, runParsers } from "./parsers.ts";
import { readReplay, writeReplay } from "./replay.ts";
import { runSockets } from "./sockets.ts";

/** The short form of `npm run fuzz` (docs/fuzzing.md): a few cases, the same in each run; more in the long run of the tests. */

const CASES = IS_LONG ? runs(200) : 15;
const SOCKET_CASES = IS_LONG ? 20 : 2;
const PARSER_CASES = IS_LONG ? runs(200) : 10;

const corpus = openCorpus({ fixtures: fileURLToPath(new URL("../fixtures", import.meta.url)), captures: undefined });

describe.each(ADAPTER_NAMES)("%s", (name) => {
  const adapter = ADAPTERS[name](corpus);

  test("whatever a node answers, the page is sound", async () => {
    const { found, counts, cases } = await runCampaign({ adapter, corpus, runs: CASES, seed: 1 });
    expect(found).toBeUndefined();
    expect(cases).toBe(CASES);
    // Answers that are all refused at the door would show nothing.
    expect(counts.up / counts.polls).toBeGreaterThan(0.5);
    expect(counts.headOk / counts.polls).toBeGreaterThan(0.5);
    expect(Object.keys(counts.reasons)).toEqual(expect.arrayContaining(["bad_json", "bad_shape"]));
  });

  test("also over sockets", async () => {
    const { found, cases } = await runSockets({ adapter, corpus, runs: SOCKET_CASES, seed: 2 });
    expect([found, cases]).toEqual([undefined, SOCKET_CASES]);
  });
});

test.each(PARSER_TARGETS.map(({ name }) => name))("the parser: %s", async (name) => {
  const target = PARSER_TARGETS.find((one) => one.name === name);
  const { found } = await runParsers(target, { runs: PARSER_CASES, seed: 3 });
  expect(found).toBeUndefined();
});

describe("a fault", () => {
  /** A node that says its version is what must be kept secret: it cannot know it, so nobody takes it out, and the fuzz must see it. */
  function leaking(): FuzzAdapter {
    const wire = ADAPTERS.wire(corpus);
    const info = parseTree(JSON.stringify({ head_block_num: 5, server_version_string: `v1 ${CANARY}` }));
    // What a node repeats of its own credentials is taken out, so these have none.
    const nodes = [LIAR, ...HONEST].map((name) => ({ name, chain: "wire", url: `http://${name}` }));
    const parsed = parseConfig({ nodes }, undefined);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const variants = [{ config: parsed.config }];
    return { ...wire, variants, answers: { ...wire.answers, get_info: [info] } };
  }

  test("is found, made small, and played again from its file", async () => {
    const adapter = leaking();
    const { found } = await runCampaign({ adapter, corpus, runs: 200, seed: 4 });
    if (found === undefined || !("steps" in found.scenario)) throw new Error("nothing was found");
    expect(found.error).toContain("the page shows a secret");
    expect(found.scenario.steps.map(({ changes }) => changes)).toEqual([[]]);

    const folder = mkdtempSync(join(tmpdir(), "peer-exporter-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "found.json");
    writeReplay(path, { target: "wire", seed: 4, captures: false, ...found });
    const { scenario } = readReplay(path);
    if (!("steps" in scenario)) throw new Error("another case was written");
    await expect(createPlayer({ adapter, corpus })(scenario)).rejects.toThrow("the page shows a secret");
    await createPlayer({ adapter: ADAPTERS.wire(corpus), corpus })(scenario);
  });

  test("of another kind is found too: a row that is sent and not counted", async () => {
    const wire = ADAPTERS.wire(corpus);
    const adapter: FuzzAdapter = { ...wire, rows: { call: "connections", count: () => 12_345 } };
    const { found } = await runCampaign({ adapter, corpus, runs: 20, seed: 5 });
    expect(found?.error).toMatch(/12345 rows were sent, \d+ \+ 0 are counted/);
  });
});
