import { describe, expect, test } from "vitest";
import { PEER_INFO } from "../../../src/chains/chainweb/families.ts";
import type { NodeReport } from "../../../src/model/report.ts";
import { json } from "../../support/fake-node.ts";
import { openNode, poll, serve } from "../sessions.ts";
import { failureIn, fixture, valueIn } from "../support.ts";
import { node, peerList, pollNode } from "./node.ts";
import { cutAnswer, cutBody, hashOf, samplesOf } from "./support.ts";

describe("data of every poll", () => {
  test("of the cut", async () => {
    const report = await pollNode({ "/cut": json(fixture("chainweb/cut.20chains.json")) });
    expect(Object.entries(samplesOf(report, "chain_height"))).toHaveLength(20);
    expect(samplesOf(report, "chain_height")).toMatchObject({ "0": 6_400_001, "1": 6_400_000 });
    expect(samplesOf(report, "chains")).toEqual({ "": 20 });
    expect(samplesOf(report, "cut_weight")).toEqual({ "": 4.26493783959394e22 });
  });

  test("without a cut there is no data of it", async () => {
    const report = await pollNode({ "/cut": { status: 503 } });
    expect([samplesOf(report, "chain_height"), samplesOf(report, "chains"), samplesOf(report, "cut_weight")]).toEqual([
      {},
      {},
      {},
    ]);
  });

  test("an invalid weight is left out", async () => {
    const report = await pollNode({ "/cut": json({ ...cutBody([7]), weight: "heavy" }) });
    expect([samplesOf(report, "chains"), samplesOf(report, "cut_weight")]).toEqual([{ "": 1 }, {}]);
  });

  test("peers by the proof of their identity", async () => {
    const peers = peerList(
      ["192.0.2.1", 1789, hashOf("a")],
      ["192.0.2.2", 1789, null],
      ["192.0.2.3", 1789, hashOf("b")],
    );
    expect(samplesOf(await pollNode({ "/cut/peer": peers }), "peers_by_identity")).toEqual({ pinned: 2, ca: 1 });
    expect(samplesOf(await pollNode(), "peers_by_identity")).toEqual({ pinned: 0, ca: 0 });
    expect(samplesOf(await pollNode({ "/cut/peer": { status: 503 } }), "peers_by_identity")).toEqual({});
  });

  test("each peer with its kind of address and what proves its identity; equal texts are one array", async () => {
    const report = await pollNode({
      "/cut/peer": peerList(
        ["192.0.2.1", 1789, hashOf("a")],
        ["node.example", 443, null],
        ["2001:db8::3", 1789, "no hash"],
        ["192.0.2.4", 1789, hashOf("b")],
      ),
    });
    const infos = valueIn(report.peers).connections.map(({ info }) => info);
    expect(infos.map((info) => info?.labels)).toEqual([
      ["ipv4", "pinned"],
      ["unknown", "ca"],
      ["ipv6", ""],
      ["ipv4", "pinned"],
    ]);
    expect(infos[0]).toBe(infos[3]);
    expect(new Set(infos.map((info) => info?.family))).toEqual(new Set([PEER_INFO]));
    expect(PEER_INFO).toMatchObject({ scope: "peer", labels: ["address_type", "identity"] });
  });

  test("no peers of another network's node", async () => {
    const report = await pollNode({ "/cut": json(cutBody([7], "testnet06")) });
    expect(report.chainSamples).toEqual([]);
  });
});

test("a mempool without a readable peer fails", async () => {
  const items = [{ id: null, address: { hostname: "192.0.2.1", port: -1 } }];
  const broken = json({ limit: 1, items, next: null });
  const answers = { "/cut": cutAnswer([7]), "/chain/0/mempool/peer": broken };
  const report = await pollNode(answers, { mempool_peers: true });
  expect(failureIn(report.apis.get("mempool")).reason).toBe("bad_shape");
  expect(samplesOf(report, "mempool_peers")).toEqual({});
});

