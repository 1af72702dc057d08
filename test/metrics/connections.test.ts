import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ConnectionSettings } from "../../src/metrics/connection-settings.ts";
import { showConnections } from "../../src/metrics/connections.ts";
import { parseAddress } from "../../src/model/address.ts";
import type { ChainFamily, ChainSample } from "../../src/model/chain-family.ts";
import { chainSample, type Direction, type PeerConnection } from "../../src/model/report.ts";
import { NO_BYTES, NOT_COUNTED, totalOf } from "../../src/poll/name-bytes.ts";
import { NOW, nodeConfig, peers, report, row, stateAfter } from "../poll/support.ts";
import { find, value } from "../support/exposition-parser.ts";
import { readPage, SETTINGS } from "./support.ts";

const NO_STARTS = new Map<string, number>();

function show(rows: readonly PeerConnection[], settings: Partial<ConnectionSettings> = {}, starts = NO_STARTS) {
  const list = { connections: rows, malformed: 0 };
  const history = { connectionStarts: starts, rowIdentity: "same" } as const;
  const given = { list, history, scope: "connection", bytes: NO_BYTES } as const;
  return showConnections(given, { ...SETTINGS, ...settings }, () => new Set());
}

/** A chain's own family about a connection. */
function chainFamily(rest: Pick<ChainFamily, "name"> & Partial<ChainFamily>): ChainFamily {
  return { type: "gauge", help: "X.", source: "x", labels: [], scope: "connection", ...rest };
}

function at(host: string, rest: Partial<PeerConnection> = {}): PeerConnection {
  return row({ id: host, address: parseAddress(host), ...rest });
}

/** Bytes received, as the series of a connection has them. */
function received({ bytes, connections }: ReturnType<typeof show>, index = 0) {
  const shown = connections[index];
  return shown === undefined || shown.place === NOT_COUNTED
    ? shown?.row.receivedBytes
    : totalOf(bytes, shown.place, "received");
}

