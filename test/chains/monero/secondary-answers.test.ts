import { describe, expect, test } from "vitest";
import { decodeInfo } from "../../../src/chains/monero/info.ts";
import {
  capOf,
  decodeRates,
  fetchLimits,
  type Limits,
  limitSamples,
} from "../../../src/chains/monero/secondary-answers.ts";
import { NodeError } from "../../../src/model/failure.ts";
import { fields, fixture, fixtureText, jsonReply, memoryClient, type Reply } from "../support.ts";
import { info, sampleLines } from "./daemon.ts";

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

  test.each([["0.18.0.0-unknown"], ["0.19.0.0-release"], ["0.20.1.0"]])("%s is asked for its caps", async (version) => {
    expect((await fetched(version)).asked).toHaveLength(3);
  });

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
    await expect(fetched("0.18.5.1-release", { "/get_limit": jsonReply({ status: "BUSY" }) })).rejects.toThrow(/BUSY/);
  });
});
