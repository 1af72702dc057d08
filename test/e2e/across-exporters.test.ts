import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { folder } from "../prometheus/support.ts";
import { startExporter } from "../support/exporter.ts";
import { type Handler, json, startFakeNode } from "../support/fake-node.ts";
import { startPrometheus } from "../support/prometheus.ts";
import { findServer, tempFolder, waitFor } from "../support/servers.ts";
import { untilReady } from "../support/waits.ts";

/** Sidecars of the real program, each with one Wire node, and a real Prometheus with the shipped rules. */

const server = findServer("prometheus", "apt-get install prometheus");

const CHAIN_ID = "a".repeat(64);
const LAG = "target:p2p_node_head_lag_blocks:across_exporters";

/** A Wire node that has stayed `behind` blocks back; its peer shook hands when it was as far itself. */
function wireNode(behind: number): Handler {
  return ({ url }) => {
    // Two blocks a second, as of one moment for all nodes.
    const head = Math.floor(Date.now() / 500) - 3_000_000_000 - behind;
    if (url === "/v1/net/connections") {
      const handshake = {
        chain_id: CHAIN_ID,
        generation: 1,
        head_num: head - 50_000,
        agent: "v1",
        p2p_address: "peer",
      };
      return json([{ peer: "peer:9876", connecting: false, syncing: false, last_handshake: handshake }]);
    }
    if (url !== "/v1/chain/get_info") return json({}, 404);
    return json({
      ...{ server_version_string: "v1", chain_id: CHAIN_ID, head_block_num: head },
      head_block_time: new Date().toISOString().slice(0, -1),
    });
  };
}

/** The shipped rules, with alerts that fire after a second: `for` is what this test has no time for. */
function ruleFilesInHurry(): readonly string[] {
  const alerts = join(tempFolder(), "alerts.yaml");
  const text = readFileSync(join(folder, "alerts.yaml"), "utf8");
  writeFileSync(alerts, text.replaceAll(/^( +for:) .*$/gm, "$1 1s"));
  return [join(folder, "rules.yaml"), alerts];
}

describe.skipIf(server === undefined)("three sidecars", () => {
  test("of one network are compared: the one that is behind its siblings has an alert, and no other one", async () => {
    const exporters = await Promise.all(
      [0, 0, 1000].map(async (behind, index) => {
        const node = await startFakeNode(wireNode(behind));
        onTestFinished(node.close);
        const exporter = await startExporter({
          config: JSON.stringify({
            global: { interval: "1s", timeout: "1s" },
            nodes: [{ name: `nodeop-${index}`, chain: "wire", url: node.url }],
          }),
        });
        onTestFinished(async () => void (await exporter.stop()));
        await untilReady(exporter);
        return exporter;
      }),
    );
    const prometheus = await startPrometheus({
      targets: exporters.map(({ url }) => new URL(url).host),
      ruleFiles: ruleFilesInHurry(),
    });
    onTestFinished(async () => void (await prometheus.stop()));

    const lags = await waitFor(
      async () => {
        const found = await prometheus.query(LAG);
        return found.length === 3 ? found : undefined;
      },
      "the lag of three nodes",
      { timeoutMs: 30_000 },
    );
    for (const { metric } of lags) {
      const { __name__: _, target, ...others } = metric;
      expect(others, target).toEqual({ chain: "wire", network: CHAIN_ID });
    }
    const byTarget = new Map(lags.map(({ metric, value }) => [metric.target, value]));
    expect([...byTarget.keys()].sort()).toEqual(["nodeop-0", "nodeop-1", "nodeop-2"]);
    // Each poll and each scrape is of another moment, but never as far from the others as the third node is.
    for (const target of ["nodeop-0", "nodeop-1"]) expect(byTarget.get(target), target).toBeLessThan(500);
    expect(byTarget.get("nodeop-2")).toBeGreaterThan(500);

    const alerts = await waitFor(
      async () => {
        const found = await prometheus.query('ALERTS{alertname="P2PNodeBehindFleet", alertstate="firing"}');
        return found.length > 0 ? found : undefined;
      },
      "P2PNodeBehindFleet",
      { timeoutMs: 30_000 },
    );
    expect(alerts.map(({ metric }) => metric)).toEqual([
      {
        ...{ __name__: "ALERTS", alertname: "P2PNodeBehindFleet", alertstate: "firing", severity: "warning" },
        ...{ target: "nodeop-2", chain: "wire", network: CHAIN_ID },
      },
    ]);
    // The sidecar itself sees nothing: handshakes of its peers are older than its own head.
    const own = await prometheus.query('p2p_node_head_lag_blocks{target="nodeop-2"} > 0');
    expect(own).toEqual([]);
  });
});