describe("rows that would be the same series", () => {
  const twice = (a: Partial<PeerConnection>, b: Partial<PeerConnection>, starts = NO_STARTS) => {
    const rows = [row({ id: "a", ...a }), row({ id: "b", ...b })];
    const [forth, back] = [show(rows, {}, starts), show(rows.toReversed(), {}, starts)];
    expect([forth.merged, forth.omitted, forth.connections.length]).toEqual([1, 0, 1]);
    const [shown] = forth.connections;
    const [other] = back.connections;
    // The order of the rows must not matter; which of two equal rows lends its texts may differ.
    const { height, syncing, state, latencySeconds } = shown?.row ?? {};
    expect(other?.row).toMatchObject({ height, syncing, state, latencySeconds });
    expect(other).toMatchObject({ startSeconds: shown?.startSeconds, states: shown?.states });
    expect(sorted(other?.samples)).toEqual(sorted(shown?.samples));
    expect(received(back)).toEqual(received(forth));
    return { ...shown, received: received(forth) };
  };
  const sorted = (samples: readonly ChainSample[] = []) => [...samples].sort((a, b) => a.value - b.value);

  test("the highest head, the earliest start, the lowest latency and the sum of the bytes", () => {
    const shown = twice(
      { receivedBytes: 1, height: 7, latencySeconds: 0.3 },
      { receivedBytes: 2, height: 9, latencySeconds: 0.2 },
      new Map([
        ["a", 500],
        ["b", 400],
      ]),
    );
    expect(shown.row).toMatchObject({ height: 9, latencySeconds: 0.2 });
    expect(shown.received).toBe(3);
    expect(shown.startSeconds).toBe(400);
  });

  test("a value that only one row has is used, and a value that no row has is absent", () => {
    const shown = twice({ receivedBytes: 1 }, { height: 9 }, new Map([["b", 400]]));
    expect(shown.row).toMatchObject({ latencySeconds: undefined, height: 9 });
    expect(shown.received).toBe(1);
    expect(shown.startSeconds).toBe(400);
    expect(twice({}, {}).received).toBeNaN();
  });

  test("texts come from the row in the better state, and every state is shown", () => {
    const shown = twice({ state: "handshaking", agent: "old" }, { state: "connected", agent: "new" });
    expect(shown.agent).toBe("new");
    expect(shown.states).toBe(0b11);
    expect(twice({ state: "dialing" }, { state: undefined }).states).toBe(0b100);
  });

  test("one syncing row marks the series as syncing, if it is connected", () => {
    expect(twice({ syncing: "download" }, {}).row?.syncing).toBe("download");
    expect(twice({ syncing: "download", state: "handshaking" }, {}).row?.syncing).toBeUndefined();
  });

  test("the direction keeps rows apart, the id does not", () => {
    const rows = [row({ id: "a", direction: "inbound" }), row({ id: "b", direction: "outbound" })];
    expect(show(rows).merged).toBe(0);
  });

  test("more than two", () => {
    const shown = show([1, 2, 3, 4].map((id) => row({ id: String(id), receivedBytes: 10 ** id })));
    expect(shown.merged).toBe(3);
    expect(received(shown)).toBe(11_110);
  });

  const OLDEST = chainFamily({ name: "p2p_wire_connection_oldest", merged: "min" });
  const NEWEST = chainFamily({ name: "p2p_wire_connection_newest", merged: "max" });
  const OWN = chainFamily({ name: "p2p_wire_connection_own" });

  test("values of the chain's own families are merged as the family says, or left out", () => {
    const samples = (...values: readonly (readonly [ChainFamily, number])[]) => ({
      chainSamples: values.map(([family, each]) => chainSample(family, each)),
    });
    const shown = twice(samples([OWN, 1], [OLDEST, 5], [NEWEST, 5]), samples([NEWEST, 6], [OWN, 2], [OLDEST, 4]));
    expect(shown.samples).toHaveLength(2);
    expect(shown.samples).toContainEqual(chainSample(OLDEST, 4));
    expect(shown.samples).toContainEqual(chainSample(NEWEST, 6));
    expect(twice(samples([OLDEST, 5], [OWN, 1]), {}).samples).toEqual([chainSample(OLDEST, 5)]);
  });

  test.each([
    ["host", [OWN, OLDEST]],
    ["full", [OWN, OLDEST]],
    ["hashed", [OWN, OLDEST]],
    // These series would be those of another peer each time that one is alone.
    ["subnet", [OLDEST]],
    ["none", [OLDEST]],
  ] as const)("%s: a connection that is alone in its series has the values of %#", (address, families) => {
    const chainSamples = [OWN, OLDEST].map((family) => chainSample(family, 7));
    const [shown] = show([row({ chainSamples, height: 3 })], { address }).connections;
    expect(shown?.samples.map(({ family }) => family)).toEqual(families);
    expect(shown?.row.height).toBe(3);
  });

  test("address modes merge what they hide", () => {
    const rows = ["192.0.2.1:1", "192.0.2.1:2", "192.0.3.1:1", "198.51.100.1:1", "seed.example:1"].map((host) =>
      at(host, { receivedBytes: 5 }),
    );
    const labels = (address: ConnectionSettings["address"], direction: Direction = "inbound") =>
      show(
        rows.map((each) => ({ ...each, direction })),
        { address },
      ).connections.map((c) => c.labels);
    expect(labels("full")).toHaveLength(5);
    expect(labels("hashed")).toHaveLength(5);
    expect(labels("host")).toEqual(
      ["192.0.2.1", "192.0.3.1", "198.51.100.1", "seed.example"].map((peer) => `,direction="inbound",peer="${peer}"`),
    );
    expect(labels("host", "outbound")).toEqual(labels("full", "outbound"));
    expect(labels("host", "unknown")).toEqual(labels("full", "unknown"));
    expect(labels("subnet")).toEqual([
      ',direction="inbound",peer="192.0.0.0/16"',
      ',direction="inbound",peer="198.51.0.0/16"',
      ',direction="inbound",peer="unknown"',
    ]);
    expect(labels("none")).toEqual([',direction="inbound"']);
  });

  test("names that are equal only after they were cut are merged, not written twice", () => {
    const rows = ["a", "b"].map((end) =>
      row({ id: end, address: { host: "x".repeat(200) + end, type: "unknown" }, receivedBytes: 1 }),
    );
    const page = readPage([stateAfter(report({ peers: peers(...rows) }))]);
    expect(find(page, "p2p_connection_info")).toHaveLength(1);
    expect(value(page, "p2p_connection_receive_bytes_total")).toBe(2);
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

  test("connections of one host count once, so that many of them leave room for other hosts", () => {
    const many = [1, 2, 3, 4].map((port) => at(`192.0.2.1:${port}`, { ageSeconds: 1000, height: port }));
    const rows = [...many, at("192.0.2.2:1", { ageSeconds: 10 }), at("192.0.2.3:1", { ageSeconds: 1 })];
    const { connections, omitted, merged } = show(rows, { address: "host", maxPerNode: 2 });
    expect(connections.map(({ labels, row }) => [labels, row.height])).toEqual([
      [',direction="inbound",peer="192.0.2.1"', 4],
      [',direction="inbound",peer="192.0.2.2"', undefined],
    ]);
    expect({ omitted, merged }).toEqual({ omitted: 1, merged: 3 });
  });

  test.each(["subnet", "none"] as const)("with %s, all connections of a shown name are in its values", (address) => {
    const rows = Array.from({ length: 9 }, (_, index) => at(`192.0.2.${index}:1`, { height: 10 + index }));
    const { connections, omitted } = show(rows, { address, maxPerNode: 3 });
    expect(connections.map(({ row, rows: merged }) => [row.height, merged])).toEqual([[18, 9]]);
    expect(omitted).toBe(0);
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

  test("p2p_connection_info does not change with the handshake, when peers first report their software", () => {
    const shownAgents = (chain: "wire" | "monero", rest: Partial<PeerConnection>) => {
      const state = stateAfter(report({ peers: peers(at("192.0.2.1:1", rest)) }), { node: nodeConfig({ chain }) });
      const page = readPage([state]);
      expect(find(page, "p2p_connection_state")).toHaveLength(1);
      return find(page, "p2p_connection_info").map(({ labels }) => labels.get("agent"));
    };
    expect(shownAgents("wire", { state: "handshaking" })).toEqual([]);
    expect(shownAgents("wire", { state: "disconnected" })).toEqual([]);
    expect(shownAgents("wire", { state: "connected", agent: "any/1" })).toEqual(["any/1"]);
    expect(shownAgents("wire", { state: "connected" })).toEqual([undefined]);
    expect(shownAgents("wire", { state: "disconnected", agent: "any/1" })).toEqual(["any/1"]);
    expect(shownAgents("monero", { state: "handshaking" })).toEqual([undefined]);
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
