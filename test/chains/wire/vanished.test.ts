import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  NOTHING_SEEN,
  type OutboundMemory,
  rememberOutbound,
  rememberProducers,
  vanishedPeers,
} from "../../../src/chains/wire/vanished.ts";
import type { Fields } from "../support.ts";
import { changedRow, decodeAll, rowsOf } from "./support.ts";

const [outbound, inbound] = rowsOf("s12-spring-1.2-w2");

function missing(seen: OutboundMemory, rows: readonly unknown[]): number {
  return vanishedPeers(seen, decodeAll(rows)).length;
}

describe("outbound peers that vanished", () => {
  const plain = { is_bp_peer: false, is_bp_gossip_peer: false };
  const to = (peer: string, change: object = plain) => changedRow(outbound, { peer, ...change });
  /** How many are missing after each of some lists. */
  const counts = (...lists: readonly (readonly Fields[])[]) => {
    let seen = NOTHING_SEEN;
    return lists.map((rows) => {
      const decoded = decodeAll(rows);
      seen = rememberOutbound(seen, decoded);
      return vanishedPeers(seen, decoded).length;
    });
  };

  test("are missed until they are back", () => {
    expect(counts([to("a:1"), to("b:1")], [to("a:1")], [], [to("b:1")], [to("a:1"), to("b:1")])).toEqual([
      0, 1, 2, 1, 0,
    ]);
  });

  test("a new peer and an inbound one are not missed", () => {
    expect(counts([to("a:1")], [to("a:1"), to("b:1"), { ...inbound }], [to("a:1"), to("b:1")])).toEqual([0, 0, 0]);
  });

  test("the kind is part of the name", () => {
    expect(counts([to("a:1"), to("a:1:blk")], [to("a:1")])).toEqual([0, 1]);
  });

  test.each([["is_bp_peer"], ["is_bp_gossip_peer"]])("a block producer (%s) comes and goes", (flag) => {
    const closed = { ...plain, is_socket_open: false, connecting: false };
    // The node forgets the flag when the link closes.
    expect(counts([to("a:1")], [to("a:1", { ...plain, [flag]: true })], [to("a:1", closed)], [])).toEqual([0, 0, 0, 0]);
  });

  test("memory is bounded, and what is in it stays", () => {
    const names = Array.from({ length: 2500 }, (_, index) => to(`p2p-${index}.example:9876`));
    const many = rememberOutbound(NOTHING_SEEN, decodeAll([...names, to("x".repeat(301))]));
    expect(many.size).toBe(1000);
    expect(missing(rememberOutbound(many, decodeAll([to("late:1")])), [])).toBe(1000);
    expect(missing(rememberOutbound(many, decodeAll([to("p2p-7.example:9876", {})])), [])).toBe(999);
    expect(rememberOutbound(NOTHING_SEEN, decodeAll([to("x".repeat(301))])).size).toBe(0);
  });

  test("whatever lists come, those missing are the names of earlier ones that the last one lacks", () => {
    const names = fc.uniqueArray(fc.constantFrom("a:1", "b:1", "c:1", "d:1:blk"));
    fc.assert(
      fc.property(fc.array(names, { minLength: 1, maxLength: 6 }), (lists) => {
        const last = lists.at(-1) ?? [];
        const expected = new Set(lists.flat().filter((name) => !last.includes(name))).size;
        expect(counts(...lists.map((list) => list.map((name) => to(name)))).at(-1)).toBe(expected);
      }),
    );
  });

  test("the memory before stays as it was", () => {
    const before = rememberOutbound(NOTHING_SEEN, decodeAll([to("a:1")]));
    rememberOutbound(before, decodeAll([to("b:1")]));
    expect([...before.keys()]).toEqual(["a:1"]);
    expect(NOTHING_SEEN.size).toBe(0);
  });

  describe("a row whose connection was never open does not count", () => {
    const never = { ...plain, remote_ip: "", remote_port: "", is_socket_open: false };

    test.each<[string, object, number]>([
      ["a block producer's, after the first failed dial", { ...never, connecting: false }, 0],
      ["while it is dialled", { ...never, connecting: true }, 0],
      ["open, before the handshake", { ...plain, is_socket_open: true, connecting: true }, 1],
      ["closed, with the last end of its socket", { ...plain, is_socket_open: false, connecting: false }, 1],
      ["Leap 5", { ...never, remote_ip: "<unknown>", remote_port: "<unknown>", connecting: true }, 0],
    ])("%s", (_, change, count) => {
      expect(counts([changedRow(to("a:1", change), {}, { generation: 0 })], [])).toEqual([0, count]);
    });

    test("it counts once it was open, and then for good", () => {
      expect(counts([to("a:1", never)], [to("a:1")], [to("a:1", never)], [])).toEqual([0, 0, 0, 1]);
    });

    test("versions without is_socket_open: once it had a handshake", () => {
      const [old] = rowsOf("e1-eosio-1.8");
      expect(counts([changedRow(old, { peer: "a:1" })], [])).toEqual([0, 1]);
      expect(counts([changedRow(old, { peer: "a:1", connecting: true }, { generation: 0 })], [])).toEqual([0, 0]);
    });
  });

  test("an address that the node has by gossip does not count, whatever its kind", () => {
    const seen = rememberOutbound(NOTHING_SEEN, decodeAll([to("a:1:blk"), to("b:1")]));
    expect(missing(rememberProducers(seen, new Set(["a:1", "c:1"])), [])).toBe(1);
    expect(rememberProducers(seen, new Set())).toBe(seen);
  });
});
