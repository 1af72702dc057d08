import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Exporter, startExporter } from "../support/exporter.ts";
import { startPrometheus } from "../support/prometheus.ts";
import { findServer, waitFor } from "../support/servers.ts";
import { untilReady } from "../support/waits.ts";

const server = findServer("prometheus", "apt-get install prometheus");

describe.skipIf(server === undefined)("a real Prometheus that scrapes the demo", () => {
  let exporter: Exporter;
  let prometheus: Awaited<ReturnType<typeof startPrometheus>>;

  beforeAll(async () => {
    exporter = await startExporter({ args: ["demo", "--log.level=debug"] });
    await untilReady(exporter);
    prometheus = await startPrometheus({ targets: [new URL(exporter.url).host] });
  });

  afterAll(async () => {
    await prometheus?.stop();
    await exporter?.stop();
  });

  test("finds the target up", async () => {
    const targets = await waitFor(
      async () => {
        const active = await prometheus.targets();
        return active.length > 0 && active.every(({ health }) => health === "up") ? active : undefined;
      },
      "the target to be up",
      { timeoutMs: 20_000 },
    );
    expect(targets.map(({ lastError }) => lastError)).toEqual([""]);
  });

  test("negotiates OpenMetrics", async () => {
    await waitFor(
      () => exporter.program.output().includes("application/openmetrics-text; version=1.0.0"),
      "a scrape in OpenMetrics",
    );
  });

  test("has the series of all three chains, under the labels of the exporter", async () => {
    const up = await waitFor(
      async () => {
        const samples = await prometheus.query("count by (chain) (p2p_node_up)");
        return samples.length === 3 ? samples : undefined;
      },
      "nodes of three chains",
      { timeoutMs: 20_000 },
    );
    expect(new Set(up.map(({ metric }) => metric.chain))).toEqual(new Set(["wire", "monero", "chainweb"]));
    expect(await prometheus.query('{__name__=~"p2p_.+", exported_instance!=""}')).toEqual([]);
    expect((await prometheus.query("p2p_connection_receive_bytes_total")).length).toBeGreaterThan(10);
  });
});

describe.skipIf(server === undefined)("a real Prometheus that discovers the nodes of the demo", () => {
  let exporter: Exporter;
  let prometheus: Awaited<ReturnType<typeof startPrometheus>>;

  beforeAll(async () => {
    exporter = await startExporter({ args: ["demo"] });
    await untilReady(exporter);
    prometheus = await startPrometheus({
      targets: [],
      scrapeConfig: { http_sd_configs: [{ url: `${exporter.url}/sd`, refresh_interval: "1s" }] },
    });
  });

  afterAll(async () => {
    await prometheus?.stop();
    await exporter?.stop();
  });

  test("scrapes each node by itself through /probe, under its name as instance", async () => {
    const instances = await waitFor(
      async () => {
        const active = await prometheus.targets();
        const isDone = active.length === 9 && active.every(({ health }) => health === "up");
        return isDone ? active.map(({ labels }) => labels.instance) : undefined;
      },
      "nine targets that are up",
      { timeoutMs: 30_000 },
    );
    expect(instances).toContain("wire-1");
    const up = await prometheus.query("p2p_node_up");
    expect(up.length).toBe(9);
    for (const { metric } of up) expect(metric.instance).toBe(metric.target);
    expect(await prometheus.query("peer_exporter_build_info")).toEqual([]);
  });
});
