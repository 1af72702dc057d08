import { describe, expect, test } from "vitest";
import { createPlugin, joinPage } from "../../../src/chains/wire/plugin.ts";
import { decodePluginPage, type PluginPage } from "../../../src/chains/wire/plugin-page.ts";
import { nodeError } from "../../../src/model/failure.ts";
import { METRICS_BUDGET } from "../../../src/rpc/budget.ts";
import type { RpcClient } from "../../../src/rpc/client.ts";
import type { RpcRequest } from "../../../src/rpc/message.ts";
import { type Fields, failureIn, fixtureText, jsonReply, memoryClient, type Reply, valueIn } from "../support.ts";
import { changedRow, type Dialect, decodeAll, rowsOf, shown } from "./support.ts";

const PAGE: Reply = { body: fixtureText("wire/prometheus.spring-1.2.txt") };
const MISSING = jsonReply({ code: 404, message: "Not Found", error: { code: 0, name: "exception", what: "" } }, 404);

/** A plugin with a clock that only the test moves, and a response that the test can change. */
function started(first: Reply | Error, url?: string) {
  const state = { now: 5_000_000, answer: first, requests: [] as RpcRequest[] };
  const memory = memoryClient((request) => {
    state.requests.push(request);
    if (state.answer instanceof Error) throw state.answer;
    return state.answer;
  }, url);
  const client: RpcClient = memory;
  const plugin = createPlugin(client, () => state.now);
  /** Polls some seconds after the last poll. */
  const poll = (seconds = 0) => {
    state.now += seconds * 1000;
    return plugin.page(new AbortController().signal);
  };
  return { state, poll };
}

test("asks with GET below the path of the URL", async () => {
  const { state, poll } = started(PAGE, "http://127.0.0.1:9101/eos/?token=secret");
  expect(valueIn(await poll()).failedConnections).toBe(214);
  expect(state.requests).toEqual([
    {
      ...{ name: "/v1/prometheus/metrics", method: "GET", path: "/eos/v1/prometheus/metrics?token=secret" },
      budget: METRICS_BUDGET,
    },
  ]);
});

describe("no more often than the node refreshes its numbers", () => {
  test("every 30 s; in between the last page stands", async () => {
    const { state, poll } = started(PAGE);
    const first = await poll();
    const asked = () => state.requests.length;
    expect([asked(), await poll(10), asked(), await poll(10), asked()]).toEqual([1, first, 1, first, 1]);
    state.answer = { body: "nodeos_p2p_failed_connections 215" };
    expect(valueIn(await poll(10)).failedConnections).toBe(215);
    expect(asked()).toBe(2);
  });

  test("a poll that begins a moment before 30 s are over counts as after it", async () => {
    const { state, poll } = started(PAGE);
    await poll();
    await poll(28.9);
    expect(state.requests).toHaveLength(1);
    await poll(0.2);
    expect(state.requests).toHaveLength(2);
  });

  test("a slow interval asks in every poll", async () => {
    const { state, poll } = started(PAGE);
    for (const seconds of [0, 60, 60, 3600]) await poll(seconds);
    expect(state.requests).toHaveLength(4);
  });
});

