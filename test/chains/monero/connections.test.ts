import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeConnections, type MoneroPeer, stripeOf } from "../../../src/chains/monero/connections.ts";
import { STRIPES } from "../../../src/chains/monero/families.ts";
import { NO_TIMES, timesOf } from "../../../src/chains/monero/list-times.ts";
import type { PeerConnection } from "../../../src/model/report.ts";
import { fields, fixtureResult, fixtureText, line, list, thrownFailure } from "../support.ts";

const CALL = "get_connections at http://127.0.0.1:18081";
const NOW = 1_767_323_045;
const AT = { receivedMs: NOW * 1000 + 999 };
const ONION = `${"examplepeer".repeat(6).slice(0, 56)}.onion`;
const I2P = `${"examplepeer".repeat(6).slice(0, 52)}.b32.i2p`;

const [sample] = list(fixtureResult("monero/get_connections.json").connections);

/** The first row of the fixture with other values. */
function decodeRow(values: object): PeerConnection {
  const [connection] = decodeConnections({ connections: [{ ...fields(sample), ...values }] }, CALL, AT).connections;
  if (connection === undefined) throw new Error("the row is malformed");
  return connection;
}

describe("a list with rows of every kind", () => {
  const { connections, malformed } = decodeConnections(fixtureResult("monero/get_connections.json"), CALL, AT);

  test("directions, states, addresses, heights, who syncs", () => {
    expect(connections.map(line)).toEqual([
      "outbound connected 192.0.2.1:18080 ipv4 3512001",
      "inbound connected 198.51.100.2:51002 ipv4 3511931",
      "inbound handshaking 198.51.100.3:51003 ipv4",
      "outbound connected 203.0.113.4:18080 ipv4 3512061 download",
      "outbound connected 203.0.113.5:18080 ipv4 3512061 download",
      "outbound connected [2001:db8::6]:18080 ipv6 3512001",
      "inbound connected <unknown tor host> tor 3512001",
      `outbound connected ${ONION}:18083 tor 3512001`,
      `outbound connected ${I2P} i2p 3512001`,
    ]);
    expect(malformed).toBe(0);
  });

  test("bytes and ages", () => {
    expect(
      connections.map(({ receivedBytes, sentBytes, ageSeconds }) => [receivedBytes, sentBytes, ageSeconds]),
    ).toEqual([
      [8_000_000, 1_500_000, 3600],
      [2878, 11_682, 0],
      [0, 0, 1],
      [900_719_925_474, 1, 3600],
      [0, 0, 3600],
      [0, 0, 3600],
      [0, 0, 3600],
      [0, 0, 3600],
      // Wrapped below 0.
      [0, 0, undefined],
    ]);
  });

  test("ids are the nodes' own, one for each row", () => {
    const ids = connections.map(({ id }) => id);
    expect(new Set(ids).size).toBe(9);
    expect(ids[0]).toBe(fields(sample).connection_id);
  });

  test("monerod reports neither agents nor chain ids", () => {
    for (const { agent, chainId } of connections) expect([agent, chainId]).toEqual([undefined, undefined]);
  });
});

test("a node without peers leaves the list out", () => {
  const nothing = { connections: [], malformed: 0, hasUniqueIds: true, ...AT };
  expect(decodeConnections(fixtureResult("monero/get_connections.no_peers.json"), CALL, AT)).toEqual(nothing);
  expect(decodeConnections({ connections: null }, CALL, AT)).toEqual(nothing);
});

test("raw control characters in strings, as epee writes them, are not fatal", () => {
  const text = fixtureText("monero/get_connections.control_characters.json");
  expect(() => JSON.parse(text)).toThrow(SyntaxError);
  const { connections, malformed } = decodeConnections(
    fixtureResult("monero/get_connections.control_characters.json"),
    CALL,
    AT,
  );
  expect([connections.map(line), malformed]).toEqual([["outbound connected 192.0.2.1:18080 ipv4 3512001"], 0]);
});

test.each<[string, string, string | undefined]>([
  ["before_handshake", "handshaking", undefined],
  ["synchronizing", "connected", "download"],
  ["standby", "connected", "download"],
  ["normal", "connected", undefined],
  ["unknown", "connected", undefined],
  ["a state of a later version", "connected", undefined],
])("the state %s is %s", (state, expected, syncing) => {
  expect(decodeRow({ state })).toMatchObject({ state: expected, syncing });
});

