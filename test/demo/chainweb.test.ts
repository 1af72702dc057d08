import assert from "node:assert/strict";
import { describe, expect, test } from "vitest";
import { chainHeightAt, cutAt } from "../../src/demo/chainweb/chain.ts";
import { distancesFrom, TEN_CHAINS, TWENTY_CHAINS } from "../../src/demo/chainweb/graph.ts";
import { CHAINWEB_LAG, createChainwebNetwork } from "../../src/demo/chainweb/network.ts";
import { createRandom } from "../../src/demo/random.ts";
import { type Fields, fields, json, request, rows, testClock } from "./support.ts";

const BASE = "/chainweb/0.0/mainnet01";

function started(seed = "chainweb") {
  const clock = testClock();
  const network = createChainwebNetwork(clock, createRandom(seed));
  const p2p = (target: string) => network.healthy.apis.p2p(request(target));
  const service = (target: string) => network.healthy.apis.service(request(target));
  const page = (target: string) => fields(json(p2p(target)));
  const cut = (node: keyof typeof network) => fields(json(network[node].apis.p2p(request(`${BASE}/cut`))));
  return { clock, network, p2p, service, page, cut };
}

function heights(cut: Fields): Map<number, number> {
  return new Map(Object.entries(fields(cut.hashes)).map(([chain, of]) => [Number(chain), Number(fields(of).height)]));
}

function hostnames(page: Fields): unknown[] {
  return rows(page.items).map((item) => fields(item.address).hostname);
}

describe("the graph", () => {
  test.each([
    ["ten", TEN_CHAINS, 2],
    ["twenty", TWENTY_CHAINS, 3],
  ] as const)("%s chains: three neighbours each, both ways", (_name, graph, diameter) => {
    for (const [chain, neighbours] of graph) {
      expect(neighbours.length).toBe(3);
      for (const neighbour of neighbours) expect(graph.get(neighbour)).toContain(chain);
    }
    const distances = [...graph.keys()].flatMap((chain) => [...distancesFrom(graph, chain).values()]);
    expect(distances.length).toBe(graph.size ** 2);
    expect(Math.max(...distances)).toBe(diameter);
  });
});

describe("cuts", () => {
  function expectBraided(cut: ReadonlyMap<number, number>) {
    for (const [chain, height] of cut) {
      for (const neighbour of TWENTY_CHAINS.get(chain) ?? []) {
        assert(Math.abs(height - (cut.get(neighbour) ?? 0)) <= 1, `${chain} and ${neighbour} are further apart`);
      }
    }
    expect(Math.max(...cut.values()) - Math.min(...cut.values())).toBeLessThanOrEqual(3);
  }

  test("are braided at every moment and rise by 20 in 30 s", () => {
    const start = testClock().startedAt;
    const spreads = new Set<number>();
    for (let elapsed = 0; elapsed < 300; elapsed += 0.9) {
      const cut = cutAt(start + elapsed);
      expectBraided(cut);
      spreads.add(Math.max(...cut.values()) - Math.min(...cut.values()));
    }
    expect(spreads).toEqual(new Set([2, 3]));
    const sum = (elapsed: number) => [...cutAt(start + elapsed).values()].reduce((total, height) => total + height, 0);
    expect(Math.abs(sum(3000) - sum(0) - 2000)).toBeLessThanOrEqual(12);
    expect(chainHeightAt(0, start + 300) - chainHeightAt(0, start)).toBeOneOf([9, 10, 11]);
  });

  test("have the real shape", () => {
    const { cut } = started();
    const body = cut("healthy");
    expect(Object.keys(body).sort()).toEqual(["hashes", "height", "id", "instance", "origin", "weight"]);
    expect(body).toMatchObject({ origin: null, instance: "mainnet01" });
    expect(body.height).toBe([...heights(body).values()].reduce((total, height) => total + height, 0));
    for (const text of [body.id, body.weight, fields(fields(body.hashes)["7"]).hash])
      expect(text).toMatch(/^[\w-]{43}$/);
    expect(heights(body).size).toBe(20);
  });

  test("maxheight", () => {
    const { page, p2p } = started();
    expect(Number(page(`${BASE}/cut?maxheight=140000000`).height)).toBe(140_000_000);
    const early = page(`${BASE}/cut?maxheight=36540`);
    expect(early.height).toBe(36_540);
    expect(heights(early).size).toBe(10);
    expect(p2p(`${BASE}/cut?maxheight=x`).status).toBe(400);
  });

  test("the trailing node falls behind on some chains, stays braided, never goes back, and catches up", () => {
    const { clock, cut } = started();
    const lag = () => Number(cut("healthy").height) - Number(cut("trailing").height);
    let before = 0;
    let largest = 0;
    for (let elapsed = 0; elapsed <= CHAINWEB_LAG.period; elapsed += 5) {
      clock.moveTo(elapsed);
      const trailing = cut("trailing");
      expectBraided(heights(trailing));
      expect(Number(trailing.height)).toBeGreaterThanOrEqual(before);
      before = Number(trailing.height);
      largest = Math.max(largest, lag());
      expect(lag()).toBeGreaterThanOrEqual(0);
      if (elapsed < CHAINWEB_LAG.stallFrom) expect(lag()).toBe(0);
    }
    expect(largest).toBeGreaterThanOrEqual(3);
    expect(largest).toBeLessThanOrEqual(40);
    expect(lag()).toBe(0);
  });
});

