import { describe, expect, test } from "vitest";
import type { PollRequest } from "../../../src/chains/adapter.ts";
import { decodeBlock } from "../../../src/chains/wire/blocks.ts";
import { type Answer, json } from "../../support/fake-node.ts";
import { openNode, poll, serve } from "../sessions.ts";
import { failureIn, fields, fixture } from "../support.ts";

const info = fields(fixture("wire/get_info.spring-1.2.json"));
const HEAD = { height: 21_000_500, hash: String(info.head_block_id) };
const FINAL = { height: 21_000_456, hash: String(info.last_irreversible_block_id) };
const WANTED = 20_999_999;
const ID = `${WANTED.toString(16).padStart(8, "0")}${"ab".repeat(28)}`;
const REQUEST: PollRequest = { block: { height: WANTED, hash: "cd".repeat(32) } };

async function start(block: Answer, changed: object = {}) {
  const node = await serve(({ url }) => {
    if (url === "/v1/net/connections") return json([], 201);
    return url === "/v1/chain/get_info" ? json({ ...info, ...changed }) : block;
  });
  const session = openNode("wire", node.url);
  return {
    poll: (request: PollRequest = {}) => poll(session, undefined, request),
    asked: () => node.requests.filter(({ url }) => url === "/v1/chain/get_block_info"),
  };
}

test("the head and the last irreversible block come with every poll", async () => {
  const node = await start({ status: 500 });
  expect((await node.poll()).blocks).toEqual([HEAD, FINAL]);
  expect(node.asked()).toEqual([]);
});

test.each<[string, object, readonly object[]]>([
  ["in read-mode irreversible both are one", { head_block_num: 21_000_456, head_block_id: FINAL.hash }, [FINAL]],
  ["an id of another number is not believed", { head_block_num: 21_000_501 }, [FINAL]],
  ["letters in upper case", { head_block_id: HEAD.hash.toUpperCase() }, [HEAD, FINAL]],
  ["an id that is none", { head_block_id: "01407134", last_irreversible_block_id: null }, []],
])("%s", async (_, changed, blocks) => {
  const node = await start({ status: 500 }, changed);
  const report = await node.poll();
  expect(report.blocks).toEqual(blocks);
});

describe("a block that another node has", () => {
  const answer = json({ id: ID, block_num: WANTED });

  test("is asked for by its number", async () => {
    const node = await start(answer);
    const report = await node.poll(REQUEST);
    expect(report.blocks).toEqual([HEAD, FINAL, { height: WANTED, hash: ID }]);
    expect(report.apis.get("block")?.ok).toBe(true);
    expect(node.asked().map(({ method, body }) => [method, body])).toEqual([["POST", `{"block_num":${WANTED}}`]]);
    expect((await node.poll()).blocks).toEqual([HEAD, FINAL]);
  });

  test.each([HEAD.height, FINAL.height, HEAD.height + 1])("costs nothing at %i", async (height) => {
    const node = await start(answer);
    await node.poll({ block: { height, hash: "cd".repeat(32) } });
    expect(node.asked()).toEqual([]);
  });

  const nodeosError = (status: number, message: string) =>
    json({ code: status, message, error: { code: 3_100_002, name: "unknown_block_exception", details: [] } }, status);
  test.each<[string, Answer]>([
    ["a node before EOSIO 2.1", nodeosError(404, "Not Found")],
    ["a node that started from a snapshot", nodeosError(400, "Unknown Block")],
    ["a gateway", { status: 403 }],
  ])("%s that does not have it is not asked again at once, and has not failed", async (_, refusal) => {
    const node = await start(refusal);
    for (let polls = 0; polls < 2; polls += 1) {
      const report = await node.poll(REQUEST);
      expect([report.blocks, report.apis.has("block")]).toEqual([[HEAD, FINAL], false]);
    }
    expect(node.asked()).toHaveLength(1);
  });

  test("a failure is shown and harms nothing else", async () => {
    const node = await start({ status: 502 });
    const report = await node.poll(REQUEST);
    expect(failureIn(report.apis.get("block")).reason).toBe("http");
    expect([report.peers.ok, report.head.ok, report.blocks]).toEqual([true, true, [HEAD, FINAL]]);
  });
});

test.each([
  [{ id: ID, block_num: WANTED - 1 }],
  [{ id: HEAD.hash }],
  [{ id: "x" }],
  [{ block_num: WANTED }],
  [[]],
  [null],
])("%j is not the block", (answer) => {
  expect(decodeBlock(answer, WANTED)).toBeUndefined();
});

test("a number may be missing, as the id has it", () => {
  expect(decodeBlock({ id: ID }, WANTED)).toEqual({ height: WANTED, hash: ID });
});
