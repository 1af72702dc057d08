import { describe, expect, test } from "vitest";
import { type BitcoinPeer, decodePeers } from "../../../src/chains/bitcoin/peers.ts";
import { MAX_ROWS } from "../../../src/chains/decode.ts";
import { line, thrownFailure } from "../support.ts";
import {
  bcoinRow,
  btcdRow,
  coreRow,
  dashRow,
  dogecoinRow,
  oldZebraRow,
  RELEASES,
  type Release,
  silentRow,
  zcashdRow,
  zebraRow,
} from "./peer-rows.ts";

const CALL = "getpeerinfo at http://127.0.0.1:8332";
const AT = { receivedMs: 1_767_323_045_000 };

function decode(...rows: readonly unknown[]) {
  return decodePeers(rows, CALL, AT);
}

function decodeRow(row: unknown): BitcoinPeer {
  const [peer] = decode(row).connections;
  if (peer === undefined) throw new Error("the row is malformed");
  return peer;
}

/** `name value` of the row's own families, without the common prefix. */
function samplesOf({ chainSamples = [] }: BitcoinPeer): readonly string[] {
  return chainSamples.map(({ family, value }) => `${family.name.slice("p2p_bitcoin_connection_".length)} ${value}`);
}

const SYNCED = "synced_blocks_height 930016";
const RECEIVE = "last_receive_timestamp_seconds 1767323041";
const BLOCK = "last_block_timestamp_seconds 1767322000";
const TRANSACTION = "last_transaction_timestamp_seconds 1767323000";

/** Of each release of Bitcoin Core: agent, labels of connection_info, samples, flags of the row, and whether bytes by message are there. */
const BY_RELEASE: Readonly<Record<Release, readonly [string, string, readonly string[], string, boolean]>> = {
  "0.16": ["/Satoshi:0.16.0/", ",,false", [SYNCED, RECEIVE], "tx", false],
  "0.19": ["/Satoshi:0.19.0/", ",,false", [SYNCED, RECEIVE], "tx", true],
  "0.20": ["/Satoshi:0.20.0/", ",,false", [SYNCED, RECEIVE], "tx", true],
  "0.21": ["/Satoshi:0.21.0/", "outbound-full-relay,,false", [SYNCED, RECEIVE, BLOCK, TRANSACTION], "tx", true],
  "22": ["/Satoshi:22.0.0/", "outbound-full-relay,,false", [SYNCED, RECEIVE, BLOCK, TRANSACTION], "tx", true],
  "23": ["/Satoshi:23.0.0/", "outbound-full-relay,,false", [SYNCED, RECEIVE, BLOCK, TRANSACTION], "tx addr", true],
  "24": ["/Satoshi:24.0.0/", "outbound-full-relay,,false", [SYNCED, RECEIVE, BLOCK, TRANSACTION], "tx addr", true],
  "26": ["/Satoshi:26.0.0/", "outbound-full-relay,v2,false", [SYNCED, RECEIVE, BLOCK, TRANSACTION], "tx addr", true],
  "28": ["/Satoshi:28.0.0/", "outbound-full-relay,v2,false", [SYNCED, RECEIVE, BLOCK, TRANSACTION], "tx addr", true],
  "30": ["/Satoshi:30.0.0/", "outbound-full-relay,v2,false", [SYNCED, RECEIVE, BLOCK, TRANSACTION], "tx addr", true],
  "31": ["/Satoshi:31.0.0/", "outbound-full-relay,v2,false", [SYNCED, RECEIVE, BLOCK, TRANSACTION], "tx addr", true],
  "32": ["/Satoshi:32.0.0/", "outbound-full-relay,v2,false", [SYNCED, RECEIVE, BLOCK, TRANSACTION], "tx addr", true],
};

