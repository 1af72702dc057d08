import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PollRequest } from "../../src/chains/adapter.ts";
import { resultOf as bitcoinResultOf } from "../../src/chains/bitcoin/calls.ts";
import { decodeChainInfo } from "../../src/chains/bitcoin/chain-info.ts";
import { decodeChainTips } from "../../src/chains/bitcoin/chain-tips.ts";
import { addMessageBytes } from "../../src/chains/bitcoin/message-bytes.ts";
import { decodeNetworkInfo, decodeTotals } from "../../src/chains/bitcoin/network-info.ts";
import { messageSamples, peerSamples } from "../../src/chains/bitcoin/peer-samples.ts";
import { decodePeers } from "../../src/chains/bitcoin/peers.ts";
import {
  decodeAddedNodes,
  decodeAddressManager,
  decodeBans,
  decodeHeader,
} from "../../src/chains/bitcoin/secondary-answers.ts";
import { decodeCut } from "../../src/chains/chainweb/cut.ts";
import { decodePage } from "../../src/chains/chainweb/peer-page.ts";
import { MAX_ROWS } from "../../src/chains/decode.ts";
import type { ChainName } from "../../src/chains/index.ts";
import { resultOf } from "../../src/chains/monero/calls.ts";
import { decodeConnections as decodeMoneroConnections } from "../../src/chains/monero/connections.ts";
import { decodeInfo as decodeMoneroInfo } from "../../src/chains/monero/info.ts";
import { decodeConnections as decodeWireConnections } from "../../src/chains/wire/connections.ts";
import { decodeInfo as decodeWireInfo } from "../../src/chains/wire/info.ts";
import { FAILURE_REASONS, type Failure, NodeError } from "../../src/model/failure.ts";
import {
  type BlockId,
  CONNECTION_STATES,
  DIRECTIONS,
  type NodeReport,
  type Outcome,
  type PeerConnection,
  type PeerList,
} from "../../src/model/report.ts";
import { parseNodeJson } from "../../src/rpc/node-json.ts";
import { runs } from "../support/effort.ts";
import { CORE_30 } from "./bitcoin/answers.ts";
import {
  bcoinRow,
  btcdRow,
  coreRow,
  dashRow,
  dogecoinRow,
  oldZebraRow,
  RELEASES,
  silentRow,
  zcashdRow,
  zebraRow,
} from "./bitcoin/peer-rows.ts";
import { header as chainwebHeader, hashOf } from "./chainweb/support.ts";
import { anyJson, changed, jsonText } from "./hostile.ts";
import { openInMemory, poll } from "./sessions.ts";
import { fields, fixture, list, type Reply, thrownFailure } from "./support.ts";

/** As an answer arrives: numbers of any size, texts with anything in them. */
function received(value: unknown): unknown {
  return parseNodeJson(jsonText(value));
}

function expectCount(value: number | undefined): void {
  assert(value === undefined || (Number.isSafeInteger(value) && value >= 0), `${value} is no count`);
}

function expectSound(row: PeerConnection): void {
  assert.equal(typeof row.id, "string");
  assert(DIRECTIONS.includes(row.direction), row.direction);
  assert(row.state === undefined || CONNECTION_STATES.includes(row.state), row.state);
  for (const number of [row.height, row.receivedBytes, row.sentBytes, row.ageSeconds]) expectCount(number);
  assert.notEqual(row.height, 0);
  for (const text of [row.agent, row.chainId]) assert.notEqual(text, "");
  const { host, port, type, ip, suffix } = row.address;
  assert.equal(typeof host, "string");
  expectCount(port);
  assert(port === undefined || (port > 0 && port <= 65_535), `port ${port}`);
  if (ip !== undefined) assert.equal(type, ip.includes(":") ? "ipv6" : "ipv4");
  assert([undefined, ":blk", ":trx"].includes(suffix), suffix);
}

function expectSoundFailure({ reason, message, advice }: Failure): void {
  assert(FAILURE_REASONS.includes(reason) && reason !== "internal", reason);
  assert(message.length < 500, message);
  assert.notEqual(advice, "");
}

/** The decoder's value, or undefined when it refused the answer as it should. */
function attempted<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof NodeError)) throw error;
    expectSoundFailure(error.failure);
    return undefined;
  }
}

const wireRows = [
  ...list(fixture("wire/e1-eosio-1.8.json")),
  ...list(fixture("wire/l5-leap-5.0-w1.json")),
  ...list(fixture("wire/s12-spring-1.2-w2.json")),
  ...list(fixture("wire/w4.json")),
];
const moneroRows = list(fields(fields(fixture("monero/get_connections.json")).result).connections);
const chainwebRows = list(fields(fixture("chainweb/peers.page1.json")).items);

const bitcoinRows = [
  ...[...RELEASES.map((release) => coreRow(release)), silentRow("30"), dogecoinRow(), dashRow(), zcashdRow()],
  ...[zebraRow(), oldZebraRow(), btcdRow(), bcoinRow(), coreRow("30", { inflight: [1, 2], pingwait: 70 })],
];

