import { expect, test } from "vitest";
import { decodeTotals } from "../../../src/chains/monero/totals.ts";
import { fields, fixture, thrownFailure } from "../support.ts";

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
