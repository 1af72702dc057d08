import { afterEach, describe, expect, test, vi } from "vitest";
import type { NodeSession } from "../../../src/chains/adapter.ts";
import { chains } from "../../../src/chains/index.ts";
import { nodeError } from "../../../src/model/failure.ts";
import type { NodeReport } from "../../../src/model/report.ts";
import { parseNodeUrl } from "../../../src/rpc/node-url.ts";
import { type Answer, type Handler, json } from "../../support/fake-node.ts";
import { openInMemory, openNode, poll, serve } from "../sessions.ts";
import { failureIn, fixture, fixtureText, memoryClient, type Reply, valueIn } from "../support.ts";
import { rowsOf, shown } from "./support.ts";

const NET = "/v1/net/connections";
const INFO = "/v1/chain/get_info";
const METRICS = "/v1/prometheus/metrics";
const rows = rowsOf("w4");
const info = fixture("wire/get_info.spring-1.2.json");
const page = fixtureText("wire/prometheus.w4.txt");

function notFound(): Answer {
  return json({ code: 404, message: "Not Found", error: { code: 0, name: "exception", what: "unspecified" } }, 404);
}

function answering(answers: Readonly<Record<string, Answer>>): Handler {
  return ({ url }) => answers[url] ?? notFound();
}

const API = answering({ [NET]: json(rows, 201), [INFO]: json(info) });
const PLUGIN = answering({ [METRICS]: { body: page } });

/** Never answers. */
const HANGS: Answer = { body: () => {} };

/** Sum over the rows; undefined when no row was joined. */
function joinedBytes(report: NodeReport): number | undefined {
  const joined = valueIn(report.peers).connections.flatMap(({ receivedBytes = [] }) => receivedBytes);
  return joined.length === 0 ? undefined : joined.reduce((sum, bytes) => sum + bytes, 0);
}

const ALL_BYTES = 123_456_789 + 4096 + 2048;

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a separate listener", () => {
  test("gives bytes to rows and totals to the node", async () => {
    const net = await serve(API);
    const metrics = await serve(PLUGIN);
    const report = await poll(openNode("wire", net.url, { options: { prometheus_url: metrics.url } }));
    expect(joinedBytes(report)).toBe(ALL_BYTES);
    expect(shown(report.chainSamples)).toMatchObject({ failed_connections_total: 214, dropped_transactions_total: 7 });
    expect([...report.apis].map(([name, { ok }]) => [name, ok])).toEqual([["prometheus", true]]);
    expect(metrics.requests.map(({ method, url, body }) => [method, url, body])).toEqual([["GET", METRICS, ""]]);
    expect(net.requests.map(({ url }) => url)).toEqual([NET, INFO]);
  });

  test("without the option the page is not requested", async () => {
    const net = await serve(answering({ [NET]: json(rows, 201), [INFO]: json(info), [METRICS]: { body: page } }));
    const report = await poll(openNode("wire", net.url));
    expect(net.requests.map(({ url }) => url)).toEqual([NET, INFO]);
    expect([joinedBytes(report), report.apis.size]).toEqual([undefined, 0]);
    expect(Object.keys(shown(report.chainSamples))).not.toContain("failed_connections_total");
  });

  test("host_header goes to it too", async () => {
    const net = await serve(API);
    const metrics = await serve(PLUGIN);
    const options = { prometheus_url: metrics.url, host_header: "nodeop.example:9101" };
    await poll(openNode("wire", net.url, { options }));
    expect(metrics.requests[0]?.headers.host).toBe("nodeop.example:9101");
  });

  test("may be the node's own listener, over a connection of its own", async () => {
    const all = await serve(answering({ [NET]: json(rows, 201), [INFO]: json(info), [METRICS]: { body: page } }));
    const report = await poll(openNode("wire", all.url, { options: { prometheus_url: all.url } }));
    expect(joinedBytes(report)).toBe(ALL_BYTES);
    expect(all.connections()).toBe(2);
  });

  test("is closed with the session", async () => {
    const net = await serve(API);
    const metrics = await serve(PLUGIN);
    const session = openNode("wire", net.url, { options: { prometheus_url: metrics.url } });
    await poll(session);
    expect(metrics.openConnections()).toBe(1);
    await session.close();
    await expect.poll(() => metrics.openConnections()).toBe(0);
  });
});

describe("a failing API does not affect the others", () => {
  test("the plugin is not there", async () => {
    const net = await serve(API);
    const report = await poll(openNode("wire", net.url, { options: { prometheus_url: net.url } }));
    expect([report.peers.ok, report.head.ok, joinedBytes(report)]).toEqual([true, true, undefined]);
    expect(failureIn(report.apis.get("prometheus"))).toEqual({
      reason: "unavailable",
      message: `${METRICS} at ${net.url}: expected HTTP 200 or 201, found 404`,
      advice:
        "load prometheus_plugin, or set wire.prometheus_url to the listener with the prometheus category (http-category-address)",
    });
  });

  test("the plugin hangs: the poll does not wait for it to its end", async () => {
    const net = await serve(API);
    const metrics = await serve(answering({ [METRICS]: HANGS }));
    // This poll has no deadline.
    const { signal } = new AbortController();
    const options = { prometheus_url: metrics.url };
    const report = await openNode("wire", net.url, { options, timeoutMs: 2400 }).poll(signal);
    expect([report.peers.ok, report.head.ok]).toEqual([true, true]);
    expect(failureIn(report.apis.get("prometheus")).reason).toBe("timeout");
  });

  test("the peer list hangs: the plugin's totals are there", async () => {
    const net = await serve(answering({ [NET]: HANGS, [INFO]: json(info) }));
    const metrics = await serve(PLUGIN);
    const settings = { options: { prometheus_url: metrics.url }, timeoutMs: 2400 };
    const report = await poll(openNode("wire", net.url, settings), 2400);
    expect([report.peers.ok, report.head.ok, report.apis.get("prometheus")?.ok]).toEqual([false, true, true]);
    expect(shown(report.chainSamples)).toMatchObject({ failed_connections_total: 214 });
    expect(Object.keys(shown(report.chainSamples))).not.toContain("vanished_peers");
  });

  test("the token of its URL is never shown", async () => {
    const net = await serve(API);
    const metrics = await serve(() => ({ status: 404 }));
    const options = { prometheus_url: `${metrics.url}/s3cret/?key=s3cret` };
    expect(JSON.stringify(await poll(openNode("wire", net.url, { options })))).not.toContain("s3cret");
  });
});

