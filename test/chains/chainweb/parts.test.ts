import { describe, expect, test } from "vitest";
import type { NodeReport } from "../../../src/chains/chain.ts";
import { optionsSchema } from "../../../src/chains/chainweb/options.ts";
import { openSession } from "../../../src/chains/chainweb/session.ts";
import { inlineSecret } from "../../../src/config/secret.ts";
import type { Resolve } from "../../../src/rpc/address-filter.ts";
import { createRpcClient } from "../../../src/rpc/client.ts";
import { parseNodeUrl } from "../../../src/rpc/node-url.ts";
import { type Answer, json } from "../../support/fake-node.ts";
import { openNode, poll, serve } from "../sessions.ts";
import { failureIn, fixture, valueIn } from "../support.ts";
import { cutAnswer, cutBody, factsOf, hashOf, header, type TlsPeer, tlsPeer } from "./support.ts";

const BASE = "/chainweb/0.0/mainnet01";

type Answers = Readonly<Record<string, Answer>>;

/** A node with three chains and no peers, but for what the test says. */
function node(answers: Answers = {}) {
  const well: Answers = {
    "/cut/peer": json({ limit: 0, items: [], next: null }),
    "/cut": cutAnswer([7, 8, 7]),
  };
  return serve(({ url }) => {
    const path = url.replace(BASE, "").split("?")[0] ?? "";
    const chain = /^\/chain\/(\d+)\/header\/(.+)$/.exec(path);
    const own =
      chain === null ? undefined : json(header(chain[2] ?? "", BigInt(1_800_000_000 + Number(chain[1])) * 1_000_000n));
    return answers[path] ?? well[path] ?? own ?? { status: 404, headers: { server: "Chainweb P2P API" } };
  });
}

async function pollNode(answers: Answers = {}, options: object = {}): Promise<NodeReport> {
  const { url } = await node(answers);
  return poll(openNode("chainweb", url, { options }));
}

function peerList(...peers: readonly (readonly [host: string, port: number, id: string | null])[]): Answer {
  const items = peers.map(([hostname, port, id]) => ({ id, address: { hostname, port } }));
  return json({ limit: items.length, items, next: null });
}

describe("what every poll tells", () => {
  test("of the cut", async () => {
    const report = await pollNode({ "/cut": json(fixture("chainweb/cut.20chains.json")) });
    expect(Object.entries(factsOf(report, "chain_height"))).toHaveLength(20);
    expect(factsOf(report, "chain_height")).toMatchObject({ "0": 6_400_001, "1": 6_400_000 });
    expect(factsOf(report, "chains")).toEqual({ "": 20 });
    expect(factsOf(report, "cut_weight")).toEqual({ "": 4.26493783959394e22 });
  });

  test("nothing of a cut that did not come", async () => {
    const report = await pollNode({ "/cut": { status: 503 } });
    expect([factsOf(report, "chain_height"), factsOf(report, "chains"), factsOf(report, "cut_weight")]).toEqual([
      {},
      {},
      {},
    ]);
  });

  test("no weight where it is none", async () => {
    const report = await pollNode({ "/cut": json({ ...cutBody([7]), weight: "heavy" }) });
    expect([factsOf(report, "chains"), factsOf(report, "cut_weight")]).toEqual([{ "": 1 }, {}]);
  });

  test("by what peers are known", async () => {
    const peers = peerList(
      ["192.0.2.1", 1789, hashOf("a")],
      ["192.0.2.2", 1789, null],
      ["192.0.2.3", 1789, hashOf("b")],
    );
    expect(factsOf(await pollNode({ "/cut/peer": peers }), "peers_by_identity")).toEqual({ pinned: 2, ca: 1 });
    expect(factsOf(await pollNode(), "peers_by_identity")).toEqual({ pinned: 0, ca: 0 });
    expect(factsOf(await pollNode({ "/cut/peer": { status: 503 } }), "peers_by_identity")).toEqual({});
  });

  test("no peers of another network's node", async () => {
    const report = await pollNode({ "/cut": json(cutBody([7], "testnet06")) });
    expect(report.facts).toEqual([]);
  });
});

