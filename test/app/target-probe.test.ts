import { request } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { startApp } from "../../src/app/app.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { createSelfSignedCertificate } from "../../src/demo/certificate.ts";
import { parseListenAddress } from "../../src/server/listen-address.ts";
import { logSink } from "../poll/support.ts";
import { find, type Page, parseOpenMetrics, parseText, value } from "../support/exposition-parser.ts";
import {
  type FakeNode,
  type Handler,
  json,
  type ListenOptions,
  lonelyWire,
  startFakeNode,
} from "../support/fake-node.ts";
import { promtoolCheckMetrics } from "../support/prometheus.ts";
import { findServer, waitFor } from "../support/servers.ts";
import { withResolvers } from "../support/with-resolvers.ts";

/** `/probe?target=` of the whole program, against real sockets. */

const promtool = findServer("promtool", "apt-get install prometheus");

const monerod: Handler = ({ body, url }) => {
  if (url === "/get_net_stats") return json({}, 404);
  const results: Readonly<Record<string, object>> = {
    get_info: { status: "OK", height: 1200, target_height: 0, synchronized: true, restricted: false, version: "0.18" },
    get_connections: {
      status: "OK",
      connections: [
        {
          ...{ address: "192.0.2.7:18080", connection_id: "c1", height: 1205, incoming: false, live_time: 100 },
          ...{ recv_count: 4000, send_count: 3000, state: "normal" },
        },
      ],
    },
  };
  const { method } = JSON.parse(body);
  return json({ jsonrpc: "2.0", id: "0", result: results[method] ?? {} });
};

const hang: Handler = () => new Promise(() => {});

async function serve(handler: Handler, options?: ListenOptions): Promise<FakeNode> {
  const node = await startFakeNode(handler, options);
  onTestFinished(node.close);
  return node;
}

type Block = Readonly<Record<string, unknown>>;

const HERE = ["127.0.0.0/8:*"];

