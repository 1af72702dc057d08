import { describe, expect, test } from "vitest";
import type { NodeReport } from "../../../src/model/report.ts";
import { failing, head, nodeConfig, peers, peersAt, report, row, stateAfter } from "../../poll/support.ts";
import { find } from "../../support/exposition-parser.ts";
import { readPage } from "../support.ts";

/** The counts in the order of the positions. */
function positions(given: Partial<NodeReport>, chain: "wire" | "monero" | "chainweb" = "monero") {
  const page = readPage([stateAfter(report({ head: head(100), ...given }), { node: nodeConfig({ chain }) })]);
  return Object.fromEntries(
    find(page, "p2p_node_peers_by_head").map(({ labels, value }) => [labels.get("position"), value]),
  );
}

describe("peers by their heads", () => {
  test.each<[string, Partial<NodeReport>, object]>([
    ["no peers", { peers: peers() }, { ahead: 0, equal: 0, behind: 0, unknown: 0 }],
    [
      "each position, exactly",
      { peers: peersAt(101, 5000, 100, 99, 1, 1, undefined, 0) },
      { ahead: 2, equal: 1, behind: 3, unknown: 2 },
    ],
    [
      "heights as old as handshakes show only who is ahead",
      { peers: peersAt(101, 100, 99, undefined), peerHeightsAreOld: true },
      { ahead: 1, equal: 0, behind: 0, unknown: 3 },
    ],
    [
      "only connected peers",
      { peers: peers(row({ height: 101, state: "handshaking" }), row({ id: "2", height: 100 })) },
      { ahead: 0, equal: 1, behind: 0, unknown: 0 },
    ],
    [
      "the height of a peer on another chain cannot be compared",
      {
        identity: { chainId: "a" },
        peers: peers(row({ height: 101, chainId: "b" }), row({ id: "2", height: 101, chainId: "a" })),
      },
      { ahead: 1, equal: 0, behind: 0, unknown: 1 },
    ],
    ["no head", { peers: peersAt(101), head: failing("timeout") }, {}],
    ["no peer list", { peers: failing("timeout") }, {}],
  ])("%s", (_, given, expected) => {
    expect(positions(given)).toEqual(expected);
  });

  test("a chain whose peers report no heights has none, and one where they may has all", () => {
    const given = { peers: peersAt(undefined) };
    expect(positions(given, "chainweb")).toEqual({});
    expect(positions(given, "wire")).toEqual({ ahead: 0, equal: 0, behind: 0, unknown: 1 });
  });
});
