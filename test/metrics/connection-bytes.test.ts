import { describe, expect, test } from "vitest";
import type { PeerConnection } from "../../src/model/report.ts";
import { NOW } from "../poll/support.ts";
import { value } from "../support/exposition-parser.ts";
import { connection, createNode, type Polled, type PollOptions, type Shown } from "./bytes-support.ts";

const A = "192.0.2.1:5001";
const B = "192.0.2.1:5002";
const HOST = "inbound 192.0.2.1";

/** What each poll shows. */
function shownBy(node: ReturnType<typeof createNode>, ...polls: readonly (Polled | readonly [Polled, PollOptions])[]) {
  return polls.map((each) => {
    const [polled, options] = isWithOptions(each) ? each : [each, {}];
    return Object.fromEntries(node.poll(polled, options));
  });
}

function isWithOptions(each: Polled | readonly [Polled, PollOptions]): each is readonly [Polled, PollOptions] {
  return Array.isArray(each) && each.length === 2 && (each[0] === "failed" || Array.isArray(each[0]));
}

/** The bytes of one name in each poll; undefined without a series. */
function bytesOf(name: string, shown: readonly Readonly<Record<string, number>>[]) {
  return shown.map((each) => each[name]);
}

describe("connections from one host", () => {
  test("add up, and what one had stays when it closes", () => {
    const shown = shownBy(
      createNode({ address: "host" }),
      [connection("a", A, 100)],
      [connection("a", A, 110), connection("b", B, 7)],
      [connection("b", B, 8)],
      [connection("b", B, 8), connection("c", "192.0.2.1:5003", 1000)],
    );
    expect(bytesOf(HOST, shown)).toEqual([100, 117, 118, 1118]);
  });

  test("one after the other continue", () => {
    const shown = shownBy(
      createNode({ address: "host" }),
      [connection("a", A, 100)],
      [connection("b", B, 5)],
      [connection("c", A, 6)],
    );
    expect(bytesOf(HOST, shown)).toEqual([100, 105, 111]);
  });

  test("begin again after a list without them, but not after a poll that failed", () => {
    const node = createNode({ address: "host" });
    const other = connection("z", "198.51.100.1:1", 1);
    const shown = shownBy(
      node,
      [connection("a", A, 100), other],
      "failed",
      [connection("b", B, 5), other],
      [other],
      [connection("c", A, 6), other],
    );
    expect(bytesOf(HOST, shown)).toEqual([100, undefined, 105, undefined, 6]);
  });

  test("a connection without counters in one poll counts with its last ones; if no other has any, they are not of this poll", () => {
    const shown = shownBy(
      createNode({ address: "host" }),
      [connection("a", A, 100), connection("b", B, 10)],
      [connection("a", A), connection("b", B, 12)],
      [connection("a", A, 130), connection("b", B, 12)],
      [connection("a", A), connection("b", B)],
    );
    expect(bytesOf(HOST, shown)).toEqual([110, 112, 142, undefined]);
  });

  test("without counters there is no series; one that opened while the exporter polled then counts from its first byte", () => {
    const shown = shownBy(
      createNode({ address: "host" }),
      [connection("a", A)],
      [connection("a", A, 70)],
      [connection("a", A, 71), connection("b", B)],
      [connection("a", A, 71), connection("b", B, 9)],
    );
    expect(bytesOf(HOST, shown)).toEqual([undefined, 70, 71, 80]);
  });

  test("counters that come late of a connection from before the first poll are not a gain", () => {
    const shown = shownBy(
      createNode({ address: "host" }),
      [connection("a", A, 100), connection("b", B)],
      [connection("a", A, 100), connection("b", B, 1_000_000)],
      [connection("a", A, 100), connection("b", B, 1_000_003)],
    );
    expect(bytesOf(HOST, shown)).toEqual([100, 100, 103]);
  });

  test("outbound peers have their port, and the counter of their own connection, which begins again", () => {
    const out = (bytes: number) => connection("a", A, bytes, { direction: "outbound" });
    const shown = shownBy(createNode({ address: "host" }), [out(100)], [out(3)]);
    expect(bytesOf("outbound 192.0.2.1:5001", shown)).toEqual([100, 3]);
  });

  test("a single poll has the sum of the counters", () => {
    expect(createNode({ address: "none" }).poll([connection("a", A, 5), connection("b", "198.51.100.1:1", 6)])).toEqual(
      new Map([["inbound", 11]]),
    );
  });
});

