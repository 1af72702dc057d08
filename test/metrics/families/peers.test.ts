import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countAddressTypes, countAgents, countSubnets } from "../../../src/metrics/families/peers.ts";
import { parseAddress } from "../../../src/model/address.ts";
import { deadReport, report, row, stateAfter } from "../../poll/support.ts";
import { runs } from "../../support/effort.ts";
import { find, parseText } from "../../support/exposition-parser.ts";
import { anyUtf16 } from "../arbitraries.ts";
import { render } from "../support.ts";

const at = (...hosts: string[]) => hosts.map((host) => row({ address: parseAddress(host) }));
const agents = (...names: (string | undefined)[]) => names.map((agent) => row({ agent }));

describe("subnets", () => {
  test.each<[string, string[], number | undefined]>([
    ["IPv4 by /16", ["192.0.2.1:1", "192.0.99.7:1", "192.1.2.1:1"], 2],
    ["IPv6 by /32", ["[2001:db8::1]:1", "[2001:db8:ffff::1]:1", "[2001:db9::1]:1"], 2],
    ["IPv4 in IPv6 is the same subnet", ["192.0.2.1:1", "[::ffff:192.0.3.4]:1"], 1],
    ["names and Tor have none and do not count", ["192.0.2.1:1", "a.example:1", "abc.onion:1"], 1],
    ["only names: not known", ["a.example:1", "abc.onion:1"], undefined],
    ["no peers", [], 0],
  ])("%s", (_, hosts, expected) => {
    expect(countSubnets(at(...hosts))).toBe(expected);
  });

  test("no peer list: not known", () => {
    expect(countSubnets(undefined)).toBeUndefined();
  });
});

describe("agents", () => {
  test("the most common, and the rest together as other", () => {
    const many = Array.from({ length: 30 }, (_, index) => `agent-${index}`);
    const counts = countAgents(agents("common", "common", ...many));
    expect(counts.size).toBe(22);
    expect(counts.get("unknown")).toBe(0);
    expect(counts.get("common")).toBe(2);
    expect(counts.get("other")).toBe(11);
    expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(32);
  });

  test("a peer that calls itself other is counted with the rest", () => {
    const many = Array.from({ length: 25 }, (_, index) => `a${index}`);
    const counts = countAgents(agents("other", "other", ...many));
    expect(counts.get("other")).toBe(2 + 6);
  });

  test("hostile names are cleaned before they are counted", () => {
    expect([...countAgents(agents("x\u0000", "x\u0001")).entries()]).toEqual([
      ["x\ufffd", 2],
      ["unknown", 0],
    ]);
  });

  test("peers without an agent, with an empty one, or with this name are unknown", () => {
    expect([...countAgents(agents(undefined, "a", "", "unknown", undefined))]).toEqual([
      ["a", 1],
      ["unknown", 4],
    ]);
    expect(countAgents(undefined).size).toBe(0);
    expect([...countAgents([])]).toEqual([["unknown", 0]]);
  });

  test("regression: whatever the peers report, the counts add up to the peers", () => {
    const names = fc.option(fc.oneof(fc.string(), fc.constantFrom("a", "other", "unknown"), anyUtf16), {
      nil: undefined,
    });
    fc.assert(
      fc.property(fc.array(names, { maxLength: 80 }), (all) => {
        const counts = countAgents(agents(...all));
        expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(all.length);
        expect(counts.size).toBeLessThanOrEqual(22);
      }),
      { numRuns: runs(100) },
    );
  });
});

test("address types, those without a peer too", () => {
  const counts = countAddressTypes(
    at("192.0.2.1:1", "[2001:db8::1]:1", "abc.onion:1", "x.b32.i2p:1", "a.example:1", "192.0.2.9"),
  );
  expect(Object.fromEntries(counts)).toEqual({ ipv4: 2, ipv6: 1, tor: 1, i2p: 1, unknown: 1 });
  expect(Object.fromEntries(countAddressTypes([]))).toEqual({ ipv4: 0, ipv6: 0, tor: 0, i2p: 0, unknown: 0 });
});

test("the node's own byte counters are not shown once their data was withdrawn, although the history has them", () => {
  const state = stateAfter(report({ totals: { ok: true, value: { received: 5, sent: 7 } } }));
  const samples = (given: typeof state) => find(parseText(render([given], "text")), "p2p_node_receive_bytes_total");
  expect(samples(state)).toHaveLength(1);
  expect(samples({ ...state, report: deadReport("timeout") })).toEqual([]);
});
