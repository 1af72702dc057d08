import { beforeEach, describe, expect, test, vi } from "vitest";
import { LIST_BUDGET } from "../../../src/rpc/budget.ts";
import { failureIn, jsonReply, line, valueIn } from "../support.ts";
import { HEAD_HASH, HEAD_SECONDS, NOW_MS } from "./answers.ts";
import { EACH_POLL, openBitcoin, raw, rpcError, SELDOM, samplesOf } from "./node.ts";
import { coreRow } from "./peer-rows.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW_MS });
  return () => void vi.useRealTimers();
});

describe("Bitcoin Core 30", () => {
  test("a whole poll", async () => {
    const node = openBitcoin();
    const report = await node.poll();
    expect(node.calls).toEqual([...EACH_POLL, ...SELDOM]);
    expect(report.identity).toEqual({ version: "Satoshi:30.1.0", network: "main", chain: "bitcoin" });
    expect(valueIn(report.head)).toEqual({ height: 930_017, timestampSeconds: HEAD_SECONDS });
    expect(valueIn(report.peers).connections.map(line)).toEqual([
      "outbound connected 198.51.100.7:8333 ipv4 930017 /Satoshi:30.0.0/",
    ]);
    expect(report).toMatchObject({
      ...{ syncing: false, networkKey: "bitcoin main", verifiedHeight: 930_017, clockSkewSeconds: 0 },
      ...{ blockSeconds: 600, minBlockSeconds: 300, blocks: [{ height: 930_017, hash: HEAD_HASH }] },
      ...{ startSeconds: NOW_MS / 1000 - 4000, process: `start ${NOW_MS / 1000 - 4000}` },
    });
    expect(valueIn(report.totals)).toMatchObject({ received: 5000, sent: 6000 });
    expect([...report.apis.keys()]).toEqual([
      ...["totals", "uptime", "network", "chain_tips", "bans", "address_manager", "added_nodes"],
    ]);
    expect(samplesOf(report).filter((sample) => !/ 0$/.test(sample))).toEqual([
      "headers_height 930017",
      "verification_progress_ratio 0.99999",
      "size_on_disk_bytes 800000000000",
      "peers_by_connection_type connection_type=outbound-full-relay 1",
      "peers_by_transport transport=v2 1",
      "peers_by_network direction=outbound peer_network=ipv4 1",
      "transaction_relay_peers 1",
      "address_relay_peers 1",
      `start_timestamp_seconds ${NOW_MS / 1000 - 4000}`,
      "upload_target_left_bytes 100",
      "network_active 1",
      "network_reachable peer_network=ipv4 1",
      "chain_tips status=active 1",
      "chain_tip_height status=active 930017",
      "bans kind=address 1",
      "added_nodes state=away 1",
      "address_manager_size peer_network=ipv4 table=tried 2",
      "address_manager_size peer_network=ipv4 table=new 5",
    ]);
  });

  test("the next poll asks only for what changes", async () => {
    const node = openBitcoin();
    await node.poll();
    node.calls.length = 0;
    const report = await node.poll();
    expect(node.calls).toEqual(EACH_POLL);
    expect(samplesOf(report, "chain_tips status=active")).toEqual(["chain_tips status=active 1"]);
  });

  test("another process answers: its first poll does not show again what the last one said", async () => {
    const node = openBitcoin();
    const before = await node.poll();
    expect(samplesOf(before, "bans")).not.toEqual(["bans kind=address 0", "bans kind=subnet 0"]);
    node.answers.uptime = 10;
    node.answers.listbanned = [];
    node.calls.length = 0;
    const restarted = await node.poll();
    expect(restarted.startSeconds).toBe(NOW_MS / 1000 - 10);
    expect(samplesOf(restarted, "bans")).toEqual(["bans kind=address 0", "bans kind=subnet 0"]);
    expect(node.calls).toEqual([...EACH_POLL, ...SELDOM]);
  });

  test("as a reference: only its head, and what it is", async () => {
    const node = openBitcoin({}, "bitcoin", true);
    const report = await node.poll();
    expect(node.calls).toEqual(["getblockchaininfo", "getnetworkinfo"]);
    expect(valueIn(report.head).height).toBe(930_017);
    expect(report.networkKey).toBe("bitcoin main");
  });

  test("bytes by message grow with the polls", async () => {
    const node = openBitcoin();
    const grown = async () => samplesOf(await node.poll(), "message_").filter((sample) => !sample.endsWith(" 0"));
    expect(await grown()).toEqual([]);
    const row = coreRow("30", { bytesrecv_per_msg: { tx: 7005, inv: 20_000 }, bytessent_per_msg: { inv: 91_001 } });
    node.answers.getpeerinfo = [row];
    expect(await grown()).toEqual([
      "message_receive_bytes_total message=inv 20000",
      "message_transmit_bytes_total message=inv 1",
      "message_receive_bytes_total message=tx 5",
    ]);
    node.answers.getpeerinfo = raw(jsonReply({}, 500));
    expect(samplesOf(await node.poll(), "message_")).toEqual([]);
    node.answers.getpeerinfo = [];
    expect(await grown()).toHaveLength(3);
  });
});

