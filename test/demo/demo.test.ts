import { createConnection } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BITCOIN_UPGRADE, LITECOIN_FORK } from "../../src/demo/bitcoin/nodes.ts";
import { type DemoNetwork, startDemoNetwork } from "../../src/demo/demo.ts";
import type { DemoNode } from "../../src/demo/demo-nodes.ts";
import { ask } from "../support/ask.ts";
import { eventually, fields, rows } from "./support.ts";

function find(network: DemoNetwork, name: string): DemoNode {
  const node = network.nodes.find((one) => one.name === name);
  if (node === undefined) throw new Error(`no node ${name}`);
  return node;
}

async function call(url: string, method: string) {
  const body = JSON.stringify({ jsonrpc: "2.0", id: "0", method });
  const { text } = await ask(`${url}/json_rpc`, { method: "POST", body });
  return fields(fields(JSON.parse(text)).result);
}

/** Tries to connect once. @returns "connected" or the code of the error */
function dial(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = createConnection({ host: hostname, port: Number(port) });
    socket.once("connect", () => {
      socket.destroy();
      resolve("connected");
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "failed"));
  });
}

describe("over HTTP", () => {
  let network: DemoNetwork;
  beforeAll(async () => {
    network = await startDemoNetwork({ seed: 7 });
  });
  afterAll(() => network.close());

  test("twelve nodes of four families of chains, each with a story", () => {
    expect(network.nodes.map(({ chain }) => chain)).toEqual([
      ...["wire", "wire", "wire"],
      ...["monero", "monero", "monero", "monero"],
      ...["chainweb", "chainweb"],
      ...["bitcoin", "bitcoin", "litecoin"],
    ]);
    expect(new Set(network.nodes.map(({ name }) => name)).size).toBe(12);
    for (const { url, story } of network.nodes) {
      expect(url).toMatch(/^https?:\/\/127\.0\.0\.1:\d+$/);
      expect(story).toMatch(/^[A-Z].*\.$/);
    }
  });

  test("wire", async () => {
    for (const { url } of network.nodes.filter(({ chain }) => chain === "wire")) {
      const response = await ask(`${url}/v1/net/connections`, { method: "POST" });
      expect(response.statusCode).toBe(201);
      expect(response.headers["content-type"]).toBe("application/json");
      expect(rows(JSON.parse(response.text)).length).toBeGreaterThan(5);
    }
    const { url, options } = find(network, "wire-3");
    expect((await ask(`${url}/v1/prometheus/metrics`)).statusCode).toBe(404);
    const metrics = await ask(`${options?.prometheus_url}/v1/prometheus/metrics`);
    expect(metrics.statusCode).toBe(200);
    expect(metrics.text).toContain("nodeop_p2p_bytes_received{");
    const wrong = await ask(`${url}/v1/chain/get_info`, { headers: { host: "localhost:8888" } });
    expect(wrong.statusCode).toBe(400);
    expect(wrong.text).toContain("Disallowed HTTP HOST header");
  });

  test("monero", async () => {
    const { url } = find(network, "monero-1");
    const info = await call(url, "get_info");
    expect(info.status).toBe("OK");
    expect(Number(info.rpc_connections_count)).toBeGreaterThan(0);
    const chunked = await fetch(`${url}/json_rpc`, {
      method: "POST",
      body: new Blob(['{"method":"get_info"}']).stream(),
      duplex: "half",
    });
    expect(chunked.statusText).toBe("Ok");
    expect(await chunked.json()).toMatchObject({ error: { code: -32600 } });
  });

  test("chainweb: https with a pinned certificate, and http", async () => {
    const { url, pin, options } = find(network, "kadena-1");
    const response = await ask(`${url}/chainweb/0.0/mainnet01/cut/peer`, { rejectUnauthorized: false });
    const seen = Buffer.from(response.certificate?.fingerprint256.replaceAll(":", "") ?? "", "hex");
    expect(seen.toString("base64url")).toBe(pin);
    expect(response.statusCode).toBe(200);
    expect(response.headers["x-peer-addr"]).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(rows(fields(JSON.parse(response.text)).items).length).toBe(64);
    await expect(ask(`${url}/info`)).rejects.toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    expect((await ask(`${options?.service_url}/info`)).statusCode).toBe(200);
    const plain = find(network, "kadena-2-trailing");
    expect((await ask(`${plain.url}/chainweb/0.0/mainnet01/cut`, { method: "HEAD" })).statusCode).toBe(200);
  });

  test("survives anything that a client sends", async () => {
    for (const { url } of network.nodes) {
      const { hostname, port } = new URL(url);
      for (const bytes of [
        "\0\0\0\0",
        "GET",
        "GET / HTTP/9.9\r\n\r\n",
        "POST /json_rpc HTTP/1.1\r\nContent-Length: 9\r\n\r\n{",
      ]) {
        await new Promise<void>((resolve) => {
          const socket = createConnection({ host: hostname, port: Number(port) }, () => socket.end(bytes));
          socket.on("error", () => resolve());
          socket.on("close", () => resolve());
          socket.resume();
        });
      }
      const large = await fetch(`${url.replace("https", "http")}/json_rpc`, {
        method: "POST",
        body: "x".repeat(2 << 20),
      }).then(
        (response) => response.status,
        () => "refused",
      );
      expect(large).toBeOneOf([400, 413, "refused"]);
      expect(await dial(url)).toBe("connected");
    }
  });
});