async function start(probe: Block, nodes: readonly Block[] = []) {
  const parsed = parseConfig({ nodes, probe: { modules: { wire: { chain: "wire" } }, ...probe } }, undefined);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join("; "));
  const { log, lines } = logSink("debug");
  const addresses = [parseListenAddress("127.0.0.1:0")];
  const app = await startApp({
    config: parsed.config,
    load: async () => parsed.config,
    addresses,
    telemetryPath: "/metrics",
    log,
  });
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= app.close();
    return closed;
  };
  onTestFinished(close);
  const url = app.addresses[0] ?? "";
  const probed = (target: string, module = "wire", headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${url}/probe?${new URLSearchParams({ target, module })}`, { headers });
  return {
    url,
    lines,
    close,
    probe: probed,
    page: async (...given: Parameters<typeof probed>) => read(await probed(...given)),
  };
}

async function read(answer: Response): Promise<Page> {
  expect(answer.status).toBe(200);
  return parseText(await answer.text());
}

function timeout(seconds: number): Readonly<Record<string, string>> {
  return { "x-prometheus-scrape-timeout-seconds": String(seconds) };
}

const hostOf = (node: FakeNode) => `127.0.0.1:${node.port}`;

describe("the page of a target", () => {
  test("has its series under its host and port, without those that need several polls", async () => {
    const node = await serve(monerod);
    const modules = { monero: { chain: "monero", labels: { region: "eu" } } };
    const { page } = await start({ allow: HERE, modules });
    const given = await page(node.url, "monero");
    const labels = { target: hostOf(node), chain: "monero", region: "eu" };
    expect(value(given, "p2p_node_up", labels)).toBe(1);
    expect(value(given, "p2p_node_peers", { ...labels, direction: "outbound" })).toBe(1);
    expect(value(given, "p2p_node_head_lag_blocks", labels)).toBe(5);
    expect(find(given, "p2p_node_poll_duration_seconds")).toHaveLength(1);
    expect(find(given, "p2p_connection_receive_bytes_total")).toHaveLength(1);
    for (const name of [
      "p2p_node_polls_total",
      "p2p_node_poll_failures_total",
      "p2p_node_poll_interval_seconds",
      "p2p_node_last_success_timestamp_seconds",
      "p2p_node_peer_connects_total",
      "p2p_node_peer_disconnects_total",
      "p2p_node_receive_bytes_total",
      "p2p_node_transmit_bytes_total",
      "peer_exporter_build_info",
    ]) {
      expect([name, find(given, name)]).toEqual([name, []]);
    }
  });

  test("has no vanished peers of Wire, as no earlier list is known", async () => {
    const { page } = await start({ allow: HERE });
    const given = await page((await serve(lonelyWire)).url);
    expect(find(given, "p2p_wire_duplicate_links")).toHaveLength(1);
    expect(find(given, "p2p_wire_vanished_peers")).toEqual([]);
  });

  test("has the node's own byte counters, which a single poll can show", async () => {
    const node = await serve((asked) =>
      asked.url === "/get_net_stats"
        ? json({ status: "OK", start_time: 1, total_bytes_in: 77, total_bytes_out: 88 })
        : monerod(asked),
    );
    const { page } = await start({ allow: HERE, modules: { monero: { chain: "monero" } } });
    expect(value(await page(node.url, "monero"), "p2p_node_receive_bytes_total")).toBe(77);
  });

  test.skipIf(promtool === undefined)("passes promtool, and OpenMetrics is there too", async () => {
    const node = await serve(monerod);
    const { probe } = await start({ allow: HERE, modules: { monero: { chain: "monero" } } });
    const text = await (await probe(node.url, "monero")).text();
    expect(await promtoolCheckMetrics(text)).toEqual({ code: 0, output: "" });
    const open = await probe(node.url, "monero", { accept: "application/openmetrics-text; version=1.0.0" });
    expect(find(parseOpenMetrics(await open.text()), "p2p_node_up")).toHaveLength(1);
  });

  test("is the same on /metrics as before: a target leaves nothing there", async () => {
    const node = await serve(lonelyWire);
    const { url, page } = await start({ allow: HERE });
    await page(node.url);
    expect(await (await fetch(`${url}/metrics`)).text()).not.toContain("p2p_");
    await waitFor(() => node.openConnections() === 0, "the connection to the node to be closed");
  });

  test("of a node that does not respond has p2p_node_up 0 and the reason", async () => {
    const node = await startFakeNode(lonelyWire);
    await node.close();
    const { page } = await start({ allow: HERE });
    const given = await page(node.url);
    expect(value(given, "p2p_node_up")).toBe(0);
    expect(value(given, "p2p_node_failure_info", { api: "peers", reason: "connect" })).toBe(1);
    expect(find(given, "p2p_node_peers")).toEqual([]);
  });
});

test("debug=true describes how each API call ended and the requests, then prints the series", async () => {
  const node = await serve((asked) => (asked.url.endsWith("get_info") ? { status: 404 } : json([])));
  const { url } = await start({ allow: ["127.0.0.1:*/*"] });
  const target = encodeURIComponent(`${node.url}/TOKEN`);
  const answer = await fetch(`${url}/probe?target=${target}&module=wire&debug=true`);
  expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  const text = await answer.text();
  const [outcomes = "", requests, series = ""] = text.split("\n\n");
  expect(outcomes).toMatch(/^peers: success\nhead: .*expected .*404.*; \w+/);
  expect(requests).toMatch(/HTTP 200 +2 B +POST \/v1\/net\/connections at http:\/\/127\.0\.0\.1:\d+\n/);
  expect(requests).toMatch(/HTTP 404 +0 B +POST /);
  expect(find(parseText(series), "p2p_node_up")).toHaveLength(1);
  expect(text).not.toContain("TOKEN");
});

describe("a request that asks for nothing that can be polled", () => {
  test.each([
    ["/probe?target=http://127.0.0.1:1", 400, "the modules are wire, other"],
    ["/probe?target=http://127.0.0.1:1&module=x", 400, "the modules are wire, other"],
    ["/probe?module=wire", 400, "expected /probe?node=NAME, or /probe?target=URL&module=NAME"],
    ["/probe?target=ftp://127.0.0.1:1&module=wire", 400, "expected http:// or https://"],
    ["/probe?target=unix:/run/node.sock&module=wire", 400, "unix socket"],
    ["/probe?target=http://192.0.2.1:1&module=wire", 403, "http://192.0.2.1:1 is not in the probe.allow list"],
    ["/probe?target=http://localhost:1&module=wire", 403, "is not in the probe.allow list"],
  ])("%s gives %i", async (path, status, words) => {
    const { url } = await start({ allow: HERE, modules: { wire: { chain: "wire" }, other: { chain: "monero" } } });
    const answer = await fetch(url + path);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([status, "text/plain; charset=utf-8"]);
    expect(await answer.text()).toContain(words);
  });

  test("without probe.allow says what to configure, and dials nothing", async () => {
    const node = await serve(lonelyWire);
    const { probe } = await start({ modules: { wire: { chain: "wire" } } });
    const answer = await probe(node.url);
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining("probe:\n  allow: [")]);
    expect(node.connections()).toBe(0);
  });
});

describe("credentials of a module", () => {
  test("go to its hosts and to no other that may be probed", async () => {
    const own = await serve(lonelyWire);
    const other = await serve(lonelyWire);
    const modules = {
      wire: { chain: "wire" },
      token: { chain: "wire", auth: { bearer: { token: "canary-token" } }, hosts: [hostOf(own)] },
      key: { chain: "wire", auth: { header: { name: "X-Key", value: "canary-key" } }, hosts: [hostOf(own)] },
      basic: { chain: "wire", auth: { basic: { username: "u", password: "canary-pw" } }, hosts: [hostOf(own)] },
    };
    const { probe, page } = await start({ allow: HERE, modules });
    for (const module of ["token", "key", "basic"]) {
      expect(value(await page(own.url, module), "p2p_node_up")).toBe(1);
      expect((await probe(other.url, module)).status).toBe(403);
      // Other ways to name the other host.
      for (const target of [
        `http://0x7f.1:${other.port}`,
        `${hostOf(own)}@${hostOf(other)}`,
        `${other.url}/#${own.url}`,
      ]) {
        expect((await probe(target, module)).status).toBeGreaterThanOrEqual(400);
      }
    }
    const sent = own.requests.map(({ headers }) => headers.authorization ?? headers["x-key"]);
    expect(new Set(sent)).toEqual(new Set(["Bearer canary-token", "canary-key", "Basic dTpjYW5hcnktcHc="]));
    expect(other.connections()).toBe(0);
    expect(value(await page(other.url), "p2p_node_up")).toBe(1);
    expect(JSON.stringify(other.requests)).not.toContain("canary");
    expect(JSON.stringify(other.requests)).not.toContain("dTpj");
  });

  test("for a host with a pinned certificate are not sent to a server with another one", async () => {
    const certificate = createSelfSignedCertificate({ commonName: "node" });
    const node = await serve(lonelyWire, { tls: createSelfSignedCertificate({ commonName: "other" }) });
    const token = {
      auth: { bearer: { token: "canary-token" } },
      tls: { pin: certificate.peerId },
      hosts: [hostOf(node)],
    };
    const { page } = await start({ allow: HERE, modules: { token: { chain: "wire", ...token } } });
    const given = await page(node.url, "token");
    expect(value(given, "p2p_node_failure_info", { api: "peers", reason: "tls_pin" })).toBe(1);
    expect(node.requests).toEqual([]);
  });
});