const STARTING = raw(rpcError(-28, "Loading block index..."));
const REFUSED = raw({ status: 403, body: "" });

describe("states of a node", () => {
  test("it starts: nothing else is asked", async () => {
    const node = openBitcoin({ getblockchaininfo: raw(rpcError(-28, "Loading block index...")) });
    const report = await node.poll();
    expect(node.calls).toEqual(["getblockchaininfo"]);
    expect([failureIn(report.peers), failureIn(report.head)]).toMatchObject([{ isStarting: true }, { reason: "busy" }]);
    expect(samplesOf(report)).toEqual(["warming_up 1"]);
    expect(report).toMatchObject({ syncing: "unknown", networkKey: undefined, verifiedHeight: undefined });
  });

  test.each([
    ["between the first two calls of a poll (it was shown as ready)", { getpeerinfo: STARTING }, 1],
    ["and this user may not call getblockchaininfo", { getpeerinfo: STARTING, getblockchaininfo: REFUSED }, 1],
    ["no longer, and this user may not call getblockchaininfo", { getblockchaininfo: REFUSED }, 0],
  ])("it starts, %s", async (_, answers, expected) => {
    expect(samplesOf(await openBitcoin(answers).poll(), "warming_up")).toEqual([`warming_up ${expected}`]);
  });

  test("it is away: what it said before is no longer shown", async () => {
    const node = openBitcoin();
    await node.poll();
    const before = { ...node.answers };
    for (const method of Object.keys(before)) node.answers[method] = raw({ status: 401, body: "" });
    const away = await node.poll();
    expect([samplesOf(away), away.apis.size]).toEqual([[], 0]);
    Object.assign(node.answers, before);
    node.calls.length = 0;
    await node.poll();
    expect(node.calls).toEqual([...EACH_POLL, ...SELDOM]);
  });

  test("only the peers are refused (a whitelist without getpeerinfo)", async () => {
    const report = await openBitcoin({ getpeerinfo: raw({ status: 403, body: "" }) }).poll();
    expect(failureIn(report.peers)).toMatchObject({
      reason: "unauthorized",
      advice: expect.stringContaining("getpeerinfo"),
    });
    expect(valueIn(report.head).height).toBe(930_017);
    expect(samplesOf(report, "peers_by_")).toEqual([]);
  });

  test("the network is off", async () => {
    const report = await openBitcoin({
      getpeerinfo: [],
      getnetworkinfo: { networkactive: false, networks: [] },
    }).poll();
    expect(samplesOf(report, "network_active")).toEqual(["network_active 0"]);
    expect(valueIn(report.peers).connections).toEqual([]);
  });
});

test("the answer of a node with 1,000 peers is within the limits of a list", async () => {
  const types = Array.from({ length: 35 }, (_, index) => [`type${index}`, index + 1]);
  const bytes = Object.fromEntries(types);
  const rows = Array.from({ length: 1000 }, (_, id) =>
    coreRow("31", { id, bytessent_per_msg: bytes, bytesrecv_per_msg: bytes }),
  );
  expect(JSON.stringify(rows).length).toBeLessThan(LIST_BUDGET.bytes);
  const { connections } = valueIn((await openBitcoin({ getpeerinfo: rows }).poll()).peers);
  expect(connections).toHaveLength(1000);
});