const HASH = hashOf("a block of another node");

/** What each poll has to find out. */
const WANTED: Partial<Record<ChainName, PollRequest>> = {
  wire: { block: { height: 700 } },
  monero: { block: { height: 700 } },
  chainweb: { block: { chain: "0", height: 700, hash: HASH } },
  bitcoin: { block: { height: 700 } },
};

function expectSoundBlock({ chain, height, hash }: BlockId, own: number): void {
  assert.match(hash, chain === "" ? /^[0-9a-f]{64}$/ : /^[A-Za-z0-9_-]{43}$/);
  expectCount(height);
  assert(height <= own, `${height} is above ${own}`);
}

describe("any JSON gives a value or a NodeError", () => {
  test.each<[string, (answer: unknown) => unknown]>([
    ["Wire connections", (answer) => decodeWireConnections(answer, "call")],
    ["Wire get_info", (answer) => decodeWireInfo(answer, "call")],
    ["Monero connections", (answer) => decodeMoneroConnections(resultOf(answer, "call"), "call", { receivedMs: 0 })],
    ["Monero get_info", (answer) => decodeMoneroInfo(resultOf(answer, "call"), "call")],
    [
      "Monero connections of any result",
      (answer) => decodeMoneroConnections({ connections: answer }, "call", { receivedMs: 0 }),
    ],
    ["Chainweb cut", (answer) => decodeCut(answer, "call")],
    ["Chainweb hashes", (answer) => decodeCut({ hashes: answer }, "call")],
    ["Chainweb page", (answer) => decodePage(answer, "call")],
    ["Bitcoin peers of any result", (answer) => decodePeers(answer, "call", { receivedMs: 0 })],
    ["Bitcoin peers", (answer) => decodePeers(bitcoinResultOf(answer, "call", "x"), "call", { receivedMs: 0 })],
    ["Bitcoin getblockchaininfo", (answer) => decodeChainInfo(answer, "call")],
    ["Bitcoin getchaintips", (answer) => decodeChainTips(answer, "call")],
    ["Bitcoin getnetworkinfo", (answer) => decodeNetworkInfo(answer, "call")],
    ["Bitcoin getnettotals", (answer) => decodeTotals(answer, "call", { sentMs: 0, receivedMs: 0 })],
    ["Bitcoin listbanned", (answer) => decodeBans(answer, "call")],
    ["Bitcoin getaddrmaninfo", (answer) => decodeAddressManager(answer, "call")],
    ["Bitcoin getaddednodeinfo", (answer) => decodeAddedNodes(answer, "call")],
    ["Bitcoin getblockheader", (answer) => decodeHeader(answer, "call")],
  ])("%s", (_, decode) => {
    fc.assert(
      fc.property(anyJson, (answer) => void attempted(() => decode(received(answer)))),
      { numRuns: runs(150) },
    );
  });
});

/** Rows of zebrad's address book that are no connections are left out, so they count as malformed here. */
function decodeAllBitcoin(rows: readonly unknown[]): PeerList {
  const { connections } = decodePeers(rows, "call", { receivedMs: 0 });
  const samples = [
    ...peerSamples(connections),
    ...messageSamples(addMessageBytes(addMessageBytes(undefined, []), connections)),
  ];
  for (const { value } of samples) assert(value >= 0 && value < Number.POSITIVE_INFINITY, `${value}`);
  for (const { inFlight = [] } of connections) assert(inFlight.length <= 64);
  return { connections, malformed: rows.length - connections.length };
}

describe("rows with values gone or changed", () => {
  test.each<[string, readonly unknown[], (rows: readonly unknown[]) => PeerList]>([
    ["Wire", wireRows, (rows) => decodeWireConnections(rows, "call")],
    ["Monero", moneroRows, (rows) => decodeMoneroConnections({ connections: rows }, "call", { receivedMs: 0 })],
    [
      "Chainweb",
      chainwebRows,
      (items) => {
        const { peers, malformed } = decodePage({ items }, "call");
        return { connections: peers, malformed };
      },
    ],
    ["Bitcoin", bitcoinRows, decodeAllBitcoin],
  ])("%s: every row is shown or counted, and what is shown is sound", (_, samples, decode) => {
    const row = fc.oneof(
      { arbitrary: fc.constantFrom(...samples).chain(changed), weight: 4 },
      { arbitrary: anyJson, weight: 1 },
    );
    fc.assert(
      fc.property(fc.array(row, { maxLength: 6 }), (rows) => {
        const { connections, malformed } = decode(list(received(rows)));
        expect(connections.length + malformed).toBe(rows.length);
        for (const connection of connections) expectSound(connection);
      }),
      { numRuns: runs(150) },
    );
  });
});

