import { beforeEach, describe, expect, test, vi } from "vitest";
import { failureIn, valueIn } from "../support.ts";
import { HEAD_HASH, HEAD_SECONDS, INFO, NOW_MS } from "./answers.ts";
import { EACH_POLL, openBitcoin, raw } from "./node.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW_MS });
  return () => void vi.useRealTimers();
});

describe("the time of the head, before 23 and of others", () => {
  const withoutTime = { ...INFO, time: undefined };

  test("is that of its header, which is asked for once", async () => {
    const node = openBitcoin({ getblockchaininfo: withoutTime });
    expect(valueIn((await node.poll()).head).timestampSeconds).toBe(HEAD_SECONDS);
    const again = await node.poll();
    expect(valueIn(again.head).timestampSeconds).toBe(HEAD_SECONDS);
    expect(node.calls.filter((call) => call === "getblockheader")).toHaveLength(1);
    expect(again.apis.get("last_block")?.ok).toBe(true);
  });

  test("is not that of another block", async () => {
    const other = { hash: "cd".repeat(32), time: 5 };
    const report = await openBitcoin({ getblockchaininfo: withoutTime, getblockheader: other }).poll();
    expect(valueIn(report.head).timestampSeconds).toBeUndefined();
    expect(failureIn(report.apis.get("last_block"))).toMatchObject({
      reason: "bad_shape",
      message: "getblockheader at http://127.0.0.1:8888: expected the header of its head block",
    });
  });
});

test("a node whose other calls all hang keeps its head's time and its blocks (their turn came last, after the end of the poll)", async () => {
  const node = openBitcoin({ getblockchaininfo: { ...INFO, time: undefined } });
  await node.poll({ block: { height: 700 } });
  expect(node.calls.slice(0, 4)).toEqual(["getblockchaininfo", "getpeerinfo", "getblockheader", "getblockhash"]);
});

test("a node without getblockheader is asked once for each block, and is not shown as failing", async () => {
  const node = openBitcoin({ getblockchaininfo: { ...INFO, time: undefined }, getblockheader: undefined });
  for (const poll of [await node.poll(), await node.poll()]) {
    expect(valueIn(poll.head)).toEqual({ height: 930_017, timestampSeconds: undefined });
    expect(poll.apis.has("last_block")).toBe(false);
  }
  expect(node.calls.filter((call) => call === "getblockheader")).toHaveLength(1);
});

describe("blocks of other heights", () => {
  test("are asked for by height, below the head only", async () => {
    const node = openBitcoin();
    const report = await node.poll({ block: { height: 700 } });
    expect(report.blocks).toEqual([
      { height: 930_017, hash: HEAD_HASH },
      { height: 700, hash: "ab".repeat(32) },
    ]);
    expect(report.apis.get("block")?.ok).toBe(true);
    node.calls.length = 0;
    await node.poll({ block: { height: 930_017 } });
    expect(node.calls).toEqual(EACH_POLL);
  });

  test("a hash that is none", async () => {
    const report = await openBitcoin({ getblockhash: "00".repeat(32) }).poll({ block: { height: 700 } });
    expect(failureIn(report.apis.get("block")).message).toContain(
      "getblockhash at http://127.0.0.1:8888: expected a hash",
    );
    expect(report.blocks).toEqual([{ height: 930_017, hash: HEAD_HASH }]);
  });

  test("a node that does not answer has no such call (the last one was shown as if it had worked again)", async () => {
    const node = openBitcoin();
    await node.poll({ block: { height: 700 } });
    node.answers.getblockchaininfo = raw({ status: 403, body: "" });
    expect((await node.poll()).apis.get("block")).toBeUndefined();
  });
});