describe.each(RELEASES)("Bitcoin Core %s (rows by its exported help)", (release) => {
  const [agent, labels, samples, flags, hasMessages] = BY_RELEASE[release];

  test("an outbound peer", () => {
    const peer = decodeRow(coreRow(release));
    expect(line(peer)).toBe(`outbound connected 198.51.100.7:8333 ipv4 930017 ${agent}`);
    expect(peer).toMatchObject({
      ...{ id: "7 1767300000", isUnique: true, startSeconds: 1_767_300_000, latencySeconds: 0.051_234 },
      ...{ receivedBytes: 654_321, sentBytes: 123_456, peerNetwork: "ipv4", inFlight: [], isPermitted: false },
    });
    expect(peer.info?.labels.join()).toBe(labels);
    expect(samplesOf(peer)).toEqual(samples);
    const shown = [peer.relaysTransactions === true && "tx", peer.relaysAddresses === true && "addr"];
    expect(shown.filter((flag) => flag !== false).join(" ")).toBe(flags);
    expect([peer.receivedByMessage !== undefined, peer.sentByMessage !== undefined]).toEqual([
      hasMessages,
      hasMessages,
    ]);
    expect(peer).toMatchObject({ pingWaitSeconds: undefined, presyncedHeaders: undefined });
  });

  test("a TCP client that says nothing", () => {
    const peer = decodeRow(silentRow(release));
    expect(line(peer)).toBe("inbound handshaking 192.0.2.99:40000 ipv4");
    expect(peer).toMatchObject({ latencySeconds: undefined, receivedBytes: 0, sentBytes: 0 });
    // Its transport is not found out yet.
    expect(peer.info).toBeUndefined();
    // lastrecv, last_block and last_transaction may be 0: never.
    expect(samplesOf(peer).filter((sample) => / (?:0|-1)$/.test(sample))).toEqual([]);
  });
});

