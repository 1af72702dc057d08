import { expect, test } from "vitest";
import { describeNodes, describePolling } from "../../src/config/describe.ts";
import { parseConfig } from "../../src/config/parse.ts";

function said(nodes: readonly object[], references: readonly object[] = []): string {
  const full = (node: object, name: string) => ({ name, chain: "wire", url: "http://127.0.0.1:1", ...node });
  const parsed = parseConfig(
    {
      nodes: nodes.map((node, n) => full(node, `n${n}`)),
      references: references.map((node, n) => full(node, `r${n}`)),
    },
    undefined,
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return describePolling(parsed.config);
}

test.each<[readonly object[], readonly object[], string]>([
  [[{}], [], "polling 1 node of 1 chain every 15s"],
  [[{}, { chain: "antelope" }, { chain: "monero" }], [{}], "polling 3 nodes and 1 reference of 2 chains every 15s"],
  [[{}, { interval: "1m" }], [{ interval: "20s" }], "polling 2 nodes and 1 reference of 1 chain every 15s to 1m"],
  [[{}, { schedule: "* * * * *" }], [], "polling 2 nodes of 1 chain every 15s, 1 of them at cron expressions"],
  [[{ schedule: "* * * * *" }], [], "polling 1 node of 1 chain at cron expressions"],
])("%j %j", (nodes, references, text) => {
  expect(said(nodes, references)).toBe(text);
});

test("how many they are: references apart", () => {
  const parsed = parseConfig(
    {
      nodes: [{ name: "n", chain: "wire", url: "http://127.0.0.1:1" }],
      references: ["a", "b"].map((name) => ({ name, chain: "wire", url: "http://127.0.0.1:1" })),
    },
    undefined,
  );
  expect(parsed.ok && describeNodes(parsed.config)).toBe("1 node and 2 references");
});
