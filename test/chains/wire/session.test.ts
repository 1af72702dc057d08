import { describe, expect, test } from "vitest";
import type { FailureReason } from "../../../src/model/failure.ts";
import { type Answer, type Handler, json } from "../../support/fake-node.ts";
import { openNode, poll, serve } from "../sessions.ts";
import { failureIn, fields, fixture, valueIn } from "../support.ts";
import { shown } from "./support.ts";

const NET = "/v1/net/connections";
const INFO = "/v1/chain/get_info";
const rows = fixture("wire/s12-spring-1.2-w2.json");
const info = fields(fixture("wire/get_info.spring-1.2.json"));
const chainId = String(info.chain_id);

/** A node that is well, but for what the test says. */
function node(answers: Readonly<Record<string, Answer>> = {}): Handler {
  return ({ url }) => answers[url] ?? (url === NET ? json(rows, 201) : url === INFO ? json(info) : notFound());
}

function notFound(): Answer {
  return json({ code: 404, message: "Not Found", error: { code: 0, name: "exception", what: "unspecified" } }, 404);
}

/** Never answers. */
const HANGS: Answer = { body: () => {} };

test.each([
  json([{ error: { code: -32005, message: "too many" } }]),
  json([{ jsonrpc: "2.0", id: null, error: "too many requests" }]),
])("an error of a gateway in a list is no list of peers", async (answer) => {
  const { url } = await serve(node({ [NET]: answer }));
  const report = await poll(openNode("wire", url));
  expect(failureIn(report.peers)).toMatchObject({
    reason: "rate_limited",
    message: expect.stringContaining("too many"),
  });
});

test("one poll gives peers, head and identity", async () => {
  const { url } = await serve(node());
  const report = await poll(openNode("wire", url));
  expect(valueIn(report.peers).connections).toHaveLength(8);
  expect(report).toMatchObject({
    identity: { version: "v1.2.2", chainId },
    peers: { ok: true, value: { malformed: 0 } },
    head: { ok: true, value: { height: 21_000_500, finalHeight: 21_000_456 } },
    apis: new Map(),
    networkKey: `wire ${chainId}`,
    minBlockSeconds: 0.5,
    blockSeconds: 0.5,
  });
  expect(report.syncing).toBe("progress");
  expect(shown(report.chainSamples)).toEqual({
    fork_db_head_height: 21_000_502,
    earliest_available_block: 20_000_001,
    duplicate_links: 0,
    wrong_chain_peers: 0,
    vanished_peers: 0,
    "peers_by_network_version 1216": 3,
    "peers_by_os linux": 3,
    peers_final_height: 21_000_497,
  });
});

test("asks as clio does: POST without a body, one after the other over one connection", async () => {
  const fake = await serve(node());
  const session = openNode("antelope", fake.url);
  await poll(session);
  await poll(session);
  expect(fake.requests.map(({ method, url, body }) => [method, url, body])).toEqual([
    ["POST", NET, ""],
    ["POST", INFO, ""],
    ["POST", NET, ""],
    ["POST", INFO, ""],
  ]);
  expect(fake.requests.map(({ headers }) => headers["content-length"])).toEqual(["0", "0", "0", "0"]);
  expect(fake.connections()).toBe(1);
});

test.each([200, 201, 202])("takes status %i", async (status) => {
  const { url } = await serve(node({ [NET]: json([], status), [INFO]: json(info, status) }));
  const report = await poll(openNode("wire", url));
  expect(valueIn(report.peers).connections).toEqual([]);
  expect(valueIn(report.head).height).toBe(21_000_500);
});

test("a path and a query of the URL stay", async () => {
  const fake = await serve(({ url }) => json(url.includes("net") ? rows : info));
  await poll(openNode("wire", `${fake.url}/eos/?token=secret`));
  expect(fake.requests.map(({ url }) => url)).toEqual([`/eos${NET}?token=secret`, `/eos${INFO}?token=secret`]);
});

test("chain_url names another listener", async () => {
  const net = await serve(node({ [INFO]: notFound() }));
  const chain = await serve(node({ [NET]: notFound() }));
  const report = await poll(openNode("wire", net.url, { options: { chain_url: chain.url } }));
  expect([report.peers.ok, report.head.ok]).toEqual([true, true]);
  expect(net.requests.map(({ url }) => url)).toEqual([NET]);
  expect(chain.requests.map(({ url }) => url)).toEqual([INFO]);
});