describe("other software of the family", () => {
  test("litecoind 0.21: the rows of Core 0.21; private addresses are `unroutable`, and their type is that of the address", () => {
    const row = coreRow("0.21", { subver: "/LitecoinCore:0.21.2.1/", addr: "127.0.0.1:19444", network: "unroutable" });
    const peer = decodeRow({ ...row, connection_type: "manual", permissions: ["noban", "relay"], pingwait: 3.02 });
    expect(line(peer)).toBe("outbound connected 127.0.0.1:19444 ipv4 930017 /LitecoinCore:0.21.2.1/");
    expect(peer).toMatchObject({ peerNetwork: "not_publicly_routable", isPermitted: true, pingWaitSeconds: 3.02 });
    expect(peer.info?.labels).toEqual(["manual", "", "true"]);
    expect(decodeRow({ ...row, network: "not_publicly_routable" }).peerNetwork).toBe("not_publicly_routable");
  });

  test("dogecoind 1.14: made from Core 0.14, without networks and types of connections", () => {
    const peer = decodeRow(dogecoinRow());
    expect(line(peer)).toBe("outbound connected 198.51.100.8:22556 ipv4 930017 /Shibetoshi:1.14.9/");
    expect(peer).toMatchObject({
      connectionType: undefined,
      transport: undefined,
      peerNetwork: "ipv4",
      isPermitted: false,
    });
    expect(samplesOf(peer)).toEqual([SYNCED, RECEIVE]);
    expect(peer.info?.labels).toEqual(["", "", "false"]);
  });

  test("dogecoind 1.14: a peer that is just leaving has neither heights nor blocks in flight", () => {
    const gone = { banscore: undefined, synced_headers: undefined, synced_blocks: undefined, inflight: undefined };
    const peer = decodeRow(dogecoinRow(gone));
    expect(line(peer)).toBe("outbound connected 198.51.100.8:22556 ipv4 /Shibetoshi:1.14.9/");
    expect(peer.inFlight).toBeUndefined();
    expect(samplesOf(peer)).toEqual([RECEIVE]);
  });

  test("Bitcoin Cash Node (made from Core 0.21)", () => {
    const row = coreRow("0.21", { subver: "/Bitcoin Cash Node:27.1.0(EB32.0)/", network: undefined });
    expect(line(decodeRow(row))).toBe(
      "outbound connected 198.51.100.7:8333 ipv4 930017 /Bitcoin Cash Node:27.1.0(EB32.0)/",
    );
  });

  test("dashd 21 (made from Core 22): the fields of masternodes are not read", () => {
    const peer = decodeRow(dashRow({ inbound: true, connection_type: "inbound" }));
    expect(line(peer)).toBe("inbound connected 198.51.100.9:9999 ipv4 930017 /Dash Core:21.1.0/");
    expect(peer.info?.labels).toEqual(["inbound", "", "false"]);
  });

  test("zcashd 6: no connection types", () => {
    const peer = decodeRow(zcashdRow({ pingwait: 70 }));
    expect(line(peer)).toBe("outbound connected 198.51.100.10:8233 ipv4 930017 /MagicBean:6.0.0/");
    expect(peer).toMatchObject({ relaysTransactions: undefined, isPermitted: false, pingWaitSeconds: 70 });
  });

  test("zebrad of 2026: only the entries of its address book that it is connected with", () => {
    const rows = [
      zebraRow(),
      zebraRow({ inbound: true, addr: "[2001:db8::5]:40000", pingwait: 61, pingtime: undefined }),
      // The handshake is behind it, although the version is not noted.
      zebraRow({ addr: "198.51.100.20:8233", version: 0, subver: "" }),
      ...["never_connected", "failed", "connecting"].map((connection_state) =>
        zebraRow({ connection_state, version: 0 }),
      ),
    ];
    const { connections, malformed } = decode(...rows);
    expect(connections.map(line)).toEqual([
      "outbound connected 198.51.100.11:8233 ipv4 /Zebra:3.0.0/",
      "inbound connected [2001:db8::5]:40000 ipv6 /Zebra:3.0.0/",
      "outbound connected 198.51.100.20:8233 ipv4",
    ]);
    expect(malformed).toBe(0);
    expect(connections.map(({ id, isUnique }) => [id, isUnique])).toEqual([
      ["outbound 198.51.100.11:8233", false],
      ["inbound [2001:db8::5]:40000", false],
      ["outbound 198.51.100.20:8233", false],
    ]);
    expect(connections.map(({ latencySeconds, pingWaitSeconds }) => [latencySeconds, pingWaitSeconds])).toEqual([
      [0.08, undefined],
      [undefined, 61],
      [0.08, undefined],
    ]);
  });

  test("older zebrad: address and direction", () => {
    const peer = decodeRow(oldZebraRow());
    expect(line(peer)).toBe("outbound connected 198.51.100.11:8233 ipv4");
    expect(peer).toMatchObject({ info: undefined, receivedBytes: undefined, startSeconds: undefined });
    expect(samplesOf(peer)).toEqual([]);
  });

  test("btcd 0.26: microseconds, the height that the peer announced, a flag for the transport", () => {
    const peer = decodeRow(btcdRow({ pingwait: 90_000_000 }));
    expect(line(peer)).toBe("outbound connected 198.51.100.12:8333 ipv4 930018 /btcwire:0.5.0/btcd:0.26.2/");
    expect(peer).toMatchObject({ id: "1 1767300000", latencySeconds: 0.051_234, pingWaitSeconds: 90, transport: "v2" });
    expect(peer.info?.labels).toEqual(["", "v2", ""]);
    const { currentheight: _, ...atZero } = btcdRow();
    // btcd leaves out a height of 0: the latency was 51,234 s.
    expect(decodeRow(atZero)).toMatchObject({ height: undefined, latencySeconds: 0.051234 });
    const before = decodeRow(btcdRow({ pingtime: 0, pingwait: 0, v2_connection: false, currentheight: 0 }));
    expect(before).toMatchObject({ latencySeconds: undefined, pingWaitSeconds: undefined, transport: "v1" });
    expect(before.height).toBeUndefined();
  });

  test("bcoin: an age is no time, -1 no ping", () => {
    const peer = decodeRow(bcoinRow());
    expect(line(peer)).toBe("outbound connected 198.51.100.13:8333 ipv4 930015 /bcoin:2.2.0/");
    expect(peer).toMatchObject({ id: "3 ", startSeconds: undefined, isUnique: false, latencySeconds: undefined });
    expect(decodeRow(bcoinRow({ bestheight: -1 })).height).toBeUndefined();
  });

  test("Knots has members of its own", () => {
    const own = { cpu_load: 0.01, last_block_announcement: 1_767_322_000, forced_inbound: false };
    expect(decodeRow(coreRow("28", own))).toEqual(decodeRow(coreRow("28")));
  });
});

