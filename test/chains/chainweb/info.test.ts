import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeInfo, isOutdated, mostCommon, versionLabel } from "../../../src/chains/chainweb/info.ts";
import { fixture, thrownFailure } from "../support.ts";

const CALL = "info at http://192.0.2.1:1848";
const NOTHING = { network: undefined, version: undefined, blockSeconds: undefined, serviceDateSeconds: undefined };

test.each<[string, unknown, object]>([
  ["of 3.2", fixture("chainweb/info.3.2.json"), { network: "mainnet01", version: "3.2", blockSeconds: 30 }],
  ["of 2.6", fixture("chainweb/info.2.6.json"), { network: "mainnet01" }],
  ["with nothing in it", {}, {}],
])("%s", (_, answer, expected) => {
  expect(decodeInfo(answer, CALL)).toEqual({ ...NOTHING, ...expected });
});

test.each<[unknown, number | undefined]>([
  ["2025-10-15T00:00:00Z", 1_760_486_400],
  ["2025-10-15T00:00:00.5Z", 1_760_486_400.5],
  [null, undefined],
  [undefined, undefined],
  ["", undefined],
  ["2025-10-15", undefined],
  ["2025-13-45T00:00:00Z", undefined],
  ["1970-01-01T00:00:00Z", 0],
  ["1969-12-31T23:59:59.999Z", undefined],
  ["1900-01-01T00:00:00Z", undefined],
  ["soon", undefined],
  [1_760_486_400, undefined],
])("the service date %j is %j", (nodeServiceDate, seconds) => {
  expect(decodeInfo({ nodeServiceDate }, CALL).serviceDateSeconds).toBe(seconds);
});

test.each<[unknown, number | undefined]>([
  [30_000_000, 30],
  [2_500_000, 2.5],
  [0, undefined],
  [-1, undefined],
  ["x", undefined],
  [null, undefined],
  [1e15, undefined],
])("the block delay %j is %j s", (nodeBlockDelay, seconds) => {
  expect(decodeInfo({ nodeBlockDelay }, CALL).blockSeconds).toBe(seconds);
});

test.each([[null], [[]], ["x"], [7]])("%j is not a valid answer", (answer) => {
  expect(thrownFailure(() => decodeInfo(answer, CALL))).toEqual({
    reason: "bad_shape",
    message: `${CALL}: expected an object`,
    advice: "check chainweb.service_url",
  });
});

describe("outdated", () => {
  test.each<[string | undefined, string | undefined, boolean | undefined]>([
    ["3.0", "mainnet01", true],
    ["3.0.1", "mainnet01", true],
    ["3.1", "mainnet01", true],
    ["3.1.9", "testnet06", true],
    ["3.2", "testnet06", false],
    ["3.2.1", "mainnet01", false],
    ["3.10", "mainnet01", false],
    ["4.0", "mainnet01", false],
    ["3.2", "testnet06", false],
    ["10.0", "mainnet01", false],
    ["2.32", "mainnet01", true],
    ["2.32.0", "testnet04", true],
    ["2.9", "mainnet01", true],
    ["1.2.3.4", "mainnet01", true],
    // Unknown is not outdated.
    [undefined, "mainnet01", undefined],
    ["", "mainnet01", undefined],
    ["3", "mainnet01", undefined],
    ["v2.32", "mainnet01", undefined],
    ["2.32-rc1", "mainnet01", undefined],
    ["2.32", undefined, undefined],
    // Forks of the code number their releases themselves; a development network belongs to the operator.
    ["1.0", "evm-testnet", undefined],
    ["2.32", "stoa", undefined],
    ["2.32", "development", undefined],
  ])("%s on %s: %s", (version, network, outdated) => {
    expect(isOutdated(version, network)).toBe(outdated);
  });
});

test.each<[string | undefined, string]>([
  ["3.2", "3.2"],
  ["2.24.1", "2.24.1"],
  [undefined, "unknown"],
  ["", "other"],
  ["unknown", "other"],
  ["3", "other"],
  ["3.2\n", "other"],
  ["3.2 (evil)", "other"],
  [`3.${"1".repeat(7)}`, "other"],
  ["9".repeat(1000), "other"],
])("the version %j counts as %s", (version, label) => {
  expect(versionLabel(version)).toBe(label);
});

describe("the most common", () => {
  test("first, then by name, and the rest as other", () => {
    expect(mostCommon(["b", "a", "c", "a", "d", "b", "a"], 2)).toEqual([
      ["a", 3],
      ["b", 2],
      ["other", 2],
    ]);
    expect(mostCommon(["b", "a"], 2)).toEqual([
      ["a", 1],
      ["b", 1],
    ]);
    expect(mostCommon(["other", "a", "other"], 1)).toEqual([
      ["a", 1],
      ["other", 2],
    ]);
    expect(mostCommon([], 2)).toEqual([]);
  });

  test("nothing is lost, nothing occurs twice, and there are never more", () => {
    const value = fc.oneof(fc.constantFrom("a", "b", "other"), fc.string());
    fc.assert(
      fc.property(fc.array(value), fc.integer({ min: 0, max: 5 }), (values, most) => {
        const counted = mostCommon(values, most);
        expect(counted.reduce((sum, [, count]) => sum + count, 0)).toBe(values.length);
        expect(new Set(counted.map(([name]) => name)).size).toBe(counted.length);
        expect(counted.filter(([name]) => name !== "other").length).toBeLessThanOrEqual(most);
      }),
    );
  });
});