describe("a list longer than any node's is refused unread (the polls of other nodes waited for seconds)", () => {
  test.each<[string, (rows: readonly unknown[]) => unknown]>([
    ["Wire", (rows) => decodeWireConnections(rows, "call")],
    ["Monero", (rows) => decodeMoneroConnections({ connections: rows }, "call", { receivedMs: 0 })],
    ["Chainweb", (items) => decodePage({ items }, "call")],
    ["Bitcoin", (rows) => decodePeers(rows, "call", { receivedMs: 0 })],
  ])("%s", (_, decode) => {
    const most = Array.from({ length: MAX_ROWS }, () => ({}));
    expect(() => decode(most)).not.toThrow();
    expect(thrownFailure(() => decode([...most, {}]))).toMatchObject({
      reason: "too_large",
      message: `call: expected at most ${MAX_ROWS} rows, found ${MAX_ROWS + 1}`,
    });
  });
});

const SIGNED = new Set(["p2p_bitcoin_time_offset_seconds", "p2p_bitcoin_chain_tip_lead_blocks"]);

function expectSoundReport(report: NodeReport): void {
  const outcomes: readonly Outcome<unknown>[] = [report.peers, report.head, ...report.apis.values()];
  for (const outcome of outcomes) if (!outcome.ok) expectSoundFailure(outcome.failure);
  if (report.peers.ok) for (const row of report.peers.value.connections) expectSound(row);
  if (report.head.ok) {
    const { height, timestampSeconds = 0, finalHeight, chainHeights = new Map() } = report.head.value;
    for (const count of [height, finalHeight, ...chainHeights.values()]) expectCount(count);
    for (const { chain = "", ...block } of report.blocks ?? []) {
      expectSoundBlock({ chain, ...block }, chainHeights.get(chain) ?? height);
    }
    expect(timestampSeconds >= 0 && timestampSeconds < Number.POSITIVE_INFINITY).toBe(true);
  }
  for (const { value, labels, family } of report.chainSamples) {
    // A weight is beyond 2^53.
    assert((value >= 0 || SIGNED.has(family.name)) && Number.isFinite(value), `${family.name} ${value}`);
    assert.equal(labels.length, family.labels.length);
  }
  for (const number of [report.minBlockSeconds, report.blockSeconds, report.clockSkewSeconds]) {
    if (number !== undefined) expect(Number.isFinite(number)).toBe(true);
  }
  expect(report.minBlockSeconds).toBeGreaterThanOrEqual(0);
}

/** What one hostile node answers: by a part of the request, a body. */
type Answers = Readonly<Record<string, unknown>>;

describe("a whole poll of a hostile node gives a report", () => {
  async function pollHostile(chain: ChainName, answers: Answers, options: object = {}): Promise<NodeReport> {
    const session = openInMemory(
      chain,
      ({ path, body = "" }): Reply => {
        const key = Object.keys(answers).find((part) => `${path} ${body}`.includes(part));
        return { body: key === undefined ? "{}" : jsonText(answers[key]) };
      },
      options,
    );
    return poll(session, undefined, WANTED[chain]);
  }

  /** Each answer valid, changed, or anything. */
  function answersOf(valid: Answers): fc.Arbitrary<Answers> {
    const entries = Object.entries(valid).map(([part, document]) => [part, fc.oneof(changed(document), anyJson)]);
    return fc.record(Object.fromEntries(entries));
  }

  const header = fixture("monero/get_last_block_header.json");
  const atHeight = { result: { status: "OK", block_header: { height: 700, hash: "ab".repeat(32) } } };
  const blockInfo = { block_num: 700, id: `000002bc${"ab".repeat(28)}` };
  test.each<[ChainName, Answers, object]>([
    [
      "wire",
      {
        connections: fixture("wire/w4.json"),
        get_info: fixture("wire/get_info.spring-1.2.json"),
        get_block_info: blockInfo,
      },
      {},
    ],
    [
      "monero",
      {
        get_info: fixture("monero/get_info.json"),
        get_connections: fixture("monero/get_connections.json"),
        get_last_block_header: header,
        get_block_header_by_height: atHeight,
      },
      {},
    ],
    [
      "chainweb",
      {
        "mempool/peer": fixture("chainweb/peers.page1.json"),
        "cut/peer": fixture("chainweb/peers.page2.json"),
        "header/": chainwebHeader(HASH, 7n, 3, 700n),
        cut: fixture("chainweb/cut.10chains.json"),
        info: fixture("chainweb/info.3.2.json"),
      },
      { mempool_peers: true, service_url: "http://127.0.0.1:1848" },
    ],
    [
      "bitcoin",
      Object.fromEntries(
        Object.entries(CORE_30).map(([method, result]) => [`"${method}"`, { result, error: null, id: "0" }]),
      ),
      {},
    ],
  ])("%s", async (chain, valid, options) => {
    expectSoundReport(await pollHostile(chain, valid, options));
    await fc.assert(
      fc.asyncProperty(answersOf(valid), async (answers) => {
        expectSoundReport(await pollHostile(chain, answers, options));
      }),
      { numRuns: runs(150) },
    );
  });
});
