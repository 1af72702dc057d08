import { afterEach, describe, expect, test, vi } from "vitest";
import { EMPTY_HISTORY, recordPoll } from "../../../src/poll/history.ts";
import { openInMemory } from "../sessions.ts";
import { type Fields, fixture, type Reply, valueIn } from "../support.ts";
import { changedRow, rowsOf, shown } from "./support.ts";

const NET = "/v1/net/connections";
const INFO = "/v1/chain/get_info";
const METRICS = "/v1/prometheus/metrics";
const GOSSIP = "/v1/net/bp_gossip_peers";
const info = fixture("wire/get_info.spring-1.2.json");

afterEach(() => {
  vi.restoreAllMocks();
});

/** A session in memory; each poll is 15 s after the last one and gets this list, or this status. */
function started(options: object = {}) {
  let nowMs = Date.UTC(2026, 0, 2);
  vi.spyOn(Date, "now").mockImplementation(() => nowMs);
  vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  const answers: Record<string, Reply> = { [INFO]: { body: JSON.stringify(info) } };
  const asked: string[] = [];
  const session = openInMemory(
    "wire",
    ({ path }) => {
      asked.push(path);
      return answers[path] ?? { status: 404, body: JSON.stringify({ code: 404, message: "Not Found" }) };
    },
    options,
  );
  let history = EMPTY_HISTORY;
  return {
    answers,
    asked,
    async poll(list: readonly Fields[] | number) {
      nowMs += 15_000;
      answers[NET] = typeof list === "number" ? { status: list } : { status: 201, body: JSON.stringify(list) };
      const report = await session.poll(new AbortController().signal);
      history = recordPoll(history, report, { startedMs: nowMs, endedMs: nowMs, durationSeconds: 0 }, "node");
      const churn = (direction: "inbound" | "outbound") => [
        history.churn?.connects.get(direction),
        history.churn?.disconnects.get(direction),
      ];
      return {
        report,
        vanished: shown(report.chainSamples).vanished_peers,
        inbound: churn("inbound"),
        outbound: churn("outbound"),
        totals: history.totals?.counts,
      };
    },
  };
}

const PLAIN = { is_bp_peer: false, is_bp_gossip_peer: false };
const [spring] = rowsOf("s12-spring-1.2-w2");
const [, newest] = rowsOf("w4");

/** A connected outbound row whose handshake came at this time. */
function outbound(peer: string, time = "1768519700123456789", generation = 1): Fields {
  return changedRow(spring, { ...PLAIN, peer }, { time, generation });
}

const LATER = "1768519900123456789";

describe("a peer leaves the configuration, and the node is restarted", () => {
  const before = [outbound("a:1"), outbound("b:1")];
  const after = [outbound("a:1", LATER)];

  test.each<[string, readonly number[]]>([
    ["between two polls", []],
    ["while its proxy answers 502", [502]],
    ["while its proxy answers 503, for some polls", [503, 503, 503]],
  ])("%s: it has not vanished", async (_, outage) => {
    const node = started();
    await node.poll(before);
    for (const status of outage) expect((await node.poll(status)).vanished).toBeUndefined();
    expect((await node.poll(after)).vanished).toBe(0);
  });

  test("an outage of the proxy alone: the connection went on, so the peer has vanished", async () => {
    const node = started();
    await node.poll(before);
    await node.poll(502);
    expect((await node.poll([outbound("a:1")])).vanished).toBe(1);
    // Until the process ends.
    expect((await node.poll(after)).vanished).toBe(0);
  });

  test("nothing in the list is older than the outage", async () => {
    const node = started();
    await node.poll(before);
    await node.poll(502);
    expect((await node.poll([])).vanished).toBe(0);
  });
});

test("newest Wire: three others under the numbers 1, 2, 3 after a restart", async () => {
  const node = started();
  const rows = (node_id: string, port: number) =>
    [1, 2, 3].map((connection_id) =>
      changedRow(newest, { connection_id, remote_port: String(port + connection_id) }, { node_id }),
    );
  await node.poll(rows("ab".repeat(32), 40_000));
  const { inbound, report } = await node.poll(rows("cd".repeat(32), 50_000));
  expect([inbound, report.process]).toEqual([[3, 3], "process 2"]);
});

test("a peer's other process under one number is another connection, and not a restart of the node", async () => {
  const node = started();
  await node.poll([changedRow(newest, {}, { node_id: "ab".repeat(32) })]);
  const { inbound, report } = await node.poll([changedRow(newest, {}, { node_id: "cd".repeat(32) })]);
  expect([inbound, report.process]).toEqual([[1, 1], "process 1"]);
});

