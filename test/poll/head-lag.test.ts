import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { NodeReport } from "../../src/model/report.ts";
import { headLag } from "../../src/poll/head-lag.ts";
import { failing, head, headsFor, LAG_SETTINGS, lagAmong, NOW, peers, peersAt, report, row } from "./support.ts";

type Lag = { readonly peers?: number; readonly fleet?: number; readonly blocks: number | undefined };

/** The lag at NOW as one object. */
function lagOf(given: NodeReport, others: readonly NodeReport[] = []): Lag {
  const { references, blocks } = lagAmong(given, others);
  return { ...Object.fromEntries(references), blocks };
}

describe("the reference of the peers", () => {
  test.each<[string, (number | undefined)[], number | undefined]>([
    ["two peers support the highest", [120, 120, 110], 120],
    ["the highest has no support", [999, 120, 110], 120],
    ["a higher peer supports a lower one", [130, 120], 120],
    ["only one peer reports a height", [undefined, 120, undefined], 120],
    ["the node is ahead of its peers", [90, 80], 80],
    ["no peer reports a height", [undefined, undefined], undefined],
    ["no peer at all", [], undefined],
    ["heights of 0 mean unknown", [0, 120, 0], 120],
    ["only heights of 0", [0, 0], undefined],
  ])("%s", (_, heights, expected) => {
    expect(lagAmong(report({ peers: peersAt(...heights) })).references.get("peers")).toBe(expected);
  });

  test("only connected peers count", () => {
    const waiting = (["handshaking", "dialing", "disconnected"] as const).map((state, index) =>
      row({ id: `w${index}`, state, height: 500 }),
    );
    const given = report({ peers: peers(...waiting, row({ height: 120 })) });
    expect(lagOf(given)).toEqual({ peers: 120, blocks: 20 });
  });

  test("peers on another chain id are left out; what is not known is no difference", () => {
    const rows = [
      row({ id: "1", height: 900, chainId: "b" }),
      row({ id: "2", height: 900, chainId: "b" }),
      row({ id: "3", height: 120, chainId: "a" }),
      row({ id: "4", height: 110 }),
    ];
    expect(lagOf(report({ identity: { chainId: "a" }, peers: peers(...rows) }))).toEqual({ peers: 110, blocks: 10 });
    expect(lagOf(report({ peers: peers(...rows) }))).toEqual({ peers: 900, blocks: 800 });
  });

  test.each([
    // 600 s at one block in 2 s at most, and 20 blocks of slack.
    ["the highest that is possible", 100 + 300 + 20, 420],
    ["impossible", 100 + 300 + 21, 110],
  ])("a height that is %s for the chain's block time", (_, height, expected) => {
    const own = head(100, { timestampSeconds: NOW / 1000 - 600 });
    const given = report({ head: own, peers: peersAt(height, height, 110, 110), minBlockSeconds: 2 });
    expect(lagAmong(given).references.get("peers")).toBe(expected);
  });

  test("a head in the future, or a clock set back, allows the slack and no less", () => {
    const own = head(100, { timestampSeconds: NOW / 1000 + 3600 });
    const given = report({ head: own, peers: peersAt(120, 120, 121, 121), minBlockSeconds: 1 });
    expect(lagOf(given)).toEqual({ peers: 120, blocks: 20 });
  });

  test("without a block time, or without the time of the own head, nothing is impossible", () => {
    const far = peersAt(1e9, 1e9);
    expect(lagOf(report({ peers: far, minBlockSeconds: 1 })).peers).toBe(1e9);
    expect(lagOf(report({ peers: far, head: head(1, { timestampSeconds: NOW / 1000 }) })).peers).toBe(1e9);
  });
});

