import { describe, expect, test } from "vitest";
import type { Fields } from "../support.ts";
import { started } from "./support.ts";

test("two nodes of a network have the same blocks, each with its header", () => {
  const { one, call } = started();
  const { blocks, bestblockhash, time } = one("healthy", "getblockchaininfo");
  expect(call("upgraded", "getblockhash", blocks)).toBe(bestblockhash);
  expect(one("upgraded", "getblockheader", bestblockhash)).toMatchObject({ height: blocks, time, confirmations: 1 });
});

test("after its start a node takes headers, then blocks, and then follows the network", () => {
  const { clock, one, list } = started();
  const at = (elapsed: number): Fields => {
    clock.moveTo(elapsed);
    return one("upgraded", "getblockchaininfo");
  };
  const before = at(15);
  expect(before).toMatchObject({ initialblockdownload: false, blocks: one("healthy", "getblockchaininfo").blocks });
  const presync = at(45);
  expect(presync).toMatchObject({ initialblockdownload: true, blocks: presync.headers });
  expect(Number(before.blocks) - Number(presync.blocks)).toBeGreaterThan(4000);
  expect(list("upgraded", "getpeerinfo").some((row) => Number(row.presynced_headers) > Number(presync.blocks))).toBe(
    true,
  );
  const download = at(80);
  expect(Number(download.headers)).toBeGreaterThan(Number(download.blocks) + 144);
  expect(Number(download.verificationprogress)).toBeLessThan(1);
  const inFlight = list("upgraded", "getpeerinfo").flatMap(({ inflight }) => (Array.isArray(inflight) ? inflight : []));
  expect(Math.min(...inFlight.map(Number))).toBe(Number(download.blocks) + 1);
  expect(new Set(inFlight).size).toBe(inFlight.length);
  // Younger than a day, in the demo's blocks.
  expect(at(139)).toMatchObject({ initialblockdownload: false });
  const synced = at(145);
  expect(synced.blocks).toBe(one("healthy", "getblockchaininfo").blocks);
});

describe("a branch that loses", () => {
  const { clock, one, call, list } = started();
  const at = (elapsed: number) => {
    clock.moveTo(elapsed);
    return one("forking", "getblockchaininfo");
  };
  const fork = at(95);
  const tips = list("forking", "getchaintips");
  const after = at(101);

  test("has three blocks that other nodes do not have", () => {
    expect(after.blocks).toBeGreaterThan(Number(fork.blocks));
    expect(call("forking", "getblockhash", fork.blocks)).not.toBe(fork.bestblockhash);
    expect(tips[0]).toMatchObject({ height: fork.blocks, hash: fork.bestblockhash, status: "active", branchlen: 0 });
  });

  test("is kept as a fork", () => {
    expect(list("forking", "getchaintips")).toContainEqual({
      height: fork.blocks,
      hash: fork.bestblockhash,
      branchlen: 3,
      status: "valid-fork",
    });
  });
});
