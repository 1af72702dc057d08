import { beforeEach, describe, expect, test, vi } from "vitest";
import { failureIn, valueIn } from "../support.ts";
import { INFO, NOW_MS } from "./answers.ts";
import { openBitcoin, raw, samplesOf } from "./node.ts";
import { btcdRow, coreRow, oldZebraRow, silentRow, zebraRow } from "./peer-rows.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW_MS });
  return () => void vi.useRealTimers();
});

describe("who downloads", () => {
  const rows = [
    coreRow("30", { inflight: [106, 107] }),
    coreRow("30", { id: 8, inflight: [107, 108] }),
    silentRow("30"),
  ];

  test("a node that syncs has blocks in flight, each counted once", async () => {
    const report = await openBitcoin({ getblockchaininfo: { ...INFO, blocks: 105 }, getpeerinfo: rows }).poll();
    expect(report).toMatchObject({ syncing: true, verifiedHeight: 930_017 });
    expect(valueIn(report.peers).connections.map(({ syncing }) => syncing)).toEqual([
      "download",
      "download",
      undefined,
    ]);
    expect(samplesOf(report, "blocks_in_flight")).toEqual(["blocks_in_flight 3"]);
  });

  test("of a node that has all, the newest block is no sync", async () => {
    const report = await openBitcoin({ getpeerinfo: rows }).poll();
    expect(valueIn(report.peers).connections.map(({ syncing }) => syncing)).toEqual([undefined, undefined, undefined]);
  });

  test("peers before the handshake count in no family", async () => {
    const samples = samplesOf(await openBitcoin({ getpeerinfo: [silentRow("30")] }).poll(), "peers_by_");
    expect(samples.filter((sample) => !/ 0$/.test(sample))).toEqual([]);
    expect(samples).toContain("peers_by_connection_type connection_type=inbound 0");
  });

  test("peers that leave a ping without an answer", async () => {
    const waits = [3, 60, 61, 1200].map((pingwait, id) => coreRow("30", { id, pingwait }));
    expect(samplesOf(await openBitcoin({ getpeerinfo: waits }).poll(), "ping_")).toEqual(["ping_waiting_peers 2"]);
  });

  test("what the software does not tell is no 0 (btcd had no block in flight in the middle of its sync)", async () => {
    const told = async (row: unknown) => {
      const report = await openBitcoin({ getpeerinfo: [row] }).poll();
      return [...samplesOf(report, "blocks_in_flight"), ...samplesOf(report, "ping_")];
    };
    expect(await told(btcdRow())).toEqual(["ping_waiting_peers 0"]);
    expect(await told(zebraRow())).toEqual(["ping_waiting_peers 0"]);
    expect(await told(oldZebraRow())).toEqual([]);
    expect(await told(silentRow("30"))).toEqual(["blocks_in_flight 0", "ping_waiting_peers 0"]);
  });

  test("the highest of the headers that are checked first", async () => {
    const rows = [-1, 5000, 7000].map((presynced_headers, id) => coreRow("30", { id, presynced_headers }));
    const report = await openBitcoin({ getpeerinfo: rows }).poll();
    expect(samplesOf(report, "presynced")).toEqual(["presynced_headers_height 7000"]);
  });
});

describe("the coin", () => {
  test("a poll in which only getnetworkinfo fails does not compare the node with another coin", async () => {
    const node = openBitcoin({ getnetworkinfo: { subversion: "/LitecoinCore:0.21.2.1/" } });
    await node.poll();
    const { getnetworkinfo } = node.answers;
    vi.setSystemTime(NOW_MS + 120_000);
    node.answers.getnetworkinfo = raw({ status: 503, body: "Work queue depth exceeded" });
    const full = await node.poll();
    expect(failureIn(full.apis.get("network")).reason).toBe("busy");
    expect(full).toMatchObject({ networkKey: "litecoin main", blockSeconds: 150 });
    // Another process may be of another coin.
    node.answers.uptime = 10;
    expect((await node.poll()).networkKey).toBe("bitcoin main");
    node.answers.getnetworkinfo = getnetworkinfo;
    expect((await node.poll()).networkKey).toBe("litecoin main");
  });

  test("a node of another coin: compared as what it is, and its label is wrong", async () => {
    const report = await openBitcoin({ getnetworkinfo: { subversion: "/LitecoinCore:0.21.2.1/" } }).poll();
    expect(report).toMatchObject({ networkKey: "litecoin main", blockSeconds: 150, identity: { chain: "litecoin" } });
    expect(failureIn(report.apis.get("network"))).toMatchObject({
      reason: "wrong_network",
      message: "getnetworkinfo at http://127.0.0.1:8888: expected a node of bitcoin, found one of litecoin",
    });
    // What it says is shown.
    expect(valueIn(report.head).height).toBe(930_017);
  });
});

describe("bans, tips and networks in samples", () => {
  test("forks, and the highest end of each kind", async () => {
    const getchaintips = [
      { height: 930_017, branchlen: 0, status: "active" },
      { height: 930_015, branchlen: 3, status: "valid-fork" },
      { height: 930_020, branchlen: 9, status: "invalid" },
    ];
    const report = await openBitcoin({ getchaintips }).poll();
    expect(samplesOf(report, "longest_fork")).toEqual(["longest_fork_blocks 3"]);
    expect(samplesOf(report, "chain_tip_height")).toEqual([
      "chain_tip_height status=active 930017",
      "chain_tip_height status=valid-fork 930015",
      "chain_tip_height status=invalid 930020",
    ]);
    expect(samplesOf(report, "chain_tip_lead_blocks")).toEqual([
      "chain_tip_lead_blocks status=valid-fork -2",
      "chain_tip_lead_blocks status=invalid 3",
    ]);
  });

  test("labels of a hostile node stay in their closed sets (each report is checked against what is declared)", async () => {
    const table = { new: 1, tried: 1 };
    const networks = ["unknown", "not_publicly_routable", "mars"].map((name) => ({ name, reachable: true }));
    const getaddrmaninfo = { unknown: table, not_publicly_routable: table, mars: table };
    const report = await openBitcoin({ getnetworkinfo: { networks }, getaddrmaninfo }).poll();
    expect([...samplesOf(report, "network_reachable"), ...samplesOf(report, "address_manager")]).toEqual([]);
  });
});
