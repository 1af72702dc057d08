import { describe, expect, test } from "vitest";
import { type Cut, decodeCut } from "../../../src/chains/chainweb/cut.ts";
import { createTipReader, oldestTip } from "../../../src/chains/chainweb/tips.ts";
import type { RpcRequest } from "../../../src/rpc/message.ts";
import { failureIn, jsonReply, memoryClient, type Reply } from "../support.ts";
import { cutBody, hashOf, header } from "./support.ts";

const { signal } = new AbortController();

function cutOf(...heights: number[]): Cut {
  return decodeCut(cutBody(heights), "cut");
}

/** The time that a chain's block of a height has here, in seconds. */
function timeOf(chain: number, height: number): number {
  return 1_800_000_000 + height * 30 + chain;
}

/** A node that has the headers of the first 100 blocks of each chain, but for what the test says. */
function reader(answers: (chain: number) => Reply | undefined = () => undefined) {
  const asked: string[] = [];
  const requests: RpcRequest[] = [];
  const blocks = new Map<string, [chain: number, height: number]>();
  for (let chain = 0; chain < 100; chain++) {
    for (let height = 0; height < 100; height++) blocks.set(hashOf(`${chain} ${height}`), [chain, height]);
  }
  const client = memoryClient((request) => {
    requests.push(request);
    const [, chainText, hash = ""] =
      /^\/chainweb\/0\.0\/mainnet01\/chain\/(\d+)\/header\/(.+)$/.exec(request.path) ?? [];
    const [chain, height] = blocks.get(hash) ?? [Number.NaN, Number.NaN];
    expect(chain).toBe(Number(chainText));
    asked.push(`${chain}/${height}`);
    return answers(chain) ?? jsonReply(header(hash, BigInt(timeOf(chain, height)) * 1_000_000n));
  }, "https://192.0.2.1:1789");
  return { read: createTipReader(client, "mainnet01"), asked, requests };
}

test("each chain's newest block has a time, and the head that of the oldest", async () => {
  const { read, asked, requests } = reader();
  const cut = cutOf(8, 7, 9);
  const tips = await read(cut, signal);
  expect([...tips.seconds]).toEqual([
    ["0", timeOf(0, 8)],
    ["1", timeOf(1, 7)],
    ["2", timeOf(2, 9)],
  ]);
  expect([tips.outcome.ok, oldestTip(cut, tips)]).toEqual([true, timeOf(1, 7)]);
  expect(asked).toEqual(["0/8", "1/7", "2/9"]);
  expect(requests[0]).toMatchObject({ method: "GET", headers: { accept: "application/json" } });
});

test("a block is asked for once", async () => {
  const { read, asked } = reader();
  await read(cutOf(8, 7, 9), signal);
  expect([...(await read(cutOf(8, 8, 9), signal)).seconds.values()]).toEqual([
    timeOf(0, 8),
    timeOf(1, 8),
    timeOf(2, 9),
  ]);
  await read(cutOf(8, 8, 9), signal);
  // A block that was left for another one is not remembered.
  await read(cutOf(8, 7, 9), signal);
  expect(asked).toEqual(["0/8", "1/7", "2/9", "1/8", "1/7"]);
});

describe("at most 20 requests in a poll", () => {
  const NETWORK = 50;
  const heights = (height: number) => Array.from({ length: NETWORK }, () => height);

  test("a larger network is known after some polls", async () => {
    const { read, asked } = reader();
    const cut = cutOf(...heights(5));
    const first = await read(cut, signal);
    expect([asked.length, first.seconds.size, first.outcome.ok, oldestTip(cut, first)]).toEqual([
      20,
      20,
      true,
      undefined,
    ]);
    await read(cut, signal);
    const third = await read(cut, signal);
    expect([asked.length, third.seconds.size, oldestTip(cut, third)]).toEqual([50, 50, timeOf(0, 5)]);
    expect(new Set(asked).size).toBe(50);
  });

  test("when all have a new block at each poll, all have their turn", async () => {
    const { read, asked } = reader();
    for (let height = 1; height <= 5; height++) {
      const { seconds } = await read(cutOf(...heights(height)), signal);
      // An older block's time is not shown as that of the newest.
      expect(seconds.size).toBe(20);
    }
    expect(new Set(asked.map((each) => each.split("/")[0])).size).toBe(NETWORK);
  });
});

describe("failures", () => {
  test.each<[string, Reply, object]>([
    ["a bad header", jsonReply("AAAA"), { reason: "bad_shape", message: expect.stringContaining("chain/1/header at") }],
    ["no JSON", { body: "<html>" }, { reason: "bad_json" }],
    [
      "a header that is not there",
      { status: 404, headers: { server: "Chainweb P2P API" } },
      { reason: "not_found", advice: "the node lacks the newest block of its own cut: see its log" },
    ],
  ])("%s affects only its chain", async (_, answer, expected) => {
    const { read, asked } = reader((chain) => (chain === 1 ? answer : undefined));
    const cut = cutOf(8, 7, 9);
    const tips = await read(cut, signal);
    expect([...tips.seconds.keys()]).toEqual(["0", "2"]);
    expect(failureIn(tips.outcome)).toMatchObject(expected);
    expect(oldestTip(cut, tips)).toBeUndefined();
    await read(cut, signal);
    expect(asked).toEqual(["0/8", "1/7", "2/9", "1/7"]);
  });

  test.each<[string, Reply, string]>([
    ["the throttle", jsonReply({ message: "Too many requests." }, 429), "rate_limited"],
    ["an error of the node", { status: 503 }, "http"],
  ])("%s ends the asking, and what came before stays", async (_, answer, reason) => {
    const { read, asked } = reader((chain) => (chain === 1 ? answer : undefined));
    const tips = await read(cutOf(8, 7, 9), signal);
    expect([...tips.seconds.keys()]).toEqual(["0"]);
    expect([failureIn(tips.outcome).reason, asked]).toEqual([reason, ["0/8", "1/7"]]);
    // The next poll begins behind the chain that failed.
    const next = await read(cutOf(8, 7, 9), signal);
    expect([...next.seconds.keys()]).toEqual(["0", "2"]);
    expect(asked.slice(2)).toEqual(["2/9", "1/7"]);
  });

  test("a chain without a hash is left out", async () => {
    const { read } = reader();
    const body = cutBody([8, 7]);
    const cut = decodeCut({ ...body, hashes: { ...body.hashes, 1: { height: 7 } } }, "cut");
    const tips = await read(cut, signal);
    expect([...tips.seconds.keys()]).toEqual(["0"]);
    expect(failureIn(tips.outcome)).toEqual({
      reason: "bad_shape",
      message: "cut at https://192.0.2.1:1789: expected a hash for chain 1",
      advice: "check that the URL is a chainweb node's API",
    });
    expect(oldestTip(cut, tips)).toBeUndefined();
  });
});
