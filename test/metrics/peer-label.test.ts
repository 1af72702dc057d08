import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ConnectionSettings } from "../../src/metrics/connection-settings.ts";
import { escapeLabelValue } from "../../src/metrics/exposition.ts";
import { peerLabel, peerText, subnet } from "../../src/metrics/peer-label.ts";
import { parseAddress } from "../../src/model/address.ts";
import { DIRECTIONS } from "../../src/model/report.ts";
import { row } from "../poll/support.ts";
import { runs } from "../support/effort.ts";
import { anyAddress } from "./arbitraries.ts";

describe("the peer label", () => {
  test.each([
    ["192.0.2.1:18080", "192.0.2.1:18080", "192.0.2.1", "192.0.0.0/16"],
    ["192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.0.0/16"],
    ["[2001:db8:1:2::3]:18080", "[2001:db8:1:2::3]:18080", "2001:db8:1:2::3", "2001:db8::/32"],
    ["2001:db8::1", "2001:db8::1", "2001:db8::1", "2001:db8::/32"],
    ["[::1]:1", "[::1]:1", "::1", "0:0::/32"],
    ["[2001::5]:1", "[2001::5]:1", "2001::5", "2001:0::/32"],
    ["[fe80::1%eth0]:1", "[fe80::1%eth0]:1", "fe80::1%eth0", "fe80:0::/32"],
    ["[2001:DB8:0:0:0:0:0:1]:1", "[2001:db8::1]:1", "2001:db8::1", "2001:db8::/32"],
    ["[::ffff:192.0.2.1]:18080", "192.0.2.1:18080", "192.0.2.1", "192.0.0.0/16"],
    ["seed.example:9876", "seed.example:9876", "seed.example", "unknown"],
    ["abcdefghijklmnop.onion:18083", "abcdefghijklmnop.onion:18083", "abcdefghijklmnop.onion", "tor"],
    ["abcdefghijklmnop.b32.i2p", "abcdefghijklmnop.b32.i2p", "abcdefghijklmnop.b32.i2p", "i2p"],
  ])("of %s is %s, of its host %s, of its subnet %s", (text, full, host, net) => {
    const address = parseAddress(text);
    for (const direction of DIRECTIONS) {
      const label = (mode: ConnectionSettings["address"]) =>
        peerLabel(address, direction, { address: mode, hashKey: "" });
      expect(label("full")).toBe(full);
      expect(label("host")).toBe(direction === "inbound" ? host : full);
      expect(label("subnet")).toBe(net);
      expect(label("none")).toBe("");
    }
  });

  test("hashed is stable, says nothing, and depends on the key and on the port", () => {
    const hash = (text: string, hashKey = "key 1") =>
      peerLabel(parseAddress(text), "inbound", { address: "hashed", hashKey });
    expect(hash("192.0.2.1:1")).toMatch(/^[0-9a-f]{16}$/);
    expect(hash("192.0.2.1:1")).toBe(hash("192.0.2.1:1"));
    expect(new Set([hash("192.0.2.1:1"), hash("192.0.2.1:2"), hash("192.0.2.1:1", "key 2")]).size).toBe(3);
  });

  test("keeps the suffix of a Wire address, and the name where the number is known too", () => {
    const address = { host: "seed.example", port: 9876, type: "ipv4", ip: "192.0.2.9", suffix: ":blk" } as const;
    expect(peerLabel(address, "outbound", { address: "full", hashKey: "" })).toBe("seed.example:9876:blk");
    expect(peerLabel(address, "outbound", { address: "subnet", hashKey: "" })).toBe("192.0.0.0/16");
  });

  test("of a subnet is one of few forms, whatever the address", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (ip) => {
        expect(subnet(parseAddress(ip))).toMatch(/^(?:\d+\.\d+\.0\.0\/16|[0-9a-f]{1,4}:[0-9a-f]{1,4}::\/32)$/);
      }),
    );
  });
});

test.each(["host", "full"] as const)("the fast way to the label %s gives the same text as the slow one", (address) => {
  const settings = { address, hashKey: "" };
  fc.assert(
    fc.property(anyAddress, fc.constantFrom(...DIRECTIONS), (given, direction) => {
      const slow = escapeLabelValue(peerLabel(given, direction, settings));
      expect(peerText(row({ address: given, direction }), settings)).toBe(slow);
    }),
    { numRuns: runs(200) },
  );
});
