import { describe, expect, test } from "vitest";
import { decodeConnections } from "../../../src/chains/wire/connections.ts";
import { hashOf, numberInBlockId } from "../../../src/chains/wire/values.ts";
import type { PeerConnection } from "../../../src/model/report.ts";
import { fields, fixture, line, list, thrownFailure } from "../support.ts";
import { CHAIN_ID, changedRow, DIALECTS, type Dialect, decodeOne, rowsOf } from "./support.ts";

const CALL = "/v1/net/connections at http://127.0.0.1:8888";
const ZEROS = "0".repeat(64);

function decodeFixture(dialect: Dialect) {
  return decodeConnections(fixture(`wire/${dialect}.json`), CALL);
}

/** A row as a Spring node sends it, with other values for some fields of row and handshake. */
function decodeRow(row: object, handshake: object = {}): PeerConnection {
  return decodeOne(changedRow(rowsOf("s12-spring-1.2-w2")[0], row, handshake));
}

describe("dialects", () => {
  // Without is_socket_open and remote_ip: shaking hands looks like dialling, and inbound rows have no address.
  const old = [
    "outbound connected p2p-a.example:9876 unknown 21000500 Example Agent",
    "inbound connected p2p-b.example:9876 unknown 20996500 Other Agent 2 upload",
    "inbound handshaking unknown unknown",
    "outbound dialing p2p-c.example:9876 unknown",
    "outbound disconnected p2p-d.example:9876:blk unknown",
    "outbound connected [2001:db8::6]:9876:trx ipv6 21000501 Example Agent",
    "inbound disconnected unknown unknown",
    "outbound dialing p2p-e.example:9876 unknown",
  ];
  const current = [
    "outbound connected p2p-a.example:9876 ipv4 21000500 Example Agent",
    "inbound connected 198.51.100.20:41020 ipv4 20996500 Other Agent 2 upload",
    "inbound handshaking 203.0.113.30:50030 ipv4",
    "outbound dialing p2p-c.example:9876 unknown",
    "outbound disconnected p2p-d.example:9876:blk unknown",
    "outbound connected [2001:db8::6]:9876:trx ipv6 21000501 Example Agent",
    "inbound disconnected 198.51.100.40:41040 ipv4",
    "outbound handshaking p2p-e.example:9876 ipv4",
  ];
  test.each<[Dialect, readonly string[]]>([
    ["e1-eosio-1.8", old],
    ["l4-leap-4.0", old],
    ["l5-leap-5.0-w1", current],
    ["s10-spring-1.0", current],
    ["s11-spring-1.1", current],
    ["s12-spring-1.2-w2", current],
    ["w3", current],
    ["w4", current],
  ])("%s", (dialect, lines) => {
    const { connections, malformed } = decodeFixture(dialect);
    expect(connections.map(line)).toEqual(lines);
    expect(malformed).toBe(0);
  });

  test.each(DIALECTS)("%s: rows have ids of their own, the same in the next poll", (dialect) => {
    const ids = decodeFixture(dialect).connections.map(({ id }) => id);
    const anonymous = dialect.startsWith("e1") || dialect.startsWith("l4");
    // Before Leap 5 nothing tells two inbound rows without a handshake apart.
    expect(new Set(ids).size).toBe(anonymous ? ids.length - 1 : ids.length);
    expect(decodeFixture(dialect).connections.map(({ id }) => id)).toEqual(ids);
  });

  test.each(DIALECTS)("%s: only connected rows tell a chain id", (dialect) => {
    const sixth = dialect.startsWith("e1") ? undefined : dialect.startsWith("l5") ? expect.any(String) : CHAIN_ID;
    const none = undefined;
    expect(decodeFixture(dialect).connections.map(({ chainId }) => chainId)).toEqual([
      CHAIN_ID,
      CHAIN_ID,
      none,
      none,
      none,
      sixth,
      none,
      none,
    ]);
  });

  test("no dialect has byte counters or ages", () => {
    for (const dialect of DIALECTS) {
      for (const { receivedBytes, sentBytes, ageSeconds } of decodeFixture(dialect).connections) {
        expect([receivedBytes, sentBytes, ageSeconds]).toEqual([undefined, undefined, undefined]);
      }
    }
  });

  test("a peer on another chain reports that chain", () => {
    const { connections } = decodeFixture("l5-leap-5.0-w1");
    expect(connections[5]?.chainId).not.toBe(CHAIN_ID);
  });
});

