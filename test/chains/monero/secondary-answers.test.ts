import { describe, expect, test } from "vitest";
import { decodeInfo } from "../../../src/chains/monero/info.ts";
import { banSamples, limitSamples, syncSamples } from "../../../src/chains/monero/report.ts";
import {
  capOf,
  decodeBans,
  decodeRates,
  decodeSyncQueue,
  decodeTotals,
  fetchLimits,
  type Limits,
} from "../../../src/chains/monero/secondary-answers.ts";
import { NodeError } from "../../../src/model/failure.ts";
import {
  fields,
  fixture,
  fixtureResult,
  fixtureText,
  jsonReply,
  list,
  memoryClient,
  type Reply,
  thrownFailure,
} from "../support.ts";
import { info, sampleLines } from "./daemon.ts";

describe("limits", () => {
  const rates = fields(fixture("monero/get_limit.json"));

  describe("rates", () => {
    test("are KiB/s", () => {
      expect(decodeRates(rates)).toEqual({ receiveBytesPerSecond: 33_554_432, transmitBytesPerSecond: 8_388_608 });
      expect(decodeRates({ limit_down: 1, limit_up: 0 })).toEqual({
        receiveBytesPerSecond: 1024,
        transmitBytesPerSecond: 0,
      });
    });

    test.each<[string, object]>([
      ["missing", {}],
      ["not numbers", { limit_down: null, limit_up: "fast" }],
      ["below 0", { limit_down: -1, limit_up: -1 }],
      ["beyond what a double holds", { limit_down: Number.MAX_SAFE_INTEGER, limit_up: "18446744073709551615" }],
      ["those of a bootstrap daemon", { ...rates, untrusted: true }],
    ])("%s: not shown", (_, answer) => {
      expect(sampleLines(limitSamples(decodeRates({ ...answer })))).toEqual([]);
    });
  });

  test.each<[unknown, number | undefined]>([
    [12, 12],
    [0, 0],
    ["64", 64],
    [4_294_967_294, 4_294_967_294],
    [4_294_967_295, undefined],
    ["4294967295", undefined],
    [-1, undefined],
    [undefined, undefined],
  ])("the cap %j is %j", (cap, expected) => {
    expect(capOf(cap)).toBe(expected);
  });

  test("samples", () => {
    const limits = { receiveBytesPerSecond: 1024, transmitBytesPerSecond: 2048, maxInbound: 64, maxOutbound: 0 };
    expect(sampleLines(limitSamples(limits))).toEqual([
      "max_peers direction=inbound 64",
      "max_peers direction=outbound 0",
      "receive_limit_bytes_per_second 1024",
      "transmit_limit_bytes_per_second 2048",
    ]);
  });

  describe("fetchLimits", () => {
    const ANSWERS: Readonly<Record<string, Reply>> = {
      "/get_limit": jsonReply(rates),
      "/in_peers": { body: fixtureText("monero/in_peers.json") },
      "/out_peers": { body: fixtureText("monero/out_peers.json") },
    };

    async function fetched(
      version: string,
      answers: Readonly<Record<string, Reply>> = {},
    ): Promise<{ readonly limits: Limits; readonly asked: readonly (readonly [string, string])[] }> {
      const asked: (readonly [string, string])[] = [];
      const client = memoryClient(({ path, body = "" }) => {
        asked.push([path, body]);
        return answers[path] ?? ANSWERS[path] ?? { status: 404 };
      });
      const daemon = decodeInfo({ ...info, version }, "get_info");
      return { limits: await fetchLimits(client, daemon, new AbortController().signal), asked };
    }

    test("reads the rates and both caps, and never sets any", async () => {
      const { limits, asked } = await fetched("0.18.5.1-release");
      expect(limits).toEqual({
        receiveBytesPerSecond: 33_554_432,
        transmitBytesPerSecond: 8_388_608,
        maxInbound: undefined,
        maxOutbound: 12,
      });
      expect(asked).toEqual([
        ["/get_limit", "{}"],
        ["/in_peers", '{"set":false}'],
        ["/out_peers", '{"set":false}'],
      ]);
    });

    test.each([["0.18.0.0-unknown"], ["0.19.0.0-release"], ["0.20.1.0"]])(
      "%s is asked for its caps",
      async (version) => {
        expect((await fetched(version)).asked).toHaveLength(3);
      },
    );

    test.each([
      ["0.14.1.2-release"],
      ["0.17.3.2-release"],
      ["0.9.4.0-release"],
      ["1.18.0.0"],
      ["10.20.0"],
      ["18.0"],
      ["v0.18.0.0"],
      ["0.1800.0.0"],
      ["unknown"],
      [""],
    ])("%j may set its caps when asked for them: only its rates are read", async (version) => {
      const { limits, asked } = await fetched(version);
      expect(asked.map(([path]) => path)).toEqual(["/get_limit"]);
      expect(limits).toEqual({ receiveBytesPerSecond: 33_554_432, transmitBytesPerSecond: 8_388_608 });
    });

    test("caps that a proxy does not let through are left out", async () => {
      const { limits } = await fetched("0.18.5.1-release", {
        "/in_peers": { status: 404 },
        "/out_peers": { status: 404 },
      });
      expect(sampleLines(limitSamples(limits))).toEqual([
        "receive_limit_bytes_per_second 33554432",
        "transmit_limit_bytes_per_second 8388608",
      ]);
    });

    test("any other failure is one of the whole part", async () => {
      await expect(fetched("0.18.5.1-release", { "/out_peers": { status: 500 } })).rejects.toThrow(NodeError);
      await expect(fetched("0.18.5.1-release", { "/get_limit": jsonReply({ status: "BUSY" }) })).rejects.toThrow(
        /BUSY/,
      );
    });
  });
});

