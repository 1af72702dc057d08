import { expect, test } from "vitest";
import { createNodeInfo } from "../../src/metrics/node-info.ts";
import { nodeConfig } from "../poll/support.ts";
import { read, renderPage } from "./support.ts";

test("each node has a series with its name and its chain", () => {
  const nodes = [nodeConfig({ name: "a" }), nodeConfig({ name: "b", chain: "wire", labels: { region: "eu" } })];
  for (const format of ["text", "openmetrics"] as const) {
    const page = read(renderPage([], createNodeInfo()([], nodes), format), format);
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
  for (const nodes of [before, before, before, after, after]) renderPage([], info([], nodes), "text");
  expect(reads).toBe(2);
  expect(renderPage([], info([], after), "text")).toContain('target="b"');
});

test("without nodes there is no family", () => {
  expect(renderPage([], createNodeInfo()([], []), "text")).toBe("");
});

test("metrics collected before a reload come with the nodes after it", () => {
  const info = createNodeInfo();
  const own = [{ name: "own", type: "gauge", help: "Own.", samples: () => "own 1\n" }] as const;
  const [before, after] = [[nodeConfig({ name: "goes" })], [nodeConfig({ name: "comes" })]];
  const first = info(own, before);
  expect(info(own, before), "the same list while nothing changes").toBe(first);
  expect(info([...own], before)).not.toBe(first);
  const page = renderPage([], info(own, after), "text");
  expect(page).toContain("own 1");
  expect(page).toContain('target="comes"');
  expect(page).not.toContain("goes");
});