describe("outdated", () => {
  test.each([
    ["3.2", "mainnet01", { "": 0 }],
    ["2.32", "mainnet01", { "": 1 }],
    ["2.32", "stoa", {}],
  ])("%s on %s: %j", async (version, network, expected) => {
    const { url } = await serve(({ url: path }) => {
      const body = path.includes("peer") ? { items: [], next: null } : cutBody([7], network);
      return { body: JSON.stringify(body), headers: { "x-chainweb-node-version": version } };
    });
    const report = await poll(openNode("chainweb", url, { options: { network } }));
    expect(samplesOf(report, "outdated")).toEqual(expected);
    expect(report.identity).toEqual({ version, network });
  });

  test("is not known without a version; that of the cut counts when the peers did not come", async () => {
    const nothing = { "/cut": json(cutBody([7])) };
    expect(samplesOf(await pollNode(nothing), "outdated")).toEqual({});
    const report = await pollNode({ "/cut": cutAnswer([7], "2.31"), "/cut/peer": { status: 503 } });
    expect([report.identity.version, samplesOf(report, "outdated")]).toEqual(["2.31", { "": 1 }]);
  });
});

describe("/info", () => {
  async function withInfo(info: object): Promise<NodeReport> {
    const service = await serve(() => json({ nodeVersion: "mainnet01", ...info }));
    return pollNode({}, { service_url: service.url });
  }

  test("gives the service date and the block delay", async () => {
    const report = await withInfo({ nodeServiceDate: "2025-10-15T00:00:00Z", nodeBlockDelay: 15_000_000 });
    expect(samplesOf(report, "service_date_timestamp_seconds")).toEqual({ "": 1_760_486_400 });
    expect(report.blockSeconds).toBe(5);
  });

  test("without them there is no date, and blocks come every 30 s", async () => {
    const report = await withInfo({ nodeServiceDate: null });
    expect(samplesOf(report, "service_date_timestamp_seconds")).toEqual({});
    expect(report.blockSeconds).toBe(10);
  });
});

describe("tip_age", () => {
  test("gives each chain's newest block a time, and the head the oldest", async () => {
    const report = await pollNode({}, { tip_age: true });
    expect(samplesOf(report, "chain_head_timestamp_seconds")).toEqual({
      "0": 1_800_000_000,
      "1": 1_800_000_001,
      "2": 1_800_000_002,
    });
    expect(valueIn(report.head)).toMatchObject({ height: 22, timestampSeconds: 1_800_000_000 });
    expect(report.apis.get("tips")?.ok).toBe(true);
  });

  test("is off by default", async () => {
    const fake = await node();
    const report = await poll(openNode("chainweb", fake.url));
    expect([report.apis.has("tips"), valueIn(report.head).timestampSeconds]).toEqual([false, undefined]);
    expect(fake.requests).toHaveLength(2);
  });

  test("one bad header: the others stay, the head has no time", async () => {
    const tip = `/chain/1/header/${hashOf("1 8")}`;
    const report = await pollNode({ [tip]: json("AAAA") }, { tip_age: true });
    expect(Object.keys(samplesOf(report, "chain_head_timestamp_seconds"))).toEqual(["0", "2"]);
    expect(valueIn(report.head).timestampSeconds).toBeUndefined();
    expect(failureIn(report.apis.get("tips")).reason).toBe("bad_shape");
  });

  test("fails with the cut", async () => {
    const report = await pollNode({ "/cut": { status: 503 } }, { tip_age: true });
    expect(failureIn(report.apis.get("tips"))).toEqual(failureIn(report.head));
  });

  test("a header that hangs leaves time for the rest", async () => {
    const tip = `/chain/1/header/${hashOf("1 8")}`;
    const answers = { [tip]: { body: () => {} }, "/chain/2/mempool/peer": { body: () => {} } };
    const { url } = await node({
      ...answers,
      "/chain/0/mempool/peer": peerList(),
      "/chain/1/mempool/peer": peerList(),
    });
    const options = { tip_age: true, mempool_peers: true };
    const report = await poll(openNode("chainweb", url, { options, timeoutMs: 800 }), 800);
    expect(Object.keys(samplesOf(report, "chain_head_timestamp_seconds"))).toEqual(["0"]);
    const reasons = ["tips", "mempool"].map((part) => failureIn(report.apis.get(part)).reason);
    expect([report.peers.ok, report.head.ok, ...reasons]).toEqual([true, true, "timeout", "timeout"]);
  });
});
