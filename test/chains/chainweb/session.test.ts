import { describe, expect, test } from "vitest";
import type { FailureReason } from "../../../src/model/failure.ts";
import { type Answer, type Handler, json } from "../../support/fake-node.ts";
import { openNode, poll, serve } from "../sessions.ts";
import { failureIn, fields, fixture, line, valueIn } from "../support.ts";
import { samplesOf } from "./support.ts";

const BASE = "/chainweb/0.0/mainnet01";
const PEERS = `${BASE}/cut/peer`;
const CUT = `${BASE}/cut`;
const INFO = "/info";

const cut = fields(fixture("chainweb/cut.20chains.json"));
const page = { ...fields(fixture("chainweb/peers.page1.json")), next: null };

/** A path without its query: one answer, or a function of the whole request target. */
type Answers = Readonly<Record<string, Answer>>;

const SERVICE = { server: "Chainweb Service API" };
const P2P = { server: "Chainweb P2P API", "x-chainweb-node-version": "3.1" };

function notFound(headers: Readonly<Record<string, string>> = P2P): Answer {
  return { status: 404, headers };
}

/** A node that is well, but for what the test says; every answer carries the headers of its P2P API. */
function node(answers: Answers = {}): Handler {
  const well: Answers = {
    [PEERS]: json(page),
    [CUT]: json(cut),
    [INFO]: json(fixture("chainweb/info.3.2.json")),
  };
  return ({ url }) => {
    const path = url.split("?")[0] ?? "";
    const answer = answers[path] ?? well[path] ?? notFound();
    return { ...answer, headers: { ...P2P, ...answer.headers } };
  };
}

const HANGS: Answer = { body: () => {} };

async function pollNode(answers: Answers, options: object = {}) {
  const { url } = await serve(node(answers));
  return poll(openNode("chainweb", url, { options }));
}

test("one poll gives peers, head and what the headers say", async () => {
  const fake = await serve(node({ [PEERS]: { ...json(page), headers: { "x-server-timestamp": "1800000000" } } }));
  const before = Date.now() / 1000;
  const report = await poll(openNode("chainweb", fake.url));
  const after = Date.now() / 1000;
  expect(valueIn(report.peers).connections.map(line)).toEqual([
    "unknown 192.0.2.1:1789 ipv4",
    "unknown Node-1.Example:443 unknown",
    "unknown [2001:db8::3]:31350 ipv6",
    "unknown 198.51.100.4:1789 ipv4",
  ]);
  expect(report).toMatchObject({
    identity: { version: "3.1", network: "mainnet01" },
    head: { ok: true, value: { height: 128_000_007 } },
    apis: new Map(),
    networkKey: "chainweb mainnet01",
    minBlockSeconds: 0,
    blockSeconds: 1.5,
  });
  expect(valueIn(report.head).chainHeights?.size).toBe(20);
  expect(report.peerHeads).toBeUndefined();
  expect(report.clockSkewSeconds).toBeGreaterThanOrEqual(1_800_000_000 - after);
  expect(report.clockSkewSeconds).toBeLessThanOrEqual(1_800_000_001 - before);
  expect(fake.requests.map(({ method, url, body }) => [method, url, body])).toEqual([
    ["GET", `${PEERS}?limit=512`, ""],
    ["GET", CUT, ""],
  ]);
  expect(fake.connections()).toBe(1);
});

test("a node that syncs from genesis has ten chains, so its cut grows half as fast", async () => {
  const report = await pollNode({ [CUT]: json(fixture("chainweb/cut.10chains.json")) });
  expect(valueIn(report.head).chainHeights?.size).toBe(10);
  expect(report.blockSeconds).toBe(3);
});

test("the network of the configuration is part of every path", async () => {
  const instance = "testnet06";
  const fake = await serve(({ url }) => json(url.includes("peer") ? page : { ...cut, instance }));
  const report = await poll(openNode("chainweb", `${fake.url}/kda`, { options: { network: instance } }));
  expect([report.identity.network, report.networkKey]).toEqual([instance, "chainweb testnet06"]);
  expect(fake.requests.map(({ url }) => url)).toEqual([
    "/kda/chainweb/0.0/testnet06/cut/peer?limit=512",
    "/kda/chainweb/0.0/testnet06/cut",
  ]);
});

