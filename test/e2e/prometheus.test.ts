import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import * as z from "zod";
import { readYaml } from "../prometheus/support.ts";
import { type Exporter, startExporter } from "../support/exporter.ts";
import { lonelyWire, startFakeNode } from "../support/fake-node.ts";
import { startPrometheus } from "../support/prometheus.ts";
import { findServer, freePort, waitFor } from "../support/servers.ts";
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

  test("has the series of all chains, under the labels of the exporter", async () => {
    const up = await waitFor(
      async () => {
        const samples = await prometheus.query("count by (chain) (p2p_node_up)");
        return samples.length === 5 ? samples : undefined;
      },
      "nodes of five chains",
      { timeoutMs: 20_000 },
    );
    expect(new Set(up.map(({ metric }) => metric.chain))).toEqual(
      new Set(["wire", "monero", "chainweb", "bitcoin", "litecoin"]),
    );
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
        const isDone = active.length === 12 && active.every(({ health }) => health === "up");
        return isDone ? active.map(({ labels }) => labels.instance) : undefined;
      },
      "twelve targets that are up",
      { timeoutMs: 30_000 },
    );
    expect(instances).toContain("wire-1");
    const up = await prometheus.query("p2p_node_up");
    expect(up.length).toBe(12);
    for (const { metric } of up) expect(metric.instance).toBe(metric.target);
    expect(await prometheus.query("peer_exporter_build_info")).toEqual([]);
  });
});

describe.skipIf(server === undefined)("the example with a target for each node", () => {
  const example = z
    .object({
      scrape_configs: z.tuple([
        z.looseObject({ static_configs: z.tuple([z.looseObject({ targets: z.array(z.string()) })]) }),
        z.looseObject({ http_sd_configs: z.tuple([z.looseObject({ url: z.string() })]) }),
      ]),
    })
    .parse(readYaml("prometheus-http-sd.yml"));

  test("has the references, and says which exporter polls a node", async () => {
    const node = await startFakeNode(lonelyWire);
    onTestFinished(node.close);
    const exporter = await startExporter({
      config: JSON.stringify({
        global: { interval: "1s", timeout: "1s" },
        nodes: [{ name: "wire-1", chain: "wire", url: node.url }],
        references: [{ name: "gone", chain: "wire", url: `http://127.0.0.1:${await freePort()}` }],
      }),
    });
    onTestFinished(async () => void (await exporter.stop()));
    await untilReady(exporter);
    const address = new URL(exporter.url).host;
    const [own, nodes] = example.scrape_configs;
    const [{ url }] = nodes.http_sd_configs;
    expect(own.static_configs[0].targets).toEqual([new URL(url).host]);
    const prometheus = await startPrometheus({
      targets: [],
      scrapeConfigs: [
        { ...own, static_configs: [{ targets: [address] }] },
        {
          ...nodes,
          http_sd_configs: [{ url: `http://${address}/sd`, refresh_interval: "1s" }],
          scrape_interval: "1s",
          scrape_timeout: "1s",
        },
      ],
    });
    onTestFinished(async () => void (await prometheus.stop()));
    const samples = async (query: string) =>
      waitFor(
        async () => {
          const found = await prometheus.query(query);
          return found.length > 0 && found;
        },
        query,
        { timeoutMs: 30_000 },
      );
    const [up, ...others] = await samples("p2p_node_up");
    expect(others).toEqual([]);
    expect(up).toMatchObject({ value: 1, metric: { job: "p2p-nodes", instance: "wire-1", exporter: address } });
    // What P2PReferenceDown asks for.
    const down = await samples("avg_over_time(p2p_reference_up[15m]) < 0.5");
    expect(down.map(({ metric }) => [metric.target, metric.job])).toEqual([["gone", "peer-exporter"]]);
    const watched = await samples("peer_exporter_node_info");
    expect(watched.map(({ metric }) => metric)).toMatchObject([
      { target: "wire-1", chain: "wire", instance: address, exporter: address },
    ]);
    expect(await prometheus.query('p2p_node_up and on (exporter) up{job="peer-exporter"}')).toHaveLength(1);
    expect(await prometheus.query('{__name__=~"p2p_(node|connection|wire)_.+", job="peer-exporter"}')).toEqual([]);
  });
});
