import { expect, test } from "vitest";
import { createNodeInfo } from "../../src/metrics/node-info.ts";
import { nodeConfig } from "../poll/support.ts";
import { read, renderPage } from "./support.ts";

test("each node has a series with its name and its chain", () => {
  const nodes = [nodeConfig({ name: "a" }), nodeConfig({ name: "b", chain: "wire", labels: { region: "eu" } })];
  for (const format of ["text", "openmetrics"] as const) {
    const page = read(renderPage([], [createNodeInfo()(nodes)], format), format);
    const [family] = page.families;
    expect(family?.samples.map(({ name, labels, value }) => [name, Object.fromEntries(labels), value])).toEqual([
      ["peer_exporter_node_info", { target: "a", chain: "monero" }, 1],
      ["peer_exporter_node_info", { target: "b", chain: "wire" }, 1],
    ]);
  }
});

test("the text is made once for each configuration", () => {
  const info = createNodeInfo();
  let reads = 0;
  const counted = (name: string) => [
    {
      get name() {
        reads += 1;
        return name;
      },
      chain: "wire" as const,
    },
  ];
  const [before, after] = [counted("a"), counted("b")];
  for (const nodes of [before, before, before, after, after]) info(nodes).samples("text");
  expect(reads).toBe(2);
  expect(info(after).samples("text")).toContain('target="b"');
});

test("without nodes there is no family", () => {
  expect(renderPage([], [createNodeInfo()([])], "text")).toBe("");
});