test.each<[string, object, object]>([
  [
    "IPv6 with ip and port, from 0.18.5.1",
    { address: "[2001:db8::6]:18080", address_type: 2, ip: "2001:db8::6" },
    { host: "2001:db8::6", port: 18_080, type: "ipv6", ip: "2001:db8::6" },
  ],
  [
    "a v4-mapped address is what it maps",
    { address: "[::ffff:192.0.2.1]:1", address_type: 2 },
    { host: "192.0.2.1", port: 1, type: "ipv4", ip: "192.0.2.1" },
  ],
  [
    "an unknown Tor host, recognized by its number",
    { address: "<unknown tor host>", address_type: 4 },
    { host: "<unknown tor host>", type: "tor" },
  ],
  [
    "an unknown I2P host, recognized by its number",
    { address: "<unknown i2p host>", address_type: 3 },
    { host: "<unknown i2p host>", type: "i2p" },
  ],
  [
    "a Tor address without the number",
    { address: `${ONION}:1`, address_type: undefined },
    { host: ONION, port: 1, type: "tor" },
  ],
  ...(["ipv4", "ipv6", "i2p", "tor"] as const).map((type, index): [string, object, object] => [
    `no IP address: the number ${index + 1} is ${type}`,
    { address: "<none>", address_type: index + 1 },
    { host: "<none>", type },
  ]),
  ["the number 0", { address: "<none>", address_type: 0 }, { host: "<none>", type: "unknown" }],
  ["a number of a later version", { address: "<none>", address_type: 77 }, { host: "<none>", type: "unknown" }],
  ["no address: the host", { address: "", host: "192.0.2.1" }, { host: "192.0.2.1", type: "ipv4", ip: "192.0.2.1" }],
])("address: %s", (_, values, address) => {
  expect(decodeRow(values).address).toEqual(address);
});

test.each<[unknown, number | undefined]>([
  [1, 1],
  ["3512001", 3_512_001],
  [0, undefined],
  [-1, undefined],
  ["18446744073709551615", undefined],
  [undefined, undefined],
])("the height %j is %j", (height, expected) => {
  expect(decodeRow({ height }).height).toBe(expected);
});

test("counters that are wrapped or missing are left out", () => {
  const wrapped = "18446744073709551615";
  const { receivedBytes, sentBytes, ageSeconds } = decodeRow({
    recv_count: wrapped,
    send_count: null,
    live_time: wrapped,
  });
  expect([receivedBytes, sentBytes, ageSeconds]).toEqual([undefined, undefined, undefined]);
});

test("without a connection_id the address is the id", () => {
  const { id } = decodeRow({ connection_id: "" });
  expect(decodeRow({ connection_id: undefined }).id).toBe(id);
  expect(decodeRow({ connection_id: "", incoming: true }).id).not.toBe(id);
  expect(decodeRow({ connection_id: "", address: "192.0.2.1:18081" }).id).not.toBe(id);
});

test("a malformed row does not affect the others", () => {
  const good = fields(sample);
  const bad = [
    null,
    "192.0.2.1:18080",
    [],
    {},
    { ...good, incoming: "yes" },
    { ...good, state: undefined },
    { ...good, state: 3 },
    { ...good, address: undefined, host: undefined },
  ];
  const { connections, malformed } = decodeConnections({ connections: [...bad, good] }, CALL, AT);
  expect([connections.length, malformed]).toEqual([1, bad.length]);
});

test.each([[{}], ["none"], [7], [true]])("%j is not a list of connections", (connections) => {
  expect(thrownFailure(() => decodeConnections({ connections }, CALL, AT))).toEqual({
    reason: "bad_shape",
    message: `${CALL}: expected a list of connections`,
    advice: "check that the URL is monerod's RPC",
  });
});

test.each<[unknown, string | undefined]>([
  [0, "none"],
  [384, "1"],
  [388, "5"],
  [391, "8"],
  ["385", "2"],
  // Other schemes: more stripes than 8, fewer, and a stripe that 8 stripes do not have.
  [512, undefined],
  [256, undefined],
  [392, undefined],
  [383, undefined],
  [1, undefined],
  [-384, undefined],
  [384.5, undefined],
  ["18446744073709551615", undefined],
  [undefined, undefined],
  [null, undefined],
])("the seed %j is the stripe %j", (seed, stripe) => {
  expect(stripeOf(seed)).toBe(stripe);
});

test("a seed is what monerod makes of its stripe, and nothing else has one", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1023 }), (seed) => {
      // get_pruning_stripe and get_pruning_log_stripes of src/common/pruning.h.
      const [logarithm, stripe] = [seed >> 7, 1 + (seed & 0x7f)];
      expect(stripeOf(seed)).toBe(logarithm === 3 && stripe <= 8 ? STRIPES[stripe] : undefined);
    }),
  );
});

