import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ADDED_NODES, NETWORK_ACTIVE, WARMING_UP } from "../../../src/chains/bitcoin/families.ts";
import { nodeRows, nodesJson } from "../../../src/cli/commands/node-rows.ts";
import { nodes } from "../../../src/cli/commands/nodes.ts";
import { nodesText } from "../../../src/cli/commands/nodes-text.ts";
import type { PolledNode } from "../../../src/cli/commands/polling.ts";
import type { NodesInvocation } from "../../../src/cli/invocation.ts";
import { parseSelector } from "../../../src/cli/selector.ts";
import { NODE_COLUMNS, parseSortOrder } from "../../../src/cli/sort-order.ts";
import { createStyle } from "../../../src/lib/text/terminal.ts";
import { width } from "../../../src/lib/text/width.ts";
import { chainSample } from "../../../src/model/report.ts";
import { deadReport, failing, head, NOW, peers, report, row } from "../../poll/support.ts";
import { tempFolder } from "../../support/servers.ts";
import { outcomeOf, polledNode } from "./support.ts";

type View = Parameters<typeof nodesText>[1];

const VIEW: View = { style: createStyle(false), isWide: false, hasHeaders: true, maxWidth: undefined, nowMs: NOW };

function text(polled: readonly PolledNode[], more: Partial<View> = {}): string {
  return nodesText(nodeRows(polled, undefined), { ...VIEW, ...more });
}

const REFUSED = "get_connections at http://192.0.2.10:18081: the connection was refused (ECONNREFUSED)";

const UP = polledNode(
  report({
    identity: { version: "0.18.4.4", network: "mainnet" },
    head: head(100, { timestampSeconds: NOW / 1000 - 90, finalHeight: 90 }),
    peers: peers(row({ id: "1", height: 100 }), row({ id: "2", height: 100, direction: "outbound" })),
  }),
  { labels: { region: "eu", note: "two words" } },
);
const DEGRADED = polledNode(report({ peers: peers(row()), apis: new Map([["bans", failing("rpc")]]) }), { name: "b" });
const LONELY = polledNode(report(), { name: "lonely" });
const DOWN = polledNode(report({ peers: failing("connect", { message: REFUSED }), head: failing("connect") }), {
  name: "down",
});
const REFERENCE = polledNode(deadReport(), { name: "ref", role: "reference" });
const KNOWN = polledNode(report({ peers: peers(row({ direction: "unknown", state: undefined })) }), { name: "kda" });

test("one line for each node, with its state in the words of the pages and the cause", () => {
  expect(text([UP, DEGRADED, LONELY, DOWN, REFERENCE, KNOWN])).toBe(
    `NAME    STATE     ROLE       CHAIN   PEERS  HEAD  LAG    AGE  VERSION   CAUSE
node-1  up        node       monero    1/1   100    0  1m30s  0.18.4.4  -
b       degraded  node       monero    1/0   100    -      -  -         bans rpc: the call failed (rpc)
lonely  up        node       monero    0/0   100    -      -  -         no peers
down    down      node       monero      -     -    -      -  -         connect: the connection was refused (ECONNREFUSED)
ref     down      reference  monero      -     -    -      -  -         connect: the call failed (connect)
kda     up        node       monero      1   100    -      -  -         -
`,
  );
});

test("a node without peers whose network is off, or that misses an added node, is not left without that cause", () => {
  const chainSamples = [
    chainSample(NETWORK_ACTIVE, 0),
    chainSample(ADDED_NODES, 0, ["connected"]),
    chainSample(ADDED_NODES, 2, ["away"]),
  ];
  const causes = nodeRows(
    [
      polledNode(report({ chainSamples }), { name: "off" }),
      polledNode(report({ chainSamples: [chainSample(NETWORK_ACTIVE, 1)], peers: peers(row()) }), { name: "on" }),
      polledNode({ ...deadReport(), chainSamples: [chainSample(WARMING_UP, 1)] }, { name: "starting" }),
    ],
    undefined,
  ).map(({ cause }) => cause);
  expect(causes).toEqual([
    "no peers; network switched off; 2 added nodes away",
    undefined,
    "connect: the call failed (connect)",
  ]);
});