test("host_header goes to every listener, else the URL's host", async () => {
  const net = await serve(node());
  const chain = await serve(node());
  await poll(openNode("wire", net.url));
  expect(net.requests.map(({ headers }) => headers.host)).toEqual([`127.0.0.1:${net.port}`, `127.0.0.1:${net.port}`]);
  const options = { chain_url: chain.url, host_header: "nodeop.example:8888" };
  await poll(openNode("wire", net.url, { options }));
  expect(net.requests.at(-1)?.headers.host).toBe("nodeop.example:8888");
  expect(chain.requests.at(-1)?.headers.host).toBe("nodeop.example:8888");
});

describe("a failing API does not affect the other", () => {
  test("one of them hangs", async () => {
    const hanging = async (path: string) => {
      const { url } = await serve(node({ [path]: HANGS }));
      return poll(openNode("wire", url, { timeoutMs: 2400 }), 2400);
    };
    const [net, chain] = await Promise.all([hanging(NET), hanging(INFO)]);
    expect(failureIn(net.peers).reason).toBe("timeout");
    expect(valueIn(net.head).height).toBe(21_000_500);
    expect(valueIn(chain.peers).connections).toHaveLength(8);
    expect(failureIn(chain.head).reason).toBe("timeout");
    // The peers agree on the chain, but heads are not compared by what they say.
    expect([chain.identity, chain.networkKey]).toEqual([{ chainId }, undefined]);
  });

  test("no server listens at chain_url", async () => {
    const { url } = await serve(node());
    const report = await poll(openNode("wire", url, { options: { chain_url: "http://127.0.0.1:1" } }));
    expect(report.peers.ok).toBe(true);
    expect(failureIn(report.head)).toMatchObject({
      reason: "connect",
      message: expect.stringContaining("/v1/chain/get_info at http://127.0.0.1:1"),
    });
  });

  test("get_info is not what it should be", async () => {
    const { url } = await serve(node({ [INFO]: json([]) }));
    const report = await poll(openNode("wire", url));
    expect(report.peers.ok).toBe(true);
    expect(failureIn(report.head).reason).toBe("bad_shape");
  });
});