describe("state", () => {
  const open = { is_socket_open: true };
  const closed = { is_socket_open: false };
  const before = { is_socket_open: undefined };
  test.each<[string, object, number, string]>([
    ["connected", { ...open, connecting: false }, 1, "outbound connected"],
    ["connected, generation sent as a string", { ...open, connecting: false }, 2, "outbound connected"],
    ["open, before the first handshake", { ...open, connecting: true }, 0, "outbound handshaking"],
    ["open, connected by a notice", { ...open, connecting: false }, 0, "outbound handshaking"],
    ["open again, with an old handshake", { ...open, connecting: true }, 5, "outbound handshaking"],
    ["dialling", { ...closed, connecting: true }, 0, "outbound dialing"],
    ["closed", { ...closed, connecting: false }, 0, "outbound disconnected"],
    ["closed with an old handshake", { ...closed, connecting: false }, 5, "outbound disconnected"],
    ["old: connected", { ...before, connecting: false }, 1, "outbound connected"],
    ["old: dialling or shaking hands", { ...before, connecting: true }, 0, "outbound dialing"],
    ["old: dialled from outside", { ...before, connecting: true, peer: "" }, 0, "inbound handshaking"],
    ["old: closed", { ...before, connecting: false }, 0, "outbound disconnected"],
    ["old: closed from outside", { ...before, connecting: false, peer: "" }, 0, "inbound disconnected"],
  ])("%s", (_, row, generation, expected) => {
    const { direction, state } = decodeRow(row, { generation });
    expect(`${direction} ${state}`).toBe(expected);
  });

  test("a handshake that is not an object is ignored", () => {
    const [sample] = list(fixture("wire/w4.json"));
    for (const last_handshake of [undefined, null, [], "x", 7]) {
      const { connections, malformed } = decodeConnections([{ ...fields(sample), last_handshake }], CALL);
      expect([malformed, connections[0]?.state, connections[0]?.height]).toEqual([0, "handshaking", undefined]);
    }
  });

  test("syncing counts only on a working connection", () => {
    expect(decodeRow({ syncing: true }).syncing).toBe("upload");
    expect(decodeRow({ syncing: false }).syncing).toBeUndefined();
    expect(decodeRow({ syncing: "true" }).syncing).toBeUndefined();
    expect(decodeRow({ syncing: true, is_socket_open: false }).syncing).toBeUndefined();
    expect(decodeRow({ syncing: true, connecting: true }).syncing).toBeUndefined();
  });
});

describe("height", () => {
  const id = (number: number) => number.toString(16).padStart(8, "0") + "ab".repeat(28);
  const none = {
    fork_db_head_num: undefined,
    fork_db_head_id: undefined,
    fork_db_root_num: undefined,
    fork_db_root_id: undefined,
  };
  test.each<[string, object, number | undefined]>([
    ["number above id (notices raise only the number)", { head_num: 2568, head_id: id(2565) }, 2568],
    ["id above number", { head_num: 2565, head_id: id(2568) }, 2568],
    ["Leap 4.0.2: number 0 with a valid id", { head_num: 0, head_id: id(300) }, 300],
    ["number alone", { head_num: 7 }, 7],
    ["number as a string", { fork_head_num: "4294967296" }, 4_294_967_296],
    ["id alone", { fork_db_head_id: id(7) }, 7],
    ["id in capitals", { fork_db_head_id: id(0xabcdef).toUpperCase() }, 0xabcdef],
    ["the largest id", { fork_db_head_id: "f".repeat(64) }, 4_294_967_295],
    ["several dialects together", { head_num: 1, fork_head_num: 3, fork_db_head_num: 2 }, 3],
    ["Wire's chain_head_id is not the peer's head", { fork_db_head_id: id(9), chain_head_id: id(10) }, 9],
    ["never sent", { head_num: 0, head_id: ZEROS }, undefined],
    ["no field at all", {}, undefined],
    ["a number below 0", { head_num: -5 }, undefined],
    ["an invalid number", { head_num: "many", head_id: "0000" }, undefined],
    ["a number above 2^53", { head_num: "18446744073709551615" }, undefined],
    ["an id with too many digits", { head_id: `${id(7)}0` }, undefined],
    ["an id that is a number", { head_id: 300 }, undefined],
  ])("%s", (_, handshake, height) => {
    expect(decodeRow({}, { ...none, ...handshake }).height).toBe(height);
  });
});

describe("agent", () => {
  test.each<[unknown, string | undefined]>([
    ["Spring Agent", "Spring Agent"],
    ['"EOS Test Agent"', "EOS Test Agent"],
    ['""', undefined],
    ["", undefined],
    ['"', '"'],
    ['a "quoted" word', 'a "quoted" word'],
    ['"two\nlines"', "two\nlines"],
    [7, undefined],
    [null, undefined],
  ])("%j is %j", (agent, expected) => {
    expect(decodeRow({}, { agent }).agent).toBe(expected);
  });
});

