import { expect, test } from "vitest";
import { chainFamily, connectionChainSamples, nodeChainSamples } from "../../src/metrics/family.ts";
import type { ChainFamily } from "../../src/model/chain-family.ts";
import { NOT_COUNTED } from "../../src/poll/name-bytes.ts";
import { firstState, row } from "../poll/support.ts";

test("a chain's own family has the samples that are its own, and no label without a value", () => {
  const declared = (name: string): ChainFamily => ({
    name,
    type: "gauge",
    help: "X.",
    source: "x",
    labels: ["one", "two"],
  });
  const [a, b] = [declared("p2p_wire_a"), declared("p2p_wire_b")];
  const given = [
    { family: a, labels: ["x", "y"], value: 1 },
    { family: b, labels: ["x", "y"], value: 2 },
    { family: a, labels: ["", "y"], value: 3 },
    { family: a, labels: ["x"], value: 4 },
  ];
  const view = {
    state: firstState(),
    traits: { directions: [], states: [] },
    peers: undefined,
    shown: undefined,
    withheld: 0,
    report: undefined,
    chainSamples: nodeChainSamples(given),
    connectionChainSamples: connectionChainSamples([]),
  };
  expect([...chainFamily(a, "wire").samples(view)]).toEqual([
    ['one="x",two="y"', 1],
    ['two="y"', 3],
    ['one="x"', 4],
  ]);
});

test("texts that a node or its peers choose are cut in a chain's own families", () => {
  const family = chainFamily({ name: "p2p_wire_x", type: "gauge", help: "X.", source: "x", labels: ["name"] }, "wire");
  const declared = { name: "p2p_wire_y", type: "gauge", help: "Y.", source: "y", labels: ["name"] } as const;
  const traits = { directions: [], states: [] };
  const view = {
    state: firstState(),
    traits,
    peers: undefined,
    shown: undefined,
    withheld: 0,
    report: undefined,
    connectionChainSamples: connectionChainSamples([]),
  };
  expect([...family.samples({ ...view, chainSamples: nodeChainSamples([]) })]).toEqual([]);
  const chainSamples = nodeChainSamples([{ family: declared, labels: [`\ud800\n${"x".repeat(1000)}`], value: 1 }]);
  expect([...chainFamily(declared, "wire").samples({ ...view, chainSamples })]).toEqual([
    [`name="\ufffd\ufffd${"x".repeat(126)}"`, 1],
  ]);
});

test("samples of connections stand at their connection, in whatever order a row has them, and NaN where a row has none", () => {
  const declared = (name: string): ChainFamily => ({
    name,
    type: "gauge",
    help: "X.",
    source: "x",
    labels: [],
    scope: "connection",
  });
  const [a, b] = [declared("p2p_wire_a"), declared("p2p_wire_b")];
  const sample = (family: ChainFamily, value: number) => ({ family, labels: [], value });
  const rows = [[sample(a, 1), sample(b, 2)], [sample(b, 4), sample(a, 3)], [], [sample(b, 5)]];
  const connections = rows.map((chainSamples, index) => ({
    labels: "",
    key: String(index),
    agent: "",
    row: row(),
    samples: chainSamples,
    rows: 1,
    states: 1,
    hasCounters: false,
    startSeconds: undefined,
    place: NOT_COUNTED,
  }));
  expect([...connectionChainSamples(connections)]).toEqual([
    [a, [1, 3, Number.NaN, Number.NaN]],
    [b, [2, 4, Number.NaN, 5]],
  ]);
});

test("samples whose labels became the same are added up, as a page must not repeat a series", () => {
  const family: ChainFamily = { name: "p2p_wire_x", type: "gauge", help: "X.", source: "x", labels: ["name"] };
  const long = "x".repeat(128);
  const given = [`${long}1`, "other", `${long}2`].map((name, index) => ({ family, labels: [name], value: index + 1 }));
  expect(nodeChainSamples(given).get(family)).toEqual([
    [`name="${long}"`, 4],
    ['name="other"', 2],
  ]);
});
