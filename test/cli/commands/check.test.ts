import { expect, test } from "vitest";
import { withoutNodes } from "../../../src/cli/commands/check.ts";
import { nodesReport } from "../../../src/cli/commands/check-report.ts";
import { createStyle } from "../../../src/lib/text/terminal.ts";
import { deadReport, report } from "../../poll/support.ts";
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
