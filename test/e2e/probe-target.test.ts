import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Exporter, startExporter } from "../support/exporter.ts";
import { parseText, value } from "../support/exposition-parser.ts";
import { type FakeNode, type Handler, lonelyWire, startFakeNode } from "../support/fake-node.ts";
import { startPrometheus } from "../support/prometheus.ts";
import { findServer, waitFor } from "../support/servers.ts";

const server = findServer("prometheus", "apt-get install prometheus");

const hang: Handler = () => new Promise(() => {});

let exporter: Exporter;
let node: FakeNode;
let canary: FakeNode;

beforeAll(async () => {
  canary = await startFakeNode(lonelyWire);
  node = await startFakeNode((asked) => {
    if (asked.url.startsWith("/away/")) return { status: 302, headers: { location: canary.url } };
    if (asked.url.startsWith("/slow/")) return hang(asked);
    return lonelyWire(asked);
  });
  const own = `127.0.0.1:${node.port}`;
  const config = `
probe:
  allow: ["127.0.0.0/8:*", "${own}/*"]
  modules:
    wire: {chain: wire}
    token:
      chain: wire
      auth: {bearer: {token: canary-token}}
      hosts: ["${own}"]
`;
  exporter = await startExporter({ config, args: ["--log.level=debug"] });
});

afterAll(async () => {
  await node?.close();
  await canary?.close();
});

function probe(target: string, module = "wire"): Promise<Response> {
  return fetch(`${exporter.url}/probe?${new URLSearchParams({ target, module })}`);
}

describe("the program with probe.allow and no nodes", () => {
  test("is ready immediately", async () => {
    expect((await fetch(`${exporter.url}/-/ready`)).status).toBe(200);
  });

  test("polls a target, and follows no redirect", async () => {
    const page = parseText(await (await probe(node.url)).text());
    expect(value(page, "p2p_node_up", { target: `127.0.0.1:${node.port}` })).toBe(1);
    const away = parseText(await (await probe(`${node.url}/away/TOKEN`)).text());
    expect(value(away, "p2p_node_failure_info", { api: "peers", reason: "http" })).toBe(1);
    expect(canary.connections()).toBe(0);
  });

  test("sends a module's credentials to its hosts alone", async () => {
    expect((await probe(node.url, "token")).status).toBe(200);
    expect(node.requests.at(-1)?.headers.authorization).toBe("Bearer canary-token");
    expect((await probe(canary.url, "token")).status).toBe(403);
    expect(canary.connections()).toBe(0);
  });
});

describe.skipIf(server === undefined)("a real Prometheus that names the targets", () => {
  test("scrapes them all, also one that is down, under their own names", async () => {
    const dead = await startFakeNode(lonelyWire);
    await dead.close();
    const targets = [node, dead].map(({ port }) => `127.0.0.1:${port}`);
    const prometheus = await startPrometheus({
      targets,
      metricsPath: "/probe",
      scrapeConfig: {
        params: { module: ["wire"] },
        relabel_configs: [
          { source_labels: ["__address__"], target_label: "__param_target" },
          { source_labels: ["__param_target"], target_label: "instance" },
          { target_label: "__address__", replacement: new URL(exporter.url).host },
        ],
      },
    });
    try {
      const up = await waitFor(
        async () => {
          const samples = await prometheus.query("p2p_node_up");
          return samples.length === targets.length ? samples : undefined;
        },
        "both targets",
        { timeoutMs: 30_000 },
      );
      expect(up.map(({ metric, value: number }) => [metric.instance, metric.target, number])).toEqual(
        expect.arrayContaining([
          [targets[0], targets[0], 1],
          [targets[1], targets[1], 0],
        ]),
      );
      expect((await prometheus.query("up")).map(({ value: number }) => number)).toEqual([1, 1]);
      const reasons = await prometheus.query('p2p_node_failure_info{api="peers"}');
      expect(reasons.map(({ metric }) => metric.reason)).toEqual(["connect"]);
    } finally {
      await prometheus.stop();
    }
  });
});

test("a stop ends a probe under way; nothing of paths and credentials is in the log", async () => {
  const answer = probe(`${node.url}/slow/TOKEN?key=TOKEN`);
  await waitFor(() => node.requests.some(({ url }) => url.startsWith("/slow/")), "the slow node to be asked");
  expect(await exporter.stop()).toBe(0);
  expect((await answer).status).toBe(503);
  const output = exporter.program.output();
  expect(output).toContain(`"target":"127.0.0.1:${node.port}"`);
  expect(output).not.toMatch(/TOKEN|canary-token/);
});