describe("peer pages", () => {
  const { page, p2p } = started();

  test("an item has an id and an address and nothing else", () => {
    const items = rows(page(`${BASE}/cut/peer?limit=512`).items);
    for (const item of items) {
      expect(Object.keys(item).sort()).toEqual(["address", "id"]);
      expect(Object.keys(fields(item.address)).sort()).toEqual(["hostname", "port"]);
      if (item.id !== null) expect(item.id).toMatch(/^[\w-]{43}$/);
    }
    expect(items.some((item) => item.id === null)).toBe(true);
    expect(items.some((item) => String(fields(item.address).hostname).startsWith("2001:db8:"))).toBe(true);
  });

  test("the default is 64, and the next page goes on", () => {
    const first = page(`${BASE}/cut/peer`);
    expect(first).toMatchObject({ limit: 64, next: "inclusive:64" });
    const second = page(`${BASE}/cut/peer?next=${first.next}`);
    expect(second.next).toBeNull();
    expect(second.limit).toBe(rows(second.items).length);
    const all = page(`${BASE}/cut/peer?limit=9999`);
    expect([...hostnames(first), ...hostnames(second)]).toEqual(hostnames(all));
    expect(new Set(hostnames(all)).size).toBe(hostnames(all).length);
    expect(hostnames(page(`${BASE}/cut/peer?limit=2&next=exclusive:3`))).toEqual(hostnames(all).slice(4, 6));
  });

  test("odd limits and cursors", () => {
    expect(page(`${BASE}/cut/peer?limit=0`)).toEqual({ limit: 0, items: [], next: "inclusive:0" });
    expect(page(`${BASE}/cut/peer?next=inclusive:5000`)).toEqual({ limit: 0, items: [], next: null });
    expect(p2p(`${BASE}/cut/peer?limit=f`)).toMatchObject({
      status: 400,
      body: "Error parsing query parameter limit failed: could not parse: `f' (input does not start with a digit)",
    });
    expect(p2p(`${BASE}/cut/peer?next=123`)).toMatchObject({
      status: 400,
      body: 'Error parsing query parameter next failed: TextFormatException "missing \':\' in next item: \\"123\\"."',
    });
    for (const query of ["limit=-1", "limit=5x", "limit=", "next=x:1", "next=inclusive:x"]) {
      expect(p2p(`${BASE}/cut/peer?${query}`).status).toBe(400);
    }
  });

  test("mempool peers are a subset in the same order", () => {
    const known = hostnames(page(`${BASE}/cut/peer?limit=512`));
    for (const chain of [0, 19]) {
      const mempool = hostnames(page(`${BASE}/chain/${chain}/mempool/peer?limit=512`));
      expect(mempool.length).toBeLessThan(known.length);
      expect(known.filter((host) => mempool.includes(host))).toEqual(mempool);
    }
  });

  test("peers come and go", () => {
    const { clock, page: later } = started();
    const counts = new Set<number>();
    for (let elapsed = 0; elapsed < 3600; elapsed += 30) {
      clock.moveTo(elapsed);
      counts.add(rows(later(`${BASE}/cut/peer?limit=512`).items).length);
    }
    expect(counts.size).toBeGreaterThan(5);
  });
});

