import { existsSync } from "node:fs";
import { Agent, request } from "node:http";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type App, startApp } from "../../src/app/app.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { parseListenAddress } from "../../src/server/listen-address.ts";
import { logSink } from "../poll/support.ts";
import { ask } from "../support/ask.ts";
import { find, type Page, parseOpenMetrics, parseText, value } from "../support/exposition-parser.ts";
import { type FakeNode, type Handler, json, MANY_ROWS, startFakeNode } from "../support/fake-node.ts";
import { promtoolCheckMetrics } from "../support/prometheus.ts";
import { findServer, tempFolder, waitFor } from "../support/servers.ts";
import { untilReady } from "../support/waits.ts";
import { CONNECTION, wellMonerod } from "../support/well-monerod.ts";
import { withResolvers } from "../support/with-resolvers.ts";

const promtool = findServer("promtool", "apt-get install prometheus");

/** Answers the JSON-RPC calls of a monerod. */
const monerod = (connections: readonly object[] = [CONNECTION]) =>
  wellMonerod(
    () => connections,
    () => 1_767_323_000,
  );

async function fakeNode(handler: Handler): Promise<FakeNode> {
  const node = await startFakeNode(handler);
  onTestFinished(node.close);
  return node;
}

type Block = Readonly<Record<string, unknown>>;
type StartOptions = { readonly connections?: Block; readonly addresses?: readonly string[] };

/** Starts the whole program on a free port of 127.0.0.1. */
async function start(nodes: readonly Block[], options: StartOptions = {}) {
  const { config } = parsed({ nodes, connections: options.connections ?? {} });
  const { log, lines } = logSink();
  const addresses = (options.addresses ?? ["127.0.0.1:0"]).map(parseListenAddress);
  const app = await startApp({ config, load: async () => config, addresses, telemetryPath: "/metrics", log });
  let closed: Promise<void> | undefined;
  const close: App["close"] = () => {
    closed ??= app.close();
    return closed;
  };
  onTestFinished(close);
  return { url: app.addresses[0] ?? "", addresses: app.addresses, close, lines };
}

function parsed(document: Block) {
  const result = parseConfig(document, undefined);
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join("; "));
  return result;
}

async function scrape(url: string): Promise<Page> {
  return parseText(Buffer.from(await (await fetch(`${url}/metrics`)).arrayBuffer()));
}

async function isServing(url: string): Promise<boolean> {
  const response = await fetch(`${url}/-/healthy`).catch(() => undefined);
  return response?.status === 200;
}

const hang: Handler = () => new Promise(() => {});