describe("outdated", () => {
  test.each([
    ["3.2", "mainnet01", { "": 0 }],
    ["2.32", "mainnet01", { "": 1 }],
    ["2.32", "stoa", {}],
  ])("%s on %s: %j", async (version, network, expected) => {
    const { url } = await serve(({ url: path }) => {
      const body = path.includes("peer") ? { items: [], next: null } : cutBody([7], network);
      return { body: JSON.stringify(body), headers: { "x-chainweb-node-version": version } };
    });
    const report = await poll(openNode("chainweb", url, { options: { network } }));
    expect(factsOf(report, "outdated")).toEqual(expected);
    expect(report.identity).toEqual({ version, network });
  });

  test("is not known without a version; that of the cut counts when the peers did not come", async () => {
    const nothing = { "/cut": json(cutBody([7])) };
    expect(factsOf(await pollNode(nothing), "outdated")).toEqual({});
    const report = await pollNode({ "/cut": cutAnswer([7], "2.31"), "/cut/peer": { status: 503 } });
    expect([report.identity.version, factsOf(report, "outdated")]).toEqual(["2.31", { "": 1 }]);
  });
});

describe("/info", () => {
  async function withInfo(info: object): Promise<NodeReport> {
    const service = await serve(() => json({ nodeVersion: "mainnet01", ...info }));
    return pollNode({}, { service_url: service.url });
  }

  test("gives the service date and the block delay", async () => {
    const report = await withInfo({ nodeServiceDate: "2025-10-15T00:00:00Z", nodeBlockDelay: 15_000_000 });
    expect(factsOf(report, "service_date_timestamp_seconds")).toEqual({ "": 1_760_486_400 });
    expect(report.blockSeconds).toBe(5);
  });

  test("without them there is no date, and blocks come every 30 s", async () => {
    const report = await withInfo({ nodeServiceDate: null });
    expect(factsOf(report, "service_date_timestamp_seconds")).toEqual({});
    expect(report.blockSeconds).toBe(10);
  });
});

describe("tip_age", () => {
  test("gives each chain's newest block a time, and the head the oldest", async () => {
    const report = await pollNode({}, { tip_age: true });
    expect(factsOf(report, "chain_head_timestamp_seconds")).toEqual({
      "0": 1_800_000_000,
      "1": 1_800_000_001,
      "2": 1_800_000_002,
    });
    expect(valueIn(report.head)).toMatchObject({ height: 22, timestampSeconds: 1_800_000_000 });
    expect(report.parts.get("tips")?.ok).toBe(true);
  });

  test("is off by default", async () => {
    const fake = await node();
    const report = await poll(openNode("chainweb", fake.url));
    expect([report.parts.has("tips"), valueIn(report.head).timestampSeconds]).toEqual([false, undefined]);
    expect(fake.requests).toHaveLength(2);
  });

  test("one bad header: the others stay, the head has no time", async () => {
    const tip = `/chain/1/header/${hashOf("1 8")}`;
    const report = await pollNode({ [tip]: json("AAAA") }, { tip_age: true });
    expect(Object.keys(factsOf(report, "chain_head_timestamp_seconds"))).toEqual(["0", "2"]);
    expect(valueIn(report.head).timestampSeconds).toBeUndefined();
    expect(failureIn(report.parts.get("tips")).reason).toBe("bad_shape");
  });

  test("fails with the cut", async () => {
    const report = await pollNode({ "/cut": { status: 503 } }, { tip_age: true });
    expect(failureIn(report.parts.get("tips"))).toEqual(failureIn(report.head));
  });

  test("a header that hangs leaves time for the rest", async () => {
    const tip = `/chain/1/header/${hashOf("1 8")}`;
    const answers = { [tip]: { body: () => {} }, "/chain/2/mempool/peer": { body: () => {} } };
    const { url } = await node({
      ...answers,
      "/chain/0/mempool/peer": peerList(),
      "/chain/1/mempool/peer": peerList(),
    });
    const options = { tip_age: true, mempool_peers: true };
    const report = await poll(openNode("chainweb", url, { options, timeoutMs: 800 }), 800);
    expect(Object.keys(factsOf(report, "chain_head_timestamp_seconds"))).toEqual(["0"]);
    const reasons = ["tips", "mempool"].map((part) => failureIn(report.parts.get(part)).reason);
    expect([report.peers.ok, report.head.ok, ...reasons]).toEqual([true, true, "timeout", "timeout"]);
  });
});

