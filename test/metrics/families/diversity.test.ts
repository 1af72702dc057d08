import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countAddressTypes, countAgents } from "../../../src/metrics/families/diversity.ts";
import { parseAddress } from "../../../src/model/address.ts";
import { DIRECTIONS, type Direction } from "../../../src/model/report.ts";
import { failing, nodeConfig, peers, report, row, stateAfter } from "../../poll/support.ts";
import { runs } from "../../support/effort.ts";
import { find, value } from "../../support/exposition-parser.ts";
import { anyUtf16 } from "../arbitraries.ts";
import { names, readPage } from "../support.ts";

const at = (...hosts: string[]) => hosts.map((host) => row({ address: parseAddress(host) }));
const agents = (...names: (string | undefined)[]) => names.map((agent) => row({ agent }));

describe("subnets: how many there are, and the peers in the largest one", () => {
  test.each<[string, string[], [number | undefined, number | undefined]]>([
    ["IPv4 by /16", ["192.0.2.1:1", "192.0.99.7:1", "192.1.2.1:1"], [2, 2]],
    ["IPv6 by /32", ["[2001:db8::1]:1", "[2001:db8:ffff::1]:1", "[2001:db9::1]:1"], [2, 2]],
    ["IPv4 in IPv6 is the same subnet", ["192.0.2.1:1", "[::ffff:192.0.3.4]:1"], [1, 2]],
    ["names and Tor have none and do not count", ["192.0.2.1:1", "a.example:1", "b.example:1", "abc.onion:1"], [1, 1]],
    ["only names: not known", ["a.example:1", "abc.onion:1"], [undefined, undefined]],
    ["no peers", [], [0, 0]],
  ])("%s", (_, hosts, expected) => {
    const rows = at(...hosts).map((each, index) => ({ ...each, id: String(index) }));
    const page = readPage([stateAfter(report({ peers: peers(...rows) }))]);
    const shown = (name: string) => find(page, name)[0]?.value;
    expect([shown("p2p_node_peer_subnets"), shown("p2p_node_largest_subnet_peers")]).toEqual(expected);
  });

  test("no peer list: not known", () => {
    const page = readPage([stateAfter(report({ peers: failing("timeout") }))]);
    expect(names(page).filter((name) => name.includes("subnet"))).toEqual([]);
  });

  test("only connected peers count", () => {
    const rows = at("192.0.2.1:1", "192.0.2.2:1").map((each, index) => ({ ...each, id: String(index) }));
    const dialing = row({ id: "9", state: "dialing", address: parseAddress("192.0.2.3:1") });
    const page = readPage([stateAfter(report({ peers: peers(...rows, dialing) }))]);
    expect(value(page, "p2p_node_largest_subnet_peers")).toBe(2);
  });
});

describe("agents", () => {
  const totals = (counts: ReturnType<typeof countAgents>) =>
    new Map([...counts].map(([agent, own]) => [agent, own.inbound + own.outbound + own.unknown] as const));
  const countAll = (...names: (string | undefined)[]) => totals(countAgents(agents(...names)));

  test("the most common, and the rest together as other", () => {
    const many = Array.from({ length: 30 }, (_, index) => `agent-${index}`);
    const counts = countAll("common", "common", ...many);
    expect(counts.size).toBe(22);
    expect(counts.get("unknown")).toBe(0);
    expect(counts.get("common")).toBe(2);
    expect(counts.get("other")).toBe(11);
    expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(32);
  });

  test("the most common ones are those of all directions together", () => {
    const once = Array.from({ length: 20 }, (_, index) => row({ agent: `inbound ${index}` }));
    const both = [row({ agent: "z", direction: "outbound" }), row({ agent: "z" })];
    const counts = countAgents([...once, ...both, row({ agent: "zz", direction: "outbound" })]);
    expect(counts.get("z")).toEqual({ inbound: 1, outbound: 1, unknown: 0 });
    expect(counts.get("other")).toEqual({ inbound: 1, outbound: 1, unknown: 0 });
  });

  test("a peer that calls itself other is counted with the rest", () => {
    const many = Array.from({ length: 25 }, (_, index) => `a${index}`);
    expect(countAll("other", "other", ...many).get("other")).toBe(2 + 6);
  });

  test("hostile names are cleaned before they are counted", () => {
    expect([...countAll("x\u0000", "x\u0001")]).toEqual([
      ["x\ufffd", 2],
      ["unknown", 0],
    ]);
  });

  test("peers without an agent, with an empty one, or with this name are unknown", () => {
    expect([...countAll(undefined, "a", "", "unknown", undefined)]).toEqual([
      ["a", 1],
      ["unknown", 4],
    ]);
    expect([...countAll()]).toEqual([["unknown", 0]]);
  });

  test("regression: whatever the peers report, the counts of each direction add up to the peers", () => {
    const name = fc.option(fc.oneof(fc.string(), fc.constantFrom("a", "other", "unknown"), anyUtf16), {
      nil: undefined,
    });
    const peer = fc.record({ agent: name, direction: fc.constantFrom<Direction>(...DIRECTIONS) });
    fc.assert(
      fc.property(fc.array(peer, { maxLength: 80 }), (all) => {
        const counts = countAgents(all.map(row));
        for (const direction of DIRECTIONS) {
          const sum = [...counts.values()].reduce((before, own) => before + own[direction], 0);
          expect(sum).toBe(all.filter((each) => each.direction === direction).length);
        }
        expect(counts.size).toBeLessThanOrEqual(22);
      }),
      { numRuns: runs(100) },
    );
  });

  test("on the page a pair of agent and direction without peers is absent, but not those of unknown", () => {
    const rows = [row({ id: "1", agent: "a" }), row({ id: "2", agent: "b", direction: "outbound" })];
    const shown = (chain: "wire" | "monero", given = rows) =>
      find(readPage([stateAfter(report({ peers: peers(...given) }), { node: nodeConfig({ chain }) })]), AGENTS).map(
        ({ labels, value: count }) => [labels.get("agent"), labels.get("direction"), count],
      );
    const unknown = [
      ["unknown", "inbound", 0],
      ["unknown", "outbound", 0],
    ];
    expect(shown("wire")).toEqual([["a", "inbound", 1], ["b", "outbound", 1], ...unknown]);
    expect(shown("wire", [])).toEqual(unknown);
    // Its API has no agents.
    expect(shown("monero", [row()])).toEqual([]);
  });
});

const AGENTS = "p2p_node_peers_by_agent";

test("address types, those without a peer too", () => {
  const counts = countAddressTypes(
    at("192.0.2.1:1", "[2001:db8::1]:1", "abc.onion:1", "x.b32.i2p:1", "a.example:1", "192.0.2.9"),
    {},
  );
  expect(Object.fromEntries(counts)).toEqual({ ipv4: 2, ipv6: 1, tor: 1, i2p: 1, unknown: 1 });
  expect(Object.fromEntries(countAddressTypes([], {}))).toEqual({ ipv4: 0, ipv6: 0, tor: 0, i2p: 0, unknown: 0 });
});

test("peers over cjdns are counted where the chain knows any", () => {
  const [known] = at("[fc00::1]:1");
  const rows = known === undefined ? [] : [{ ...known, address: { ...known.address, type: "cjdns" as const } }];
  expect(countAddressTypes(rows, { cjdns: true }).get("cjdns")).toBe(1);
  expect(countAddressTypes([], { cjdns: true }).get("cjdns")).toBe(0);
  expect(countAddressTypes([], {}).has("cjdns")).toBe(false);
});