describe("another network", () => {
  const message = /cut at http:\/\/127\.0\.0\.1:\d+: expected the network mainnet01, found "evm-testnet"/;

  test("in the cut: neither its head nor its peers are shown", async () => {
    const report = await pollNode({ [CUT]: json({ ...cut, instance: "evm-testnet" }) });
    for (const outcome of [report.peers, report.head]) {
      expect(failureIn(outcome)).toMatchObject({
        reason: "wrong_network",
        message: expect.stringMatching(message),
        advice: expect.stringContaining("set chainweb.network"),
      });
    }
    expect(report.identity.network).toBeUndefined();
  });

  test("a name of any length is cut", async () => {
    const report = await pollNode({ [CUT]: json({ ...cut, instance: "x".repeat(5000) }) });
    expect(failureIn(report.head).message.length).toBeLessThan(250);
  });

  test("a cut without a name is believed", async () => {
    const { instance, ...anonymous } = cut;
    expect(instance).toBe("mainnet01");
    expect((await pollNode({ [CUT]: json(anonymous) })).head.ok).toBe(true);
  });

  test("in /info: only that part fails", async () => {
    const service = await serve(() => json({ ...fields(fixture("chainweb/info.3.2.json")), nodeVersion: "testnet06" }));
    const report = await pollNode({}, { service_url: service.url });
    expect(failureIn(report.apis.get("info"))).toMatchObject({
      reason: "wrong_network",
      message: `info at ${service.url}: expected the network mainnet01, found "testnet06"`,
    });
    expect([report.peers.ok, report.head.ok, report.identity.version]).toEqual([true, true, "3.1"]);
  });
});

