import { expect, test } from "vitest";
import { banSamples, decodeBans } from "../../../src/chains/monero/bans.ts";
import { fixtureResult, thrownFailure } from "../support.ts";
import { sampleLines } from "./daemon.ts";

const CALL = "get_bans at http://127.0.0.1:18081";

test.each<[string, object, object]>([
  ["addresses and subnets", fixtureResult("monero/get_bans.json"), { addresses: 2, subnets: 3 }],
  ["a node without bans leaves the list out", { status: "OK" }, { addresses: 0, subnets: 0 }],
  ["null", { bans: null }, { addresses: 0, subnets: 0 }],
  [
    "rows that ban nobody are not counted",
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
  expect(sampleLines(banSamples({ addresses: 0, subnets: 2 }))).toEqual(["bans kind=address 0", "bans kind=subnet 2"]);
});