test("a text that several APIs share is there once, though their advice differs", () => {
  const refused = (call: string) =>
    failing("unauthorized", { message: `${call} at http://192.0.2.10:18081: found 403`, advice: `add ${call}` });
  const apis = new Map([
    ["bans", refused("listbanned")],
    ["totals", refused("getnettotals")],
  ]);
  const [degraded] = nodeRows([polledNode(report({ peers: peers(row()), apis }))], undefined);
  expect(degraded?.cause).toBe("bans, totals unauthorized: found 403");
});

test("wide: every column, and no spaces in any but the last", () => {
  const lines = text([UP, DOWN], { isWide: true, maxWidth: 40 })
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/ +/));
  expect(lines[1]).toEqual([
    ...["node-1", "up", "node", "monero", "1/1", "100", "0", "1m30s", "0.18.4.4", "90", "-", "mainnet"],
    ...["http://192.0.2.10:18081", "250ms", "region=eu,note=two_words", "-"],
  ]);
  expect(lines[2]?.slice(15, 18)).toEqual(["connect:", "the", "connection"]);
});

test("without headers, and without nodes there is nothing", () => {
  expect(text([UP], { hasHeaders: false }).split("\n")).toHaveLength(2);
  expect(text([])).toBe("");
});

describe("a terminal", () => {
  const many = Array.from({ length: 1000 }, (_, index) => [UP, DOWN, DEGRADED][index % 3] ?? UP);

  test("without room for the causes has them below their nodes, whole", () => {
    expect(text([UP, DOWN, LONELY], { maxWidth: 64 })).toBe(
      `NAME    STATE  ROLE  CHAIN   PEERS  HEAD  LAG    AGE  VERSION
node-1  up     node  monero    1/1   100    0  1m30s  0.18.4.4
down    down   node  monero      -     -    -      -  -
  connect: the connection was refused (ECONNREFUSED)
lonely  up     node  monero    0/0   100    -      -  -
  no peers
`,
    );
    const narrow = text([DOWN], { maxWidth: 36 });
    expect(narrow).toMatch(/^ {2}connect: the connection was\n {2}refused \(ECONNREFUSED\)$/m);
    expect(narrow).toMatch(/^no room for ROLE, /m);
  });

  test.each([30, 40, 60, 80, 120, 200])("of %d columns gets no longer line", (maxWidth) => {
    const lines = text(many, { maxWidth }).trimEnd().split("\n");
    expect(lines.filter((line) => width(line) > maxWidth)).toEqual([]);
    expect(lines.length).toBeGreaterThan(1000);
    expect(lines.filter((line) => line.includes("connect: "))).toHaveLength(333);
  });
});