test.each([301, 302, 303, 307, 308])(
  "a redirect (%i) is never followed, with or without credentials",
  async (status) => {
    const canary = await serve(lonelyWire);
    const node = await serve(({ url }) => ({ status, headers: { location: canary.url + url } }));
    const modules = {
      wire: { chain: "wire" },
      token: { chain: "wire", auth: { bearer: { token: "t" } }, hosts: [hostOf(node), hostOf(canary)] },
    };
    const { page } = await start({ allow: HERE, modules });
    for (const module of ["wire", "token"]) {
      const given = await page(node.url, module);
      expect(value(given, "p2p_node_up")).toBe(0);
      expect(value(given, "p2p_node_failure_info", { api: "peers", reason: "http" })).toBe(1);
    }
    expect(node.requests.length).toBeGreaterThan(0);
    expect(canary.connections()).toBe(0);
  },
);

describe("many at the same time", () => {
  test("a further target beyond probe.concurrency gets 503 with Retry-After, until one is done", async () => {
    const slow = await serve(hang);
    const other = await serve(lonelyWire);
    const { probe, page } = await start({ allow: HERE, concurrency: 1 });
    const first = probe(slow.url, "wire", timeout(4));
    await waitFor(() => slow.requests.length > 0, "the slow node to be asked");
    const refused = await probe(other.url);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await refused.text()).toContain("probe.concurrency");
    expect(other.connections()).toBe(0);
    expect(value(await read(await first), "p2p_node_up")).toBe(0);
    expect(value(await page(other.url), "p2p_node_up")).toBe(1);
  });

  test("a client that goes away leaves no connection and no slot behind, long before its probe's timeout", async () => {
    const slow = await serve(hang);
    const other = await serve(lonelyWire);
    const { client, probe } = await startForClients();
    const gone = client(slow);
    await waitFor(() => slow.requests.length > 0, "the slow node to be asked");
    gone.destroy();
    await waitFor(async () => (await probe(other.url)).status === 200, "the slot to be free", { timeoutMs: 20_000 });
    await waitFor(() => slow.openConnections() === 0, "the connection to the slow node to be closed", {
      timeoutMs: 20_000,
    });
  });

  test("a client that goes away does not end the probe of another one", async () => {
    const gate = withResolvers<void>();
    const slow = await serve(async (each) => {
      await gate.promise;
      return lonelyWire(each);
    });
    const { url, client, probe } = await startForClients();
    const other = probe(slow.url, "wire", LONG);
    await waitFor(() => slow.requests.length > 0, "the slow node to be asked");
    const gone = client(slow);
    await new Promise((resolve) => gone.once("finish", resolve));
    // Whatever is answered after it: the exporter has read the request before.
    await fetch(`${url}/-/healthy`);
    gone.destroy();
    await fetch(`${url}/-/healthy`);
    gate.resolve();
    expect(value(await read(await other), "p2p_node_up")).toBe(1);
    expect(slow.connections()).toBe(1);
  });

  const LONG = timeout(120);

  /** One slot, and a module that would wait for two minutes. */
  async function startForClients() {
    const started = await start({
      ...{ allow: HERE, concurrency: 1 },
      modules: { wire: { chain: "wire", timeout: "2m" } },
    });
    const client = (node: FakeNode) => {
      const asking = request(`${started.url}/probe?target=${hostOf(node)}&module=wire`, { headers: LONG });
      asking.on("error", () => {});
      asking.end();
      return asking;
    };
    return { ...started, client };
  }
});

