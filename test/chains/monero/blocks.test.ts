import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { decodeHeader } from "../../../src/chains/monero/blocks.ts";
import type { JsonObject } from "../../../src/lib/json.ts";
import { openNode, poll, serve } from "../sessions.ts";
import { failureIn, fixtureResult } from "../support.ts";
import { type Answers, callsOf, daemon, GENESIS, info, METHOD_NOT_FOUND, rpc } from "./daemon.ts";

const BY_HEIGHT = "get_block_header_by_height";
const TOP = { height: 3_512_000, hash: "8cf642a29bb6f786c04778b74654850585cf38670f8f84dec3433e042e76c1df" };
const BEFORE_TOP = { height: 3_511_999, hash: "013a83760d145688679ca5724c37fc13c3bf32dc9bf5eb7ef16a203c8cbef848" };
const OTHER = "ab".repeat(32);

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

/** A daemon whose answers may change from poll to poll. */
async function start(answers: Answers = {}) {
  let current = answers;
  const fake = await serve((request) => daemon(current)(request));
  const session = openNode("monero", fake.url);
  return {
    async poll(wantedHeight?: number, changed: Answers = current) {
      current = changed;
      const before = fake.requests.length;
      const block = wantedHeight === undefined ? undefined : { height: wantedHeight, hash: OTHER };
      const report = await poll(session, undefined, { block });
      const heights = fake.requests.slice(before).flatMap(({ body }) => /"height":(\d+)/.exec(body)?.[1] ?? []);
      return { report, heights: heights.map(Number), calls: callsOf(fake, before) };
    },
  };
}

function headerAt(height: number, hash = "cd".repeat(32)): Answers {
  return { [BY_HEIGHT]: rpc({ block_header: { height, hash } }) };
}

test("the top block, the one before it, and the first, which is asked for once", async () => {
  const node = await start();
  const first = await node.poll();
  expect(first.report.blocks).toEqual([TOP, BEFORE_TOP, GENESIS]);
  expect(first.heights).toEqual([0]);
  const second = await node.poll();
  expect(second.report.blocks).toEqual(first.report.blocks);
  expect([second.heights, second.calls.includes(BY_HEIGHT)]).toEqual([[], false]);
});

test("hashes are written in lower case, and others are no hashes", async () => {
  const node = await start({ get_info: rpc({ ...info, top_block_hash: TOP.hash.toUpperCase() }) });
  expect((await node.poll()).report.blocks).toContainEqual(TOP);
  for (const top_block_hash of ["", "0".repeat(64), TOP.hash.slice(1), `${TOP.hash}0`, 7, null]) {
    const { report } = await node.poll(undefined, { get_info: rpc({ ...info, top_block_hash }) });
    expect(report.blocks).toEqual([GENESIS]);
  }
});

test("a node without any block but the first", async () => {
  const node = await start({ get_info: rpc({ ...info, height: 1, top_block_hash: GENESIS.hash }) });
  expect((await node.poll()).report.blocks).toEqual([GENESIS]);
});

