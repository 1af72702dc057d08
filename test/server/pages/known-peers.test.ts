import { describe, expect, test } from "vitest";
import type { TextSample } from "../../../src/lib/prometheus-text.ts";
import { KNOWN_PEER_FAMILIES, knownPeersTable } from "../../../src/server/pages/known-peers.ts";
import { htmlOf, NOTHING } from "../../../src/server/pages/markup.ts";

function sample(name: string, labels: Readonly<Record<string, string>>, value = 1): TextSample {
  return { name, labels: new Map(Object.entries(labels)), value };
}

function tableOf(samples: readonly TextSample[], merged = 0): string {
  const table = knownPeersTable({ chain: "chainweb", samples, merged, path: "/nodes/n", query: new Map() });
  return htmlOf(table ?? NOTHING)
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");
}

const INFO = "p2p_chainweb_peer_info";
const A = { peer: "a.example:1789", address_type: "unknown", identity: "ca" };
const B = { peer: "203.0.113.1:1789", address_type: "ipv4", identity: "pinned" };

test("known peers are in the chain's own family", () => {
  expect(KNOWN_PEER_FAMILIES).toContain(INFO);
});

describe("the table", () => {
  test("has the peers of the address book, which it does not call connections", () => {
    const text = tableOf([sample(INFO, A), sample(INFO, B)]);
    expect(text).toContain(
      "2 known peers whose last session with the node did not fail, as in the p2p_chainweb_peer_info series; the node need not be connected to them. The node leaves out peers that fail, and of the others it tells only address and id; chainweb.probe.peers lets the exporter ask some of them for their height in each poll. Peer Address Proven by ",
    );
    expect(text).toContain("a.example:1789 \u2013 authority");
    expect(text).toContain("203.0.113.1:1789 IPv4 id of its certificate");
    expect(text).not.toMatch(/connections |Direction|When last asked|Height|unknown/);
  });

  test("says of peers that the exporter asked whether they are up to date, and has them first", () => {
    const reachable = (peer: string, value: number) => sample("p2p_chainweb_peer_reachable", { peer }, value);
    const height = (peer: string, value: number) => sample("p2p_chainweb_peer_cut_height", { peer }, value);
    const text = tableOf([
      ...["never:1", "well:1", "late:1", "gone:1"].map((peer) => sample(INFO, { peer, address_type: "unknown" })),
      ...[reachable("well:1", 1), reachable("late:1", 1), reachable("gone:1", 0)],
      ...[height("well:1", 84_000_123), height("late:1", 84_000_000)],
      sample("p2p_node_head_height", {}, 84_000_120),
      sample("p2p_node_reference_height", { reference: "fleet" }, 84_000_125),
    ]);
    expect(text).toContain(
      "the exporter asked 3 of them in the last polls, and 2 answered. Peer When last asked Height",
    );
    expect(text).toContain(
      "well:1 up to date 84 000 123 2 late:1 behind 84 000 000 125 gone:1 no answer \u2013 \u2013 never:1 \u2013",
    );
    expect(text).not.toContain("Address");
  });

  test("says that some peers share a row, and hides their addresses as the series do", () => {
    const text = tableOf([sample(INFO, { address_type: "ipv4", identity: "pinned" })], 4);
    expect(text).toContain(
      "5 known peers whose last session with the node did not fail, as in the p2p_chainweb_peer_info series; the node need not be connected to them; some share a row",
    );
    expect(text).toContain("address hidden IPv4 id of its certificate");
  });

  test("is not there without rows", () => {
    expect(knownPeersTable({ chain: "chainweb", samples: [], merged: 0, path: "/", query: new Map() })).toBeUndefined();
  });
});
