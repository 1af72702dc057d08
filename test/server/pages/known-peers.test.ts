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
      "2 known peers at the last poll, as in the p2p_chainweb_peer_info series; the node need not be connected to them. Peer Address Identity ",
    );
    expect(text).toContain("a.example:1789 unknown ca");
    expect(text).toContain("203.0.113.1:1789 ipv4 pinned");
    expect(text).not.toMatch(/connections |Direction|Reachable|Cut height/);
  });

  test("has what the exporter found when it asked them", () => {
    const text = tableOf([
      ...[sample(INFO, A), sample(INFO, B), sample(INFO, { peer: "c:1", address_type: "unknown" })],
      ...[
        sample("p2p_chainweb_peer_reachable", { peer: A.peer }),
        sample("p2p_chainweb_peer_reachable", { peer: B.peer }, 0),
      ],
      sample("p2p_chainweb_peer_cut_height", { peer: A.peer }, 84_000_123),
    ]);
    expect(text).toContain("Peer Address Identity Reachable Cut height ");
    expect(text).toContain("a.example:1789 unknown ca yes 84 000 123");
    expect(text).toMatch(/203\.0\.113\.1:1789 ipv4 pinned no \S+ c:1 unknown/);
  });

  test("says that some peers share a row, and hides their addresses as the series do", () => {
    const text = tableOf([sample(INFO, { address_type: "ipv4", identity: "pinned" })], 4);
    expect(text).toContain(
      "5 known peers at the last poll, as in the p2p_chainweb_peer_info series; the node need not be connected to them; some share a row",
    );
    expect(text).toContain("address hidden ipv4 pinned");
  });

  test("is not there without rows", () => {
    expect(knownPeersTable({ chain: "chainweb", samples: [], merged: 0, path: "/", query: new Map() })).toBeUndefined();
  });
});