describe("probe", () => {
  const probe = { peers: 5, timeout: "1s", allow: ["127.0.0.0/8"] };

  function listOf(...peers: readonly TlsPeer[]): Answer {
    return peerList(...peers.map(({ port, peerId }) => ["127.0.0.1", port, peerId] as const));
  }

  test("asks the peers of the list for their heads", async () => {
    const [ahead, old] = await Promise.all([
      tlsPeer(() => cutAnswer([9, 9, 9])),
      tlsPeer(() => cutAnswer([6, 6, 6], "2.31")),
    ]);
    const report = await pollNode({ "/cut/peer": listOf(ahead, old) }, { probe });
    expect(report.peerHeads?.map(({ height }) => height).sort()).toEqual([18, 27]);
    expect(factsOf(report, "probed_peers")).toEqual({ "": 2 });
    expect(factsOf(report, "reachable_peers")).toEqual({ "": 2 });
    expect(factsOf(report, "reachable_peers_by_version")).toEqual({ "2.31": 1, "3.2": 1 });
    expect(report.parts.get("probe")?.ok).toBe(true);
  });

  test("is off by default, and loopback is not asked unless it is allowed", async () => {
    const peer = await tlsPeer(() => cutAnswer([9]));
    const off = await pollNode({ "/cut/peer": listOf(peer) });
    expect([off.parts.size, off.peerHeads, factsOf(off, "probed_peers")]).toEqual([0, undefined, {}]);
    const on = await pollNode({ "/cut/peer": listOf(peer) }, { probe: { peers: 5 } });
    expect([factsOf(on, "probed_peers"), factsOf(on, "probe_refused_peers")]).toEqual([{ "": 0 }, { "": 1 }]);
    expect(peer.connections()).toBe(0);
  });

  test("names are resolved by what the session is given", async () => {
    const peer = await tlsPeer(() => cutAnswer([9]));
    const { url } = await node({ "/cut/peer": peerList(["node.test", peer.port, peer.peerId]) });
    const resolve: Resolve = async (name) => (name === "node.test" ? ["127.0.0.1"] : []);
    const connect = (target: Parameters<typeof createRpcClient>[0]["url"]) =>
      createRpcClient({ url: target, tls: { kind: "ca" }, connectTimeoutMs: 1000 });
    const target = { name: "node", chain: "chainweb", url: parseNodeUrl(url), timeoutMs: 5000 };
    const session = openSession(
      { ...target, connect, connectStranger: createRpcClient },
      optionsSchema.parse({ probe }),
      resolve,
    );
    expect(factsOf(await poll(session), "reachable_peers")).toEqual({ "": 1 });
    await session.close();
  });

  test("credentials of the node go to no peer", async () => {
    const peer = await tlsPeer(() => cutAnswer([9]));
    const own = await node({ "/cut/peer": listOf(peer) });
    const auth = { kind: "header", name: "x-token", value: inlineSecret("secret") } as const;
    await poll(openNode("chainweb", own.url, { options: { probe }, auth }));
    expect(own.requests.at(-1)?.headers["x-token"]).toBe("secret");
    expect(peer.requests.map(({ url, headers }) => [url, Object.keys(headers).sort()])).toEqual([
      [`${BASE}/cut`, ["accept", "connection", "host"]],
    ]);
  });

  test("does not cost the node's own data", async () => {
    const hanging = await tlsPeer(() => ({ body: () => {} }));
    const { url } = await node({ "/cut/peer": listOf(hanging) });
    const begun = performance.now();
    const report = await poll(openNode("chainweb", url, { options: { probe }, timeoutMs: 2000 }), 2000);
    expect(performance.now() - begun).toBeLessThan(1900);
    expect([report.peers.ok, report.head.ok]).toEqual([true, true]);
    expect([factsOf(report, "probed_peers"), factsOf(report, "reachable_peers")]).toEqual([{ "": 1 }, { "": 0 }]);
  });

  test.each<[string, Answers, string]>([
    ["the list", { "/cut/peer": { status: 503 } }, "http"],
    ["the right network", { "/cut": json(cutBody([7], "testnet06")) }, "wrong_network"],
  ])("fails without %s", async (_, answers, reason) => {
    const report = await pollNode(answers, { probe });
    expect([failureIn(report.parts.get("probe")).reason, report.peerHeads]).toEqual([reason, undefined]);
  });

  test("runs without the node's own cut", async () => {
    const peer = await tlsPeer(() => cutAnswer([9]));
    const report = await pollNode({ "/cut": { status: 503 }, "/cut/peer": listOf(peer) }, { probe });
    expect([report.head.ok, factsOf(report, "reachable_peers")]).toEqual([false, { "": 1 }]);
  });
});