describe("bans", () => {
  const CALL = "get_bans at http://127.0.0.1:18081";

  test.each<[string, object, object]>([
    ["addresses and subnets", fixtureResult("monero/get_bans.json"), { addresses: 2, subnets: 3 }],
    ["a node without bans leaves the list out", { status: "OK" }, { addresses: 0, subnets: 0 }],
    ["null", { bans: null }, { addresses: 0, subnets: 0 }],
    [
      "rows without a banned host are not counted",
      { bans: [null, 7, "192.0.2.1", {}, { host: "" }, { host: 1 }, { host: "192.0.2.1" }, [{ host: "192.0.2.2" }]] },
      { addresses: 1, subnets: 0 },
    ],
  ])("%s", (_, result, bans) => {
    expect(decodeBans({ ...result }, CALL)).toEqual(bans);
  });

  test.each([[{}], ["none"], [7], [false]])("%j is not a list of bans", (bans) => {
    expect(thrownFailure(() => decodeBans({ bans }, CALL))).toEqual({
      reason: "bad_shape",
      message: `${CALL}: expected a list of bans`,
      advice: "check that the URL is monerod's RPC",
    });
  });

  test("both kinds are always shown", () => {
    expect(sampleLines(banSamples({ addresses: 0, subnets: 2 }))).toEqual([
      "bans kind=address 0",
      "bans kind=subnet 2",
    ]);
  });
});

describe("totals", () => {
  const CALL = "/get_net_stats at http://127.0.0.1:18081";
  const answer = fields(fixture("monero/get_net_stats.json"));

  test("bytes in and out", () => {
    expect(decodeTotals(answer, CALL)).toEqual({ received: 912_345_678_901, sent: 1_723_456_789_012 });
    expect(decodeTotals({ total_bytes_in: 0, total_bytes_out: "9007199254740991" }, CALL)).toEqual({
      received: 0,
      sent: Number.MAX_SAFE_INTEGER,
    });
  });

  test.each<[string, object]>([
    ["none", { total_bytes_in: undefined, total_bytes_out: undefined }],
    ["only one", { total_bytes_out: null }],
    ["a wrapped one", { total_bytes_in: "18446744073709551615" }],
    ["a negative one", { total_bytes_in: -1 }],
    ["a broken one", { total_bytes_out: 0.5 }],
  ])("%s: half a total would be shown as a whole one", (_, values) => {
    expect(thrownFailure(() => decodeTotals({ ...answer, ...values }, CALL))).toEqual({
      reason: "bad_shape",
      message: `${CALL}: expected whole numbers as total_bytes_in and total_bytes_out`,
      advice: "check that the URL is monerod's RPC",
    });
  });
});

describe("sync queue", () => {
  const CALL = "sync_info at http://127.0.0.1:18081";
  const result = fixtureResult("monero/sync_info.json");
  const EMPTY = { requested: { spans: 0, blocks: 0 }, downloaded: { spans: 0, blocks: 0, bytes: 0 } };

  test("spans with blocks are downloaded, those without are only requested", () => {
    expect(decodeSyncQueue(result, CALL)).toEqual({
      requested: { spans: 2, blocks: 33 },
      downloaded: { spans: 2, blocks: 40, bytes: 3_350_000 },
    });
  });

  test("an idle node leaves the list out", () => {
    expect(decodeSyncQueue({ status: "OK", overview: "[]" }, CALL)).toEqual(EMPTY);
    expect(decodeSyncQueue({ spans: null }, CALL)).toEqual(EMPTY);
  });

  test("a malformed span does not affect the others", () => {
    const [good] = list(result.spans);
    const bad = [null, [], "span", {}, { ...fields(good), size: -1 }, { ...fields(good), nblocks: undefined }];
    expect(decodeSyncQueue({ spans: [...bad, good] }, CALL).downloaded).toEqual({
      spans: 1,
      blocks: 20,
      bytes: 1_600_000,
    });
  });

  test.each([[{}], ["none"], [7], [true]])("%j is not a list of spans", (spans) => {
    expect(thrownFailure(() => decodeSyncQueue({ spans }, CALL))).toEqual({
      reason: "bad_shape",
      message: `${CALL}: expected a list of spans`,
      advice: "check that the URL is monerod's RPC",
    });
  });

  test("samples", () => {
    expect(sampleLines(syncSamples(decodeSyncQueue(result, CALL)))).toEqual([
      "sync_spans state=requested 2",
      "sync_spans state=downloaded 2",
      "sync_queued_blocks state=requested 33",
      "sync_queued_blocks state=downloaded 40",
      "sync_queued_bytes 3350000",
    ]);
  });

  test("sums that no double holds are left out", () => {
    const most = { nblocks: Number.MAX_SAFE_INTEGER, size: Number.MAX_SAFE_INTEGER };
    const lines = sampleLines(syncSamples(decodeSyncQueue({ spans: [most, most] }, CALL)));
    expect(lines).toEqual([
      "sync_spans state=requested 0",
      "sync_spans state=downloaded 2",
      "sync_queued_blocks state=requested 0",
    ]);
  });
});
