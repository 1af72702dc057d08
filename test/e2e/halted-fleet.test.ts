import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Alertmanager, hurriedRules, MINUTE_MS, pages, startAlertmanager } from "../support/alertmanager.ts";
import { type Prometheus, recordedBlocks, startPrometheus } from "../support/prometheus.ts";
import { findServer, freePort, tempFolder, waitFor } from "../support/servers.ts";

/**
 * 200 nodes of a network that has halted, from the page of their exporter to the message: Prometheus with the shipped rules,
 * Alertmanager with the example. All that waits is shorter, but not the ranges of the expressions: Prometheus begins with the
 * data of ten minutes in which the heads stood.
 */

const isInstalled =
  findServer("prometheus", "apt-get install prometheus") !== undefined &&
  findServer("promtool", "apt-get install prometheus") !== undefined &&
  findServer("prometheus-alertmanager", "apt-get install prometheus-alertmanager") !== undefined;

const COUNT = 200;
const HISTORY_SECONDS = 10 * 60;
const STEP_SECONDS = 30;

type Sample = readonly [metric: string, labels: string, value: number];

/** What the exporter shows at a time, in Unix seconds: heads that have not moved since `haltedAt`. */
function samplesAt(seconds: number, haltedAt: number): readonly Sample[] {
  const nodes = Array.from({ length: COUNT }, (_, index) => index).flatMap((index): readonly Sample[] => {
    const node = `target="n${index}",chain="wire"`;
    return [
      ["p2p_node_up", node, 1],
      ["p2p_node_last_success_timestamp_seconds", node, seconds - 1],
      ["p2p_node_poll_interval_seconds", node, 10],
      ["p2p_node_info", `${node},version="v1",network="mainnet",chain_id="c0ffee"`, 1],
      ["p2p_node_block_interval_seconds", node, 0.5],
      ["p2p_node_head_height", node, 1_000_000],
      ["p2p_node_head_timestamp_seconds", node, haltedAt],
      ["p2p_node_head_lag_blocks", node, 0],
      ["p2p_node_syncing", node, 0],
      ["p2p_node_reorg_depth_blocks", node, 10],
      ["p2p_node_peers", `${node},direction="outbound"`, 12],
    ];
  });
  return [["peer_exporter_build_info", 'version="1.0.0"', 1], ...nodes];
}

/** A page in the text format. */
const pageOf = (samples: readonly Sample[]) =>
  samples.map(([metric, labels, value]) => `${metric}{${labels}} ${value}\n`).join("");

function historyOf(haltedAt: number, now: number, scrapeLabels: string): Promise<string> {
  const times = Array.from({ length: HISTORY_SECONDS / STEP_SECONDS }, (_, index) => haltedAt + index * STEP_SECONDS);
  const lines = times
    .filter((at) => at < now)
    .flatMap((at) =>
      [["up", "", 1] as const, ...samplesAt(at, haltedAt)].map(
        ([metric, labels, value]) =>
          `${metric}{${[scrapeLabels, labels].filter((text) => text !== "").join(",")}} ${value} ${at}`,
      ),
    );
  // Together by name, as OpenMetrics wants them.
  return recordedBlocks(lines.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0)));
}

const nameOf = (line: string) => line.slice(0, line.indexOf("}"));

describe.skipIf(!isInstalled)("200 nodes of a network that has halted", () => {
  let page: Server;
  let alertmanager: Alertmanager;
  let prometheus: Prometheus;

  beforeAll(async () => {
    const [now, port] = [Math.floor(Date.now() / 1000), await freePort()];
    const haltedAt = now - HISTORY_SECONDS;
    page = createServer((_, response) => {
      response.setHeader("content-type", "text/plain; version=0.0.4");
      response.end(pageOf(samplesAt(Date.now() / 1000, haltedAt)));
    });
    await new Promise<void>((resolve) => page.listen(port, "127.0.0.1", resolve));
    const instance = `127.0.0.1:${port}`;
    const folder = tempFolder();
    const ruleFiles = (["rules.yaml", "alerts.yaml"] as const).map((name) => {
      const file = join(folder, name);
      writeFileSync(file, hurriedRules(name));
      return file;
    });
    const data = await historyOf(haltedAt, now, `job="peer-exporter",instance="${instance}"`);
    alertmanager = await startAlertmanager();
    prometheus = await startPrometheus({
      targets: [],
      scrapeConfigs: [{ job_name: "peer-exporter", static_configs: [{ targets: [instance] }] }],
      ruleFiles,
      data,
      alertmanager: alertmanager.address,
      // What fires before Prometheus has found Alertmanager is lost, and sent again only after this time.
      args: ["--rules.alert.resend-delay=3s"],
    });
  });

  afterAll(async () => {
    await Promise.all([prometheus?.stop(), alertmanager?.stop()]);
    page?.close();
  });

  test("are one message, and no more than three in five minutes", async () => {
    const { notifications } = alertmanager;
    await waitFor(() => notifications.length > 0, "the first message", { timeoutMs: 90_000 });
    const stalled = () => prometheus.query('count(ALERTS{alertname="P2PNodeHeadStalled",alertstate="firing"})');
    await waitFor(async () => (await stalled())[0]?.value === COUNT, "the alerts of all nodes", { timeoutMs: 90_000 });
    await sleep(5 * MINUTE_MS);
    const sent = pages(notifications);
    expect(sent).toContain("on-call P2PNetworkHalted");
    expect(sent.length).toBeLessThanOrEqual(3);
  });
});
