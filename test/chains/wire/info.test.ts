import { describe, expect, test } from "vitest";
import { decodeInfo } from "../../../src/chains/wire/info.ts";
import { fields, fixture, thrownFailure } from "../support.ts";

const CALL = "/v1/chain/get_info at http://127.0.0.1:8888";
const CHAIN_ID = "327f05b5747845b2283fdb25ea0c8785f71c8cc4b42329f3b0d354f6807f8362";

describe("decodeInfo", () => {
  const head = {
    height: 21_000_500,
    timestampSeconds: Date.UTC(2026, 0, 15, 23, 30) / 1000 + 0.5,
    finalHeight: 21_000_456,
  };

  const blocks = [
    { height: 21_000_500, hash: "014071342ec74a66a3740f431441e1e3f265b789368c5e69b736d3e58323e5fa" },
    { height: 21_000_456, hash: "01407108dd90d12437804686217ae01f278e4205ae7bdd267247c1509c8e7c32" },
  ];

  test("of Spring", () => {
    expect(decodeInfo(fixture("wire/get_info.spring-1.2.json"), CALL)).toEqual({
      identity: { version: "v1.2.2", chainId: CHAIN_ID },
      head: { ...head, finalTimestampSeconds: 1_768_519_778.5 },
      blocks,
      forkDbHeadHeight: 21_000_502,
      earliestBlock: 20_000_001,
    });
  });

  test("of EOSIO 1.1, which tells no version text", () => {
    expect(decodeInfo(fixture("wire/get_info.eosio-1.1.json"), CALL)).toEqual({
      identity: { version: undefined, chainId: CHAIN_ID },
      head,
      blocks,
    });
  });

  const info = fields(fixture("wire/get_info.eosio-1.1.json"));
  test.each<[string, object, object]>([
    [
      "heights as strings",
      { head_block_num: "4294967297", last_irreversible_block_num: "4294967296" },
      { height: 4_294_967_297, finalHeight: 4_294_967_296 },
    ],
    ["the head only in its id", { head_block_num: undefined }, { height: 21_000_500 }],
    [
      "a node before its first block",
      { head_block_num: 0, last_irreversible_block_num: 0 },
      { height: 0, finalHeight: 0 },
    ],
    ["no irreversible block", { last_irreversible_block_num: undefined }, { finalHeight: undefined }],
    ["no time", { head_block_time: undefined }, { timestampSeconds: undefined }],
    ["time of a chain without blocks", { head_block_time: "1970-01-01T00:00:00.000" }, { timestampSeconds: undefined }],
  ])("%s", (_, values, expected) => {
    expect(decodeInfo({ ...info, ...values }, CALL).head).toMatchObject(expected);
  });

  test.each<[string, object, object]>([
    [
      "the longer version where there is no other",
      { server_full_version_string: "v1.2.2-abc" },
      { version: "v1.2.2-abc" },
    ],
    ["an empty version", { server_version_string: "" }, { version: undefined }],
    ["a chain id of zeros", { chain_id: "0".repeat(64) }, { chainId: undefined }],
    ["an invalid chain id", { chain_id: "mainnet" }, { chainId: undefined }],
  ])("%s", (_, values, expected) => {
    expect(decodeInfo({ ...info, ...values }, CALL).identity).toMatchObject(expected);
  });

  test.each([[null], [[]], ["x"], [{}], [{ head_block_num: -1 }], [{ head_block_num: 1.5, head_block_id: "00" }]])(
    "%j is not the answer",
    (answer) => {
      expect(thrownFailure(() => decodeInfo(answer, CALL))).toEqual({
        reason: "bad_shape",
        message: `${CALL}: expected an object with head_block_num`,
        advice: "check that the URL is the HTTP API of a nodeop or nodeos node",
      });
    },
  );
});