describe("headers whose work the node has checked (verifiedHeight)", () => {
  test.each<[string, number | undefined, (number | undefined)[], Lag]>([
    ["are a reference without any height of a peer", 400, [undefined, undefined], { peers: 400, blocks: 300 }],
    ["are one without any peer", 400, [], { peers: 400, blocks: 300 }],
    ["count above what peers say", 400, [120, 120], { peers: 400, blocks: 300 }],
    ["do not lower what enough peers say", 110, [120, 120], { peers: 120, blocks: 20 }],
    ["need no support of peers", 101, [90, 80], { peers: 101, blocks: 1 }],
    // They show that nothing is to be fetched, not that the head is the newest.
    ["as high as the head are no reference", 100, [], { blocks: undefined }],
    ["as high as the head are no reference beside peers", 100, [120, 120], { peers: 120, blocks: 20 }],
    ["below the head are no reference", 5, [], { blocks: undefined }],
    ["of 0 are none", 0, [], { blocks: undefined }],
    ["that are not known", undefined, [120, 120], { peers: 120, blocks: 20 }],
  ])("%s", (_, verifiedHeight, heights, expected) => {
    expect(lagOf(report({ head: head(100), peers: peersAt(...heights), verifiedHeight }))).toEqual(expected);
  });

  test("count at any age of the head: the first sync begins with the first block", () => {
    const own = head(0, { timestampSeconds: NOW / 1000 - 86_400 });
    const given = report({ head: own, verifiedHeight: 930_000, minBlockSeconds: 300, blockSeconds: 600 });
    expect(lagOf(given)).toMatchObject({ peers: 930_000, blocks: 930_000 });
  });

  test("count also where the peer list failed", () => {
    expect(lagOf(report({ head: head(100), peers: failing("timeout"), verifiedHeight: 400 }))).toEqual({
      peers: 400,
      blocks: 300,
    });
  });

  test("do not confirm a head that is old: nodes without peers have no headers above it either", () => {
    const own = head(100, { timestampSeconds: NOW / 1000 - 86_400 });
    const given = report({ head: own, peers: peersAt(), verifiedHeight: 100, blockSeconds: 600 });
    expect(lagOf(given)).toEqual({ blocks: undefined });
  });

  test("of one node do not change the reference of another", () => {
    const others = [report({ networkKey: "n", head: head(100), verifiedHeight: 400 })];
    expect(lagOf(report({ networkKey: "n", head: head(100) }), others)).toMatchObject({ fleet: 100, blocks: 0 });
  });
});

describe("the reference of the fleet", () => {
  const main = { networkKey: "monero mainnet" };

  test("the highest head of the other nodes of the network", () => {
    const others = [report({ ...main, head: head(105) }), report({ ...main, head: head(130) })];
    expect(lagOf(report(main), others)).toEqual({ fleet: 130, blocks: 30 });
  });

  test("other networks, unknown networks and nodes without a head are left out", () => {
    const others = [
      report({ networkKey: "monero testnet", head: head(900) }),
      report({ head: head(900) }),
      report({ ...main, head: failing("timeout") }),
    ];
    expect(lagOf(report(main), others)).toEqual({ blocks: undefined });
    expect(lagOf(report({ head: head(1) }), [report({ head: head(900) })])).toEqual({ blocks: undefined });
  });

  test("a node whose peer list fails still counts with its head, and gets a lag itself", () => {
    const other = report({ ...main, peers: failing("unavailable"), head: head(130) });
    expect(lagOf(report({ ...main, peers: failing("unavailable") }), [other])).toEqual({ fleet: 130, blocks: 30 });
  });
});

describe("the lag", () => {
  test("is the distance to the best reference", () => {
    const given = report({ networkKey: "n", peers: peersAt(120, 120) });
    expect(lagOf(given, [report({ networkKey: "n", head: head(110) })])).toEqual({
      peers: 120,
      fleet: 110,
      blocks: 20,
    });
    expect(lagOf(given, [report({ networkKey: "n", head: head(150) })])).toEqual({
      peers: 120,
      fleet: 150,
      blocks: 50,
    });
  });

  test("is never below 0", () => {
    expect(lagOf(report({ peers: peersAt(90, 90) }))).toEqual({ peers: 90, blocks: 0 });
  });

  test("is absent without a reference and without an own head", () => {
    expect(lagOf(report())).toEqual({ blocks: undefined });
    expect(lagOf(report({ head: failing("timeout"), peers: peersAt(120, 120) }))).toEqual({ blocks: undefined });
  });

  test("is there for a node at height 0", () => {
    expect(lagOf(report({ head: head(0), peers: peersAt(7, 7) }))).toEqual({ peers: 7, blocks: 7 });
  });
});

