import { describe, expect, test } from "vitest";
import {
  CONNECTION_TYPES,
  connectionTypeOf,
  isPermitted,
  PEER_NETWORKS,
  peerNetworkOf,
  perMessage,
  TRANSPORTS,
  transportOf,
  typedAddress,
} from "../../../src/chains/bitcoin/peer-facts.ts";
import { parseAddress } from "../../../src/model/address.ts";

describe("what a connection is for (from 0.21 on)", () => {
  test.each(CONNECTION_TYPES.filter((type) => type !== "other"))("%s", (connection_type) => {
    expect(connectionTypeOf({ connection_type })).toBe(connection_type);
  });

  test.each<[unknown, string | undefined]>([
    ["block-relay-twice", "other"],
    ["other", "other"],
    ["", undefined],
    [7, undefined],
    [undefined, undefined],
  ])("%j", (connection_type, expected) => {
    expect(connectionTypeOf({ connection_type })).toBe(expected);
  });
});

describe("transports", () => {
  test.each(TRANSPORTS.filter((transport) => transport !== "other"))("%s (from 26 on)", (transport_protocol_type) => {
    expect(transportOf({ transport_protocol_type })).toBe(transport_protocol_type);
  });

  test.each<[object, string | undefined]>([
    [{ transport_protocol_type: "v3" }, "other"],
    [{ v2_connection: true }, "v2"],
    [{ v2_connection: false }, "v1"],
    [{ v2_connection: "yes" }, undefined],
    [{ transport_protocol_type: "v1", v2_connection: true }, "v1"],
    [{}, undefined],
  ])("%j", (row, expected) => {
    expect(transportOf({ ...row })).toBe(expected);
  });
});

describe("networks and addresses", () => {
  const onion = `${"a".repeat(56)}.onion:8333`;
  const i2p = `${"b".repeat(52)}.b32.i2p:0`;
  // Up to 0.20 without a network, then as each release names it.
  test.each<[string, string | undefined, string, string, string | undefined]>([
    ["198.51.100.7:8333", undefined, "ipv4", "ipv4", "198.51.100.7"],
    ["198.51.100.7:8333", "ipv4", "ipv4", "ipv4", "198.51.100.7"],
    ["[2001:db8::7]:8333", undefined, "ipv6", "ipv6", "2001:db8::7"],
    ["[2001:db8::7]:8333", "ipv6", "ipv6", "ipv6", "2001:db8::7"],
    ["10.0.0.1:8333", "unroutable", "not_publicly_routable", "ipv4", "10.0.0.1"],
    ["10.0.0.1:8333", "not_publicly_routable", "not_publicly_routable", "ipv4", "10.0.0.1"],
    ["[fd00::1]:8333", "not_publicly_routable", "not_publicly_routable", "ipv6", "fd00::1"],
    [onion, undefined, "onion", "tor", undefined],
    [onion, "onion", "onion", "tor", undefined],
    // Inbound over Tor or an I2P proxy: the address is this machine's, and says nothing about the peer.
    ["127.0.0.1:50000", "onion", "onion", "tor", undefined],
    ["127.0.0.1:50000", "i2p", "i2p", "i2p", undefined],
    [i2p, "i2p", "i2p", "i2p", undefined],
    [i2p, undefined, "i2p", "i2p", undefined],
    // Keys that look like addresses (fc00::/8), from 23 on.
    ["[fc12:3456::1]:8333", "cjdns", "cjdns", "cjdns", undefined],
    // -connect=name.
    ["node.example:8333", undefined, "unknown", "unknown", undefined],
    ["node.example:8333", "ipv4", "ipv4", "unknown", undefined],
    ["198.51.100.7:8333", "a network of later", "ipv4", "ipv4", "198.51.100.7"],
  ])("%s on %s", (addr, network, peerNetwork, type, ip) => {
    const address = typedAddress(parseAddress(addr), { network });
    expect(address).toMatchObject({ type, ip });
    expect(peerNetworkOf({ network }, address)).toBe(peerNetwork);
    expect(PEER_NETWORKS).toContain(peerNetwork);
  });

  test("the host stays as the node names it", () => {
    expect(typedAddress(parseAddress("127.0.0.1:50000"), { network: "onion" })).toMatchObject({
      host: "127.0.0.1",
      port: 50_000,
    });
  });
});

test.each<[object, boolean | undefined]>([
  [{ permissions: [] }, false],
  [{ permissions: ["noban"] }, true],
  // 0.19 to 0.20 send both.
  [{ permissions: ["relay"], whitelisted: false }, true],
  [{ whitelisted: true }, true],
  [{ whitelisted: false }, false],
  [{ permissions: "noban" }, undefined],
  [{}, undefined],
])("permissions of %j", (row, expected) => {
  expect(isPermitted({ ...row })).toBe(expected);
});

test("bytes by message are an object", () => {
  expect([perMessage({ tx: 1 }), perMessage([]), perMessage(7), perMessage(undefined)]).toEqual([
    { tx: 1 },
    undefined,
    undefined,
    undefined,
  ]);
});
