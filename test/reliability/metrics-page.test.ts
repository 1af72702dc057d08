import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NODE_FAULTS } from "../../tools/faults/node-faults.ts";
import { value } from "../support/exposition-parser.ts";
import { type FakeNode, startFakeNode } from "../support/fake-node.ts";
import { type Observed, observe } from "./observe.ts";
import { matches } from "./suite.ts";
import { WELL } from "./well-nodes.ts";

/** Pages of prometheus_plugin that no node sends, beside peers and a head that are well. */

const BYTES = 3 * 1024 * 1024;
const filled = (part: string) => part.repeat(Math.floor((BYTES - 1000) / part.length));

const PAGES = {
  hugeMetrics: filled('nodeos_x{a="b"} 1\n'),
  hugeMetricsLabels: filled(`nodeos_p2p_bytes_sent{${'a="b",'.repeat(64)}} 1\n`),
} as const;

const names = ["hugeMetrics", "hugeMetricsLabels"] as const;
let servers: readonly FakeNode[] = [];
let exporter: Observed;

beforeAll(async () => {
  const started = names.map(async (name) => {
    const node = await startFakeNode(WELL.wire);
    const page = await startFakeNode(() => ({ headers: { "content-type": "text/plain" }, body: PAGES[name] }));
    const entry = { name, chain: "wire", url: node.url, wire: { prometheus_url: page.url } };
    return { entry, servers: [node, page] };
  });
  const all = await Promise.all(started);
  servers = all.flatMap((one) => one.servers);
  exporter = await observe(
    all.map(({ entry }) => entry),
    { global: { interval: "1h", timeout: "60s" } },
  );
});

afterAll(async () => {
  await exporter?.stop();
  await Promise.all(servers.map((server) => server.close()));
});

describe.each(names)("%s", (target) => {
  test("loses only what the page alone reports", async () => {
    const page = await exporter.page();
    expect(value(page, "p2p_node_up", { target })).toBe(1);
    expect(value(page, "p2p_node_api_up", { target, api: "head" })).toBe(1);
    expect(value(page, "p2p_node_api_up", { target, api: "prometheus" })).toBe(0);
  });

  test("has one line in the log, with advice", () => {
    const lines = exporter.linesOf(target).filter(({ level }) => level !== "info");
    expect(lines).toMatchObject([{ api: "prometheus", reason: "too_large" }]);
    const [line = ""] = lines.map(({ msg }) => msg);
    expect([line, matches(NODE_FAULTS[target].log, line)]).toEqual([line, true]);
  });
});