describe("braided chains", () => {
  const cut = (heights: Readonly<Record<string, number>>, networkKey = "chainweb mainnet01") => {
    const chainHeights = new Map(Object.entries(heights));
    const sum = [...chainHeights.values()].reduce((total, height) => total + height, 0);
    return report({ networkKey, head: head(sum, { chainHeights }) });
  };

  test.each([
    ["the same cut", { 0: 10, 1: 10 }, [{ 0: 10, 1: 10 }], 20, 0],
    ["behind on one chain", { 0: 10, 1: 10 }, [{ 0: 10, 1: 13 }], 23, 3],
    ["ahead on one does not pay for behind on another", { 0: 15, 1: 10 }, [{ 0: 10, 1: 13 }], 28, 3],
    ["ahead on all", { 0: 15, 1: 15 }, [{ 0: 10, 1: 10 }], 30, 0],
    [
      "the best of several nodes, chain by chain",
      { 0: 10, 1: 10 },
      [
        { 0: 12, 1: 9 },
        { 0: 9, 1: 11 },
      ],
      23,
      3,
    ],
    ["the other knows more chains", { 0: 10 }, [{ 0: 12, 1: 5000 }], 12, 2],
    ["the other knows fewer chains", { 0: 10, 1: 10 }, [{ 0: 12 }], 22, 2],
    ["chains are identified by name, not by place", { 0: 10, 1: 20 }, [{ 1: 21, 0: 10 }], 31, 1],
  ])("%s", (_, own, others, fleet, blocks) => {
    expect(
      lagOf(
        cut(own),
        others.map((heights) => cut(heights)),
      ),
    ).toEqual({ fleet, blocks });
  });

  test("no common chain, no comparable node or another network is no reference", () => {
    expect(lagOf(cut({ 0: 10 }), [cut({ 7: 12 })])).toEqual({ blocks: undefined });
    expect(lagOf(cut({ 0: 10 }), [report({ networkKey: "chainweb mainnet01", head: head(99) })])).toEqual({
      blocks: undefined,
    });
    expect(lagOf(cut({ 0: 10 }), [cut({ 0: 12 }, "chainweb testnet04")])).toEqual({ blocks: undefined });
  });
});

