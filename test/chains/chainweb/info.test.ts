import { expect, test } from "vitest";
import { decodeInfo } from "../../../src/chains/chainweb/info.ts";
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

test.each([[null], [[]], ["x"], [7]])("%j is no answer", (answer) => {
  expect(thrownFailure(() => decodeInfo(answer, CALL))).toEqual({
    reason: "bad_shape",
    message: `${CALL}: expected an object`,
    advice: "check chainweb.service_url",
  });
});
