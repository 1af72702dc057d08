import { describe, expect, test } from "vitest";
import { decodeChainInfo, headBlock, syncingWord } from "../../../src/chains/bitcoin/chain-info.ts";
import { thrownFailure } from "../support.ts";

const CALL = "getblockchaininfo at http://127.0.0.1:8332";
const HASH = "00000000000000000001ab".padEnd(64, "c");

/** What all releases send (exported help). */
const COMMON = {
  ...{ chain: "main", blocks: 930_017, headers: 930_017, bestblockhash: HASH, difficulty: 1.5e14 },
  ...{ mediantime: 1_767_319_000, verificationprogress: 0.999_998_7, chainwork: "ab".repeat(32), pruned: false },
};
const CORE_0_16 = { ...COMMON, initialblockdownload: false, size_on_disk: 8e11, softforks: [], warnings: "" };
const CORE_23 = { ...CORE_0_16, time: 1_767_322_900, softforks: undefined };
const CORE_28 = { ...CORE_23, warnings: [] };
const CORE_29 = { ...CORE_28, bits: "1702905c", target: "00".repeat(32) };
const CORE_32 = { ...CORE_29, backgroundvalidation: { snapshotheight: 840_000, blocks: 100 } };

const FULL = { isInitialDownload: false, progress: 0.999_998_7, isPruned: false, diskBytes: 8e11, warnings: 0 };
const WITHOUT_TIME = { network: "main", height: 930_017, hash: HASH, headers: 930_017, timestampSeconds: undefined };
const WITH_TIME = { ...WITHOUT_TIME, timestampSeconds: 1_767_322_900 };
const UNKNOWN = { isInitialDownload: undefined, progress: undefined, diskBytes: undefined, warnings: undefined };

describe("each release and program", () => {
  test.each<[string, object, object]>([
    ["Core 0.16 to 22: without the time of the head", CORE_0_16, { ...WITHOUT_TIME, ...FULL }],
    ["Core 23 to 27", CORE_23, { ...WITH_TIME, ...FULL }],
    ["Core 28: a list of warnings", CORE_28, { ...WITH_TIME, ...FULL }],
    ["Core 29 to 31", CORE_29, { ...WITH_TIME, ...FULL }],
    ["Core 32 with assumeutxo", CORE_32, { ...WITH_TIME, ...FULL }],
    ["Core 27 with a warning", { ...CORE_23, warnings: "Unknown new rules activated" }, { ...WITH_TIME, warnings: 1 }],
    ["Core 28 with two warnings", { ...CORE_28, warnings: ["one", "two"] }, { ...WITH_TIME, warnings: 2 }],
    ["Core 28, pruned", { ...CORE_28, pruned: true, pruneheight: 900_000 }, { isPruned: true, pruneHeight: 900_000 }],
    [
      "dogecoind 1.14 (Core 0.14)",
      { ...COMMON, softforks: [] },
      { ...WITHOUT_TIME, ...UNKNOWN, progress: 0.999_998_7 },
    ],
    [
      "zcashd 6: its own word for the first download",
      { ...COMMON, initial_block_download_complete: true, estimatedheight: 930_020, size_on_disk: 3e11 },
      { ...WITHOUT_TIME, isInitialDownload: false, diskBytes: 3e11 },
    ],
    ["zcashd 6 in it", { ...COMMON, initial_block_download_complete: false }, { isInitialDownload: true }],
    [
      "zebrad: without the first download and warnings",
      { ...COMMON, estimatedheight: 930_020, valuePools: [], upgrades: {} },
      { ...WITHOUT_TIME, ...UNKNOWN, progress: 0.999_998_7 },
    ],
    [
      "btcd 0.26: neither time nor progress, its own names of networks",
      { ...COMMON, chain: "mainnet", verificationprogress: undefined, bip9_softforks: {} },
      { ...WITHOUT_TIME, ...UNKNOWN },
    ],
  ])("%s", (_, answer, expected) => {
    expect(decodeChainInfo(answer, CALL)).toMatchObject(expected);
  });

  test.each<[string, string]>([
    ["main", "main"],
    ["test", "test"],
    ["testnet4", "testnet4"],
    ["signet", "signet"],
    ["regtest", "regtest"],
    ["mainnet", "main"],
    ["testnet3", "test"],
    ["simnet", "simnet"],
    ["devnet-example", "devnet-example"],
  ])("network %s", (chain, network) => {
    expect(decodeChainInfo({ ...COMMON, chain }, CALL).network).toBe(network);
  });
});

describe("values that are none", () => {
  test.each<[object, object]>([
    [{ chain: "" }, { network: undefined }],
    [{ chain: 7 }, { network: undefined }],
    [{ bestblockhash: "00".repeat(32) }, { hash: undefined }],
    [{ bestblockhash: "xyz" }, { hash: undefined }],
    [{ headers: -1 }, { headers: undefined }],
    [{ time: 0 }, { timestampSeconds: undefined }],
    [{ time: -5 }, { timestampSeconds: undefined }],
    [{ verificationprogress: 1.000_01 }, { progress: 1 }],
    [{ verificationprogress: -0.1 }, { progress: undefined }],
    [{ verificationprogress: Number.NaN }, { progress: undefined }],
    [{ verificationprogress: Number.POSITIVE_INFINITY }, { progress: 1 }],
    [{ verificationprogress: "0.5" }, { progress: undefined }],
    [{ initialblockdownload: "false" }, { isInitialDownload: undefined }],
    [{ warnings: null }, { warnings: undefined }],
    [{ size_on_disk: 1.5 }, { diskBytes: undefined }],
  ])("%j", (changes, expected) => {
    expect(decodeChainInfo({ ...CORE_28, ...changes }, CALL)).toMatchObject(expected);
  });

  test.each([null, [], "main", {}, { blocks: -1 }, { blocks: 1.5 }, { blocks: 2 ** 60 }, { headers: 5 }])(
    "%j",
    (answer) => {
      expect(thrownFailure(() => decodeChainInfo(answer, CALL))).toMatchObject({
        reason: "bad_shape",
        message: `${CALL}: expected a number of blocks`,
      });
    },
  );
});

describe("whether the node syncs", () => {
  test.each<[string, object, boolean | "progress"]>([
    ["in the first download", { initialblockdownload: true }, true],
    ["after it", {}, false],
    // The word stays false once it was: seen on a regtest node with 106 of 401 blocks.
    ["far behind its headers, and the word is false", { blocks: 106, headers: 401 }, true],
    ["three blocks behind", { blocks: 930_014 }, true],
    ["two blocks behind: they are on their way", { blocks: 930_015 }, false],
    ["headers below the head, which no node has", { headers: 5 }, false],
    ["without headers", { headers: undefined }, false],
    ["without the word, as btcd and dogecoind", { initialblockdownload: undefined }, "progress"],
    ["without the word, far behind", { initialblockdownload: undefined, blocks: 106 }, true],
    ["zcashd after it", { initialblockdownload: undefined, initial_block_download_complete: true }, false],
    ["zcashd in it", { initialblockdownload: undefined, initial_block_download_complete: false }, true],
  ])("%s", (_, changes, expected) => {
    expect(syncingWord(decodeChainInfo({ ...CORE_28, ...changes }, CALL))).toBe(expected);
  });
});

test("the head block by its hash", () => {
  expect(headBlock(decodeChainInfo(CORE_28, CALL))).toEqual([{ height: 930_017, hash: HASH }]);
  expect(headBlock(decodeChainInfo({ blocks: 5 }, CALL))).toEqual([]);
});
