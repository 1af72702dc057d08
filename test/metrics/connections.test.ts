import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ConnectionSettings } from "../../src/metrics/connection-settings.ts";
import { peerLabel, showConnections, subnet } from "../../src/metrics/connections.ts";
import { parseAddress } from "../../src/model/address.ts";
import type { PeerConnection } from "../../src/model/report.ts";
import { NOW, nodeConfig, peers, report, row, stateAfter } from "../poll/support.ts";
import { find, value } from "../support/exposition-parser.ts";
import { readPage, SETTINGS } from "./support.ts";

const NO_STARTS = new Map<string, number>();

function show(rows: readonly PeerConnection[], settings: Partial<ConnectionSettings> = {}, starts = NO_STARTS) {
  return showConnections(rows, starts, { ...SETTINGS, ...settings }, () => new Set());
}

function at(host: string, rest: Partial<PeerConnection> = {}): PeerConnection {
  return row({ id: host, address: parseAddress(host), ...rest });
}

describe("the peer label", () => {
  test.each([
    ["192.0.2.1:18080", "192.0.2.1:18080", "192.0.0.0/16"],
    ["192.0.2.1", "192.0.2.1", "192.0.0.0/16"],
    ["[2001:db8:1:2::3]:18080", "[2001:db8:1:2::3]:18080", "2001:db8::/32"],
    ["2001:db8::1", "2001:db8::1", "2001:db8::/32"],
    ["[::1]:1", "[::1]:1", "0:0::/32"],
    ["[2001::5]:1", "[2001::5]:1", "2001:0::/32"],
    ["[fe80::1%eth0]:1", "[fe80::1%eth0]:1", "fe80:0::/32"],
    ["[2001:DB8:0:0:0:0:0:1]:1", "[2001:db8::1]:1", "2001:db8::/32"],
    ["[::ffff:192.0.2.1]:18080", "192.0.2.1:18080", "192.0.0.0/16"],
    ["seed.example:9876", "seed.example:9876", "unknown"],
    ["abcdefghijklmnop.onion:18083", "abcdefghijklmnop.onion:18083", "tor"],
    ["abcdefghijklmnop.b32.i2p", "abcdefghijklmnop.b32.i2p", "i2p"],
  ])("of %s is %s, its subnet %s", (text, full, net) => {
    const address = parseAddress(text);
    expect(peerLabel(address, { address: "full", hashKey: "" })).toBe(full);
    expect(peerLabel(address, { address: "subnet", hashKey: "" })).toBe(net);
    expect(peerLabel(address, { address: "none", hashKey: "" })).toBe("");
  });

  test("hashed is stable, says nothing, and depends on the key and on the port", () => {
    const hash = (text: string, hashKey = "key 1") => peerLabel(parseAddress(text), { address: "hashed", hashKey });
    expect(hash("192.0.2.1:1")).toMatch(/^[0-9a-f]{16}$/);
    expect(hash("192.0.2.1:1")).toBe(hash("192.0.2.1:1"));
    expect(new Set([hash("192.0.2.1:1"), hash("192.0.2.1:2"), hash("192.0.2.1:1", "key 2")]).size).toBe(3);
  });

  test("keeps the suffix of a Wire address, and the name where the number is known too", () => {
    const address = { host: "seed.example", port: 9876, type: "ipv4", ip: "192.0.2.9", suffix: ":blk" } as const;
    expect(peerLabel(address, { address: "full", hashKey: "" })).toBe("seed.example:9876:blk");
    expect(peerLabel(address, { address: "subnet", hashKey: "" })).toBe("192.0.0.0/16");
  });

  test("of a subnet is one of few forms, whatever the address", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (ip) => {
        expect(subnet(parseAddress(ip))).toMatch(/^(?:\d+\.\d+\.0\.0\/16|[0-9a-f]{1,4}:[0-9a-f]{1,4}::\/32)$/);
      }),
    );
  });
});