describe("time", () => {
  test("of Prometheus' timeout is kept, with a page that says so", async () => {
    const node = await serve(hang);
    const { page } = await start({ allow: HERE, modules: { wire: { chain: "wire", timeout: "2m" } } });
    // If it waited for longer, the test would time out.
    const given = await page(node.url, "wire", timeout(1.2));
    expect(value(given, "p2p_node_up")).toBe(0);
    expect(value(given, "p2p_node_failure_info", { api: "peers", reason: "timeout" })).toBe(1);
  });

  test("of the module is kept where Prometheus would wait longer", async () => {
    const node = await serve(hang);
    const { page } = await start({ allow: HERE, modules: { wire: { chain: "wire", timeout: "1s" } } });
    const given = await page(node.url, "wire", timeout(60));
    expect(value(given, "p2p_node_failure_info", { api: "peers", reason: "timeout" })).toBe(1);
  });

  test("that the exporter's stop cuts short gives 503 immediately", async () => {
    const node = await serve(hang);
    const { probe, close } = await start({ allow: HERE });
    const answer = probe(node.url);
    await waitFor(() => node.requests.length > 0, "the node to be asked");
    await close();
    expect((await answer).status).toBe(503);
    await waitFor(() => node.openConnections() === 0, "the connection to the node to be closed");
  });
});

test("logs name host and port of a target, and never its path and query", async () => {
  const node = await serve((asked) =>
    asked.url.includes("TOKEN") ? { status: 500, body: "TOKEN" } : lonelyWire(asked),
  );
  const { probe, lines } = await start({ allow: ["127.0.0.0/8:*/*"] });
  for (const target of [
    `${node.url}/TOKEN?key=TOKEN`,
    "http://127.0.0.1:1/TOKEN",
    "http://u:TOKEN@127.0.0.1:1",
    "http://192.0.2.1:1/TOKEN",
  ]) {
    const answer = await probe(target);
    expect(await answer.text()).not.toContain("TOKEN");
  }
  await waitFor(() => lines.filter(({ msg }) => msg === "answered").length === 4, "all answers to be logged");
  expect(lines.some(({ target, msg }) => target === hostOf(node) && msg === "probe failed")).toBe(true);
  expect(JSON.stringify(lines)).not.toContain("TOKEN");
});