describe("another handshake of the same peer", () => {
  test.each<[string, [string, number], [string, number], number]>([
    ["later, and again generation 1: another connection", ["1768519700123456789", 1], [LATER, 1], 1],
    ["a generation that fell", ["1768519700123456789", 7], [LATER, 2], 1],
    ["repeated on the connection", ["1768519700123456789", 1], [LATER, 2], 0],
    ["after 32767 comes 2", ["1768519700123456789", 32_767], [LATER, 2], 0],
    ["the same", [LATER, 3], [LATER, 3], 0],
  ])("%s", async (_, first, second, count) => {
    const node = started();
    // The inbound row shows that the node itself went on.
    const other = rowsOf("s12-spring-1.2-w2")[1] ?? {};
    await node.poll([outbound("a:1", ...first), other]);
    expect((await node.poll([outbound("a:1", ...second), other])).outbound).toEqual([count, count]);
  });

  test("Wire without times: by the peer's head", async () => {
    const node = started();
    const at = (block: string) => [
      changedRow(newest, { peer: "a:1" }, { generation: 1, fork_db_head_id: block.padEnd(64, "0") }),
    ];
    await node.poll(at("0140a1"));
    expect((await node.poll(at("0140a1"))).outbound).toEqual([0, 0]);
    expect((await node.poll(at("0140b2"))).outbound).toEqual([1, 1]);
  });
});

describe("bytes", () => {
  const page = (received: number, startSeconds: number, requests = 100) =>
    [
      `nodeos_http_requests_total{handler="x"} ${requests}`,
      `nodeos_p2p_bytes_received{connid="7d263cd"} ${received}`,
      `nodeos_p2p_bytes_sent{connid="7d263cd"} ${received * 2}`,
      `nodeos_p2p_unique_first_block_count{connid="7d263cd"} ${received}`,
      `nodeos_p2p_connection_start_time{connid="7d263cd"} ${startSeconds}000000000`,
      "",
    ].join("\n");
  const other = rowsOf("s12-spring-1.2-w2")[1] ?? {};
  const bytes = ({ report }: Awaited<ReturnType<ReturnType<typeof started>["poll"]>>) =>
    valueIn(report.peers).connections[0]?.receivedBytes;

  test("a reconnect never shows those of the connection before, and totals go on", async () => {
    const node = started({ prometheus_url: "http://127.0.0.1:9101" });
    node.answers[METRICS] = { body: page(162_701, 100) };
    expect(bytes(await node.poll([outbound("a:1"), other]))).toBe(162_701);
    node.answers[METRICS] = { body: page(162_801, 100, 101) };
    expect(bytes(await node.poll([outbound("a:1", LATER), other]))).toBeUndefined();
    // A new page of the exporter, with numbers that the node copied before the reconnect.
    expect(bytes(await node.poll([outbound("a:1", LATER), other]))).toBeUndefined();
    node.answers[METRICS] = { body: page(162_901, 200, 102) };
    await node.poll([outbound("a:1", LATER), other]);
    const first = await node.poll([outbound("a:1", LATER), other]);
    expect([bytes(first), first.totals?.received]).toEqual([0, 200]);
    const [row] = valueIn(first.report.peers).connections;
    expect(shown(row?.chainSamples)).toMatchObject({ unique_first_blocks_total: 0 });
    expect(shown(row?.chainSamples).counters_start_timestamp_seconds).toBe(Date.UTC(2026, 0, 2) / 1000 + 75);
    node.answers[METRICS] = { body: page(163_001, 200, 103) };
    await node.poll([outbound("a:1", LATER), other]);
    const last = await node.poll([outbound("a:1", LATER), other]);
    expect([bytes(last), last.totals?.received]).toEqual([100, 300]);
  });

  test("the only connection is another one, on a page without requests: those of the connection before never show", async () => {
    const node = started({ prometheus_url: "http://127.0.0.1:9101" });
    const body = (received: number, start: number) => page(received, start).replace(/^nodeos_http.*\n/, "");
    node.answers[METRICS] = { body: body(162_701, 100) };
    expect(bytes(await node.poll([outbound("a:1")]))).toBe(162_701);
    const { report } = await node.poll([outbound("a:1", LATER)]);
    expect([valueIn(report.peers).connections[0]?.receivedBytes, report.process]).toEqual([undefined, "process 1"]);
    node.answers[METRICS] = { body: body(162_901, 200) };
    await node.poll([outbound("a:1", LATER)]);
    await node.poll([outbound("a:1", LATER)]);
    expect(bytes(await node.poll([outbound("a:1", LATER)]))).toBe(0);
  });

  test("nor do they where the page already has the start of the other connection", async () => {
    const node = started({ prometheus_url: "http://127.0.0.1:9101" });
    const body = (received: number, start: number) => page(received, start).replace(/^nodeos_http.*\n/, "");
    node.answers[METRICS] = { body: body(162_701, 100) };
    expect(bytes(await node.poll([outbound("a:1")]))).toBe(162_701);
    node.answers[METRICS] = { body: body(162_801, 200) };
    expect(bytes(await node.poll([outbound("a:1", LATER)]))).toBe(0);
    await node.poll([outbound("a:1", LATER)]);
    expect(bytes(await node.poll([outbound("a:1", LATER)]))).toBe(0);
  });

  test("after a restart, the page is requested immediately, and its counters are new", async () => {
    const node = started({ prometheus_url: "http://127.0.0.1:9101" });
    node.answers[METRICS] = { body: page(500, 100) };
    await node.poll([outbound("a:1")]);
    node.answers[METRICS] = { body: page(700, 200, 3) };
    const { report, totals } = await node.poll([outbound("a:1", LATER)]);
    expect([valueIn(report.peers).connections[0]?.receivedBytes, totals?.received]).toEqual([700, 700]);
    expect(report.process).toBe("process 2");
  });

  test("all connections are other ones, but the counters go on: the network was away, and not the node", async () => {
    const node = started({ prometheus_url: "http://127.0.0.1:9101" });
    node.answers[METRICS] = { body: page(500, 100) };
    await node.poll([outbound("a:1"), outbound("b:1")]);
    node.answers[METRICS] = { body: page(700, 200, 101) };
    const { report, vanished } = await node.poll([outbound("a:1", LATER)]);
    expect([report.process, vanished]).toEqual(["process 1", 1]);
  });
});

