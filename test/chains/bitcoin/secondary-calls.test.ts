import { beforeEach, describe, expect, test, vi } from "vitest";
import { line, valueIn } from "../support.ts";
import { HEAD_HASH, HEAD_SECONDS, NOW_MS } from "./answers.ts";
import { openBitcoin, raw, rpcError, samplesOf } from "./node.ts";
import { btcdRow, zebraRow } from "./peer-rows.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW_MS });
  return () => void vi.useRealTimers();
});

describe("software that offers less", () => {
  test("btcd 0.26: no getnetworkinfo, listbanned and getaddrmaninfo, errors with HTTP 200, its own name of the network", async () => {
    const unimplemented = raw(rpcError(-1, "Command unimplemented", 200));
    const info = { chain: "mainnet", blocks: 930_017, headers: 930_017, bestblockhash: HEAD_HASH, pruned: false };
    const report = await openBitcoin({
      ...{ getpeerinfo: [btcdRow()], getblockchaininfo: info, getnetworkinfo: unimplemented },
      ...{ listbanned: raw(rpcError(-32_601, "Method not found", 200)), getaddrmaninfo: undefined },
    }).poll();
    expect([...report.apis.keys()]).toEqual(["last_block", "totals", "uptime", "chain_tips", "added_nodes"]);
    expect(report).toMatchObject({
      ...{ networkKey: "bitcoin main", blockSeconds: 600, syncing: "progress" },
      ...{ identity: { network: "main", version: undefined } },
    });
    expect(valueIn(report.head)).toEqual({ height: 930_017, timestampSeconds: HEAD_SECONDS });
    expect(samplesOf(report, "peers_by_transport transport=v2")).toEqual(["peers_by_transport transport=v2 1"]);
    expect(samplesOf(report, "permitted")).toEqual([]);
  });

  test("zebrad of 2026: entries of its address book; most calls are missing", async () => {
    const info = {
      chain: "main",
      blocks: 3_100_000,
      headers: 3_100_000,
      bestblockhash: HEAD_HASH,
      estimatedheight: 3_100_001,
    };
    const node = openBitcoin(
      {
        ...{ getpeerinfo: [zebraRow(), zebraRow({ connection_state: "failed" })], getblockchaininfo: info },
        ...{
          getnetworkinfo: {
            subversion: "/Zebra:3.0.0/",
            networks: [],
            localaddresses: [],
            timeoffset: 0,
            warnings: "",
          },
        },
        ...{ getnettotals: undefined, uptime: undefined, getchaintips: undefined, listbanned: undefined },
        ...{ getaddrmaninfo: undefined, getaddednodeinfo: undefined },
      },
      "zcash",
    );
    const report = await node.poll();
    expect([...report.apis.keys()]).toEqual(["last_block", "network"]);
    expect(valueIn(report.peers).connections.map(line)).toEqual([
      "outbound connected 198.51.100.11:8233 ipv4 /Zebra:3.0.0/",
    ]);
    expect(report).toMatchObject({
      networkKey: "zcash main",
      startSeconds: undefined,
      totals: undefined,
      blockSeconds: 75,
    });
    expect(samplesOf(report, "chain_tips")).toEqual([]);
    node.calls.length = 0;
    await node.poll();
    // What is not offered is not asked for with every poll.
    expect(node.calls).toEqual(["getblockchaininfo", "getpeerinfo"]);
  });
});