describe("names that connections share by chance", () => {
  test("full: a name that two connections had keeps its bytes when one closes, and is forgotten with the last", () => {
    const shown = shownBy(
      createNode({ address: "full" }),
      [connection("a", A, 100)],
      [connection("a", A, 101), connection("b", A, 10)],
      [connection("b", A, 12)],
      [connection("c", A, 1)],
      [connection("z", B, 1)],
      [connection("d", A, 2)],
      [connection("e", A, 1)],
    );
    expect(bytesOf("inbound 192.0.2.1:5001", shown)).toEqual([100, 111, 113, 114, undefined, 2, 1]);
  });
});

describe("the same id for another connection", () => {
  const rows = (bytes: number, rest = {}) => [connection("a", A, bytes, rest)];

  test.each<[string, Parameters<typeof shownBy>[1][], readonly number[]]>([
    ["its counter fell", [rows(100), rows(40)], [100, 140]],
    ["it has another session", [rows(100, { session: "1" }), rows(140, { session: "2" })], [100, 240]],
    [
      "its session is the same after a poll that did not tell it",
      [rows(100, { session: "1" }), rows(100), rows(105, { session: "1" })],
      [100, 100, 105],
    ],
    [
      "another process of the node counts again",
      [
        [rows(100), { process: "1" }],
        [rows(140), { process: "2" }],
      ],
      [100, 240],
    ],
    [
      "another process with ids of its own lists another id",
      [
        [rows(100), { process: "1", hasUniqueIds: true }],
        [rows(140), { process: "2", hasUniqueIds: true }],
      ],
      [100, 140],
    ],
  ])("%s", (_, polls, expected) => {
    expect(bytesOf(HOST, shownBy(createNode({ address: "host" }), ...polls))).toEqual(expected);
  });

  test("a reload does not count the same connection again, though its session has another name", () => {
    const node = createNode({ address: "host" });
    expect(node.poll(rows(100, { session: "a #7" }), { process: "process 7" }).get(HOST)).toBe(100);
    node.reload();
    expect(node.poll(rows(103, { session: "a" }), { process: "process 1" }).get(HOST)).toBe(103);
    expect(node.poll(rows(104, { session: "a #1" }), { process: "process 1" }).get(HOST)).toBe(207);
  });

  test("two rows with one id are one connection, in whatever order they come", () => {
    const [small, large] = [connection("a", A, 5), connection("a", B, 100)];
    const shown = shownBy(
      createNode({ address: "host" }),
      [large],
      [small, large],
      [large, small],
      [small, large, connection("b", B, 1)],
    );
    expect(bytesOf(HOST, shown)).toEqual([100, 100, 100, 101]);
  });
});

describe("rows whose node goes on counting over their connections (Wire)", () => {
  const out = (own: number | undefined, row: number, rest = {}) =>
    connection("out a", A, own, { direction: "outbound", rowBytes: { received: row, sent: row }, ...rest });
  const other = (bytes: number) => connection("out b", B, bytes, { direction: "outbound" });

  test("what the node counted between two connections is counted, and a new session is no new counter", () => {
    const shown = shownBy(
      createNode({ address: "none" }),
      [out(100, 5000, { session: "1" }), other(1)],
      [out(undefined, 5010, { session: "2" }), other(1)],
      [out(2, 5015, { session: "2", bytesSince: 1_700_000_000 }), other(1)],
      [connection("out a", A, undefined, { direction: "outbound", state: "dialing" }), other(1)],
      [out(0, 5017, { session: "3" }), other(1)],
    );
    expect(bytesOf("outbound", shown)).toEqual([101, 111, 116, 116, 118]);
  });

  test("the row made again begins at 0", () => {
    const shown = shownBy(createNode({ address: "none" }), [out(100, 5000)], [out(3, 3)], [out(4, 4)]);
    expect(bytesOf("outbound", shown)).toEqual([100, 103, 104]);
  });

  test("bytes of connections that the exporter did not see are no gain", () => {
    const shown = shownBy(
      createNode({ address: "none" }),
      [other(1)],
      [other(2), out(7000, 7000, { bytesSince: "unknown" })],
      [other(2), out(7003, 7003, { bytesSince: "unknown" })],
    );
    expect(bytesOf("outbound", shown)).toEqual([1, 2, 5]);
  });

  test("a poll with only one of the two counters, which are then the connection's own, is no fall and no gain", () => {
    const shown = shownBy(
      createNode({ address: "none" }),
      [out(100, 5000)],
      [{ ...out(101, 5001), rowBytes: undefined, sentBytes: undefined }],
      [{ ...out(102, 5002), rowBytes: undefined, sentBytes: undefined }],
      [out(104, 5004)],
    );
    expect(bytesOf("outbound", shown)).toEqual([100, 100, 100, 104]);
  });

  test("a peer that is found at another address does not bring its bytes along", () => {
    const at = (ip: string, bytes: number) =>
      out(bytes, bytes, { address: { host: "seed.example", type: "ipv4", ip } });
    const shown = shownBy(
      createNode({ address: "subnet" }),
      [at("192.0.2.1", 1000), connection("out b", "198.51.100.7:1", 5, { direction: "outbound" })],
      [at("198.51.100.1", 1003), connection("out b", "198.51.100.7:1", 5, { direction: "outbound" })],
    );
    expect(shown).toEqual([
      { "outbound 192.0.0.0/16": 1000, "outbound 198.51.0.0/16": 5 },
      { "outbound 198.51.0.0/16": 8 },
    ]);
  });
});

