import { describe, expect, test } from "vitest";
import {
  decodeAddedNodes,
  decodeAddressManager,
  decodeBans,
  decodeHeader,
} from "../../../src/chains/bitcoin/secondary-answers.ts";
import { thrownFailure } from "../support.ts";

describe("listbanned", () => {
  const ONION = `${"a".repeat(56)}.onion`;
  test.each<[string, readonly string[], object]>([
    ["none", [], { addresses: 0, subnets: 0 }],
    ["up to 0.21 each has a length", ["192.0.2.1/32", "198.51.100.0/24"], { addresses: 1, subnets: 1 }],
    ["IPv6", ["2001:db8::1/128", "2001:db8::/32", "2001:db8::1"], { addresses: 2, subnets: 1 }],
    ["as masks (before 0.12)", ["192.0.2.1/255.255.255.255", "192.0.2.0/255.255.255.0"], { addresses: 1, subnets: 1 }],
    [
      "as masks, IPv6",
      ["2001:db8::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::/ffff:ffff:0:0:0:0:0:0"],
      { addresses: 1, subnets: 1 },
    ],
    ["from 22 on also names", [ONION, `${"b".repeat(52)}.b32.i2p`], { addresses: 2, subnets: 0 }],
  ])("%s", (_, addresses, expected) => {
    const bans = addresses.map((address) => ({ address, ban_created: 1_767_300_000, banned_until: 1_767_400_000 }));
    expect(decodeBans(bans, "listbanned")).toEqual(expected);
  });

  test("what is no ban is left out", () => {
    expect(decodeBans([null, 7, {}, { address: "" }, { address: 5 }], "listbanned")).toEqual({
      addresses: 0,
      subnets: 0,
    });
    expect(thrownFailure(() => decodeBans({}, "listbanned")).reason).toBe("bad_shape");
  });
});

describe("getaddrmaninfo (from 26 on)", () => {
  const table = (fresh: number, tried: number) => ({ new: fresh, tried, total: fresh + tried });

  test("by network, without the sum", () => {
    const answer = {
      ...{ ipv4: table(45_000, 4000), ipv6: table(9000, 300), onion: table(12_000, 80) },
      ...{ i2p: table(0, 0), cjdns: table(3, 0), all_networks: table(66_003, 4380) },
    };
    expect(Object.fromEntries(decodeAddressManager(answer, "getaddrmaninfo"))).toEqual({
      ...{ ipv4: { fresh: 45_000, tried: 4000 }, ipv6: { fresh: 9000, tried: 300 } },
      ...{ onion: { fresh: 12_000, tried: 80 }, i2p: { fresh: 0, tried: 0 }, cjdns: { fresh: 3, tried: 0 } },
    });
  });

  test("networks and values that are none are left out", () => {
    const answer = {
      ...{ ipv4: table(-1, 4), ipv6: { new: 1 }, onion: null, i2p: table(1, 2) },
      // The metric has no such labels.
      ...{ not_publicly_routable: table(1, 1), unknown: table(1, 1), __proto__: table(1, 1) },
    };
    expect([...decodeAddressManager(answer, "getaddrmaninfo").keys()]).toEqual(["i2p"]);
    expect(thrownFailure(() => decodeAddressManager([], "getaddrmaninfo")).reason).toBe("bad_shape");
  });
});

test("getaddednodeinfo: who is connected, who stays away", () => {
  const nodes = [
    { addednode: "node.example", connected: true, addresses: [{ address: "192.0.2.1:8333", connected: "outbound" }] },
    { addednode: "192.0.2.2", connected: false, addresses: [] },
    { addednode: "192.0.2.3", connected: false, addresses: [] },
    ...[{ addednode: "192.0.2.4" }, null, { connected: "yes" }],
  ];
  expect(decodeAddedNodes(nodes, "getaddednodeinfo")).toEqual({ connected: 1, away: 2 });
  expect(decodeAddedNodes([], "getaddednodeinfo")).toEqual({ connected: 0, away: 0 });
  expect(thrownFailure(() => decodeAddedNodes({}, "getaddednodeinfo")).reason).toBe("bad_shape");
});

test("getblockheader: the hash and the time of a block", () => {
  const hash = "0000AB".padEnd(64, "C");
  const answer = { hash, confirmations: 1, height: 5, time: 1_767_322_900, mediantime: 1_767_319_000 };
  expect(decodeHeader(answer, "getblockheader")).toEqual({ hash: hash.toLowerCase(), timestampSeconds: 1_767_322_900 });
  expect(decodeHeader({ hash: "x", time: 0 }, "getblockheader")).toEqual({
    hash: undefined,
    timestampSeconds: undefined,
  });
  expect(thrownFailure(() => decodeHeader("00", "getblockheader")).message).toBe("getblockheader: expected a header");
});