describe("headers and routes", () => {
  const { clock, network, p2p, service, cut } = started();

  test("both APIs tell version and time, only the P2P API the client's address", () => {
    expect(p2p(`${BASE}/cut`).headers).toMatchObject({
      Server: "Chainweb P2P API",
      "Content-Type": "application/json;charset=utf-8",
      "X-Chainweb-Node-Version": "3.2",
      "X-Server-Timestamp": String(Math.floor(clock.now())),
      "X-Peer-Addr": "127.0.0.1:50000",
    });
    expect(service("/info").headers).toMatchObject({
      Server: "Chainweb Service API",
      "X-Chainweb-Node-Version": "3.2",
    });
    expect(service("/info").headers).not.toHaveProperty("X-Peer-Addr");
  });

  test.each([
    `${BASE}/cut/peer/`,
    `${BASE}/chain/20/mempool/peer`,
    `${BASE}/chain/07/mempool/peer`,
    `${BASE}/chain/0/nothing`,
    "/chainweb/0.0/testnet04/cut",
    "/chainweb/0.0/mainnet01",
    "/info",
    "/health-check",
    "/",
    "//",
  ])("the P2P API has no %s", (target) => {
    const answer = p2p(target);
    expect(answer).toMatchObject({ status: 404, body: "" });
    expect(answer.headers).toHaveProperty("X-Server-Timestamp");
  });

  test.each([`${BASE}/cut/peer`, `${BASE}/chain/0/mempool/peer`, "/config"])("the service API has no %s", (target) => {
    expect(service(target)).toMatchObject({ status: 404, body: "" });
  });

  test("the service API has info, health and the cut", () => {
    expect(json(service("/info"))).toMatchObject({
      nodeVersion: "mainnet01",
      nodeApiVersion: "0.0",
      nodeNumberOfChains: 20,
      nodePackageVersion: "3.2",
      nodeBlockDelay: 30_000_000,
    });
    expect(service("/health-check").body).toBe("Health check OK.\n");
    expect(json(service(`${BASE}/cut`))).toEqual(cut("healthy"));
  });

  test("methods and Accept", () => {
    const ask = (method: string, headers = {}) => network.healthy.apis.p2p(request(`${BASE}/cut`, { method, headers }));
    expect(ask("HEAD").status).toBe(200);
    expect(ask("PUT").status).toBe(405);
    expect(ask("GET", { accept: "text/html" }).status).toBe(406);
    expect(ask("GET", { accept: "application/json" }).status).toBe(200);
  });

  test("block headers hold the time of the tip", () => {
    for (const [chain, of] of Object.entries(fields(cut("healthy").hashes))) {
      const { hash, height } = fields(of);
      const target = `${BASE}/chain/${chain}/header/${hash}`;
      const bytes = Buffer.from(String(json(p2p(target))), "base64url");
      expect(bytes.length).toBe(318);
      expect(bytes.subarray(286).toString("base64url")).toBe(hash);
      const age = clock.now() - Number(bytes.readBigInt64LE(8)) / 1e6;
      expect(age).toBeGreaterThan(0);
      expect(age).toBeLessThan(45);
      const accept = "application/json;blockheader-encoding=object";
      const object = fields(json(network.healthy.apis.service(request(target, { headers: { accept } }))));
      expect(object).toMatchObject({
        height,
        hash,
        chainId: Number(chain),
        creationTime: Number(bytes.readBigInt64LE(8)),
      });
      const raw = p2p(target);
      expect(raw.status).toBe(200);
    }
    expect(p2p(`${BASE}/chain/0/header/${"A".repeat(43)}`).status).toBe(404);
  });
});

test("the same seed gives the same peers, another seed others", () => {
  const list = (seed: string) => started(seed).page(`${BASE}/cut/peer?limit=512`);
  expect(list("a")).toEqual(list("a"));
  expect(list("a")).not.toEqual(list("b"));
});
