import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  connectionKey,
  decodePluginPage,
  nodeKey,
  type PluginConnection,
} from "../../../src/chains/wire/plugin-page.ts";
import { NodeError } from "../../../src/model/failure.ts";
import { METRICS_BUDGET } from "../../../src/rpc/budget.ts";
import { anyText } from "../../support/any-text.ts";
import { fixtureText, thrownFailure } from "../support.ts";

const CALL = "/v1/prometheus/metrics at http://127.0.0.1:8888";

function decode(...lines: readonly string[]) {
  return decodePluginPage(lines.join("\n"), CALL);
}

/** The one connection of a page. */
function decodeOnly(...lines: readonly string[]): PluginConnection {
  const [connection, ...more] = decode(...lines).connections.values();
  if (connection === undefined || more.length > 0) throw new Error("expected one connection");
  return connection;
}

const START = Date.UTC(2026, 0, 15, 23, 28, 20) / 1000;

const FIRST: PluginConnection = {
  receivedBytes: 123_456_789,
  sentBytes: 98_765_432,
  latencySeconds: 0.042123456,
  startSeconds: START,
  startMark: 1_768_519_700_123_456_800,
  firstAvailableBlock: 20_000_001,
  lastAvailableBlock: 21_000_500,
  uniqueFirstBlocks: 1811,
  isThrottled: false,
  remotePort: 9876,
};

const SECOND: PluginConnection = {
  receivedBytes: 4096,
  sentBytes: 7_340_032,
  startSeconds: START + 90,
  startMark: 1_768_519_790_000_000_000,
  lastAvailableBlock: 20_996_500,
  uniqueFirstBlocks: 3,
  isThrottled: true,
  remotePort: 41_020,
};

const NEVER_UP: PluginConnection = { receivedBytes: 0, sentBytes: 0, uniqueFirstBlocks: 0, isThrottled: false };

describe("whole pages", () => {
  test("of Spring: by the peer's node id", () => {
    const page = decodePluginPage(fixtureText("wire/prometheus.spring-1.2.txt"), CALL);
    expect([...page.connections.keys()].sort()).toEqual(
      ["0a1b2c3", "6709920", "7d263cd", "978341d", "c0ffee1"].map(nodeKey),
    );
    expect(page.connections.get(nodeKey("7d263cd"))).toEqual({ ...FIRST, connectionId: 1 });
    expect(page.connections.get(nodeKey("6709920"))).toEqual({ ...SECOND, connectionId: 2 });
    expect(page.connections.get(nodeKey("c0ffee1"))).toEqual({ ...NEVER_UP, connectionId: 4 });
    expect([page.failedConnections, page.droppedTransactions]).toEqual([214, 7]);
  });

  test("of the newest Wire: by the number of the connection", () => {
    const page = decodePluginPage(fixtureText("wire/prometheus.w4.txt"), CALL);
    expect([...page.connections.keys()]).toEqual([40, 41, 43, 45, 47].map(connectionKey));
    expect(page.connections.get(connectionKey(40))).toEqual({ ...FIRST, connectionId: 40, remoteIp: "192.0.2.10" });
    expect(page.connections.get(connectionKey(41))).toEqual({ ...SECOND, connectionId: 41, remoteIp: "198.51.100.20" });
    expect(page.connections.get(connectionKey(43))).toEqual({ ...NEVER_UP, connectionId: 43 });
    expect(page.connections.get(connectionKey(45))?.remoteIp).toBe("2001:db8::6");
    expect([page.failedConnections, page.droppedTransactions]).toEqual([214, 7]);
  });

  test("of a node without peers", () => {
    const page = decode("nodeop_p2p_peers 0", "nodeop_p2p_failed_connections 0", "nodeop_p2p_dropped_trxs_total 0");
    expect(page).toEqual({ connections: new Map(), failedConnections: 0, droppedTransactions: 0 });
  });
});

