import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { addressOf, formatAddress, numericAddress, parseAddress } from "../../src/model/address.ts";
import type { PeerAddress } from "../../src/model/report.ts";

const ONION = `${"a2".repeat(28)}.onion`;
const I2P = `${"b3".repeat(26)}.b32.i2p`;

describe("parseAddress", () => {
  test.each<[string, PeerAddress]>([
    ["192.0.2.1:18080", { host: "192.0.2.1", port: 18080, type: "ipv4", ip: "192.0.2.1" }],
    ["192.0.2.1", { host: "192.0.2.1", type: "ipv4", ip: "192.0.2.1" }],
    ["[2001:db8::1]:18080", { host: "2001:db8::1", port: 18080, type: "ipv6", ip: "2001:db8::1" }],
    ["[2001:db8::1]", { host: "2001:db8::1", type: "ipv6", ip: "2001:db8::1" }],
    ["2001:db8::1", { host: "2001:db8::1", type: "ipv6", ip: "2001:db8::1" }],
    ["[2001:DB8:0:0::1]:1", { host: "2001:db8::1", port: 1, type: "ipv6", ip: "2001:db8::1" }],
    ["[::ffff:192.0.2.1]:1", { host: "192.0.2.1", port: 1, type: "ipv4", ip: "192.0.2.1" }],
    ["::ffff:c000:201", { host: "192.0.2.1", type: "ipv4", ip: "192.0.2.1" }],
    ["p2p.example:9876", { host: "p2p.example", port: 9876, type: "unknown" }],
    ["p2p.example", { host: "p2p.example", type: "unknown" }],
    [`${ONION}:18083`, { host: ONION, port: 18083, type: "tor" }],
    [ONION.toUpperCase(), { host: ONION.toUpperCase(), type: "tor" }],
    [I2P, { host: I2P, type: "i2p" }],
    [`${I2P}:0`, { host: I2P, type: "i2p" }],
    ["<unknown tor host>", { host: "<unknown tor host>", type: "unknown" }],
    // Not addresses, but an untrusted peer may claim them.
    ["192.0.2.256:1", { host: "192.0.2.256", port: 1, type: "unknown" }],
    ["192.0.2.01:1", { host: "192.0.2.01", port: 1, type: "unknown" }],
    ["3221225985:1", { host: "3221225985", port: 1, type: "unknown" }],
    ["p2p.example:65536", { host: "p2p.example", type: "unknown" }],
    ["p2p.example:999999", { host: "p2p.example:999999", type: "unknown" }],
    ["p2p.example:http", { host: "p2p.example:http", type: "unknown" }],
    ["[p2p.example]:1", { host: "p2p.example", port: 1, type: "unknown" }],
    [`::1%${"a".repeat(100)}`, { host: `::1%${"a".repeat(100)}`, type: "unknown" }],
    ["", { host: "", type: "unknown" }],
  ])("%j", (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });
});

describe("addressOf", () => {
  test.each<[string, number | undefined, PeerAddress]>([
    ["::1", 1789, { host: "::1", port: 1789, type: "ipv6", ip: "::1" }],
    ["Node.Example", 443, { host: "Node.Example", port: 443, type: "unknown" }],
    ["192.0.2.1", 0, { host: "192.0.2.1", type: "ipv4", ip: "192.0.2.1" }],
    ["192.0.2.1", 65_536, { host: "192.0.2.1", type: "ipv4", ip: "192.0.2.1" }],
    ["192.0.2.1", undefined, { host: "192.0.2.1", type: "ipv4", ip: "192.0.2.1" }],
  ])("%j and %j", (host, port, address) => {
    expect(addressOf(host, port)).toEqual(address);
  });
});

test.each<[string, string | undefined]>([
  ["198.51.100.7", "198.51.100.7"],
  ["2001:0DB8::7", "2001:db8::7"],
  ["::ffff:198.51.100.7", "198.51.100.7"],
  ["<unknown>", undefined],
  ["", undefined],
  ["127.1", undefined],
  ["0x7f.0.0.1", undefined],
  [`::1${"0".repeat(70)}`, undefined],
])("the numeric address of %j is %j", (host, ip) => {
  expect(numericAddress(host)).toBe(ip);
});

test.each<[PeerAddress, string]>([
  [{ host: "192.0.2.1", port: 1, type: "ipv4" }, "192.0.2.1:1"],
  [{ host: "192.0.2.1", type: "ipv4" }, "192.0.2.1"],
  [{ host: "2001:db8::1", port: 1, type: "ipv6" }, "[2001:db8::1]:1"],
  [{ host: "2001:db8::1", type: "ipv6" }, "2001:db8::1"],
  [{ host: "p2p.example", port: 9876, type: "unknown", suffix: ":blk" }, "p2p.example:9876:blk"],
  [{ host: "p2p.example", type: "unknown", suffix: ":trx" }, "p2p.example:trx"],
])("%j is written %j", (address, text) => {
  expect(formatAddress(address)).toBe(text);
});

describe("properties", () => {
  const port = fc.integer({ min: 1, max: 65_535 });

  test("a numeric address keeps its meaning", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.option(port, { nil: undefined }), (host, portNumber) => {
        const address = addressOf(host, portNumber);
        expect(address.ip).toBe(numericAddress(host));
        expect(parseAddress(formatAddress(address))).toEqual(address);
      }),
    );
  });

  test("a name keeps its meaning", () => {
    fc.assert(
      fc.property(fc.domain(), port, (host, portNumber) => {
        expect(parseAddress(`${host}:${portNumber}`)).toMatchObject({ host, port: portNumber });
      }),
    );
  });

  test("any text gives an address whose type says what its number is", () => {
    const pieces = fc.constantFrom(
      "[",
      "]",
      ":",
      "::",
      ".",
      "1",
      "65536",
      "192.0.2.1",
      "2001:db8::1",
      ".onion",
      "%",
      " ",
    );
    const text = fc.oneof(
      fc.string({ unit: "binary-ascii" }),
      fc.array(pieces).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (anything) => {
        const { ip, type, port: portNumber } = parseAddress(anything);
        expect(type === "ipv4" || type === "ipv6").toBe(ip !== undefined);
        if (ip !== undefined) expect(ip.includes(":")).toBe(type === "ipv6");
        expect(portNumber === undefined || (portNumber > 0 && portNumber <= 65_535)).toBe(true);
      }),
    );
  });
});

test("text that is not an address causes no exception, as a hostile list has thousands of them", () => {
  const parser = vi.spyOn(ipaddr.IPv6, "isValid");
  onTestFinished(() => parser.mockRestore());
  for (const host of [":", "1:::2", "a:b:c", "\u0001:7", "::1::", "1:2:3:4:5:6:7:8:9"]) {
    expect(numericAddress(host)).toBeUndefined();
  }
  expect(parser).not.toHaveBeenCalled();
});