describe("a fake monerod", () => {
  test("is on the page with its peers, in both formats", async () => {
    const node = await fakeNode(monerod());
    const { url, lines } = await start([
      { name: "monero-1", chain: "monero", url: node.url, labels: { region: "eu" } },
    ]);
    await untilReady({ url });
    const page = await scrape(url);
    const labels = { target: "monero-1", chain: "monero", region: "eu" };
    const peer = { ...labels, direction: "outbound", peer: "192.0.2.7:18080" };
    expect(value(page, "p2p_node_up", labels)).toBe(1);
    expect(value(page, "p2p_node_info", { ...labels, version: "0.18.4.3-release", network: "mainnet" })).toBe(1);
    expect(value(page, "p2p_node_peers", { ...labels, direction: "outbound" })).toBe(1);
    expect(value(page, "p2p_node_head_height", labels)).toBe(1200);
    expect(value(page, "p2p_node_head_timestamp_seconds", labels)).toBe(1_767_323_000);
    expect(value(page, "p2p_node_head_lag_blocks", labels)).toBe(5);
    expect(value(page, "p2p_connection_receive_bytes_total", peer)).toBe(4000);
    expect(value(page, "p2p_connection_transmit_bytes_total", peer)).toBe(3000);
    expect(value(page, "p2p_node_poll_failures_total", { ...labels, reason: "timeout" })).toBe(0);
    expect(value(page, "peer_exporter_config_last_reload_successful")).toBe(1);
    expect(find(page, "peer_exporter_http_request_duration_seconds_count", { handler: "/-/ready" })).not.toEqual([]);
    expect(lines.filter(({ api }) => api === "peers").map(({ msg }) => msg)).toEqual(["up"]);

    const openmetrics = await fetch(`${url}/metrics`, { headers: { accept: "application/openmetrics-text" } });
    expect(value(parseOpenMetrics(await openmetrics.text()), "p2p_node_up", labels)).toBe(1);
    expect(await (await fetch(url)).text()).toContain("1 of 1 node degraded: unexpected response");
  });

  test.skipIf(promtool === undefined)("gives a page that promtool accepts", async () => {
    const node = await fakeNode(monerod());
    const { url } = await start([{ name: "monero-1", chain: "monero", url: node.url }]);
    await untilReady({ url });
    const page = await (await fetch(`${url}/metrics`)).text();
    expect(await promtoolCheckMetrics(page)).toEqual({ code: 0, output: "" });
  });

  test("scrapes never touch the node", async () => {
    const node = await fakeNode(monerod());
    const { url } = await start([{ name: "monero-1", chain: "monero", url: node.url }]);
    await untilReady({ url });
    const before = node.requests.length;
    await Promise.all(Array.from({ length: 20 }, () => scrape(url)));
    expect(node.requests).toHaveLength(before);
  });

  test("that stops loses its data at the next poll, and gets it back after it restarts", async () => {
    let isAway = false;
    const well = monerod();
    const node = await fakeNode((call) => (isAway ? { status: 502, body: "gone" } : well(call)));
    const { url, lines } = await start([{ name: "monero-1", chain: "monero", url: node.url, interval: "1s" }]);
    await untilReady({ url });
    isAway = true;
    const down = await waitFor(async () => {
      const page = await scrape(url);
      return value(page, "p2p_node_up") === 0 && page;
    }, "the node to be down");
    expect(down.families.filter(({ name }) => /^p2p_connection_|p2p_node_(?:peers|head_)/.test(name))).toEqual([]);
    expect(value(down, "p2p_node_poll_failures_total", { reason: "http" })).toBeGreaterThan(0);
    isAway = false;
    await waitFor(async () => value(await scrape(url), "p2p_node_up") === 1, "the node to be up again");
    expect(find(await scrape(url), "p2p_connection_info")).toHaveLength(1);
    // Other parts may change in another poll than the peers.
    const reported = lines.filter(({ api }) => api === "peers").map(({ msg }) => msg.split(/[:,]/)[0]);
    expect(reported).toEqual(["up", "down", "up again"]);
  });
});

describe("readiness", () => {
  test("comes with the last node's first poll; until then the page has every node with up 0", async () => {
    const gate = withResolvers<void>();
    const well = monerod();
    const [quick, slow] = [
      await fakeNode(well),
      await fakeNode(async (call) => {
        await gate.promise;
        return well(call);
      }),
    ];
    const { url } = await start([
      { name: "quick", chain: "monero", url: quick.url },
      { name: "slow", chain: "monero", url: slow.url },
    ]);
    await waitFor(() => slow.requests.length > 0 && quick.requests.length >= 3, "both nodes to be asked");
    await waitFor(async () => value(await scrape(url), "p2p_node_up", { target: "quick" }) === 1, "one node to be up");
    const early = await scrape(url);
    expect(value(early, "p2p_node_up", { target: "slow" })).toBe(0);
    expect(value(early, "p2p_node_polls_total", { target: "slow" })).toBe(0);
    expect((await fetch(`${url}/-/ready`)).status).toBe(503);
    gate.resolve();
    await untilReady({ url });
    expect(value(await scrape(url), "p2p_node_up", { target: "slow" })).toBe(1);
  });

  test("a node that hangs is ready, and down, after its timeout", async () => {
    const node = await fakeNode(hang);
    const { url } = await start([{ name: "hangs", chain: "monero", url: node.url, timeout: "1s" }]);
    await untilReady({ url });
    const page = await scrape(url);
    expect(value(page, "p2p_node_up")).toBe(0);
    expect(value(page, "p2p_node_poll_failures_total", { reason: "timeout" })).toBe(1);
    expect(value(page, "p2p_node_poll_duration_seconds")).toBeGreaterThanOrEqual(0.99);
  });
});

