import { describe, expect, test } from "vitest";
import { CHAIN_NAMES, chains } from "../../src/chains/index.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { reorgDepthOf } from "../../src/config/reorg-depth.ts";

function load(reorg_depth: unknown) {
  const nodes = [{ name: "a", chain: "wire", url: "http://127.0.0.1:8888" }];
  return parseConfig({ nodes, lag: { reorg_depth } }, undefined);
}

function depths(reorgDepth: unknown) {
  const loaded = load(reorgDepth);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return CHAIN_NAMES.map((chain) => reorgDepthOf(loaded.config.lag, chain));
}

test("each chain has a depth of its own unless the file says otherwise", () => {
  expect(depths(undefined)).toEqual(CHAIN_NAMES.map((chain) => chains[chain].reorgDepthBlocks));
  expect(depths({})).toEqual(depths(undefined));
});

test("a number is for all chains", () => {
  expect(depths(3)).toEqual(CHAIN_NAMES.map(() => 3));
  expect(depths(0)).toEqual(CHAIN_NAMES.map(() => 0));
});

test("a mapping is for the chains that it names", () => {
  const expected = CHAIN_NAMES.map((chain) => (chain === "monero" ? 20 : chains[chain].reorgDepthBlocks));
  expect(depths({ monero: 20 })).toEqual(expected);
});

describe("what is no depth is a problem with its place", () => {
  test.each([
    ["ten", [], "expected a number of blocks, or a mapping of chains to numbers of blocks, found a string"],
    [[1], [], "expected a number of blocks, or a mapping of chains to numbers of blocks, found a list"],
    [-1, [], "expected at least 0"],
    [1001, [], "expected at most 1000"],
    [1.5, [], "expected a whole number"],
    [{ monero: -1 }, ["monero"], "expected at least 0"],
    [{ monero: "1" }, ["monero"], "expected a whole number, found a string"],
    [{ monero: null }, ["monero"], "expected a whole number, found nothing"],
    [{ moner: 1 }, ["moner"], 'unknown key; did you mean "monero"?'],
    [{ solana: 1 }, ["solana"], `unknown key; valid here: ${CHAIN_NAMES.join(", ")}`],
    [{ constructor: 1 }, ["constructor"], `unknown key; valid here: ${CHAIN_NAMES.join(", ")}`],
  ])("%j", (given, path, message) => {
    expect(load(given)).toEqual({ ok: false, problems: [{ path: ["lag", "reorg_depth", ...path], message }] });
  });
});