describe("when it fails", () => {
  test("the last page is gone, and it is asked again after 30 s", async () => {
    const { state, poll } = started(PAGE);
    await poll();
    state.answer = nodeError("timeout", "no answer", "wait");
    expect(failureIn(await poll(30)).reason).toBe("timeout");
    expect(failureIn(await poll(15)).reason).toBe("timeout");
    expect(state.requests).toHaveLength(2);
    state.answer = PAGE;
    expect((await poll(15)).ok).toBe(true);
  });

  test.each<[string, Reply]>([
    ["the plugin is missing", MISSING],
    ["another program answers 404", { status: 404, body: "<html>" }],
  ])("%s: it is off for ten minutes, and says why", async (_, answer) => {
    const { state, poll } = started(answer);
    const failure = failureIn(await poll());
    for (let minute = 0; minute < 9; minute += 1) expect(failureIn(await poll(60))).toEqual(failure);
    expect(state.requests).toHaveLength(1);
    state.answer = PAGE;
    expect((await poll(60)).ok).toBe(true);
    expect(state.requests).toHaveLength(2);
  });

  test("Retry-After is waited for once", async () => {
    const { state, poll } = started({
      ...jsonReply({ code: 503, message: "Busy" }, 503),
      headers: { "retry-after": "90" },
    });
    expect(failureIn(await poll())).toMatchObject({ reason: "busy", retryAfterSeconds: 90 });
    expect(failureIn(await poll(60)).retryAfterSeconds).toBeUndefined();
    expect(state.requests).toHaveLength(1);
    await poll(30);
    expect(state.requests).toHaveLength(2);
  });

  test("a bug of the exporter is not taken for a failure of the node", async () => {
    const { poll } = started(new TypeError("bug"));
    await expect(poll()).rejects.toThrow(TypeError);
  });
});

describe("explains failures", () => {
  const hostHeader = jsonReply({ code: 400, message: "Disallowed HTTP HOST header in the request" }, 400);
  test.each<[string, Reply | Error, string, string]>([
    [
      "404 of the node",
      MISSING,
      "unavailable",
      "load prometheus_plugin, or set wire.prometheus_url to the listener with",
    ],
    ["404 of something else", { status: 404 }, "not_found", "check the port and the path of the URL"],
    ["the Host header", hostHeader, "host_header", "set wire.host_header to the node's http-server-address"],
    ["busy", jsonReply({ code: 503, message: "Busy" }, 503), "busy", "poll less often"],
    ["a login page", { body: "<html>Sign in</html>" }, "bad_shape", "check that wire.prometheus_url is the listener"],
    ["401", { status: 401 }, "unauthorized", "check the auth block"],
    ["a redirect", { status: 302 }, "http", "redirects are not followed"],
    [
      "too large",
      nodeError("too_large", "found", "general"),
      "too_large",
      "restart the node, as its prometheus_plugin keeps the series of peers that left; or general",
    ],
    ["refused", nodeError("connect", "found", "general"), "connect", "general"],
  ])("%s", async (_, answer, reason, advice) => {
    const failure = failureIn(await started(answer).poll());
    expect(failure).toMatchObject({ reason, advice: expect.stringContaining(advice) });
    if (!(answer instanceof Error)) {
      expect(failure.message).toContain("/v1/prometheus/metrics at http://127.0.0.1:8888: expected ");
    }
  });
});

const START = Date.UTC(2026, 0, 15, 23, 28, 20) / 1000;
const SPRING = fixtureText("wire/prometheus.spring-1.2.txt");
const WIRE = fixtureText("wire/prometheus.w4.txt");

function pageOf(text: string): PluginPage {
  return decodePluginPage(text, "call");
}

/** Received bytes of each row; undefined where it was not joined. */
function receivedBytes(rows: readonly Fields[], text: string): readonly (number | undefined)[] {
  return joinPage(decodeAll(rows), pageOf(text)).map((row) => row.receivedBytes);
}

const NONE = undefined;
const JOINED = [123_456_789, 4096, NONE, NONE, NONE, 2048, NONE, NONE];

describe("connected rows are joined, and no others", () => {
  test.each<[Dialect, string]>([
    ["l5-leap-5.0-w1", SPRING],
    ["s10-spring-1.0", SPRING],
    ["s11-spring-1.1", SPRING],
    ["s12-spring-1.2-w2", SPRING],
    ["w4", WIRE],
  ])("%s", (dialect, text) => {
    expect(receivedBytes(rowsOf(dialect), text)).toEqual(JOINED);
  });

  test("Wire W3: rows have numbers, and the page has the peer's node id", () => {
    const numbered = SPRING.replaceAll(/(connection_number\{connid="(\w+)"\}) \d+/g, (_, series, id) =>
      [series, { "7d263cd": 40, "6709920": 41, "978341d": 45 }[String(id)] ?? 3].join(" "),
    );
    expect(receivedBytes(rowsOf("w3"), numbered)).toEqual(JOINED);
    // Numbers of other connections: the page is older than the links.
    expect(receivedBytes(rowsOf("w3"), SPRING)).toEqual(Array.from({ length: 8 }, () => NONE));
  });

  test("a page of the other scheme matches no row", () => {
    expect(receivedBytes(rowsOf("s12-spring-1.2-w2"), WIRE)).toEqual(Array.from({ length: 8 }, () => NONE));
  });
});