describe("errors", () => {
  const error = (code: number, name: string, what: string) => ({ code, name, what, details: [] });
  const general = "check the port and the path of the URL (a hosted gateway: its token)";
  const busy = "poll less often, or raise http-max-in-flight-requests";
  const hostHeader = "set host_header to the node's http-server-address";
  const html = { status: 404, headers: { "content-type": "text/html" }, body: "<html><h1>404</h1></html>" };

  test.each<[string, Answer, FailureReason, string, string, string]>([
    [
      "404 of Leap 3",
      json({ code: 404, message: "Not Found", error: error(0, "exception", "unspecified") }, 404),
      "unavailable",
      "found 404",
      "load net_api_plugin, or bind the net_ro category to this listener (http-category-address)",
      "load chain_api_plugin, or set wire.chain_url to the listener that has it",
    ],
    [
      "404 of 2018's pre-releases",
      json({ code: 404, message: "Not Found", details: "Unknown Endpoint" }, 404),
      "unavailable",
      "found 404",
      "load net_api_plugin",
      "load chain_api_plugin",
    ],
    ["404 of a web server", html, "not_found", "found 404", general, general],
    ["404 without a body", { status: 404 }, "not_found", "found 404", general, general],
    [
      "404 of a gateway with JSON of its own",
      json({ message: "no Route matched with those values" }, 404),
      "not_found",
      "found 404",
      general,
      general,
    ],
    [
      "404 of an API with codes of its own",
      json({ code: 5, message: "Not Found" }, 404),
      "not_found",
      "",
      general,
      general,
    ],
    [
      "400 for the Host header since Leap 4",
      json({ code: 400, message: "Disallowed HTTP HOST header in the request", error: error(0, "", "") }, 400),
      "host_header",
      "found 400: the node does not accept the Host header of this URL",
      hostHeader,
      hostHeader,
    ],
    [
      "400 for the Host header of EOSIO and Leap 3",
      { status: 400 },
      "host_header",
      "does not accept the Host header",
      "http-alias, or set http-validate-host = false on the node",
      "http-alias",
    ],
    [
      "400 for a body that a proxy put in",
      json({ code: 400, message: "Invalid Request", error: error(3_200_006, "invalid_http_request", "") }, 400),
      "rpc",
      'found 400 "Invalid Request"',
      "check that no proxy changes the request",
      "check that no proxy changes the request",
    ],
    [
      "400 of a gateway",
      json({ message: "bad request" }, 400),
      "http",
      'found 400 "bad request"',
      "gateway",
      "gateway",
    ],
    ["400 of a web server", { ...html, status: 400 }, "http", "found 400", "log", "log"],
    [
      "429 of EOSIO 2 and early Leap",
      json({ code: 429, message: "Busy", error: error(1, "", "") }, 429),
      "busy",
      'found 429 "Busy"',
      busy,
      busy,
    ],
    [
      "429 of a gateway",
      json({ message: "API rate limit exceeded" }, 429),
      "rate_limited",
      "found 429",
      "poll less often (interval)",
      "poll less often (interval)",
    ],
    ["429 without a body", { status: 429 }, "rate_limited", "found 429", "poll less often", "poll less often"],
    [
      "503 of Leap, Spring and Wire",
      json({ code: 503, message: "Busy", error: error(503, "Busy", "Too many requests in flight: 12") }, 503),
      "busy",
      'found 503 "Busy"',
      busy,
      busy,
    ],
    ["503 of a proxy", { status: 503, body: "no server is available" }, "http", "found 503", "log", "log"],
    [
      "500 of the node",
      json({ code: 500, message: "Internal Service Error", error: error(3_010_000, "x", "y") }, 500),
      "http",
      'found 500 "Internal Service Error"',
      "http-max-response-time-ms",
      "http-max-response-time-ms",
    ],
    ["500, the other shape", json({ message: "Internal Server Error" }, 500), "http", "500", "response-time-ms", "see"],
    [
      "500 with more than the node says, which is not read",
      json({ message: "Internal Server Error", more: "x".repeat(65_536) }, 500),
      ...(["http", "found 500", "see the node's own log", "log"] as const),
    ],
    ["500 of a proxy", { status: 500, body: "oops" }, "http", "found 500", "see the node's own log", "log"],
    [
      "502",
      { status: 502 },
      "http",
      "found 502",
      "does not respond: check the node",
      "the node does not respond: check the node",
    ],
    ["401, empty", { status: 401 }, "unauthorized", "found 401", "check the auth block", "check the auth block"],
    ["403", { status: 403 }, "unauthorized", "found 403", "access list", "access list"],
    ["a redirect", { status: 302, headers: { location: "/x" } }, "http", "found 302", "not followed", "not followed"],
    [
      "200 with a login page",
      { ...html, status: 200 },
      "bad_json",
      "found an HTML or XML page",
      "login page",
      "login page",
    ],
    ["201 without a body", { status: 201 }, "bad_json", "found an empty body", "URL is the node's API", "API"],
    ["200 with another API's JSON", json({ jsonrpc: "2.0" }), "bad_shape", "expected a", "nodeop or nodeos", "nodeop"],
  ])("%s", async (_, answer, reason, message, netAdvice, chainAdvice) => {
    const fake = await serve(node({ [NET]: answer }));
    const net = await poll(openNode("wire", fake.url));
    const failure = failureIn(net.peers);
    expect(failure).toMatchObject({ reason, advice: expect.stringContaining(netAdvice) });
    expect(failure.message).toContain(message);
    expect(failure.message).toContain(`${NET} at http://127.0.0.1:${fake.port}: expected `);
    expect(net.head.ok).toBe(true);

    const { url } = await serve(node({ [INFO]: answer }));
    const chain = await poll(openNode("wire", url));
    expect(failureIn(chain.head)).toMatchObject({ reason, advice: expect.stringContaining(chainAdvice) });
    expect(chain.peers.ok).toBe(true);
  });

  test.each([
    ["busy", { message: "Busy", code: 503 }],
    ["http", { message: "maintenance" }],
  ])("Retry-After of a 503 is kept (%s)", async (reason, body) => {
    const { url } = await serve(node({ [NET]: { ...json(body, 503), headers: { "retry-after": "17" } } }));
    const report = await poll(openNode("wire", url));
    expect(failureIn(report.peers)).toMatchObject({ reason, retryAfterSeconds: 17 });
  });

  test("a node that closes the connection with its 503 is asked again over a new one", async () => {
    let busyOnce = true;
    const { url, connections } = await serve((request) => {
      if (request.url !== NET || !busyOnce) return node()(request);
      busyOnce = false;
      return { ...json({ code: 503, message: "Busy" }, 503), headers: { connection: "close" } };
    });
    const session = openNode("wire", url);
    expect(failureIn((await poll(session)).peers).reason).toBe("busy");
    expect((await poll(session)).peers.ok).toBe(true);
    expect(connections()).toBe(2);
  });

  test("the token of a URL is never shown", async () => {
    const { url } = await serve(() => ({ status: 404 }));
    const report = await poll(openNode("wire", `${url}/token-s3cret/?key=s3cret`));
    expect(JSON.stringify(report)).not.toContain("s3cret");
  });
});

test("close ends the connections", async () => {
  const net = await serve(node());
  const chain = await serve(node());
  const session = openNode("wire", net.url, { options: { chain_url: chain.url } });
  await poll(session);
  await session.close();
  await expect.poll(() => [net.openConnections(), chain.openConnections()]).toEqual([0, 0]);
});