test.each([
  ["9ea01d56bff0c57c0e803c792f1bd8ed", true],
  ["9ea01d56-bff0-c57c-0e80-3c792f1bd8ed", true],
  ["1", false],
  [undefined, false],
])("connection_id %s: no other connection has it: %s", (connection_id, isUnique) => {
  const rows = [fields(sample), { ...fields(sample), connection_id }];
  expect(decodeConnections({ connections: rows }, CALL, AT).hasUniqueIds).toBe(isUnique);
});

describe("when the last byte came and went", () => {
  const names = ["last_receive", "last_transmit"].map((name) => `p2p_monero_connection_${name}_timestamp_seconds`);
  /** The two samples of a row, in seconds before the list. */
  const ages = ({ chainSamples = [] }: PeerConnection, now = NOW) =>
    names.map((name) => {
      const sample = chainSamples.find(({ family }) => family.name === name);
      return sample && now - sample.value;
    });

  test.each<[object, readonly (number | undefined)[]]>([
    [{ recv_idle_time: 4, send_idle_time: 0 }, [4, 0]],
    // A byte arrived in between: wrapped below 0.
    [{ recv_idle_time: "18446744073709551615", send_idle_time: 3 }, [undefined, 3]],
    [{ recv_idle_time: "18446744073709551614", send_idle_time: -1 }, [undefined, undefined]],
    [{ recv_idle_time: undefined, send_idle_time: null }, [undefined, undefined]],
    // No byte yet: it counts from the start.
    [{ recv_idle_time: 60, send_idle_time: 60, live_time: 60 }, [60, 60]],
    // Never before the connection opened.
    [{ recv_idle_time: 61, send_idle_time: 3600, live_time: 60 }, [undefined, undefined]],
    [{ recv_idle_time: 61, send_idle_time: 1, live_time: "18446744073709551615" }, [61, 1]],
    // Never before 1970.
    [{ recv_idle_time: NOW - 1, send_idle_time: NOW, live_time: undefined }, [NOW - 1, undefined]],
  ])("%j", (values, expected) => {
    const row = decodeRow(values);
    expect(ages(row)).toEqual(expected);
    for (const { family } of row.chainSamples ?? []) expect(family.scope).toBe("connection");
  });

  const rows = Array.from({ length: 3 }, (_, index) => ({ ...fields(sample), connection_id: String(index) }));
  const poll = (idle: number, second: number, before: readonly MoneroPeer[] = []) =>
    decodeConnections(
      { connections: rows.map((row) => ({ ...row, recv_idle_time: idle, send_idle_time: idle, live_time: idle })) },
      CALL,
      { receivedMs: (NOW + second) * 1000, before: timesOf(before, NO_TIMES) },
    ).connections;
  const shown = (connections: readonly PeerConnection[]) => connections.map((row) => ages(row, NOW));

  test("is the same in each poll of an idle connection, although the clocks change seconds at different moments", () => {
    let before = poll(10, 0);
    // The list arrives a second after the node counted, or in the same one.
    for (const [idle, second] of [[24, 15] as const, [40, 30] as const, [54, 45] as const, [71, 60] as const]) {
      before = poll(idle, second, before);
      expect(shown(before)).toEqual(rows.map(() => [10, 10]));
    }
  });

  test("follows the bytes of a busy connection, also of one second after the other", () => {
    let before = poll(0, 0);
    for (let second = 1; second < 10; second += 1) {
      before = poll(0, second, before);
      for (const age of shown(before).flat()) expect(Math.abs((age ?? 99) + second)).toBeLessThanOrEqual(1);
    }
    expect(shown(poll(0, 15, before))).toEqual(rows.map(() => [-15, -15]));
  });

  test("belongs to the connection, wherever it is in the list", () => {
    const before = poll(10, 0);
    const [moved] = decodeConnections(
      { connections: [{ ...rows[2], recv_idle_time: 24, send_idle_time: 23, live_time: 60 }] },
      CALL,
      { receivedMs: (NOW + 15) * 1000, before: timesOf(before, NO_TIMES) },
    ).connections;
    expect(moved && ages(moved)).toEqual([10, 8]);
    const [other] = decodeConnections(
      { connections: [{ ...rows[0], connection_id: "new", recv_idle_time: 24, send_idle_time: 23, live_time: 60 }] },
      CALL,
      { receivedMs: (NOW + 15) * 1000, before: timesOf(before, NO_TIMES) },
    ).connections;
    expect(other && ages(other)).toEqual([9, 8]);
  });
});