describe("rows without series of their own", () => {
  const old = (bytes: number) => connection("a", A, bytes, { ageSeconds: 1000 });
  const young = (bytes: number, ageSeconds = 500) => connection("b", B, bytes, { ageSeconds });
  const oldest = connection("c", "198.51.100.1:1", 1, { ageSeconds: 5000 });

  test("one that loses its series to another for a while goes on", () => {
    const shown = shownBy(
      createNode({ address: "host", maxPerNode: 2 }),
      [old(100), young(10)],
      [old(101), young(12), oldest],
      [old(102), young(13)],
    );
    expect(bytesOf(HOST, shown)).toEqual([110, 113, 115]);
  });

  test("its name continues, too, if it has none in between", () => {
    const shown = shownBy(
      createNode({ address: "host", maxPerNode: 1 }),
      [old(100)],
      [young(10)],
      [young(12), oldest],
      [young(13)],
    );
    expect(bytesOf(HOST, shown)).toEqual([100, 110, undefined, 113]);
  });

  test("and in another connection that never had one, without its earlier bytes", () => {
    const shown = shownBy(
      createNode({ address: "host", maxPerNode: 2 }),
      [[old(100), oldest], { malformed: 1 }],
      [connection("d", "198.51.100.2:1", 1, { ageSeconds: 3000 }), oldest, young(1_000_000)],
      [oldest, young(1_000_002)],
    );
    expect(bytesOf(HOST, shown)).toEqual([100, undefined, 102]);
  });

  test("those of a name that has series count, however many they are", () => {
    const many = Array.from({ length: 5 }, (_, index) => connection(`${index}`, `192.0.2.${index}:1`, 10));
    const shown = shownBy(createNode({ address: "none", maxPerNode: 2 }), many, many.slice(1), many.slice(1, 3));
    expect(bytesOf("inbound", shown)).toEqual([50, 50, 50]);
  });

  test("all those of a name go on while it has none", () => {
    const many = (bytes: number) => [1, 2, 3, 4, 5].map((port) => connection(`${port}`, `192.0.2.1:${port}`, bytes));
    const shown = shownBy(createNode({ address: "host", maxPerNode: 1 }), many(10), [...many(11), oldest], many(12));
    expect(bytesOf(HOST, shown)).toEqual([50, undefined, 60]);
  });

  test("one that could not be read for a poll brings no earlier bytes along", () => {
    const shown = shownBy(
      createNode({ address: "host" }),
      [old(100), young(10)],
      [[old(100)], { malformed: 1 }],
      [old(100), young(15)],
      [old(100), young(16)],
    );
    expect(bytesOf(HOST, shown)).toEqual([110, 110, 110, 111]);
  });

  test("a name beyond the budget for new ones goes on when it is admitted again", () => {
    const node = createNode({ address: "host", maxNewPerHour: 2 });
    const agent = (name: string, bytes: number) => [connection("a", A, bytes, { agent: name })];
    const shown = shownBy(
      node,
      agent("x/1", 100),
      [connection("b", B, 5, { agent: "x/1" })],
      agent("x/2", 6),
      agent("x/3", 7),
      agent("x/2", 8),
    );
    expect(bytesOf(HOST, shown)).toEqual([100, 105, 111, undefined, 113]);
  });
});