test("what a row gets", () => {
  const [first, second, , , , sixth] = joinPage(decodeAll(rowsOf("s12-spring-1.2-w2")), pageOf(SPRING));
  expect(first).toMatchObject({
    receivedBytes: 123_456_789,
    sentBytes: 98_765_432,
    latencySeconds: 0.042123456,
    startSeconds: START,
  });
  expect(shown(first?.chainSamples)).toMatchObject({
    handshake_generation: 2,
    first_available_block: 20_000_001,
    last_available_block: 21_000_500,
    unique_first_blocks_total: 1811,
    block_sync_throttling: 0,
  });
  expect(second).toMatchObject({ receivedBytes: 4096, latencySeconds: undefined, startSeconds: START + 90 });
  expect(shown(second?.chainSamples)).toMatchObject({ unique_first_blocks_total: 3, block_sync_throttling: 1 });
  expect(Object.keys(shown(second?.chainSamples))).not.toContain("first_available_block");
  expect(sixth).toMatchObject({ receivedBytes: 2048, sentBytes: 2049, latencySeconds: 0.187 });
});

test("a row that is not joined stays as it is", () => {
  const rows = decodeAll(rowsOf("s12-spring-1.2-w2"));
  const joined = joinPage(rows, pageOf(SPRING));
  for (const index of [2, 3, 4, 6, 7]) expect(joined[index]).toBe(rows[index]);
});

describe("ambiguous matches", () => {
  const [first, second, ...others] = rowsOf("s12-spring-1.2-w2");

  test("two connected rows whose node ids begin alike", () => {
    const alike = changedRow(second, {}, { node_id: "7d263cd".padEnd(64, "0") });
    expect(receivedBytes([{ ...first }, alike, ...others], SPRING)).toEqual([NONE, NONE, ...JOINED.slice(2)]);
  });

  test("a closed row with the same node id takes nothing away", () => {
    const closed = changedRow(second, { is_socket_open: false }, { node_id: "7d263cd".padEnd(64, "0") });
    expect(receivedBytes([{ ...first }, closed], SPRING)).toEqual([123_456_789, NONE]);
  });

  test("a peer that came back from another port: the page still has its last connection", () => {
    const back = changedRow(second, { remote_port: "41021" });
    expect(receivedBytes([back], SPRING)).toEqual([NONE]);
    expect(receivedBytes([changedRow(second, { remote_port: undefined })], SPRING)).toEqual([4096]);
  });

  test("the newest Wire: another address or port under the number, as after a restart of the node", () => {
    const [row] = rowsOf("w4");
    expect(receivedBytes([changedRow(row, { remote_ip: "192.0.2.11" })], WIRE)).toEqual([NONE]);
    expect(receivedBytes([changedRow(row, { remote_port: "9877" })], WIRE)).toEqual([NONE]);
    expect(receivedBytes([changedRow(row, { remote_ip: "::ffff:192.0.2.10" })], WIRE)).toEqual([123_456_789]);
  });

  test("two links to one peer are no trouble to the newest Wire", () => {
    const [row, twin] = rowsOf("w4");
    const same = changedRow(twin, {}, { node_id: "7d263cd".padEnd(64, "0") });
    expect(receivedBytes([{ ...row }, same], WIRE)).toEqual([123_456_789, 4096]);
  });

  test("a node id of zeros joins nothing", () => {
    const text = `${SPRING}nodeos_p2p_bytes_received{connid="0000000"} 9\n`;
    expect(receivedBytes([changedRow(first, {}, { node_id: "0".repeat(64) })], text)).toEqual([NONE]);
  });
});