describe("between polls", () => {
  /** A session in memory whose answers and clock the test changes. */
  function started(options: object = { prometheus_url: "http://127.0.0.1:9101" }) {
    const answers: Record<string, Reply | Error> = {
      [NET]: { status: 201, body: JSON.stringify(rows) },
      [INFO]: { body: JSON.stringify(info) },
      [METRICS]: { body: page },
    };
    const asked: string[] = [];
    let now = 1_000_000;
    vi.spyOn(performance, "now").mockImplementation(() => now);
    const session = openInMemory(
      "wire",
      ({ path }) => {
        asked.push(path);
        const answer = answers[path] ?? { status: 500 };
        if (answer instanceof Error) throw answer;
        return answer;
      },
      options,
    );
    const pollAfter = (seconds: number) => {
      now += seconds * 1000;
      return session.poll(new AbortController().signal);
    };
    return { answers, asked, pollAfter };
  }

  test("the page is asked for every 30 s and shown in between", async () => {
    const { answers, asked, pollAfter } = started();
    const bytes: (number | undefined)[] = [];
    for (const seconds of [0, 15, 15, 15, 15]) bytes.push(joinedBytes(await pollAfter(seconds)));
    expect(bytes).toEqual([ALL_BYTES, ALL_BYTES, ALL_BYTES, ALL_BYTES, ALL_BYTES]);
    expect(asked.filter((path) => path === METRICS)).toHaveLength(3);
    // A row that leaves takes its series with it, although the page still has them.
    answers[NET] = { body: JSON.stringify(rows.slice(1)) };
    expect(joinedBytes(await pollAfter(15))).toBe(4096 + 2048);
    expect(asked.filter((path) => path === METRICS)).toHaveLength(3);
  });

  test("a failure drops the page and stays visible; after a 404 it is off for ten minutes", async () => {
    const { answers, asked, pollAfter } = started();
    await pollAfter(0);
    answers[METRICS] = { status: 404, body: JSON.stringify({ code: 404, message: "Not Found" }) };
    for (const seconds of [30, 60, 60, 420]) {
      const report = await pollAfter(seconds);
      expect([joinedBytes(report), failureIn(report.apis.get("prometheus")).reason]).toEqual([
        undefined,
        "unavailable",
      ]);
    }
    expect(asked.filter((path) => path === METRICS)).toHaveLength(2);
    answers[METRICS] = { body: page };
    expect(joinedBytes(await pollAfter(60))).toBe(ALL_BYTES);
  });

  test("a configured peer that vanishes is counted, also after a poll that failed", async () => {
    const { answers, pollAfter } = started({});
    const vanished = async () => shown((await pollAfter(15)).chainSamples).vanished_peers;
    expect(await vanished()).toBe(0);
    answers[NET] = { body: JSON.stringify(rows.filter((row) => row.peer !== "p2p-e.example:9876")) };
    expect(await vanished()).toBe(1);
    answers[NET] = { status: 500 };
    expect(await vanished()).toBeUndefined();
    answers[NET] = { body: JSON.stringify(rows.filter((row) => row.peer === "")) };
    // Row 1 is a block producer's, and two others were never open.
    expect(await vanished()).toBe(2);
  });

  test("a node that was down may come back with other peers: none has vanished", async () => {
    const { answers, pollAfter } = started({});
    const vanished = async () => shown((await pollAfter(15)).chainSamples).vanished_peers;
    await vanished();
    answers[NET] = nodeError("connect", "refused", "start it");
    expect(await vanished()).toBeUndefined();
    answers[NET] = { body: "[]" };
    expect(await vanished()).toBe(0);
  });

  test("two sessions share no memory", async () => {
    const first = started({});
    await first.pollAfter(0);
    const second = started({});
    second.answers[NET] = { body: "[]" };
    expect(shown((await second.pollAfter(0)).chainSamples)).toMatchObject({ vanished_peers: 0 });
  });
});

test("a reference is polled only for its head", async () => {
  const asked: string[] = [];
  const connect = memoryClient(({ path }) => {
    asked.push(path);
    return { body: JSON.stringify(info) };
  });
  const session: NodeSession = chains.wire.options.parse({ prometheus_url: "http://127.0.0.1:9101" }).open({
    name: "reference",
    chain: "wire",
    url: parseNodeUrl("http://127.0.0.1:8888"),
    timeoutMs: 1000,
    headOnly: true,
    connect: (url) => ({ ...connect, url }),
    connectUntrusted: ({ url }) => ({ ...connect, url }),
  });
  const report = await poll(session);
  expect(valueIn(report.head).height).toBe(21_000_500);
  expect(failureIn(report.peers).message).toBe("the peers were not requested");
  expect([asked, report.apis.size]).toEqual([[INFO], 0]);
});