describe("rows that would be the same series", () => {
  const twice = (a: Partial<PeerConnection>, b: Partial<PeerConnection>, starts = NO_STARTS) => {
    const rows = [row({ id: "a", ...a }), row({ id: "b", ...b })];
    const [forth, back] = [show(rows, {}, starts), show(rows.toReversed(), {}, starts)];
    expect([forth.merged, forth.omitted, forth.connections.length]).toEqual([1, 0, 1]);
    const [shown] = forth.connections;
    const [other] = back.connections;
    // The order of the rows must not matter; which of two equal rows lends its texts may differ.
    const { receivedBytes, sentBytes, height, syncing, state } = shown?.row ?? {};
    expect(other?.row).toMatchObject({ receivedBytes, sentBytes, height, syncing, state });
    expect(other?.startSeconds).toBe(shown?.startSeconds);
    return shown;
  };

  test("the highest head and the earliest start are kept; there are no bytes, which would fall with a leaving peer", () => {
    const shown = twice(
      { receivedBytes: 1, sentBytes: 10, height: 7 },
      { receivedBytes: 2, sentBytes: 20, height: 9 },
      new Map([
        ["a", 500],
        ["b", 400],
      ]),
    );
    expect(shown?.row).toMatchObject({ receivedBytes: undefined, sentBytes: undefined, height: 9 });
    expect(shown?.startSeconds).toBe(400);
  });

  test("a value that only one row has is used, and a value that no row has is absent", () => {
    const shown = twice({ receivedBytes: 1 }, { height: 9 }, new Map([["b", 400]]));
    expect(shown?.row).toMatchObject({ receivedBytes: undefined, height: 9 });
    expect(shown?.startSeconds).toBe(400);
  });

  test("state and texts come from the row in the better state", () => {
    const shown = twice({ state: "handshaking", agent: "old" }, { state: "connected", agent: "new" });
    expect(shown?.row.state).toBe("connected");
    expect(shown?.row.agent).toBe("new");
  });

  test("one syncing row marks the series as syncing", () => {
    expect(twice({ syncing: "download" }, {})?.row.syncing).toBe("download");
  });

  test("the direction keeps rows apart, the id does not", () => {
    const rows = [row({ id: "a", direction: "inbound" }), row({ id: "b", direction: "outbound" })];
    expect(show(rows).merged).toBe(0);
  });

  test("more than two", () => {
    const rows = [1, 2, 3, 4].map((id) => row({ id: String(id), receivedBytes: 10 ** id }));
    const shown = show(rows);
    expect(shown.merged).toBe(3);
    expect(shown.connections[0]?.row.receivedBytes).toBeUndefined();
  });

  test("address modes merge what they hide", () => {
    const rows = ["192.0.2.1:1", "192.0.3.1:1", "198.51.100.1:1", "seed.example:1"].map((host) =>
      at(host, { receivedBytes: 5 }),
    );
    const labels = (address: ConnectionSettings["address"]) => show(rows, { address }).connections.map((c) => c.labels);
    expect(labels("full")).toHaveLength(4);
    expect(labels("hashed")).toHaveLength(4);
    expect(labels("subnet")).toEqual([
      'direction="inbound",peer="192.0.0.0/16"',
      'direction="inbound",peer="198.51.0.0/16"',
      'direction="inbound",peer="unknown"',
    ]);
    expect(labels("none")).toEqual(['direction="inbound"']);
  });

  test.each(["subnet", "none"] as const)("%s has no byte counters: a sum falls when a peer leaves", (address) => {
    const rows = [at("192.0.2.1:1", { receivedBytes: 5, sentBytes: 5 }), at("192.0.3.1:1", { receivedBytes: 5 })];
    const [shown] = show(rows, { address }).connections;
    expect(shown?.row).toMatchObject({ receivedBytes: undefined, sentBytes: undefined });
  });

  test("names that are equal only after they were cut are merged, not written twice", () => {
    const rows = ["a", "b"].map((end) =>
      row({ id: end, address: { host: "x".repeat(200) + end, type: "unknown" }, receivedBytes: 1 }),
    );
    const page = readPage([stateAfter(report({ peers: peers(...rows) }))]);
    expect(find(page, "p2p_connection_info")).toHaveLength(1);
    expect(value(page, "p2p_node_connections_merged")).toBe(1);
  });
});

