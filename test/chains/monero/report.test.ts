import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeConnections } from "../../../src/chains/monero/connections.ts";
import * as declared from "../../../src/chains/monero/families.ts";
import { monero } from "../../../src/chains/monero/index.ts";
import { decodeInfo } from "../../../src/chains/monero/info.ts";
import { infoSamples, peerSamples, sampleOf, syncingWord } from "../../../src/chains/monero/report.ts";
import { createRandom } from "../../../src/demo/random.ts";
import { failed, succeeded } from "../../../src/model/report.ts";
import { fixtureResult } from "../support.ts";
import { info, row, sampleLines } from "./daemon.ts";

test("every family that is declared is one of the adapter's, once", () => {
  const { families, sources: _, STRIPES: __, ...single } = declared;
  expect(monero.families).toBe(families);
  expect(new Set(monero.families)).toEqual(new Set(Object.values(single)));
  expect(new Set(monero.families.map(({ name }) => name)).size).toBe(monero.families.length);
});

test("a value that is not known, or that a double does not hold, gives no sample", () => {
  expect(sampleOf(declared.BANS, 0, "address")).toEqual([{ family: declared.BANS, labels: ["address"], value: 0 }]);
  for (const value of [undefined, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    expect(sampleOf(declared.BANS, value, "address")).toEqual([]);
  }
});

describe("get_info", () => {
  const linesOf = (values: object) => sampleLines(infoSamples(decodeInfo({ ...info, ...values }, "get_info")));

  const LISTS = ["peerlist_size list=white 1000", "peerlist_size list=gray 4987"];
  const REST = ["rpc_connections 1", "free_space_bytes 90000000000", "database_size_bytes 251658240000"];

  test("of a healthy node", () => {
    expect(linesOf({})).toEqual([
      ...LISTS,
      ...["alternative_blocks 3", "start_timestamp_seconds 1790000000"],
      ...["restricted 0", "untrusted 0", "offline 0", "update_available 0"],
      ...REST,
    ]);
  });

  test("flags", () => {
    const lines = linesOf({ offline: true, update_available: true, untrusted: undefined });
    expect(lines).toEqual(expect.arrayContaining(["offline 1", "update_available 1"]));
    expect(lines.filter((line) => line.startsWith("untrusted"))).toEqual([]);
  });

  test("the target only in the first sync", () => {
    expect(sampleLines(infoSamples(decodeInfo(fixtureResult("monero/get_info.first_sync.json"), "")))).toContain(
      "target_height 3512001",
    );
    expect(linesOf({}).filter((line) => line.startsWith("target_height"))).toEqual([]);
  });

  test("restricted RPC: none of its fake zeros, of 2^64 - 1 and of what is rounded up", () => {
    const result = fixtureResult("monero/get_info.restricted.json");
    expect(sampleLines(infoSamples(decodeInfo({ ...result, target_height: 3_600_000 }, "")))).toEqual([
      "target_height 3600000",
      "restricted 1",
      "untrusted 0",
      "offline 0",
    ]);
  });

  test("a bootstrap daemon's answer: nothing of it is the node's", () => {
    const result = { ...fixtureResult("monero/get_info.bootstrap.json"), offline: true, target_height: 3_600_000 };
    expect(sampleLines(infoSamples(decodeInfo(result, "")))).toEqual(["untrusted 1"]);
  });
});

describe("get_connections", () => {
  const linesOf = (rows: readonly object[]) =>
    sampleLines(peerSamples(decodeConnections({ connections: rows.map(row) }, "", { receivedMs: 0 }).connections));
  const stripes = (counts: Readonly<Record<string, number>>) =>
    ["none", ..."12345678"].map((stripe) => `peers_by_pruning_stripe stripe=${stripe} ${counts[stripe] ?? 0}`);

  test("no peers: every stripe with 0", () => {
    expect(linesOf([])).toEqual([...stripes({}), "public_rpc_peers 0"]);
  });

  test("connected peers", () => {
    const rows = [
      { pruning_seed: 0, rpc_port: 18_089 },
      { pruning_seed: 384, rpc_port: 0 },
      { pruning_seed: 391, rpc_port: 1 },
      { pruning_seed: 391, rpc_port: undefined },
      { pruning_seed: 7, rpc_port: "18446744073709551615" },
      { pruning_seed: 0, rpc_port: 18_089, state: "before_handshake" },
      { pruning_seed: 385, rpc_port: 0, state: "standby" },
    ];
    expect(linesOf(rows)).toEqual([...stripes({ none: 1, 1: 1, 2: 1, 8: 2 }), "public_rpc_peers 2"]);
  });

  test("the stripes of standard peers add up to the peers", () => {
    const seed = fc.oneof(fc.constant(0), fc.integer({ min: 384, max: 391 }));
    fc.assert(
      fc.property(fc.array(seed), (seeds) => {
        const { connections } = decodeConnections(
          { connections: seeds.map((pruning_seed) => row({ pruning_seed })) },
          "",
          { receivedMs: 0 },
        );
        const counted = peerSamples(connections).filter(({ family }) => family === declared.PEERS_BY_STRIPE);
        expect(counted.map(({ labels }) => labels[0])).toEqual(declared.STRIPES);
        expect(counted.reduce((sum, { value }) => sum + value, 0)).toBe(seeds.length);
      }),
    );
  });
});

describe("10,000 polls of a healthy monerod on a network with blocks at random", () => {
  const random = createRandom("healthy monerod");

  const decoded = (state: string) => {
    const [peer] = decodeConnections({ connections: [row({ state })] }, "get_connections", {
      receivedMs: 0,
    }).connections;
    if (peer === undefined) throw new Error(`no row in the state ${state}`);
    return peer;
  };
  const [normal, synchronizing, standby] = [decoded("normal"), decoded("synchronizing"), decoded("standby")];
  const healthy = decodeInfo({ ...info, synchronized: true, target_height: 0 }, "get_info");

  /** The node and its peers, with every block or without the newest ones. Such a peer is `synchronizing` for a moment. */
  function pollOnce(height: number) {
    const own = height - random.integer(0, 1);
    const connections = Array.from({ length: 12 }, () => {
      const peer = height - random.integer(0, 3);
      return { ...(peer > own ? synchronizing : random.pick([normal, normal, standby])), height: peer };
    });
    return { given: { ...healthy, height: own }, list: { connections, malformed: 0 } };
  }

  test("no poll says that it syncs, and none says anything while the peers are hidden", () => {
    const words = new Set<unknown>();
    const hidden = failed({ reason: "unavailable", message: "restricted", advice: "none" });
    for (let poll = 0, height = 3_000_000; poll < 10_000; poll += 1) {
      // A block every 120 s, polled every 15 s.
      while (random.chance(1 / 9)) height += 1;
      const { given, list } = pollOnce(height);
      words.add(syncingWord(given, succeeded(list), false));
      words.add(syncingWord(given, hidden, false));
    }
    expect(words).toEqual(new Set([false, "unknown"]));
  });
});