test("a reference is asked for its head alone", async () => {
  const peer = await tlsPeer(() => cutAnswer([9]));
  const fake = await node({ "/cut/peer": peerList(["127.0.0.1", peer.port, peer.peerId]) });
  const probe = { peers: 5, allow: ["127.0.0.0/8"] };
  const session = openSession(
    {
      name: "reference",
      chain: "chainweb",
      url: parseNodeUrl(fake.url),
      timeoutMs: 5000,
      headOnly: true,
      connect: (url) => createRpcClient({ url, tls: { kind: "ca" }, connectTimeoutMs: 1000 }),
      connectStranger: createRpcClient,
    },
    optionsSchema.parse({ probe, mempool_peers: true }),
  );
  const report = await poll(session);
  await session.close();
  expect(fake.requests.map(({ url }) => url)).toEqual([`${BASE}/cut`]);
  expect([report.peers.ok, valueIn(report.head).height, report.parts.size]).toEqual([false, 22, 0]);
  expect(report.identity).toEqual({ version: "3.2", network: "mainnet01" });
  expect(peer.connections()).toBe(0);
});

describe("options", () => {
  test("the defaults", () => {
    expect(optionsSchema.parse({})).toEqual({
      network: "mainnet01",
      mempool_peers: false,
      tip_age: false,
      probe: { peers: 0, timeout: 4000, concurrency: 4, allow: [] },
    });
  });

  test.each([
    { tip_age: "yes" },
    { probe: 5 },
    { probe: { peers: 51 } },
    { probe: { peers: -1 } },
    { probe: { peers: 1.5 } },
    { probe: { timeout: "100ms" } },
    { probe: { timeout: 4 } },
    { probe: { concurrency: 0 } },
    { probe: { concurrency: 17 } },
    { probe: { allow: "10.0.0.0/8" } },
    { probe: { allow: ["10.0.0.0"] } },
    { probe: { allow: ["localhost"] } },
    { probe: { port: 1 } },
  ])("%j is refused", (options) => {
    expect(optionsSchema.safeParse(options).success).toBe(false);
  });

  test("a range that is none is named", () => {
    const { error } = optionsSchema.safeParse({ probe: { allow: ["10/8"] } });
    expect(error?.issues).toMatchObject([
      { path: ["probe", "allow", 0], message: 'expected an address range like 10.0.0.0/8, found "10/8"' },
    ]);
  });
});
