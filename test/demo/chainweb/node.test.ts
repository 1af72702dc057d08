import { describe, expect, test } from "vitest";
import { fields, json, request } from "../support.ts";
import { BASE, heights, started } from "./support.ts";

describe("cuts", () => {
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
});

describe("headers and routes", () => {
  const { clock, nodes, p2p, service, cut } = started();

  test("both APIs send version and time, only the P2P API sends the client its address", () => {
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
    const response = p2p(target);
    expect(response).toMatchObject({ status: 404, body: "" });
    expect(response.headers).toHaveProperty("X-Server-Timestamp");
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
    const ask = (method: string, headers = {}) => nodes.healthy.apis.p2p(request(`${BASE}/cut`, { method, headers }));
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
      const object = fields(json(nodes.healthy.apis.service(request(target, { headers: { accept } }))));
      expect(object).toMatchObject({
        height,
        hash,
        chainId: Number(chain),
        creationTime: Number(bytes.readBigInt64LE(8)),
      });
      const raw = p2p(target);
      expect(raw.status).toBe(200);
    }
    const unknown = p2p(`${BASE}/chain/0/header/${"A".repeat(43)}`);
    expect([unknown.status, json(unknown)]).toEqual([404, { key: "A".repeat(43), reason: "key not found" }]);
  });
});