describe("heights", () => {
  test.each<[string, Readonly<Record<string, unknown>>, number | undefined]>([
    ["-1: not known, as of inbound peers that announce nothing", { synced_headers: -1, synced_blocks: -1 }, undefined],
    ["0: the first block says nothing", { synced_headers: 0 }, undefined],
    ["what the peer said at the handshake is no height", { synced_headers: -1, startingheight: 999_999 }, undefined],
    ["negative and broken numbers", { synced_headers: -7 }, undefined],
    ["a fraction", { synced_headers: 1.5 }, undefined],
    ["beyond 2^53", { synced_headers: 2 ** 53 }, undefined],
  ])("%s", (_, values, expected) => {
    expect(decodeRow(coreRow("30", values)).height).toBe(expected);
  });

  test("of the headers that are checked before they are kept", () => {
    expect(decodeRow(coreRow("30", { presynced_headers: 412_000 })).presyncedHeaders).toBe(412_000);
  });
});

describe("blocks in flight", () => {
  test("in an initial sync", () => {
    const inflight = Array.from({ length: 16 }, (_, index) => 930_018 + index);
    expect(decodeRow(coreRow("30", { inflight })).inFlight).toEqual(inflight);
  });

  test("a hostile node's list is cut", () => {
    const inflight = Array.from({ length: 50_000 }, (_, index) => index);
    expect(decodeRow(coreRow("30", { inflight })).inFlight).toHaveLength(64);
  });

  test("what is no height is left out", () => {
    expect(decodeRow(coreRow("30", { inflight: [-1, 1.5, null, [5], {}, "x", 7] })).inFlight).toEqual([7]);
  });
});

describe("times that are none", () => {
  test.each([0, -1, 12, 1_231_006_504, 1.5, "soon", null])("conntime %j", (conntime) => {
    expect(decodeRow(coreRow("30", { conntime }))).toMatchObject({ startSeconds: undefined, isUnique: false });
  });

  test.each([0, -1, -0.5, "0.1", null, Number.POSITIVE_INFINITY, Number.NaN])("pingtime %j", (pingtime) => {
    expect(decodeRow(coreRow("30", { pingtime })).latencySeconds).toBeUndefined();
  });
});

describe("malformed rows are counted, and what they lack is left out", () => {
  test.each<[string, unknown]>([
    ["no object", 7],
    ["null", null],
    ["a list", []],
    ["no address", coreRow("30", { addr: undefined })],
    ["an empty address", coreRow("30", { addr: "" })],
    ["no direction", coreRow("30", { inbound: undefined })],
    ["a word as the direction", coreRow("30", { inbound: "yes" })],
  ])("%s", (_, row) => {
    expect(decode(row, coreRow("30"))).toMatchObject({ malformed: 1, connections: [{ id: "7 1767300000" }] });
  });

  test("a row without an id is known by its address and direction", () => {
    expect(decodeRow(coreRow("30", { id: undefined })).id).toBe("outbound 198.51.100.7:8333");
  });

  test.each([undefined, null, {}, "peers", 7])("%j is no list", (answer) => {
    expect(thrownFailure(() => decodePeers(answer, CALL, AT))).toMatchObject({
      reason: "bad_shape",
      message: `${CALL}: expected a list of peers`,
    });
  });

  test("more rows than a node can have are refused before they are read", () => {
    const rows = Array.from({ length: MAX_ROWS + 1 }, () => ({}));
    expect(thrownFailure(() => decode(...rows)).reason).toBe("too_large");
    expect(decodePeers(rows, CALL, { ...AT, maxRows: MAX_ROWS + 1 }).malformed).toBe(MAX_ROWS + 1);
  });

  test("no peers", () => {
    expect(decode()).toEqual({ connections: [], malformed: 0, receivedMs: AT.receivedMs, hasUniqueIds: true });
  });
});

describe("ids that no other process uses again", () => {
  // After a restart whose first poll did not tell the process, the next one counted all connections as new again.
  test("with the time when the connection opened", () => {
    expect(decode(coreRow("30"), dogecoinRow(), btcdRow()).hasUniqueIds).toBe(true);
  });

  test.each<[string, unknown]>([
    ["zebrad", zebraRow()],
    ["bcoin", bcoinRow()],
    ["a row without a time", coreRow("30", { conntime: 0 })],
  ])("not of %s", (_, row) => {
    expect(decode(coreRow("30"), row).hasUniqueIds).toBe(false);
  });
});