describe("values", () => {
  const CONNID = '{connid="7d263cd"}';
  test.each<[string, string, string, keyof PluginConnection, unknown]>([
    ["latency in nanoseconds", "latency", "1500000", "latencySeconds", 0.0015],
    ["latency not measured", "latency", "1.8446744073709552e+19", "latencySeconds", undefined],
    ["latency not measured, as digits", "latency", "18446744073709551615", "latencySeconds", undefined],
    ["latency 0", "latency", "0", "latencySeconds", undefined],
    ["latency below 0", "latency", "-5", "latencySeconds", undefined],
    ["start in nanoseconds", "connection_start_time", "1.7685197001234568e+18", "startSeconds", START],
    ["start in 1970", "connection_start_time", "0", "startSeconds", undefined],
    ["start a moment into 1970", "connection_start_time", "999999999", "startSeconds", undefined],
    ["start before 1970", "connection_start_time", "-1e18", "startSeconds", undefined],
    ["bytes", "bytes_received", "0", "receivedBytes", 0],
    ["bytes as a double", "bytes_sent", "1.23456789e+10", "sentBytes", 12_345_678_900],
    ["bytes that are no count", "bytes_sent", "1.5", "sentBytes", undefined],
    ["bytes below 0", "bytes_received", "-1", "receivedBytes", undefined],
    ["bytes above 2^53", "bytes_received", "1e17", "receivedBytes", undefined],
    ["bytes NaN", "bytes_received", "NaN", "receivedBytes", undefined],
    ["first block not known", "first_available_block", "0", "firstAvailableBlock", undefined],
    ["last block", "last_available_block", "7", "lastAvailableBlock", 7],
    ["unique blocks", "unique_first_block_count", "0", "uniqueFirstBlocks", 0],
    ["throttling", "block_sync_throttling", "1", "isThrottled", true],
    ["no throttling", "block_sync_throttling", "0", "isThrottled", false],
    ["port not known", "port", "0", "remotePort", undefined],
  ])("%s", (_, family, value, field, expected) => {
    const lines = [`nodeos_p2p_block_sync_throttling${CONNID} 0`, `nodeos_p2p_${family}${CONNID} ${value}`];
    expect(decodeOnly(...lines)[field]).toBe(expected);
  });

  test("a series that occurs twice: the last one", () => {
    expect(decodeOnly('nodeos_p2p_port{connid="7d263cd"} 1', 'nodeos_p2p_port{connid="7d263cd"} 2').remotePort).toBe(2);
  });
});

describe("whose series it is", () => {
  test.each<[string, string | undefined]>([
    ['{connid="7d263cd"}', "node 7d263cd"],
    ['{connection_id="40",remote_ip="::1"}', "id 40"],
    ['{remote_ip="::ffff:192.0.2.1",connection_id="0"}', "id 0"],
    ['{connection_id="40"}', "id 40"],
    ['{connid="7d263cd",connection_id="40"}', "id 40"],
    ['{connid=""}', undefined],
    ['{connid="7d263c"}', undefined],
    ['{connid="7D263CD"}', undefined],
    ['{connid="7d263cd0"}', undefined],
    ['{connection_id=""}', undefined],
    ['{connection_id="-1"}', undefined],
    ['{connection_id="1e3"}', undefined],
    ['{connection_id="9999999999999999999"}', undefined],
    ["", undefined],
  ])("%s", (labels, key) => {
    const page = decode("nodeos_p2p_failed_connections 1", `nodeos_p2p_bytes_sent${labels} 5`);
    expect([...page.connections.keys()]).toEqual(key === undefined ? [] : [key]);
  });

  test("other families and other programs' series are not read", () => {
    const page = decode(
      "nodeos_p2p_failed_connections 1",
      'nodeos_p2p_latency_max{connid="7d263cd"} 1',
      'nodeos_latency{connid="7d263cd"} 1',
      'eos_p2p_latency{connid="7d263cd"} 1',
      'xnodeos_p2p_latency{connid="7d263cd"} 1',
      'nodeos_p2p_connections{connid_59="bytes_sent"} 41',
    );
    expect(page.connections.size).toBe(0);
  });
});

describe("what is not the plugin's page", () => {
  test.each<[string, string]>([
    ["nothing", ""],
    ["a login page", "<html>\n<h1>Sign in</h1>\n</html>"],
    ["JSON", '{"code":404}'],
    ["another program's metrics", "# TYPE up gauge\nup 1\nprocess_cpu_seconds_total 7\n"],
    // It has no prefix, a port of its own, and tells nothing of single peers.
    ["Leap 4", "num_peers 3\nnum_clients 2\ndropped_trxs 0\nhead_block_num 7\n"],
  ])("%s", (_, text) => {
    expect(thrownFailure(() => decodePluginPage(text, CALL))).toEqual({
      reason: "bad_shape",
      message: `${CALL}: expected metrics named nodeos_p2p_… or nodeop_p2p_…`,
      advice: "check that wire.prometheus_url is the listener of prometheus_plugin, of Leap 5 or later",
    });
  });
});