describe("address", () => {
  test.each<[string, object, object, object]>([
    [
      "a name, with the socket's number",
      { peer: "p2p.example:9876", remote_ip: "192.0.2.9" },
      {},
      { host: "p2p.example", port: 9876, type: "ipv4", ip: "192.0.2.9", suffix: undefined },
    ],
    [
      "a name that never resolved",
      { peer: "p2p.example:9876:trx", remote_ip: "<unknown>", remote_port: "<unknown>" },
      {},
      { host: "p2p.example", port: 9876, type: "unknown", ip: undefined, suffix: ":trx" },
    ],
    [
      "a v4-mapped socket",
      { peer: "p2p.example:9876:blk", remote_ip: "::ffff:192.0.2.9" },
      {},
      { host: "p2p.example", port: 9876, type: "ipv4", ip: "192.0.2.9", suffix: ":blk" },
    ],
    [
      "the digits of the documentation sample, which are no address",
      { peer: "devnet-0:4444", remote_ip: "123.456.78.90" },
      {},
      { host: "devnet-0", port: 4444, type: "unknown", ip: undefined },
    ],
    [
      "inbound",
      { peer: "", remote_ip: "2001:db8::20", remote_port: "41020" },
      {},
      { host: "2001:db8::20", port: 41_020, type: "ipv6", ip: "2001:db8::20" },
    ],
    [
      "inbound without an endpoint: what the peer says of itself",
      { peer: "", remote_ip: "", remote_port: "" },
      { p2p_address: "[2001:db8::20]:9876:blk - 1234567" },
      { host: "2001:db8::20", port: 9876, type: "ipv6", ip: "2001:db8::20" },
    ],
    [
      "inbound that says nothing",
      { peer: "", remote_ip: "<unknown>", remote_port: "<unknown>" },
      { p2p_address: "" },
      { host: "unknown", type: "unknown" },
    ],
    [
      "inbound that leaves its address out",
      { peer: "", remote_ip: undefined },
      { p2p_address: " - 1234567" },
      { host: "unknown", type: "unknown" },
    ],
  ])("%s", (_, row, handshake, address) => {
    expect(decodeRow(row, handshake).address).toEqual(address);
  });
});

describe("identity", () => {
  test("an inbound row keeps its id from the first byte to the sweep", () => {
    const socket = { peer: "", remote_ip: "198.51.100.20", remote_port: "41020" };
    const nothing = { node_id: ZEROS, generation: 0 };
    const id = decodeRow(socket).id;
    expect(decodeRow({ ...socket, connecting: true }, nothing).id).toBe(id);
    expect(decodeRow({ ...socket, is_socket_open: false }, nothing).id).toBe(id);
    expect(decodeRow({ ...socket, remote_port: "41021" }).id).not.toBe(id);
  });

  test("an outbound row keeps its id over reconnects", () => {
    const id = decodeRow({}).id;
    expect(decodeRow({ remote_ip: "", remote_port: "", is_socket_open: false }, { node_id: ZEROS }).id).toBe(id);
    expect(decodeRow({ peer: "p2p-z.example:9876" }).id).not.toBe(id);
  });

  test("connection_id is the id where there is one", () => {
    const id = decodeRow({ connection_id: 7 }).id;
    expect(decodeRow({ connection_id: 7, remote_ip: "192.0.2.99" }).id).toBe(id);
    expect(decodeRow({ connection_id: 8 }).id).not.toBe(id);
  });

  test("before Leap 5 the peer's process tells inbound rows apart", () => {
    const inbound = { peer: "", remote_ip: undefined, remote_port: undefined };
    const other = "12".repeat(32);
    expect(decodeRow(inbound).id).not.toBe(decodeRow(inbound, { node_id: other }).id);
  });
});

describe("what is not a list of connections", () => {
  test.each<[unknown]>([[{}], [null], ["p2p.example"], [7], [{ rows: [] }]])("%j", (answer) => {
    const failure = thrownFailure(() => decodeConnections(answer, CALL));
    expect(failure).toEqual({
      reason: "bad_shape",
      message: `${CALL}: expected a JSON array of connections`,
      advice: "check that the URL is the HTTP API of a nodeop or nodeos node",
    });
  });

  test("an empty list is a node without connections", () => {
    expect(decodeConnections([], CALL)).toEqual({ connections: [], malformed: 0 });
  });

  test("a malformed row does not affect the others", () => {
    const [good] = list(fixture("wire/w4.json"));
    const bad = [
      null,
      7,
      "p2p.example:9876",
      [],
      {},
      { ...fields(good), peer: undefined },
      { ...fields(good), peer: 7 },
      { ...fields(good), connecting: undefined },
      { ...fields(good), connecting: "no" },
    ];
    const { connections, malformed } = decodeConnections([...bad, good], CALL);
    expect([connections.length, malformed]).toEqual([1, bad.length]);
  });
});

test.each<[unknown, number | undefined]>([
  ["01407134".padEnd(64, "a"), 21_000_500],
  [ZEROS, 0],
  ["FfAa09".padEnd(64, "f"), 0xffaa09ff],
  ["01407134", undefined],
  ["0140713g".padEnd(64, "0"), undefined],
  ["0140713/".padEnd(64, "0"), undefined],
  ["0140713@".padEnd(64, "0"), undefined],
  [`0x${"1".repeat(62)}`, undefined],
  [21_000_500, undefined],
  [undefined, undefined],
])("the number in the block id %j is %j", (id, number) => {
  expect(numberInBlockId(id)).toBe(number);
});

test.each<[unknown, string | undefined]>([
  [CHAIN_ID, CHAIN_ID],
  [ZEROS, undefined],
  ["", undefined],
  [CHAIN_ID.slice(1), undefined],
  [`${CHAIN_ID}\n`, undefined],
  [null, undefined],
])("the chain id of %j is %j", (value, id) => {
  expect(hashOf(value)).toBe(id);
});