test("versions that nodes chose neither move columns nor change the terminal", () => {
  const evil = "1.0 up\u001b[2J\u202e\u3000\u5b57\n";
  const [, line = "", ...rest] = text([polledNode(report({ identity: { version: evil, network: evil } }))], {
    isWide: true,
  }).split("\n");
  expect(rest).toEqual([""]);
  expect(line).not.toMatch(/[\x00-\x1f\x7f\u202e]/);
  expect(line.split(/\s+/)[8]).toMatch(/^1\.0_up\ufffd\[2J/);
});

describe("sorted by", () => {
  const all = [UP, DEGRADED, LONELY, DOWN];
  test.each([
    ["name", "b down lonely node-1"],
    ["-name", "node-1 lonely down b"],
    ["state", "down b node-1 lonely"],
    ["peers", "node-1 b lonely down"],
    ["-peers", "lonely b node-1 down"],
    ["age", "node-1 b lonely down"],
  ])("%s", (column, expected) => {
    const rows = nodeRows(all, parseSortOrder(column, NODE_COLUMNS));
    expect(rows.map(({ polled }) => polled.node.name).join(" ")).toBe(expected);
  });
});

test("the JSON document has the keys that docs/cli.md promises, and leaves out what is not known", () => {
  expect(JSON.parse(JSON.stringify(nodesJson([UP, REFERENCE], undefined, NOW)))).toEqual({
    time: "2026-01-02T03:04:05.000Z",
    nodes: [
      {
        ...{ role: "node", name: "node-1", chain: "monero", url: "http://192.0.2.10:18081" },
        ...{ labels: { region: "eu", note: "two words" }, up: true, poll_seconds: 0.25 },
        ...{ version: "0.18.4.4", network: "mainnet", state: "up", failures: [], malformed_rows: 0 },
        head: { height: 100, timestamp_seconds: NOW / 1000 - 90, final_height: 90, lag_blocks: 0 },
        peer_counts: { inbound: 1, outbound: 1, unknown: 0, not_connected: 0 },
      },
      {
        ...{ role: "reference", name: "ref", chain: "monero", url: "http://192.0.2.10:18081", labels: {} },
        ...{ up: false, poll_seconds: 0.25, state: "down", cause: "connect: the call failed (connect)" },
        failures: [
          { api: "head", reason: "connect", message: "the call failed (connect)", advice: "change something" },
        ],
      },
    ],
  });
});

describe("the command", () => {
  const FLAGS: NodesInvocation = {
    ...{
      command: "nodes" as const,
      configFile: undefined,
      node: undefined,
      chain: undefined,
      selector: undefined,
      hasHeaders: true,
      nodes: [],
    },
    ...{ output: undefined, watchMs: undefined, sort: undefined },
  };

  function outcome(nodesOfFile: readonly object[], flags: Partial<NodesInvocation> = {}) {
    const configFile = join(tempFolder(), "config.yaml");
    const references = [{ name: "ref", chain: "monero", url: "http://127.0.0.1:4" }];
    const file = nodesOfFile.length === 0 ? { nodes: [] } : { nodes: nodesOfFile, references };
    writeFileSync(configFile, JSON.stringify(file));
    return outcomeOf((context) => nodes({ ...FLAGS, configFile, ...flags }, context));
  }

  const TWO = [
    { name: "a", chain: "monero", url: "http://127.0.0.1:2", labels: { region: "eu" } },
    { name: "b", chain: "wire", url: "http://127.0.0.1:3" },
  ];
  const named = (out: string) => out.split("\n").flatMap((line) => line.split(" ")[0] || []);

  test("lists nodes and references, and fails if one is down", async () => {
    const { code, out, err } = await outcome(TWO);
    expect({ code, err, names: named(out) }).toEqual({ code: 1, err: "", names: ["NAME", "a", "b", "ref"] });
  });

  test.each([
    ["one node", { node: "b" }, ["b"]],
    ["a reference", { node: "ref" }, ["ref"]],
    ["a chain, with its references", { chain: "monero" }, ["a", "ref"]],
    ["labels", { selector: parseSelector("region=eu") }, ["a"]],
  ] as const)("%s", async (_, flags, names) => {
    const { out } = await outcome(TWO, { ...flags, hasHeaders: false });
    expect(named(out)).toEqual(names);
  });

  test("without a match it prints no titles, and says so on standard error", async () => {
    expect(await outcome(TWO, { selector: parseSelector("region=us") })).toEqual({
      code: 0,
      out: "",
      err: "no node matches: nothing was polled; the configuration has 3 nodes and references\n",
    });
  });

  test("without nodes it says how to add one; JSON is still a document", async () => {
    const { code, out, err } = await outcome([], { output: "json", watchMs: 1000 });
    expect({ code, err }).toEqual({ code: 0, err: expect.stringMatching(/^no nodes are configured: .* discover/) });
    expect(JSON.parse(out)).toEqual({ time: expect.any(String), nodes: [] });
  });

  test("an unknown name is wrong usage", async () => {
    const { code, err } = await outcome(TWO, { node: "reff" });
    expect({ code, err }).toEqual({
      code: 2,
      err: 'error: the configuration has no node named reff; did you mean "ref"?\n',
    });
  });
});