describe("max_per_node", () => {
  const kept = (rows: readonly PeerConnection[], maxPerNode: number) => {
    const shown = show(rows, { maxPerNode });
    expect(shown.omitted).toBe(Math.max(0, rows.length - maxPerNode));
    return shown.connections.map((connection) => connection.row.id);
  };
  const states = ["disconnected", "dialing", "handshaking", "connected"] as const;

  test("keeps outbound before inbound, better states before worse, older before younger", () => {
    const rows = (["inbound", "outbound"] as const).flatMap((direction) =>
      states.flatMap((state) =>
        [10, 20].map((ageSeconds) => {
          const id = `${direction} ${state} ${ageSeconds}`;
          return at(`192.0.${states.indexOf(state)}.${ageSeconds}:1`, { id, direction, state, ageSeconds });
        }),
      ),
    );
    const expected = ["outbound", "inbound"].flatMap((direction) =>
      states.toReversed().flatMap((state) => [`${direction} ${state} 20`, `${direction} ${state} 10`]),
    );
    for (let max = 0; max < rows.length; max++) expect(kept(rows, max)).toEqual(expected.slice(0, max));
  });

  test("at the limit everything is shown, in the node's own order", () => {
    const rows = [at("192.0.2.3:1"), at("192.0.2.1:1", { direction: "outbound" }), at("192.0.2.2:1")];
    expect(kept(rows, 3)).toEqual(rows.map(({ id }) => id));
  });

  test("keeps the first of rows that are equal in all this, as those of Chainweb are", () => {
    const rows = [5, 3, 8, 1].map((last) => at(`192.0.2.${last}:1`, { direction: "unknown", state: undefined }));
    expect(kept(rows, 2)).toEqual(["192.0.2.5:1", "192.0.2.3:1"]);
  });

  test("the input stays in its order", () => {
    const rows = [at("192.0.2.3:1"), at("192.0.2.1:1", { direction: "outbound" })];
    const order = rows.map(({ id }) => id);
    kept(rows, 1);
    expect(rows.map(({ id }) => id)).toEqual(order);
  });

  test("rows are shown, merged or omitted, and none twice", () => {
    const some = fc.array(fc.tuple(fc.nat(5), fc.constantFrom("inbound", "outbound"), fc.constantFrom(...states)));
    fc.assert(
      fc.property(some, fc.nat(20), (given, maxPerNode) => {
        const rows = given.map(([host, direction, state], index) =>
          at(`192.0.2.${host}:1`, { id: String(index), direction, state, receivedBytes: 1 }),
        );
        const { connections, omitted, merged } = show(rows, { maxPerNode });
        expect(connections.length + omitted + merged).toBe(rows.length);
        expect(new Set(connections.map(({ labels }) => labels)).size).toBe(connections.length);
      }),
    );
  });
});

test("series: false leaves the counts of the node and no series of a connection", () => {
  const state = stateAfter(report({ peers: peers(at("192.0.2.1:1"), at("192.0.2.2:1", { direction: "outbound" })) }));
  const page = readPage([state], { series: false });
  expect(page.families.filter(({ name }) => name.startsWith("p2p_connection_"))).toEqual([]);
  expect(value(page, "p2p_node_connections_omitted")).toBe(2);
  expect(value(page, "p2p_node_connections_merged")).toBe(0);
  expect(value(page, "p2p_node_peers", { direction: "inbound" })).toBe(1);
});

describe("the series of a connection", () => {
  const node = nodeConfig({ chain: "monero" });

  test("have the values of the row, each family separately", () => {
    const rows = [
      at("[2001:db8::1]:18080", { receivedBytes: 5, sentBytes: 0, height: 77, ageSeconds: 60, agent: "x/1" }),
      at("192.0.2.2:18080", { direction: "outbound" }),
    ];
    const page = readPage([stateAfter(report({ peers: peers(...rows) }), { node })]);
    const labels = { direction: "inbound", peer: "[2001:db8::1]:18080" };
    expect(value(page, "p2p_connection_receive_bytes_total", labels)).toBe(5);
    expect(value(page, "p2p_connection_transmit_bytes_total", labels)).toBe(0);
    expect(value(page, "p2p_connection_head_height", labels)).toBe(77);
    expect(value(page, "p2p_connection_start_timestamp_seconds", labels)).toBe(NOW / 1000 - 60);
    expect(value(page, "p2p_connection_info", { ...labels, agent: "x/1", address_type: "ipv6" })).toBe(1);
    expect(find(page, "p2p_connection_receive_bytes_total")).toHaveLength(1);
    expect(find(page, "p2p_connection_info")).toHaveLength(2);
  });

  test("p2p_connection_syncing is there with 0 for every connected row, and for no other", () => {
    const rows = [
      at("192.0.2.1:1", { syncing: "download" }),
      at("192.0.2.2:1"),
      at("192.0.2.3:1", { state: "handshaking" }),
    ];
    const page = readPage([stateAfter(report({ peers: peers(...rows) }), { node })]);
    const found = find(page, "p2p_connection_syncing", { flow: "download" });
    expect(found.map(({ labels, value: flag }) => [labels.get("peer"), flag])).toEqual([
      ["192.0.2.1:1", 1],
      ["192.0.2.2:1", 0],
    ]);
  });
});
