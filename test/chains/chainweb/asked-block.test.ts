import { describe, expect, test } from "vitest";
import type { PollRequest } from "../../../src/chains/adapter.ts";
import { type Answer, json } from "../../support/fake-node.ts";
import { openNode, poll } from "../sessions.ts";
import { failureIn } from "../support.ts";
import { node } from "./node.ts";
import { cutBody, hashOf, header } from "./support.ts";

const HASH = hashOf("another block");
const PATH = `/chain/1/header/${HASH}`;
const REQUEST: PollRequest = { block: { chain: "1", height: 5, hash: HASH } };
const KEY_NOT_FOUND = json({ reason: "key not found", key: HASH }, 404);

/** What the fake node has in its cut: the chains 0 to 2 at the heights 7, 8 and 7. */
const CUT = [7, 8, 7].map((height, chain) => ({
  chain: String(chain),
  height,
  hash: hashOf(`${chain} ${height}`),
}));

async function start(answer: Answer) {
  const fake = await node({ [PATH]: answer });
  const session = openNode("chainweb", fake.url);
  return {
    poll: (request: PollRequest = {}) => poll(session, undefined, request),
    asked: () => fake.requests.filter(({ url }) => url.includes("/header/")).length,
  };
}

test("the newest block of every chain comes with every poll", async () => {
  const chainweb = await start(KEY_NOT_FOUND);
  const report = await chainweb.poll();
  expect([report.blocks, report.lackingBlocks, chainweb.asked()]).toEqual([CUT, undefined, 0]);
});

test("a chain whose hash is none is left out", async () => {
  const body = cutBody([7, 8]);
  const { url } = await node({ "/cut": json({ ...body, hashes: { ...body.hashes, 1: { height: 8, hash: "x" } } }) });
  expect((await poll(openNode("chainweb", url))).blocks).toEqual([CUT[0]]);
});

describe("a block that another node has", () => {
  test("is the node's own if the node has it", async () => {
    const chainweb = await start(json(header(HASH, 7n, 3, 5n)));
    const report = await chainweb.poll(REQUEST);
    expect(report.blocks).toEqual([...CUT, { chain: "1", height: 5, hash: HASH }]);
    expect([report.lackingBlocks, report.apis.get("block")?.ok]).toEqual([undefined, true]);
  });

  test("is lacking if the node looked for it and does not have it", async () => {
    const chainweb = await start(KEY_NOT_FOUND);
    const report = await chainweb.poll(REQUEST);
    expect(report.lackingBlocks).toEqual([{ chain: "1", height: 5, hash: HASH }]);
    expect([report.blocks, report.apis.get("block")?.ok]).toEqual([CUT, true]);
    expect((await chainweb.poll()).lackingBlocks).toBeUndefined();
  });

  test("says nothing if its header is that of another height", async () => {
    const chainweb = await start(json(header(HASH, 7n, 3, 6n)));
    const report = await chainweb.poll(REQUEST);
    expect([report.blocks, report.lackingBlocks]).toEqual([CUT, undefined]);
  });

  test.each<[string, Answer]>([
    ["Servant's 404, which has no body", { status: 404, headers: { server: "Chainweb P2P API" } }],
    ["a proxy's page", { status: 404, body: "<html>Not Found</html>" }],
    ["a proxy's JSON", json({ message: "no Route matched" }, 404)],
    ["a text", json("key not found", 404)],
    ["more than the node sends", json({ reason: "key not found", key: "x".repeat(2000) }, 404)],
    ["a refused address", { status: 403 }],
    ["the throttle", { status: 429 }],
  ])("is neither after %s, which is no failure and is remembered", async (_, answer) => {
    const chainweb = await start(answer);
    for (let polls = 0; polls < 2; polls += 1) {
      const report = await chainweb.poll(REQUEST);
      expect([report.blocks, report.lackingBlocks, report.apis.has("block")]).toEqual([CUT, undefined, false]);
    }
    expect(chainweb.asked()).toBe(1);
  });

  test.each<[string, PollRequest["block"]]>([
    ["on no chain", { height: 5, hash: HASH }],
    ["on a chain that the node does not have", { chain: "3", height: 5, hash: HASH }],
    ["above the node's own height", { chain: "1", height: 9, hash: HASH }],
    ["that is the node's newest", { chain: "1", height: 8, hash: hashOf("1 8") }],
  ])("costs nothing %s", async (_, block) => {
    const chainweb = await start(KEY_NOT_FOUND);
    expect((await chainweb.poll({ block })).lackingBlocks).toBeUndefined();
    expect(chainweb.asked()).toBe(0);
  });

  test("a failure is shown and harms nothing else", async () => {
    const chainweb = await start(json("AAAA"));
    const report = await chainweb.poll(REQUEST);
    expect(failureIn(report.apis.get("block")).reason).toBe("bad_shape");
    expect([report.peers.ok, report.head.ok, report.blocks]).toEqual([true, true, CUT]);
  });

  test("without a cut nothing is asked", async () => {
    const fake = await node({ "/cut": { status: 503 }, [PATH]: KEY_NOT_FOUND });
    const report = await poll(openNode("chainweb", fake.url), undefined, REQUEST);
    expect([report.blocks, report.lackingBlocks]).toEqual([undefined, undefined]);
    expect(fake.requests.filter(({ url }) => url.includes("/header/"))).toEqual([]);
  });
});