describe("properties", () => {
  const height = fc.integer({ min: 1, max: 1_000_000 });
  const claim = fc.oneof(height, fc.constant(0), fc.integer({ min: 1_000_000, max: Number.MAX_SAFE_INTEGER }));
  const place = fc.nat();

  test("one lying peer never lifts the reference above what an honest one has", () => {
    fc.assert(
      fc.property(fc.array(height, { minLength: 1 }), claim, place, height, (honest, lie, at, own) => {
        const all = honest.toSpliced(at % (honest.length + 1), 0, lie);
        const { references, blocks } = lagAmong(report({ head: head(own), peers: peersAt(...all) }));
        expect(references.get("peers")).toBeLessThanOrEqual(Math.max(...honest));
        expect(blocks).toBeLessThanOrEqual(Math.max(0, Math.max(...honest) - own));
      }),
    );
  });

  test("one lying peer moves nothing where two honest ones agree on the best head", () => {
    fc.assert(
      fc.property(fc.array(height, { minLength: 1 }), claim, place, height, (some, lie, at, own) => {
        const honest = [...some, Math.max(...some)];
        const all = honest.toSpliced(at % (honest.length + 1), 0, lie);
        const lag = (heights: readonly number[]) => lagOf(report({ head: head(own), peers: peersAt(...heights) }));
        expect(lag(all)).toEqual(lag(honest));
      }),
    );
  });

  test("the lag is a number from 0 on, exactly where there is a reference", () => {
    const heights = fc.array(fc.option(claim, { nil: undefined }));
    fc.assert(
      fc.property(heights, claim, fc.array(claim), (claims, own, fleet) => {
        const others = fleet.map((other) => report({ networkKey: "n", head: head(other) }));
        const given = report({ networkKey: "n", head: head(own), peers: peersAt(...claims) });
        const { references, blocks } = lagAmong(given, others);
        expect(blocks !== undefined).toBe(references.size > 0);
        expect(blocks ?? 0).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe("how many lying peers change the lag", () => {
  const honest = [1000, 1000, 1000, 999, 999];
  const own = head(900, { timestampSeconds: NOW / 1000 - 3600 });
  const lagWith = (liars: readonly number[], minSupport: number) =>
    headLag(
      report({ head: own, peers: peersAt(...honest, ...liars), minBlockSeconds: 1 }),
      { fleet: [], configured: [] },
      { minSupport },
      NOW,
    ).blocks;

  test("one peer with a height of 10^9 moves nothing: it is impossible, and it stands alone", () => {
    expect(lagWith([1e9], 2)).toBe(100);
    expect(lagWith([1e9], 1)).toBe(100);
  });

  test("two that agree on an impossible height move nothing either", () => {
    expect(lagWith([1e9, 1e9], 2)).toBe(100);
  });

  test("two that agree on a possible height raise the lag with min_support 2, and do not with 3", () => {
    expect(lagWith([4000, 4000], 2)).toBe(3100);
    expect(lagWith([4000, 4000], 3)).toBe(100);
  });

  test("no number of liars can hide lag: a low height never lowers the reference", () => {
    expect(lagWith([1, 1, 1, 1, 1, 1, 1], 2)).toBe(100);
  });
});

describe("references of the configuration", () => {
  const settings = { minSupport: 2 };
  const reference = (height: number, networkKey = "n") => report({ networkKey, head: head(height) });

  test("count as well as peers and fleet, and the best of all determines the lag", () => {
    const given = report({ networkKey: "n", head: head(100), peers: peersAt(110, 110) });
    const others = headsFor(given, [reference(120)], [reference(130), reference(125)]);
    const { references, blocks } = headLag(given, others, settings, NOW);
    expect(Object.fromEntries(references)).toEqual({ peers: 110, fleet: 120, configured: 130 });
    expect(blocks).toBe(30);
  });

  test("of another network are ignored", () => {
    const given = report({ networkKey: "n", head: head(100) });
    const lag = headLag(given, headsFor(given, [], [reference(500, "other")]), settings, NOW);
    expect(lag.blocks).toBeUndefined();
  });
});

describe("heads that peers of a braided network reported themselves", () => {
  const cut = (...heights: number[]) =>
    ({
      height: heights.reduce((sum, height) => sum + height, 0),
      chainHeights: new Map(heights.map((height, chain) => [String(chain), height])),
    }) as const;
  const lagWith = (...peerHeads: (readonly number[])[]) =>
    headLag(
      report({ head: { ok: true, value: cut(10, 10, 10) }, peerHeads: peerHeads.map((heights) => cut(...heights)) }),
      { fleet: [], configured: [] },
      { minSupport: 2 },
      NOW,
    ).blocks;

  test("need support chain by chain", () => {
    expect(lagWith([12, 13, 10], [11, 13, 999])).toBe(1 + 3);
  });

  test("one liar among several moves nothing", () => {
    expect(lagWith([10, 10, 10], [10, 10, 10], [9999, 9999, 9999])).toBe(0);
  });

  test("none is no reference", () => {
    expect(lagWith()).toBeUndefined();
  });
});

describe("a lag of 0", () => {
  const HOURS = 5 * 3600;
  const old = (rest: Partial<NodeReport> = {}) =>
    report({
      ...{ networkKey: "n", blockSeconds: 0.5, minBlockSeconds: 0.5 },
      head: head(20_000, { timestampSeconds: NOW / 1000 - HOURS }),
      ...rest,
    });

  test("is not known where the head is hours old and the handshakes of the peers are older", () => {
    const given = old({ peers: peersAt(10_000, 10_000, 9000), peerHeightsAreOld: true });
    expect(lagOf(given)).toEqual({ peers: 10_000, blocks: undefined });
    // Equal heights of old handshakes tell no more.
    expect(lagOf(old({ peers: peersAt(20_000, 20_000), peerHeightsAreOld: true })).blocks).toBeUndefined();
  });

  test("is known where a higher reference shows a lag, however old it is", () => {
    expect(lagOf(old({ peers: peersAt(20_007, 20_007), peerHeightsAreOld: true })).blocks).toBe(7);
  });

  test.each<[string, number, number | undefined]>([
    ["has the same old head, as while the chain makes no blocks", 20_000, 0],
    ["was polled a minute of blocks earlier", 19_880, 0],
    ["is lower than that, as while it syncs", 19_879, undefined],
  ])("is known by another node of the fleet only where that %s", (_, height, expected) => {
    expect(lagOf(old(), [report({ networkKey: "n", head: head(height) })]).blocks).toBe(expected);
  });

  test("is known by peers whose heights are of now", () => {
    expect(lagOf(old({ peers: peersAt(20_000, 20_000) })).blocks).toBe(0);
    expect(lagOf(old({ peers: peersAt(10_000, 10_000) })).blocks).toBeUndefined();
  });

  test.each([
    ["Wire: up to a minute", 0.5, 60],
    ["Monero: up to 10 blocks", 120, 1200],
  ])("is known while the head is young. %s", (_, blockSeconds, seconds) => {
    const aged = (age: number) =>
      report({
        ...{ blockSeconds, peers: peersAt(1, 1), peerHeightsAreOld: true },
        head: head(20_000, { timestampSeconds: NOW / 1000 - age }),
      });
    expect(lagOf(aged(seconds)).blocks).toBe(0);
    expect(lagOf(aged(seconds + 1)).blocks).toBeUndefined();
  });

  test("is known while the oldest of braided chains' newest blocks is up to 10 blocks of one chain old", () => {
    const cut = (height: number, timestampSeconds?: number) => {
      const chainHeights = new Map(Array.from({ length: 20 }, (_, chain) => [String(chain), height]));
      return { height: 20 * height, chainHeights, timestampSeconds };
    };
    const lagAt = (age: number, other: number) => {
      const given = report({ head: { ok: true, value: cut(1000, NOW / 1000 - age) }, blockSeconds: 1.5 });
      return headLag(given, { fleet: [cut(other)], configured: [], ownSinceMs: NOW }, LAG_SETTINGS, NOW);
    };
    // The oldest of 20 chains is about four block times of 30 s old.
    expect(lagAt(108, 900).blocks).toBe(0);
    expect(lagAt(300, 900)).toMatchObject({ blocks: 0, isAssumed: true });
    expect(lagAt(301, 900).blocks).toBeUndefined();
    expect(lagAt(300, 1000).isAssumed).toBeUndefined();
  });

  test("is not known where the head has no time and did not move for longer than that", () => {
    const cut = (...heights: number[]) => ({
      height: heights.reduce((sum, height) => sum + height, 0),
      chainHeights: new Map(heights.map((height, chain) => [String(chain), height])),
    });
    const lagSince = (seconds: number, ...others: number[]) => {
      const given = report({ head: { ok: true, value: cut(500, 500) }, blockSeconds: 15 });
      const heads = { fleet: [cut(...others)], configured: [], ownSinceMs: NOW - seconds * 1000 };
      return headLag(given, heads, LAG_SETTINGS, NOW).blocks;
    };
    expect(lagSince(150, 100, 100)).toBe(0);
    expect(lagSince(151, 100, 100)).toBeUndefined();
    // 4 blocks are a minute; a chain that is ahead does not make up for one that is behind.
    expect(lagSince(3600, 498, 498)).toBe(0);
    expect(lagSince(3600, 498, 497)).toBeUndefined();
    expect(lagSince(3600, 501, 100)).toBe(1);
  });
});
