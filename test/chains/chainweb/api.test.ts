import { describe, expect, test } from "vitest";
import { readHeaders } from "../../../src/chains/chainweb/api.ts";
import { responseOf } from "../support.ts";

describe("version", () => {
  test.each<[Record<string, string | string[]>, string | undefined]>([
    [{ "x-chainweb-node-version": "3.2" }, "3.2"],
    [{ "x-chainweb-node-version": ["2.24.1", "x"] }, "2.24.1"],
    [{}, undefined],
  ])("of %j is %j", (headers, version) => {
    expect(readHeaders(responseOf({ headers })).version).toBe(version);
  });
});

describe("clock skew", () => {
  test.each<[string, number, number, number]>([
    // The stamp is whole seconds: half a second more is its middle.
    ["1800000000", 1_800_000_000_000, 1_800_000_001_000, 0],
    ["1800000000", 1_800_000_000_400, 1_800_000_000_600, 0],
    ["1800000010", 1_800_000_000_400, 1_800_000_000_600, 10],
    ["1799999990", 1_800_000_000_400, 1_800_000_000_600, -10],
    ["1800000000", 1_800_000_000_000, 1_800_000_000_003, 0.499],
  ])("stamp %s, asked at %i, answered at %i", (stamp, sent, received, skew) => {
    const headers = { "x-server-timestamp": stamp };
    // 0 and -0 are the same here.
    expect(readHeaders(responseOf({ headers }, sent, received)).clockSkewSeconds).toBeCloseTo(skew, 3);
  });

  test("none from a response that a cache kept", () => {
    const headers = { "x-server-timestamp": "1800000000", age: "30" };
    expect(readHeaders(responseOf({ headers })).clockSkewSeconds).toBeUndefined();
  });

  test.each(["", "soon", "1800000000.5", "-1800000000", "0", "18000000000000000000"])("none from %j", (stamp) => {
    const headers = { "x-server-timestamp": stamp, "x-chainweb-node-version": "3.2" };
    expect(readHeaders(responseOf({ headers }))).toEqual({ version: "3.2", clockSkewSeconds: undefined });
  });
});
