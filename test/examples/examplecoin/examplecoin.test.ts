import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PollRequest } from "../../../src/chains/adapter.ts";
import type { NodeReport } from "../../../src/model/report.ts";
import { PEERS_NOT_ASKED } from "../../../src/model/report.ts";
import { parseNodeUrl } from "../../../src/rpc/node-url.ts";
import { expectDeclared } from "../../chains/declared.ts";
import { anyJson, changed } from "../../chains/hostile.ts";
import { poll } from "../../chains/sessions.ts";
import { failureIn, line, memoryClient, type Reply, valueIn } from "../../chains/support.ts";
import { runs } from "../../support/effort.ts";
import { errorReply, examplecoind, RESULTS, resultReply } from "./answers.ts";
import { examplecoin } from "./index.ts";

/** The adapter of docs/adding-a-chain.md, by the rules that the shipped ones are tested by. */

async function pollOnce(
  broken: Readonly<Record<string, Reply>> = {},
  headOnly = false,
  request: PollRequest = {},
): Promise<NodeReport> {
  const session = examplecoin.options.parse({}).open({
    name: "node",
    chain: "examplecoin",
    url: parseNodeUrl("http://127.0.0.1:9532"),
    timeoutMs: 5000,
    headOnly,
    connect: (url) => ({ ...memoryClient(examplecoind(broken)), url }),
    connectUntrusted: () => {
      throw new Error("no untrusted peer is asked");
    },
  });
  const report = await poll(session, undefined, request);
  expectDeclared(examplecoin, report);
  return report;
}

test("a poll gives peers, head, totals and the chain's own samples", async () => {
  const report = await pollOnce();
  const { connections, malformed } = valueIn(report.peers);
  expect(connections.map(line)).toEqual([
    "outbound connected 192.0.2.1:9533 ipv4 2600010 examplecoind/3.2.1",
    "inbound handshaking [2001:db8::7]:51000 ipv6",
  ]);
  expect(malformed).toBe(1);
  expect(connections[0]).toMatchObject({ receivedBytes: 6000, latencySeconds: 0.125, startSeconds: 1_767_322_000 });
  expect(connections.map(({ chainSamples, info }) => [chainSamples?.map(({ value }) => value), info?.labels])).toEqual([
    [[1_767_323_040], ["true"]],
    [[], undefined],
  ]);
  expect(valueIn(report.head)).toEqual({ height: 2_600_008, timestampSeconds: undefined });
  expect(valueIn(report.totals)).toEqual({ received: 123_456, sent: 65_432 });
  expect(report).toMatchObject({ syncing: false, networkKey: "examplecoin main", minBlockSeconds: 75 });
  expect(report.chainSamples.map(({ family, value }) => [family.name, value])).toEqual([
    ["p2p_examplecoin_headers_height", 2_600_010],
  ]);
});

describe("a call that fails does not affect the others, and says why", () => {
  test.each([
    ["list_peers", errorReply(404, "no_such_method"), "unavailable"],
    ["list_peers", errorReply(503, "starting"), "busy"],
    ["list_peers", { status: 401 }, "unauthorized"],
    ["list_peers", resultReply({}), "bad_shape"],
    ["list_peers", { body: "<html>" }, "bad_json"],
  ] as const)("%s: %o", async (method, reply, reason) => {
    const report = await pollOnce({ [method]: reply });
    expect(failureIn(report.peers).reason).toBe(reason);
    expect(valueIn(report.head).height).toBe(2_600_008);
    expect(report.totals?.ok).toBe(true);
  });

  test("without chain_status there are peers, but no head and no network", async () => {
    const report = await pollOnce({ chain_status: errorReply(503, "starting") });
    expect(valueIn(report.peers).connections).toHaveLength(2);
    expect(failureIn(report.head).reason).toBe("busy");
    expect(report).toMatchObject({ networkKey: undefined, syncing: "unknown", chainSamples: [] });
  });
});

describe("blocks", () => {
  const newest = { height: 2_600_008, hash: "ab".repeat(32) };

  test("the newest comes with each poll, one more where it is asked for", async () => {
    expect((await pollOnce()).blocks).toEqual([newest]);
    const report = await pollOnce({}, false, { block: { height: 7 } });
    expect(report.blocks).toEqual([newest, { height: 7, hash: "cd".repeat(32) }]);
    expect(report.apis.get("block")?.ok).toBe(true);
  });

  test.each<[string, Reply]>([
    ["no hash", resultReply("cd")],
    ["a node that refuses it", errorReply(404, "no_such_method")],
  ])("%s gives none", async (_, reply) => {
    expect((await pollOnce({ block_hash: reply }, false, { block: { height: 7 } })).blocks).toEqual([newest]);
  });
});

test("the adapter names every API, and the usual lag follows from the time between blocks", async () => {
  const { apis, blockSeconds = 0 } = await pollOnce({}, false, { block: { height: 7 } });
  expect(["peers", "head", ...apis.keys()]).toEqual(examplecoin.apis);
  expect(examplecoin.usualLagBlocks).toBe(Math.max(5, 90 / blockSeconds));
});

test("a reference is asked only for its head", async () => {
  const report = await pollOnce({}, true);
  expect(report.peers).toEqual(PEERS_NOT_ASKED);
  expect(report.totals).toBeUndefined();
  expect(report.head.ok).toBe(true);
});

test("a poll of any JSON ends in a report, and no failure is internal", async () => {
  const answer = fc.oneof(anyJson, changed(RESULTS.list_peers), changed(RESULTS.chain_status));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.keys(RESULTS)), answer, async (method, result) => {
      const replies = { [method]: resultReply(result) };
      const report = await pollOnce(replies, false, { block: { height: 7 } });
      for (const outcome of [report.peers, report.head, report.totals]) {
        if (outcome !== undefined && !outcome.ok) expect(outcome.failure.reason).not.toBe("internal");
      }
    }),
    { numRuns: runs(200) },
  );
});