describe("close", () => {
  test("does not wait for a poll that hangs, and closes the connection to the node", async () => {
    const node = await fakeNode(hang);
    const patient = { interval: "60s", timeout: "60s" };
    const { url, close, lines } = await start([{ name: "hangs", chain: "monero", url: node.url, ...patient }]);
    await waitFor(() => node.requests.length > 0, "the poll to start");
    // If it waited for the poll, the test would time out.
    await close();
    await waitFor(() => node.openConnections() === 0, "the connection to the node to close");
    await expect(fetch(url)).rejects.toThrow();
    expect(lines).toEqual([]);
  });

  test("lets a scrape in flight finish", async () => {
    // Far more than the buffers of two sockets hold, so that the answer cannot be on its way as a whole.
    const connections = Array.from({ length: 5000 }, (_, index) => ({
      ...CONNECTION,
      connection_id: `c${index}`,
      address: `[2001:db8::${Math.floor(index / 100)}:${index % 100}]:${10_000 + index}`,
      address_type: 2,
    }));
    const node = await fakeNode(monerod(connections));
    const nodes = ["a", "b"].map((name) => ({ name, chain: "monero", url: node.url, limits: MANY_ROWS }));
    const { url, close } = await start(nodes, { connections: { max_per_node: 5000 } });
    await untilReady({ url });

    const chunks: Buffer[] = [];
    const [response, ended] = await new Promise<[NodeJS.ReadableStream, Promise<void>]>((resolve, reject) => {
      request(`${url}/metrics`, { agent: false }, (incoming) => {
        const whole = new Promise<void>((done, fail) => {
          incoming.once("end", done);
          incoming.once("error", fail);
          incoming.once("aborted", () => fail(new Error("the response was cut off")));
        });
        whole.catch(() => {});
        resolve([incoming, whole]);
      })
        .once("error", reject)
        .end();
    });
    let isClosed = false;
    const closing = close().then(() => {
      isClosed = true;
    });
    // New connections are refused; the old one still waits for its reader.
    await waitFor(async () => !(await isServing(url)), "the exporter to stop serving");
    expect(isClosed).toBe(false);
    response.on("data", (chunk: Buffer) => void chunks.push(chunk));
    await ended;
    await closing;
    const page = Buffer.concat(chunks).toString();
    expect(page.match(/^p2p_connection_info\{target="b",/gm)).toHaveLength(5000);
  });

  test("drops an idle keep-alive connection immediately", async () => {
    const node = await fakeNode(monerod());
    const { url, close } = await start([{ name: "monero-1", chain: "monero", url: node.url }]);
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    await ask(`${url}/metrics`, { agent });
    // If it waited for the connection, which the client keeps, the test would time out.
    await close();
  });

  test("ends the polls: no connection to the node and no timer is left", async () => {
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
    const before = timers();
    const node = await fakeNode(monerod());
    const { url, close } = await start([
      { name: "interval", chain: "monero", url: node.url, interval: "20d" },
      { name: "schedule", chain: "monero", url: node.url, schedule: "0 0 1 1 *" },
    ]);
    await untilReady({ url });
    await close();
    await waitFor(() => node.openConnections() === 0 && timers() <= before, "everything to be closed");
  });
});

describe("listening", () => {
  test("on several addresses, all with the same page", async () => {
    const node = await fakeNode(monerod());
    const path = join(tempFolder(), "exporter.sock");
    const { addresses, close } = await start([{ name: "monero-1", chain: "monero", url: node.url }], {
      addresses: ["127.0.0.1:0", "localhost:0", `unix:${path}`],
    });
    expect(addresses[0]).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(addresses[1]).toMatch(/^http:\/\/localhost:\d+$/);
    expect(addresses[2]).toBe(`unix:${path}`);
    await untilReady({ url: addresses[0] ?? "" });
    const pages = [await scrape(addresses[0] ?? ""), await scrape(addresses[1] ?? "")];
    pages.push(parseText((await ask("http://localhost/metrics", { socketPath: path })).text));
    expect(pages.map((page) => value(page, "p2p_node_up"))).toEqual([1, 1, 1]);
    await close();
    expect(existsSync(path)).toBe(false);
  });

  test("an address that is taken fails, and leaves nothing running", async () => {
    const node = await fakeNode(monerod());
    const first = await start([{ name: "monero-1", chain: "monero", url: node.url }]);
    await untilReady(first);
    const asked = node.requests.length;
    const taken = new URL(first.url).host;
    const { config } = parsed({ nodes: [{ name: "m", chain: "monero", url: node.url }] });
    const { log } = logSink();
    // It was opened after the start had failed, and its file stayed.
    const path = join(tempFolder(), "exporter.sock");
    const addresses = ["127.0.0.1:0", taken, `unix:${path}`].map(parseListenAddress);
    const starting = startApp({ config, load: async () => config, addresses, telemetryPath: "/metrics", log });
    await expect(starting).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
    // Another one takes as long to open.
    await start([], { addresses: [`unix:${join(tempFolder(), "exporter.sock")}`] });
    expect(existsSync(path)).toBe(false);
    expect(node.requests).toHaveLength(asked);
  });

  test("comes before the rest of the start: a request that comes meanwhile waits and is answered", async () => {
    const { config } = parsed({ nodes: [] });
    const steps: string[] = [];
    const answer = withResolvers<Promise<Response>>();
    const app = await startApp({
      config,
      load: async () => config,
      addresses: [parseListenAddress("127.0.0.1:0")],
      telemetryPath: "/metrics",
      log: logSink().log,
      onListening: ([url]) => {
        steps.push("listening");
        answer.resolve(fetch(`${url}/-/healthy`));
      },
      onLoaded: () => steps.push("loaded"),
    });
    onTestFinished(app.close);
    expect((await answer.promise).status).toBe(200);
    expect(steps).toEqual(["listening", "loaded"]);
  });

  test("ends where the rest of the start fails, also for a request that waits", async () => {
    const file = join(tempFolder(), "key");
    const { config } = parsed({ nodes: [], connections: { address: "hashed", hash_key_file: file } });
    const url = withResolvers<string>();
    const answer = withResolvers<unknown>();
    const starting = startApp({
      config,
      load: async () => config,
      addresses: [parseListenAddress("127.0.0.1:0")],
      telemetryPath: "/metrics",
      log: logSink().log,
      onListening: ([address = ""]) => {
        url.resolve(address);
        answer.resolve(fetch(address).catch((error: unknown) => error));
      },
    });
    await expect(starting).rejects.toThrow(dirname(file));
    expect(await answer.promise).toBeInstanceOf(Error);
    expect(await isServing(await url.promise)).toBe(false);
  });
});

describe("secrets", () => {
  test("credentials go only to the host of the node's own URL", async () => {
    const answers: Handler = ({ url }) =>
      url.startsWith("/v1/net") ? json([]) : json({ head_block_num: 7, chain_id: "ab".repeat(32) });
    const [net, chain] = [await fakeNode(answers), await fakeNode(answers)];
    const basic = { basic: { username: "monitor", password: "hunter2hunter2" } };
    const elsewhere = chain.url.replace("127.0.0.1", "localhost");
    const { url } = await start([
      { name: "elsewhere", chain: "wire", url: net.url, auth: basic, wire: { chain_url: elsewhere } },
      { name: "same-host", chain: "wire", url: net.url, auth: basic, wire: { chain_url: chain.url } },
    ]);
    await untilReady({ url });
    expect(net.requests.map(({ headers }) => headers.authorization)).toEqual(
      net.requests.map(() => `Basic ${btoa("monitor:hunter2hunter2")}`),
    );
    expect(
      chain.requests.map(({ headers }) => [headers.host?.split(":")[0], headers.authorization !== undefined]).sort(),
    ).toEqual([
      ["127.0.0.1", true],
      ["localhost", false],
    ]);
  });

  test("only scheme, host and port of a URL are logged and served", async () => {
    const node = await fakeNode(() => ({ status: 500, body: "no" }));
    const secret = node.url.replace("http://", "http://user:pa55word@");
    const { url, lines } = await start([
      { name: "gateway", chain: "monero", url: `${secret}/token-in-path?key=token-in-query` },
    ]);
    await untilReady({ url });
    const shown =
      JSON.stringify(lines) + (await (await fetch(`${url}/metrics`)).text()) + (await (await fetch(url)).text());
    expect(node.requests[0]?.url).toBe("/token-in-path?key=token-in-query");
    expect(lines.length).toBeGreaterThan(0);
    expect(shown).not.toMatch(/pa55word|token-in|user:/);
  });

  test("without a key of its own each start hashes addresses differently", async () => {
    const node = await fakeNode(monerod());
    const hash = async (connections: Block) => {
      const { url, close } = await start([{ name: "monero-1", chain: "monero", url: node.url }], { connections });
      await untilReady({ url });
      const [info] = find(await scrape(url), "p2p_connection_info");
      await close();
      return info?.labels.get("peer");
    };
    const [first, second] = [await hash({ address: "hashed" }), await hash({ address: "hashed" })];
    expect(first).toMatch(/^[0-9a-f]{16}$/);
    expect(second).not.toBe(first);
    const keyed = { address: "hashed", hash_key: "0123456789abcdef" };
    expect(await hash(keyed)).toBe(await hash(keyed));
  });
});