test("other names after a reload begin with the counters of their connections", () => {
  const node = createNode({ address: "none" });
  const shown = shownBy(
    node,
    [connection("a", A, 100), connection("b", B, 10)],
    [connection("b", B, 11)],
    [[connection("b", B, 12)], { settings: { address: "host" } }],
    [[connection("b", B, 13)], { settings: { series: false } }],
    [[connection("b", B, 14)], { settings: { series: true } }],
  );
  expect(shown).toEqual([{ inbound: 110 }, { inbound: 111 }, { [HOST]: 12 }, {}, { [HOST]: 14 }]);
});

describe("the time of creation", () => {
  const since = (id: string, address: string, startSeconds: number | undefined, bytes = 1) =>
    connection(id, address, bytes, { startSeconds });
  const [T1, T2, T3] = [1_700_000_100, 1_700_000_200, 1_700_000_300];

  test("is the earliest start of the connections, and stays while others come and go", () => {
    const node = createNode({ address: "host" });
    const of = (...rows: readonly PeerConnection[]) => node.created(rows).get(HOST);
    expect(of(since("a", A, T3), since("b", B, T2))).toBe(T2);
    expect(of(since("a", A, T3), since("c", B, T1))).toBe(T2);
    expect(of(since("a", A, T3), since("c", B, undefined))).toBe(T2);
    expect(of(since("z", "198.51.100.1:1", T1))).toBeUndefined();
    expect(of(since("a", A, T3))).toBe(T3);
  });

  test("is not known if it is not known of one of them", () => {
    const node = createNode({ address: "host" });
    expect(node.created([since("a", A, T3), since("b", B, undefined)]).get(HOST)).toBeUndefined();
    expect(node.created([since("a", A, T3)]).get(HOST)).toBeUndefined();
  });

  test("a connection that has no counters yet does not count", () => {
    const node = createNode({ address: "host" });
    const silent = connection("b", B, undefined);
    expect(node.created([since("a", A, T3), silent]).get(HOST)).toBe(T3);
  });

  test("bytes that began later than the connection count from there", () => {
    const node = createNode({ address: "none" });
    const rows = [
      connection("a", A, 1, { startSeconds: T1, bytesSince: T3 }),
      connection("b", B, 1, { startSeconds: T2 }),
    ];
    expect(node.created(rows).get("inbound")).toBe(T2);
  });

  test("is the estimate of the start that the history keeps", () => {
    const node = createNode({ address: "host" });
    const start = Math.floor(NOW / 1000) - 60;
    expect(node.created([connection("a", A, 1, { ageSeconds: 60 })]).get(HOST)).toBe(start);
    const page = node.page([connection("a", A, 1, { ageSeconds: 74 })]);
    expect(value(page, "p2p_connection_start_timestamp_seconds")).toBe(start);
    expect(value(page, "p2p_connection_receive_bytes_created")).toBe(start);
  });
});

describe("the memory", () => {
  const rows = [connection("a", A, 100), connection("b", B, 10), connection("c", "192.0.2.9:1", 3)];

  test("is the same object while nothing changes", () => {
    const node = createNode({ address: "host" });
    node.poll(rows);
    const before = node.memory();
    node.poll(rows);
    node.poll("failed");
    expect(node.memory()).toBe(before);
    node.poll([...rows.slice(0, 2), connection("c", "192.0.2.9:1", 4)]);
    expect(node.memory()).toMatchObject({ names: before.names, ids: before.ids, links: before.links });
    expect(node.memory().ids).toBe(before.ids);
  });

  test("has nothing of names that are not shared", () => {
    const node = createNode({ address: "full" });
    node.poll(rows);
    expect(node.memory()).toMatchObject({ names: [], ids: [], counters: [] });
  });

  test("is bounded: names that lost their series count up to as many as have one", () => {
    const node = createNode({ address: "host", maxPerNode: 2 });
    let last: Shown = new Map();
    for (let poll = 0; poll < 10; poll += 1) {
      // Each poll shows two others of eight.
      const all = Array.from({ length: 8 }, (_, index) =>
        connection(`${index}`, `192.0.2.${index}:1`, 1, { ageSeconds: (index + 2 * poll) % 8 }),
      );
      last = node.poll(all);
      expect(node.memory().ids.length).toBeLessThanOrEqual(4);
    }
    expect(last.size).toBe(2);
  });
});
