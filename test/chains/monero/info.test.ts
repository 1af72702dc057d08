import { describe, expect, test } from "vitest";
import { decodeInfo } from "../../../src/chains/monero/info.ts";
import { fixtureResult, thrownFailure } from "../support.ts";

const CALL = "get_info at http://127.0.0.1:18081";
const info = fixtureResult("monero/get_info.json");

const SYNCHRONIZED = {
  height: 3_512_001,
  targetHeight: 0,
  synchronized: true,
  restricted: false,
  version: "0.18.5.1-release",
  network: "mainnet",
  blockSeconds: 120,
  topBlockHash: info.top_block_hash,
  untrusted: false,
  offline: false,
  updateAvailable: false,
  startSeconds: 1_790_000_000,
  whitePeers: 1000,
  grayPeers: 4987,
  rpcConnections: 1,
  alternativeBlocks: 3,
  freeSpaceBytes: 90_000_000_000,
  databaseBytes: 251_658_240_000,
};

/** What restricted RPC fakes. */
const BLANKED = {
  version: undefined,
  updateAvailable: undefined,
  startSeconds: undefined,
  whitePeers: undefined,
  grayPeers: undefined,
  rpcConnections: undefined,
  alternativeBlocks: undefined,
  freeSpaceBytes: undefined,
  databaseBytes: undefined,
};

test.each<[string, object]>([
  ["get_info", SYNCHRONIZED],
  ["get_info.0.19", { ...SYNCHRONIZED, version: "0.19.0.0-release", untrusted: undefined }],
  ["get_info.restricted", { ...SYNCHRONIZED, ...BLANKED, restricted: true }],
  ["get_info.first_sync", { ...SYNCHRONIZED, height: 1_200_000, targetHeight: 3_512_001, synchronized: false }],
  ["get_info.regtest", { ...SYNCHRONIZED, height: 81, network: "fakechain", version: "0.18.0.0-unknown" }],
])("%s", (name, expected) => {
  expect(decodeInfo(fixtureResult(`monero/${name}.json`), CALL)).toEqual(expected);
});

describe("with a bootstrap daemon", () => {
  const bootstrapped = fixtureResult("monero/get_info.bootstrap.json");

  test("the height is the node's own, and the other node's is where it goes", () => {
    expect(decodeInfo(bootstrapped, CALL)).toMatchObject({ height: 900_000, targetHeight: 3_512_001 });
  });

  test("what only the other node has is not shown as the node's own", () => {
    expect(decodeInfo({ ...bootstrapped, version: "0.18.4.0-release", start_time: 1_790_000_000 }, CALL)).toEqual({
      height: 900_000,
      targetHeight: 3_512_001,
      synchronized: true,
      network: "mainnet",
      blockSeconds: 120,
      untrusted: true,
    });
  });

  test("untrusted false changes nothing", () => {
    expect(decodeInfo({ ...info, untrusted: false, height_without_bootstrap: 1 }, CALL)).toEqual(SYNCHRONIZED);
  });
});

test.each<[string, object, object]>([
  ["height as a string", { height: "3512001" }, { height: 3_512_001 }],
  ["no target_height", { target_height: undefined }, { targetHeight: 0 }],
  ["no synchronized", { synchronized: undefined }, { synchronized: true }],
  ["no restricted", { restricted: undefined }, { restricted: undefined }],
  ["a start that the node's clock did not know", { start_time: 0 }, { startSeconds: undefined }],
  ["no room known, 2^64 - 1", { free_space: "18446744073709551615" }, { freeSpaceBytes: undefined }],
  [
    "nothing else",
    { version: "", nettype: "", target: null, top_block_hash: "" },
    { version: undefined, network: undefined, blockSeconds: undefined, topBlockHash: undefined },
  ],
])("%s", (_, values, expected) => {
  expect(decodeInfo({ ...info, ...values }, CALL)).toMatchObject(expected);
});

test.each([[undefined], [null], [-1], [1.5], ["many"], ["18446744073709551615"]])(
  "the height %j is not valid",
  (height) => {
    expect(thrownFailure(() => decodeInfo({ ...info, height }, CALL))).toEqual({
      reason: "bad_shape",
      message: `${CALL}: expected a whole number as height`,
      advice: "check that the URL is monerod's RPC",
    });
  },
);