test("monero-4 goes down, comes back on the same port as a new process, and goes down again", async () => {
  const began = Math.floor(Date.now() / 1000);
  const network = await startDemoNetwork({ speed: 200 });
  try {
    const { url } = find(network, "monero-4-restarting");
    const refused = () => eventually(async () => ((await dial(url)) === "ECONNREFUSED" ? true : undefined));
    await refused();
    const after = await eventually(() => call(url, "get_info").catch(() => undefined));
    // The first process reports a start before the test; on a slow machine it may be down before the first call.
    expect(Number(after.start_time)).toBeGreaterThanOrEqual(began);
    await refused();
  } finally {
    await network.close();
  }
});

test("the same seed gives the same peers", async () => {
  // So slow that no peer comes or goes between the calls.
  const networks = await Promise.all([3, 3, 4].map((seed) => startDemoNetwork({ seed, speed: 0.001 })));
  const peers = await Promise.all(
    networks.map(async (network) => {
      const { connections } = await call(find(network, "monero-1").url, "get_connections");
      return rows(connections).map((row) => `${row.address} ${row.connection_id}`);
    }),
  );
  await Promise.all(networks.map((network) => network.close()));
  expect(peers[0]).toEqual(peers[1]);
  expect(peers[0]).not.toEqual(peers[2]);
});

test("close ends everything, also while a client holds a connection", async () => {
  const network = await startDemoNetwork();
  const sockets = network.nodes.map(({ url }) => {
    const { hostname, port } = new URL(url);
    return createConnection({ host: hostname, port: Number(port) }).on("error", () => {});
  });
  await eventually(() => (sockets.every((socket) => !socket.connecting) ? true : undefined));
  // If close waited for the idle connections, which last 60 s, the test would time out.
  await network.close();
  await eventually(() => (sockets.every((socket) => socket.closed || socket.destroy().closed) ? true : undefined));
  for (const { url } of network.nodes) expect(await dial(url)).toBe("ECONNREFUSED");
  await network.close();
});

test("an invalid speed is refused", async () => {
  await expect(startDemoNetwork({ speed: 0 })).rejects.toThrow("speed must be a number above 0");
});

test("stories of other lengths: a node goes down when its story says", async () => {
  const never = { period: 3600, stallFrom: 3000, stallFor: 1, catchUpFor: 1 };
  const network = await startDemoNetwork({
    speed: 50,
    stories: {
      ...{ wireLag: never, moneroLag: never, chainwebLag: never },
      bitcoinUpgrade: BITCOIN_UPGRADE,
      litecoinFork: LITECOIN_FORK,
      moneroOutage: { period: 7200, downFrom: 1, downFor: 3600 },
    },
  });
  try {
    const { url } = find(network, "monero-4-restarting");
    await eventually(async () => (await dial(url)) === "ECONNREFUSED" || undefined);
  } finally {
    await network.close();
  }
});
