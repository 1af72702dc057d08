import { expect, test } from "vitest";
import { withoutNodes } from "../../../src/cli/commands/check.ts";
import { nodesReport } from "../../../src/cli/commands/check-report.ts";
import { createStyle } from "../../../src/lib/text/terminal.ts";
import { deadReport, failing, report } from "../../poll/support.ts";
import { polledNode } from "./support.ts";

const UP = polledNode(report());
const DOWN = polledNode(deadReport());
const REFERENCE = polledNode(report(), { role: "reference" });
const DEAD_REFERENCE = polledNode(deadReport(), { role: "reference" });

test.each([
  [[UP], "the node is up"],
  [[UP, UP], "all 2 nodes are up"],
  [[UP, DOWN], "1 of 2 nodes up, 1 down"],
  [[UP, REFERENCE], "1 of 1 node and 1 of 1 reference up"],
  [[UP, DOWN, DEAD_REFERENCE], "1 of 2 nodes and 0 of 1 reference up, 2 down"],
])("the last line counts references apart, as the log does: %#", (polled, expected) => {
  expect(
    nodesReport(polled, { style: createStyle(false), maxWidth: undefined })
      .trimEnd()
      .split("\n")
      .at(-1),
  ).toBe(expected);
});

// It said "all 0 nodes are up".
test("a configuration without nodes, or a shard without them, is told as such", () => {
  expect(withoutNodes({ nodes: [] })).toBe(
    "no nodes are configured: nothing was polled; peer-exporter discover ADDRESS prints the entry of a node",
  );
  expect(withoutNodes({ nodes: [UP.node] })).toBe("no node was polled: the other shards have them all");
});

const PLAIN = createStyle(false);
const refused = (name: string, server: string) =>
  polledNode(
    report({ peers: failing("connect", { message: `get_info at http://${server}: the connection was refused` }) }),
    { name },
  );

test("a cause of several nodes is explained once, though each has its own server", () => {
  const shown = nodesReport([refused("a", "h1:1"), UP, refused("longer", "h2:2")], {
    style: PLAIN,
    maxWidth: undefined,
  });
  expect(shown).toBe(`RESULT  NODE    CHAIN   FOUND
DOWN    a       monero  head 100, peers connect [1]
OK      node-1  monero  head 100, 0 peers
DOWN    longer  monero  head 100, peers connect [1]

[1] 2 nodes: connect: the connection was refused
    → change something

1 of 3 nodes up, 2 down
`);
});

test("on a terminal the cause hangs below its node, and no word is cut", () => {
  const down = refused("a", "a-node-with-a-name-that-is-longer-than-the-line.example.org:18081");
  const shown = nodesReport([down], { style: PLAIN, maxWidth: 60 });
  expect(shown).toBe(`RESULT  NODE  CHAIN   FOUND
DOWN    a     monero  head 100
        peers connect: get_info at
              http://a-node-with-a-name-that-is-longer-than-the-line.example.org:18081:
              the connection was refused
              → change something
0 of 1 node up, 1 down
`);
});

test("what was found is wrapped in its column or, where that is narrow, below the node", () => {
  const given = report({ identity: { version: "0.18.4.4-release", network: "mainnet" } });
  const lines = (maxWidth: number) =>
    nodesReport([polledNode(given)], { style: PLAIN, maxWidth })
      .split("\n")
      .slice(1, -2);
  expect(lines(60)).toEqual([
    "OK      node-1  monero  0.18.4.4-release, mainnet, head 100,",
    "                        0 peers",
  ]);
  expect(lines(50)).toEqual([
    "OK      node-1  monero",
    "        0.18.4.4-release, mainnet, head 100, 0",
    "        peers",
  ]);
});