describe("a restart that the list alone does not show", () => {
  /** The end of a socket stays when the peer closes the connection at once. */
  const closed = (peer: string, remote_ip = "198.51.100.9") =>
    changedRow(
      outbound(peer, "0", 0),
      { is_socket_open: false, remote_ip, remote_port: remote_ip === "" ? "" : "9876" },
      { node_id: "0".repeat(64), time: 0 },
    );
  const inbound = (port: number) => changedRow(spring, { ...PLAIN, peer: "", remote_port: String(port) }, {});
  const page = (requests: number) =>
    `nodeos_p2p_failed_connections 0\nnodeos_http_requests_total{handler="x"} ${requests}\n`;
  const withPlugin = { prometheus_url: "http://127.0.0.1:9101" };

  test("a row that lost the end of its socket shows it, also next to one that kept it", async () => {
    const node = started();
    await node.poll([outbound("a:1"), outbound("b:1"), outbound("c:1")]);
    const end = outbound("a:1").remote_ip;
    const after = await node.poll([closed("a:1", String(end)), closed("b:1", "")]);
    expect([after.vanished, after.report.process]).toEqual([0, "process 2"]);
  });

  test("a page that comes later with lower counters does not count the connections again", async () => {
    const node = started(withPlugin);
    node.answers[METRICS] = { body: page(500) };
    await node.poll([inbound(40_001), inbound(40_002)]);
    // There is no row of a configured peer, so the strangers may just have left; the page is still the last one.
    const gone = await node.poll([inbound(50_001), inbound(50_002)]);
    expect(gone.inbound).toEqual([2, 2]);
    node.answers[METRICS] = { body: page(7) };
    await node.poll([inbound(50_001), inbound(50_002)]);
    const last = await node.poll([inbound(50_001), inbound(50_002)]);
    expect(last.inbound).toEqual([2, 2]);
  });

  test("a page with lower counters decides where a closed row only kept its end", async () => {
    const node = started(withPlugin);
    node.answers[METRICS] = { body: page(500) };
    await node.poll([outbound("a:1"), outbound("b:1")]);
    const end = String(outbound("a:1").remote_ip);
    await node.poll(502);
    node.answers[METRICS] = { body: page(7) };
    const after = await node.poll([closed("a:1", end), inbound(50_001)]);
    expect([after.vanished, after.report.process, after.inbound]).toEqual([0, "process 2", [1, 0]]);
    const later = await node.poll([closed("a:1", end), inbound(50_001)]);
    expect([later.report.process, later.inbound]).toEqual(["process 2", [1, 0]]);
  });
});

describe("addresses of block producers", () => {
  const all = [outbound("a:1"), outbound("b:1:blk")];

  test("are requested when a peer is missing, and do not count", async () => {
    const node = started();
    node.answers[GOSSIP] = { status: 201, body: JSON.stringify([{ producer_name: "b", server_endpoint: "b:1" }, 7]) };
    await node.poll(all);
    expect(node.asked).not.toContain(GOSSIP);
    expect((await node.poll([outbound("a:1")])).vanished).toBe(0);
    await node.poll([outbound("a:1")]);
    expect(node.asked.filter((path) => path === GOSSIP)).toHaveLength(1);
  });

  test.each<[string, Reply | undefined]>([
    ["no such call", undefined],
    ["another answer", { body: "{}" }],
    ["a failure", { status: 500 }],
  ])("%s: the peer counts, and the call is rare", async (_, answer) => {
    const node = started();
    if (answer !== undefined) node.answers[GOSSIP] = answer;
    await node.poll(all);
    for (let turn = 0; turn < 15; turn++) expect((await node.poll([outbound("a:1")])).vanished).toBe(1);
    expect(node.asked.filter((path) => path === GOSSIP)).toHaveLength(1);
  });
});