test("any text gives a page or a NodeError, and its numbers are sound", () => {
  const family = fc.constantFrom("latency", "bytes_sent", "connection_start_time", "port", "failed_connections", "x");
  const labels = fc.constantFrom('{connid="7d263cd"}', '{connection_id="7"}', '{connid="', "{}", "");
  const number = fc.oneof(fc.double().map(String), fc.constantFrom("NaN", "-1", "1e999", "18446744073709551615"));
  const sample = fc.tuple(family, labels, number).map(([name, key, value]) => `nodeos_p2p_${name}${key} ${value}`);
  fc.assert(
    fc.property(fc.array(fc.oneof({ arbitrary: sample, weight: 5 }, anyText())), (lines) => {
      try {
        for (const { remoteIp: _, isThrottled: __, ...numbers } of decode(...lines).connections.values()) {
          for (const value of Object.values(numbers)) {
            expect(value === undefined || (Number.isFinite(value) && value >= 0)).toBe(true);
          }
        }
      } catch (error) {
        if (!(error instanceof NodeError)) throw error;
      }
    }),
  );
});

describe("large pages", () => {
  /** The families of a real page, so that most lines are not wanted. */
  function pageOf(connections: number): string {
    const fixture = fixtureText("wire/prometheus.spring-1.2.txt").split("\n");
    const families = fixture.filter((line) => line.includes('connid="7d263cd"'));
    const ids = Array.from({ length: connections }, (_, index) => index.toString(16).padStart(7, "0"));
    return families.flatMap((line) => ids.map((id) => line.replaceAll("7d263cd", id))).join("\n");
  }

  test("one of 20,000 series costs at most as much as ten of 2,000, except for what a large heap costs", () => {
    const [large, small] = [pageOf(1200), pageOf(120)];
    expect(large.split("\n").length).toBeGreaterThan(20_000);
    expect(decodePluginPage(large, CALL).connections.size).toBe(1200);
    const cpuOf = (text: string, times: number) => {
      const before = process.cpuUsage();
      for (let time = 0; time < times; time += 1) decodePluginPage(text, CALL);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const rounds = Array.from({ length: 3 }, () => [cpuOf(large, 1), cpuOf(small, 10)] as const);
    // Work that grew with the square would cost ten times as much.
    expect(Math.min(...rounds.map(([one]) => one))).toBeLessThan(4 * Math.min(...rounds.map(([, ten]) => ten)));
  });

  test("one of 1,000 connections is well within the usual limits", () => {
    const page = pageOf(1000);
    expect(page.length).toBeLessThan(METRICS_BUDGET.bytes * 0.9);
    expect(decodePluginPage(page, CALL, METRICS_BUDGET).connections.size).toBe(1000);
  });

  test("its connections are bounded", () => {
    const ids = Array.from({ length: 20_000 }, (_, index) => `nodeop_p2p_port{connection_id="${index}"} 1`);
    expect(decodePluginPage(ids.join("\n"), CALL).connections.size).toBe(5000);
  });

  test.each<[string, string, string]>([
    ["lines", "\n".repeat(30_001), "expected at most 30000 lines (limits.containers), found more"],
    ["comments", "# HELP\n".repeat(30_001), "limits.containers"],
    [
      "samples",
      'nodeos_p2p_port{connid="abcdefa"} 1\n'.repeat(20_001),
      "expected at most 20000 samples (limits.numbers)",
    ],
    ["labels", `nodeos_p2p_port{${'a="b",'.repeat(60)}} 1\n`.repeat(1400), "limits.keys"],
    ["labels of a broken line", `nodeos_p2p_port{${'a="b",'.repeat(60)}\n`.repeat(1400), "limits.keys"],
  ])("one of too many %s is refused", (_, page, message) => {
    const failure = thrownFailure(() => decodePluginPage(page, CALL, METRICS_BUDGET));
    expect(failure).toMatchObject({ reason: "too_large", message: expect.stringContaining(message) });
    expect(failure.advice).toContain("raise limits.");
    expect(() => decodePluginPage(page, CALL, { ...METRICS_BUDGET, containers: 1e6, keys: 1e6 })).not.toThrow(/large/);
  });
});
