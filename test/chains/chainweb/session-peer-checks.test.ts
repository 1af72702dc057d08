import { describe, expect, test } from "vitest";
import { optionsSchema } from "../../../src/chains/chainweb/index.ts";
import { openSession } from "../../../src/chains/chainweb/session.ts";
import { inlineSecret } from "../../../src/lib/secret.ts";
import type { Resolve } from "../../../src/rpc/address-filter.ts";
import { createRpcClient } from "../../../src/rpc/client.ts";
import { parseNodeUrl } from "../../../src/rpc/node-url.ts";
import { type Answer, json } from "../../support/fake-node.ts";
import { openNode, poll } from "../sessions.ts";
import { failureIn, valueIn } from "../support.ts";
import { type Answers, BASE, node, peerList, pollNode } from "./node.ts";
import { cutAnswer, cutBody, samplesOf, type TlsPeer, tlsPeer } from "./support.ts";

describe("probe", () => {
  const probe = { peers: 5, timeout: "1s", allow: ["127.0.0.0/8"] };

  function listOf(...peers: readonly TlsPeer[]): Answer {
    return peerList(...peers.map(({ port, peerId }) => ["127.0.0.1", port, peerId] as const));
  }

  test("asks the peers of the list for their heads", async () => {
    const [ahead, old] = await Promise.all([
      tlsPeer(() => cutAnswer([9, 9, 9])),
      tlsPeer(() => cutAnswer([6, 6, 6], "2.31")),
    ]);
    const report = await pollNode({ "/cut/peer": listOf(ahead, old) }, { probe });
    expect(report.peerHeads?.map(({ height }) => height).sort()).toEqual([18, 27]);
    expect(samplesOf(report, "probed_peers")).toEqual({ "": 2 });
    expect(samplesOf(report, "reachable_peers")).toEqual({ "": 2 });
    expect(samplesOf(report, "reachable_peers_by_version")).toEqual({ "2.31": 1, "3.2": 1 });
    expect(report.apis.get("probe")?.ok).toBe(true);
  });

  test("shows at the rows which peers answered", async () => {
    const [well, broken] = await Promise.all([tlsPeer(() => cutAnswer([9, 9])), tlsPeer(() => ({ status: 503 }))]);
    const never = ["192.0.2.1", 1789, "no id"] as const;
    const rows = [well, broken].map(({ port, peerId }) => ["127.0.0.1", port, peerId] as const);
    const report = await pollNode({ "/cut/peer": peerList(...rows, never) }, { probe });
    const shown = valueIn(report.peers).connections.map(({ info, chainSamples }) => [
      info?.labels,
      chainSamples?.map(({ family, value }) => [family.name, value]),
    ]);
    const [reachable, height] = ["p2p_chainweb_peer_reachable", "p2p_chainweb_peer_cut_height"];
    expect(shown).toEqual([
      [
        ["ipv4", "pinned"],
        [
          [reachable, 1],
          [height, 18],
        ],
      ],
      [["ipv4", "pinned"], [[reachable, 0]]],
      [["ipv4", ""], undefined],
    ]);
  });

  test("is off by default, and loopback is not asked unless it is allowed", async () => {
    const peer = await tlsPeer(() => cutAnswer([9]));
    const off = await pollNode({ "/cut/peer": listOf(peer) });
    expect([off.apis.size, off.peerHeads, samplesOf(off, "probed_peers")]).toEqual([0, undefined, {}]);
    const on = await pollNode({ "/cut/peer": listOf(peer) }, { probe: { peers: 5 } });
    expect([samplesOf(on, "probed_peers"), samplesOf(on, "probe_refused_peers")]).toEqual([{ "": 0 }, { "": 1 }]);
    expect(peer.connections()).toBe(0);
  });

  test("names are resolved by what the session is given", async () => {
    const peer = await tlsPeer(() => cutAnswer([9]));
    const { url } = await node({ "/cut/peer": peerList(["node.test", peer.port, peer.peerId]) });
    const resolve: Resolve = async (name) => (name === "node.test" ? ["127.0.0.1"] : []);
    const connect = (target: Parameters<typeof createRpcClient>[0]["url"]) =>
      createRpcClient({ url: target, tls: { kind: "ca" }, connectTimeoutMs: 1000 });
    const target = { name: "node", chain: "chainweb", url: parseNodeUrl(url), timeoutMs: 5000 };
    const session = openSession(
      { ...target, connect, connectUntrusted: createRpcClient },
      optionsSchema.parse({ probe }),
      resolve,
    );
    expect(samplesOf(await poll(session), "reachable_peers")).toEqual({ "": 1 });
    await session.close();
  });

  test("credentials of the node go to no peer", async () => {
    const peer = await tlsPeer(() => cutAnswer([9]));
    const own = await node({ "/cut/peer": listOf(peer) });
    const auth = { kind: "header", name: "x-token", value: inlineSecret("secret") } as const;
    await poll(openNode("chainweb", own.url, { options: { probe }, auth }));
    expect(own.requests.at(-1)?.headers["x-token"]).toBe("secret");
    expect(peer.requests.map(({ url, headers }) => [url, Object.keys(headers).sort()])).toEqual([
      [`${BASE}/cut`, ["accept", "connection", "host"]],
    ]);
  });

  test("does not affect the node's own data", async () => {
    const hanging = await tlsPeer(() => ({ body: () => {} }));
    const { url } = await node({ "/cut/peer": listOf(hanging) });
    // It ends by itself: this poll has no deadline.
    const report = await openNode("chainweb", url, { options: { probe }, timeoutMs: 2000 }).poll(
      new AbortController().signal,
    );
    expect([report.peers.ok, report.head.ok]).toEqual([true, true]);
    expect([samplesOf(report, "probed_peers"), samplesOf(report, "reachable_peers")]).toEqual([{ "": 1 }, { "": 0 }]);
  });

  test.each<[string, Answers, string]>([
    ["the list", { "/cut/peer": { status: 503 } }, "http"],
    ["the right network", { "/cut": json(cutBody([7], "testnet06")) }, "wrong_network"],
  ])("fails without %s", async (_, answers, reason) => {
    const report = await pollNode(answers, { probe });
    expect([failureIn(report.apis.get("probe")).reason, report.peerHeads]).toEqual([reason, undefined]);
    const rows = report.peers.ok ? report.peers.value.connections : [];
    expect(rows.filter(({ chainSamples }) => chainSamples !== undefined)).toEqual([]);
  });

  test("runs without the node's own cut", async () => {
    const peer = await tlsPeer(() => cutAnswer([9]));
    const report = await pollNode({ "/cut": { status: 503 }, "/cut/peer": listOf(peer) }, { probe });
    expect([report.head.ok, samplesOf(report, "reachable_peers")]).toEqual([false, { "": 1 }]);
  });
});

test("a reference is polled only for its head", async () => {
  const peer = await tlsPeer(() => cutAnswer([9]));
  const fake = await node({ "/cut/peer": peerList(["127.0.0.1", peer.port, peer.peerId]) });
  const probe = { peers: 5, allow: ["127.0.0.0/8"] };
  const session = openSession(
    {
      name: "reference",
      chain: "chainweb",
      url: parseNodeUrl(fake.url),
      timeoutMs: 5000,
      headOnly: true,
      connect: (url) => createRpcClient({ url, tls: { kind: "ca" }, connectTimeoutMs: 1000 }),
      connectUntrusted: createRpcClient,
    },
    optionsSchema.parse({ probe, mempool_peers: true }),
  );
  const report = await poll(session);
  await session.close();
  expect(fake.requests.map(({ url }) => url)).toEqual([`${BASE}/cut`]);
  expect([report.peers.ok, valueIn(report.head).height, report.apis.size]).toEqual([false, 22, 0]);
  expect(report.identity).toEqual({ version: "3.2", network: "mainnet01" });
  expect(peer.connections()).toBe(0);
});