describe("the first block is asked for again", () => {
  const restarted = { get_info: rpc({ ...info, start_time: 1_790_000_999 }) };
  test.each<[string, Answers]>([
    ["after a restart of the node", restarted],
    ["after an upgrade", { get_info: rpc({ ...info, version: "0.19.0.0-release" }) }],
    ["on another network", { get_info: rpc({ ...info, nettype: "testnet" }) }],
  ])("%s", async (_, after) => {
    const node = await start();
    await node.poll();
    expect((await node.poll(undefined, { ...after, ...headerAt(0, OTHER) })).report.blocks).toContainEqual({
      height: 0,
      hash: OTHER,
    });
  });

  test("after an outage, as another node may answer next", async () => {
    const node = await start();
    await node.poll();
    const { report, heights } = await node.poll(undefined, { get_info: { status: 502 } });
    expect([report.blocks, heights]).toEqual([[], []]);
    expect((await node.poll(undefined, {})).heights).toEqual([0]);
  });

  test("a minute after a failure, which is none of the node", async () => {
    const node = await start({ [BY_HEIGHT]: { status: 500 } });
    expect((await node.poll()).report.apis.has("block")).toBe(false);
    expect((await node.poll()).heights).toEqual([]);
    vi.advanceTimersByTime(60_000);
    expect((await node.poll(undefined, {})).report.blocks).toContainEqual(GENESIS);
  });

  test("five minutes after a refusal", async () => {
    const node = await start({ [BY_HEIGHT]: METHOD_NOT_FOUND });
    await node.poll();
    vi.advanceTimersByTime(4 * 60_000);
    expect((await node.poll(undefined, {})).heights).toEqual([]);
    vi.advanceTimersByTime(60_000);
    expect((await node.poll(undefined, {})).heights).toEqual([0]);
  });
});

describe("a block that another node has", () => {
  test("is asked for by its height", async () => {
    const node = await start();
    await node.poll();
    const { report, heights } = await node.poll(700_000, headerAt(700_000));
    expect(heights).toEqual([700_000]);
    expect(report.blocks).toContainEqual({ height: 700_000, hash: "cd".repeat(32) });
    expect(report.apis.get("block")?.ok).toBe(true);
  });

  test.each([
    ["the top", 3_512_000],
    ["the one before", 3_511_999],
    ["the first", 0],
    ["not reached yet", 3_512_001],
  ])("costs nothing where it is %s", async (_, height) => {
    const node = await start();
    await node.poll();
    expect((await node.poll(height)).heights).toEqual([]);
  });

  test("comes from restricted RPC too", async () => {
    const get_info = rpc(fixtureResult("monero/get_info.restricted.json"));
    const node = await start({ get_info });
    await node.poll();
    const { report } = await node.poll(700_000, { get_info, ...headerAt(700_000) });
    expect(report.blocks).toContainEqual({ height: 700_000, hash: "cd".repeat(32) });
  });

  test("is not that of a bootstrap daemon", async () => {
    const get_info = rpc(fixtureResult("monero/get_info.bootstrap.json"));
    const node = await start({ get_info });
    const { report, heights } = await node.poll(5);
    expect([report.blocks, heights]).toEqual([[], []]);
  });

  test("a failure is shown and harms nothing else", async () => {
    const node = await start();
    await node.poll();
    const { report } = await node.poll(700_000, { [BY_HEIGHT]: { status: 500 } });
    expect(failureIn(report.apis.get("block")).reason).toBe("http");
    expect([report.peers.ok, report.head.ok, report.totals?.ok]).toEqual([true, true, true]);
    expect(report.blocks).toEqual([TOP, BEFORE_TOP, GENESIS]);
  });

  test.each([METHOD_NOT_FOUND, { status: 403 }, { status: 404 }, rpcError(-2), rpcError(-32602)])(
    "a refusal is remembered and shows nothing: %o",
    async (refusal) => {
      const node = await start();
      await node.poll();
      const { report } = await node.poll(700_000, { [BY_HEIGHT]: refusal });
      expect(report.apis.has("block")).toBe(false);
      expect((await node.poll(700_001)).heights).toEqual([]);
    },
  );
});

function rpcError(code: number) {
  return { body: JSON.stringify({ id: "0", jsonrpc: "2.0", error: { code, message: "no" } }) };
}

test.each<[answer: JsonObject, what: string]>([
  [{ block_header: { height: 8, hash: OTHER } }, "another height"],
  [{ block_header: { height: 7, hash: "00" } }, "no hash"],
  [{ block_header: { height: 7, hash: OTHER }, untrusted: true }, "another node"],
  [{ block_header: [] }, "no header"],
  [{}, "nothing"],
])("%j is not the block at 7: %s", (answer) => {
  expect(decodeHeader(answer, 7)).toEqual([]);
});