describe("/info of the service API", () => {
  test.each<[string, unknown, string]>([
    ["of 3.2", fixture("chainweb/info.3.2.json"), "3.2"],
    ["of 2.6, without a version: the header's", fixture("chainweb/info.2.6.json"), "3.1"],
    ["with nothing in it", {}, "3.1"],
  ])("%s", async (_, info, version) => {
    const service = await serve(() => json(info));
    const report = await pollNode({}, { service_url: `${service.url}/` });
    expect(report.apis.get("info")?.ok).toBe(true);
    expect(report.identity).toEqual({ version, network: "mainnet01" });
    expect(service.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(["GET /info"]);
  });

  test("is not asked without its URL", async () => {
    const fake = await serve(node());
    const report = await poll(openNode("chainweb", fake.url));
    expect(report.apis.has("info")).toBe(false);
    expect(fake.requests.some(({ url }) => url === INFO)).toBe(false);
  });

  test.each<[string, Answer, FailureReason, string]>([
    ["no object", json([]), "bad_shape", "check chainweb.service_url"],
    ["the P2P API", notFound(), "not_found", "set chainweb.service_url to the service API (http, default port 1848)"],
    ["a service API without it", notFound(SERVICE), "not_found", "set chainweb.service_url to the service API"],
    ["another server", notFound({}), "not_found", "set chainweb.service_url to the service API"],
  ])("that is %s does not affect the rest", async (_, answer, reason, advice) => {
    const service = await serve(() => answer);
    const report = await pollNode({}, { service_url: service.url });
    expect(failureIn(report.apis.get("info"))).toMatchObject({ reason, advice: expect.stringContaining(advice) });
    expect([report.peers.ok, report.head.ok]).toEqual([true, true]);
  });
});

describe("mempool peers", () => {
  const mempool = (chain: string) => `${BASE}/chain/${chain}/mempool/peer`;
  const small = json({ ...cut, hashes: { 0: { height: 5 }, 1: { height: 6 }, 13: { height: 5 } }, height: 16 });
  const answers: Answers = {
    [CUT]: small,
    [mempool("0")]: json(page),
    [mempool("1")]: json({ limit: 0, items: [], next: null }),
    [mempool("13")]: json(page),
  };

  test("are counted for every chain of the cut", async () => {
    const fake = await serve(node(answers));
    const report = await poll(openNode("chainweb", fake.url, { options: { mempool_peers: true } }));
    expect(samplesOf(report, "mempool_peers")).toEqual({ "0": 4, "1": 0, "13": 4 });
    expect(report.apis.get("mempool")?.ok).toBe(true);
    expect(fake.requests.slice(2).map(({ url }) => url)).toEqual(
      ["0", "1", "13"].map((chain) => `${mempool(chain)}?limit=512`),
    );
  });

  test("are not asked for unless wanted", async () => {
    const report = await pollNode(answers);
    expect([samplesOf(report, "mempool_peers"), report.apis.size]).toEqual([{}, 0]);
  });

  test.each<[string, Answers, FailureReason, string]>([
    ["the cut is not there", { [CUT]: { status: 500 } }, "http", "cut at"],
    ["a chain fails", { [mempool("1")]: { status: 500 } }, "http", "chain/1/mempool/peer at"],
    ["the node is still starting", { [mempool("0")]: notFound() }, "unavailable", "chain/0/mempool/peer at"],
  ])("are not shown when %s", async (_, broken, reason, message) => {
    const report = await pollNode({ ...answers, ...broken }, { mempool_peers: true });
    expect(failureIn(report.apis.get("mempool"))).toMatchObject({ reason, message: expect.stringContaining(message) });
    expect([samplesOf(report, "mempool_peers"), report.peers.ok]).toEqual([{}, true]);
  });
});

describe("404", () => {
  const useP2p = "the service API has no peers: set url to the P2P API (https, default port 1789)";
  test.each<[string, Answers, "peers" | "head", FailureReason, string]>([
    ["peers, P2P API", { [PEERS]: notFound() }, "peers", "wrong_network", "set chainweb.network to the node's network"],
    ["peers, service API", { [PEERS]: notFound(SERVICE) }, "peers", "not_found", useP2p],
    ["peers, no Server header", { [PEERS]: notFound({ server: "Warp/3.3.23" }) }, "peers", "not_found", "network"],
    ["cut, P2P API", { [CUT]: notFound() }, "head", "unavailable", "still starting and serves only its peers"],
    ["cut, no Server header", { [CUT]: notFound({ server: "nginx" }) }, "head", "not_found", "P2P API"],
    [
      "cut, no Server header, which was said to have no peers although they had answered",
      { [CUT]: notFound({ server: "nginx" }) },
      "head",
      "not_found",
      "check that url is the P2P API of a chainweb node",
    ],
  ])("%s", async (_, answers, part, reason, advice) => {
    const report = await pollNode(answers);
    expect(failureIn(report[part])).toMatchObject({
      reason,
      message: expect.stringContaining("expected HTTP 200, found 404"),
      advice: expect.stringContaining(advice),
    });
    expect(report[part === "peers" ? "head" : "peers"].ok).toBe(true);
  });

  test.each<[string, Answers, FailureReason]>([
    ["on another network", { [PEERS]: notFound(), [CUT]: notFound() }, "wrong_network"],
    ["that starts", { [CUT]: notFound() }, "unavailable"],
    [
      "of a release without the Server header, on another network",
      { [PEERS]: notFound({ server: "Warp/3.3.23" }), [CUT]: notFound({ server: "Warp/3.3.23" }) },
      "not_found",
    ],
    [
      "behind its service API, on another network",
      { [PEERS]: notFound(SERVICE), [CUT]: notFound(SERVICE) },
      "wrong_network",
    ],
    ["whose peers cannot be had", { [PEERS]: { status: 503 }, [CUT]: notFound() }, "unavailable"],
  ])("a reference %s: its head says so, as that of a node does", async (_, answers, reason) => {
    const fake = await serve(node(answers));
    const reference = await poll(openNode("chainweb", fake.url, { headOnly: true }));
    expect(failureIn(reference.head).reason).toBe(reason);
    const asked = fake.requests.map(({ url }) => url);
    // The service API has the cut, so that its 404 has one cause only.
    expect(asked).toEqual(answers[CUT]?.headers === SERVICE ? [CUT] : [CUT, `${PEERS}?limit=1`]);
    expect(failureIn((await poll(openNode("chainweb", fake.url))).head).reason).toBe(reason);
  });

  test("a reference that is well is asked for its cut alone", async () => {
    const fake = await serve(node());
    expect((await poll(openNode("chainweb", fake.url, { headOnly: true }))).head.ok).toBe(true);
    expect(fake.requests.map(({ url }) => url)).toEqual([CUT]);
  });

  test("the service API as url: the head stays, the advice is the P2P port", async () => {
    const report = await pollNode({ [PEERS]: notFound(SERVICE) });
    expect([report.peers.ok, valueIn(report.head).height]).toEqual([false, 128_000_007]);
  });
});

test.each<[string, Answer, FailureReason, string]>([
  ["429 of the throttle", json({ message: "Too many requests." }, 429), "rate_limited", "poll less often (interval)"],
  [
    "400 for a limit",
    { status: 400, body: "Error parsing query parameter limit failed: could not parse: `f' (input does not start)" },
    "http",
    "log",
  ],
  [
    "400 for a cursor",
    { status: 400, body: "Error parsing query parameter next failed: TextFormatException \"missing ':'\"" },
    "http",
    "log",
  ],
  ["406", { status: 406 }, "http", "log"],
  ["503", { status: 503 }, "http", "log"],
  ["401 of a proxy", { status: 401, headers: { "www-authenticate": 'Basic realm="x"' } }, "unauthorized", "auth.basic"],
  ["a login page", { body: "<!doctype html>" }, "bad_json", "login page"],
  ["another API", json({ items: 7 }), "bad_shape", "P2P API (default port 1789), not its service API"],
])("%s is a failure of that part alone", async (_, answer, reason, advice) => {
  const expected = { reason, advice: expect.stringContaining(advice) };
  const withoutPeers = await pollNode({ [PEERS]: answer });
  expect(failureIn(withoutPeers.peers)).toMatchObject(expected);
  expect(withoutPeers.head.ok).toBe(true);
  const withoutHead = await pollNode({ [CUT]: answer });
  expect(failureIn(withoutHead.head).reason).toBe(reason);
  expect([withoutHead.peers.ok, withoutHead.blockSeconds]).toEqual([true, undefined]);
});

test("a cut with a hole is no head", async () => {
  const report = await pollNode({ [CUT]: json({ ...cut, hashes: { ...fields(cut.hashes), 4: {} } }) });
  expect(failureIn(report.head).reason).toBe("bad_shape");
  expect([report.peers.ok, report.identity.network]).toEqual([true, "mainnet01"]);
});

test("a node that hangs in one call leaves time for the others", async () => {
  const service = await serve(node());
  const hanging = async (answers: Answers) => {
    const { url } = await serve(node(answers));
    const session = openNode("chainweb", url, { options: { service_url: service.url }, timeoutMs: 800 });
    return poll(session, 800);
  };
  const [peers, everything] = await Promise.all([
    hanging({ [PEERS]: HANGS }),
    hanging({ [PEERS]: HANGS, [CUT]: HANGS }),
  ]);
  expect(failureIn(peers.peers).reason).toBe("timeout");
  expect([peers.head.ok, peers.apis.get("info")?.ok]).toEqual([true, true]);
  expect([failureIn(everything.peers).reason, failureIn(everything.head).reason]).toEqual(["timeout", "timeout"]);
  expect([everything.apis.get("info")?.ok, everything.identity.version]).toEqual([true, "3.2"]);
});

test("close ends the connections", async () => {
  const fake = await serve(node());
  const service = await serve(node());
  const session = openNode("chainweb", fake.url, { options: { service_url: service.url } });
  await poll(session);
  await session.close();
  await expect.poll(() => [fake.openConnections(), service.openConnections()]).toEqual([0, 0]);
});

test.each([{ network: "main net" }, { network: "" }, { network: "a/b" }, { service_url: "1848" }, { networks: "x" }])(
  "the options %j are refused",
  (options) => {
    expect(() => openNode("chainweb", "http://127.0.0.1:1789", { options })).toThrow();
  },
);
