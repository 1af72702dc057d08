import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeCut } from "../../../src/chains/chainweb/cut.ts";
import { fields, fixture, thrownFailure } from "../support.ts";

const CALL = "cut at https://192.0.2.1:1789";
const cut = fields(fixture("chainweb/cut.20chains.json"));
const hashes = fields(cut.hashes);

test.each([
  ["cut.20chains", 20, 128_000_007],
  ["cut.10chains", 10, 36_544],
])("%s", (name, chains, height) => {
  const { head, instance } = decodeCut(fixture(`chainweb/${name}.json`), CALL);
  expect(instance).toBe("mainnet01");
  expect(head.height).toBe(height);
  expect(head.chainHeights?.size).toBe(chains);
  // The height of a cut is the sum of the heights of its chains.
  expect([...(head.chainHeights?.values() ?? [])].reduce((sum, each) => sum + each)).toBe(height);
  expect([head.timestampSeconds, head.finalHeight]).toEqual([undefined, undefined]);
});

test("heights are by chain", () => {
  const { head } = decodeCut({ hashes: { 0: { height: 7 }, 97: { height: "8" } }, height: 15 }, CALL);
  expect(head).toEqual({
    height: 15,
    chainHeights: new Map([
      ["0", 7],
      ["97", 8],
    ]),
  });
});

test.each<[string, unknown]>([
  ["missing", undefined],
  ["no number", "many"],
  ["negative", -1],
])("a cut height that is %s is the sum", (_, height) => {
  expect(decodeCut({ hashes: { 0: { height: 7 }, 1: { height: 8 } }, height }, CALL).head.height).toBe(15);
});

describe("weight", () => {
  const littleEndian = (value: bigint) =>
    Buffer.from(value.toString(16).padStart(64, "0"), "hex").reverse().toString("base64url");
  const decoded = (weight: unknown) => decodeCut({ ...cut, weight }, CALL).weight;

  test.each([
    // The last cut of the network's first life.
    ["JhaBsLA6L5pAdy4AAAAAAAAAAAAAAAAAAAAAAAAAAAA", 56173741015518483524425254n],
    ["AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 1n],
    ["AAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 256n],
    ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 0n],
    ["__________________________________________8", 2n ** 256n - 1n],
  ])("%s is %s", (weight, value) => {
    expect(littleEndian(value)).toBe(weight);
    expect(decoded(weight)).toBe(Number(value));
  });

  test("of any 256 bits is the nearest float", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), (value) => {
        expect(decoded(littleEndian(value))).toBe(Number(value));
      }),
    );
  });

  test.each([[undefined], [null], [7], [""], ["AAAA"], [`${"A".repeat(42)}=`], ["A".repeat(44)], ["+".repeat(43)]])(
    "%j is invalid and does not affect the rest",
    (weight) => {
      expect(decoded(weight)).toBeUndefined();
      expect(decodeCut({ ...cut, weight }, CALL).head.height).toBe(128_000_007);
    },
  );
});

test("the newest block of each chain is known by its hash; what is no hash does not affect the rest", () => {
  const hash = "LnjBDxVqJ4A848QWQKfw2z837aqzbdpoB-H795O5i4Q";
  const odd = [undefined, null, 7, "", "x", `${hash}=`].map((each, index) => [
    `${index + 1}`,
    { height: 7, hash: each },
  ]);
  const { tips } = decodeCut({ hashes: { 0: { height: 7, hash }, ...Object.fromEntries(odd) } }, CALL);
  expect([...tips]).toEqual([["0", hash], ...odd.map(([chain]) => [chain, undefined])]);
});

test.each<[unknown, string | undefined]>([
  ["testnet04", "testnet04"],
  ["", undefined],
  [undefined, undefined],
  [7, undefined],
])("the instance %j is %j", (instance, expected) => {
  expect(decodeCut({ ...cut, instance }, CALL).instance).toBe(expected);
});

describe("bad_shape", () => {
  const everyChain = `${CALL}: expected a height for every chain`;
  const large = Number.MAX_SAFE_INTEGER;
  test.each<[string, unknown, string]>([
    ["no object", [], `${CALL}: expected an object with hashes`],
    ["null", null, `${CALL}: expected an object with hashes`],
    ["a peer page", { items: [], limit: 0, next: null }, `${CALL}: expected an object with hashes`],
    ["hashes that are a list", { hashes: [] }, `${CALL}: expected an object with hashes`],
    ["no chain", { hashes: {} }, `${CALL}: expected at least one chain in the cut`],
    ["a hole", { ...cut, hashes: { ...hashes, 7: null } }, everyChain],
    ["a chain without a height", { ...cut, hashes: { ...hashes, 7: { hash: "x" } } }, everyChain],
    ["a height below 0", { ...cut, hashes: { ...hashes, 7: { height: -1 } } }, everyChain],
    ["an invalid height", { ...cut, hashes: { ...hashes, 7: { height: 1.5 } } }, everyChain],
    ["a chain that is no number", { ...cut, hashes: { ...hashes, x: { height: 1 } } }, everyChain],
    ["a number with a zero before it", { ...cut, hashes: { ...hashes, "07": { height: 1 } } }, everyChain],
    ["more chains than any network has", { ...cut, hashes: { ...hashes, 1000: { height: 1 } } }, everyChain],
    ["__proto__ as a chain", JSON.parse('{"hashes": {"0": {"height": 1}, "__proto__": {"height": 1}}}'), everyChain],
    [
      "a sum beyond all numbers",
      { hashes: { 0: { height: large }, 1: { height: large } } },
      `${CALL}: expected a height of the cut below 2^53`,
    ],
  ])("%s", (_, answer, message) => {
    expect(thrownFailure(() => decodeCut(answer, CALL))).toEqual({
      reason: "bad_shape",
      message,
      advice: "check that the URL is a chainweb node's API",
    });
  });
});
