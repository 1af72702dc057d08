import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chainOfPeers, peerSamples } from "../../../src/chains/wire/peer-facts.ts";
import { runs } from "../../support/effort.ts";
import { type Fields, fields, fixture, list } from "../support.ts";
import { decodeAll, shown } from "./support.ts";

const CHAIN = "c0".repeat(32);
const OTHER_CHAIN = "0c".repeat(32);

/** A connected row of Leap 5 with this handshake. */
function row(handshake: Fields, rest: Fields = {}): Fields {
  const last_handshake = { generation: 2, chain_id: CHAIN, node_id: "ab".repeat(32), ...handshake };
  const ends = { peer: "", remote_ip: "192.0.2.1", remote_port: "1" };
  return { ...ends, connecting: false, syncing: false, is_socket_open: true, last_handshake, ...rest };
}

function samplesOf(rows: readonly Fields[], own?: string) {
  return shown(peerSamples(decodeAll(rows), own));
}

/** The id of a block: its number, then other digits. */
function blockId(height: number): string {
  return height.toString(16).padStart(8, "0").padEnd(64, "e");
}

describe("peers by network_version and os", () => {
  test("count the connected peers, those that say nothing as unknown", () => {
    const rows = [
      row({ network_version: 1212, os: "linux" }),
      row({ network_version: 1212, os: "osx" }),
      row({ network_version: 1, os: "" }),
      row({ network_version: 0, os: "linux" }),
      row({ network_version: 1212, os: "linux", generation: 0 }),
    ];
    expect(samplesOf(rows)).toEqual({
      "peers_by_network_version 1212": 2,
      "peers_by_network_version 1": 1,
      "peers_by_network_version unknown": 1,
      "peers_by_os linux": 2,
      "peers_by_os osx": 1,
      "peers_by_os unknown": 1,
    });
  });

  test("without the field, as in the newest Wire, or without peers there are none", () => {
    expect(samplesOf([row({ network_version: 1 })])).toEqual({ "peers_by_network_version 1": 1 });
    expect(samplesOf([])).toEqual({});
  });

  test.each([
    ["wire/l5-leap-5.0-w1.json", true],
    ["wire/s12-spring-1.2-w2.json", true],
    ["wire/w3.json", false],
    ["wire/w4.json", false],
  ])("%s sends os: %s", (file, isSent) => {
    const names = Object.keys(samplesOf(list(fixture(file)).map(fields)));
    expect(names.some((name) => name.startsWith("peers_by_os "))).toBe(isSent);
    expect(names.some((name) => name.startsWith("peers_by_network_version "))).toBe(true);
  });

  test("whatever peers say, there are few samples, and together they are the connected peers", () => {
    const anyOs = fc.oneof(fc.string(), fc.constantFrom("linux", "other", "unknown", ""), fc.jsonValue());
    const handshake = fc.record({ network_version: fc.oneof(fc.nat(99_999), fc.jsonValue()), os: anyOs });
    fc.assert(
      fc.property(fc.array(handshake, { maxLength: 60 }), (handshakes) => {
        const samples = peerSamples(decodeAll(handshakes.map((one) => row(one))), undefined);
        for (const name of ["p2p_wire_peers_by_os", "p2p_wire_peers_by_network_version"]) {
          const own = samples.filter(({ family }) => family.name === name);
          expect(own.length).toBeLessThanOrEqual(21);
          const sum = own.reduce((total, { value }) => total + value, 0);
          expect([0, handshakes.length]).toContain(sum);
        }
      }),
      { numRuns: runs(100) },
    );
  });
});

describe("the last irreversible block of the peers", () => {
  const finalAt = (...heights: readonly (number | undefined)[]) =>
    samplesOf(heights.map((height) => row({ last_irreversible_block_num: height }))).peers_final_height;

  test.each([
    [[6593, 6600, 6500], 6593],
    [[6593], 6593],
    [[6593, 4_294_967_295], 6593],
    [[0, undefined], undefined],
    [[], undefined],
  ])("of %j is %s: two must have reached it", (heights, expected) => {
    expect(finalAt(...heights)).toBe(expected);
  });

  test.each([
    ["EOSIO to Leap", { last_irreversible_block_num: 6593, last_irreversible_block_id: blockId(6593) }],
    ["only the id", { last_irreversible_block_num: 0, last_irreversible_block_id: blockId(6593) }],
    ["Spring 1.1 on", { fork_db_root_num: 6593, fork_db_root_id: blockId(6590) }],
    ["newest Wire", { fork_db_root_id: blockId(6593) }],
  ])("is read from the fields of %s", (_, handshake) => {
    expect(samplesOf([row(handshake)]).peers_final_height).toBe(6593);
  });

  test("peers on another chain do not count", () => {
    const rows = [row({ fork_db_root_num: 9000, chain_id: OTHER_CHAIN }), row({ fork_db_root_num: 10 })];
    expect(samplesOf(rows, CHAIN).peers_final_height).toBe(10);
  });
});

describe("the chain of the peers", () => {
  const outbound = (handshake: Fields) => row(handshake, { peer: "p2p.example:9876" });
  const other = { chain_id: OTHER_CHAIN };
  const none = { chain_id: "0".repeat(64) };

  test.each<[string, readonly Fields[], string | undefined]>([
    ["two inbound peers that agree", [row({}), row({})], CHAIN],
    ["a peer that the node dialed", [outbound({})], CHAIN],
    ["a peer that the node dialed, whatever strangers say", [outbound({}), row(other), row(other)], CHAIN],
    ["a single stranger", [row({})], undefined],
    ["strangers that do not agree", [row({}), row({}), row(other)], undefined],
    ["dialed peers that do not agree", [outbound({}), outbound(other)], undefined],
    ["peers that say nothing", [outbound(none), row(none), row(none)], undefined],
    ["peers before their handshake", [outbound({ generation: 0 })], undefined],
    ["no peers", [], undefined],
  ])("%s", (_, rows, expected) => {
    expect(chainOfPeers(decodeAll(rows))).toBe(expected);
  });
});
