import fc from "fast-check";
import { ADAPTERS, type ChainName, chains } from "../../src/chains/index.ts";
import { ADDRESS_MODES, type NodeConfig } from "../../src/config/model.ts";
import type { ConnectionSettings } from "../../src/metrics/connection-settings.ts";
import { cleanText } from "../../src/metrics/exposition.ts";
import { parseAddress } from "../../src/model/address.ts";
import { FAILURE_REASONS } from "../../src/model/failure.ts";
import {
  CONNECTION_STATES,
  DIRECTIONS,
  type NodeReport,
  type PeerAddress,
  type RowInfo,
  type SyncingWord,
} from "../../src/model/report.ts";
import { EMPTY_HISTORY, type NodeHistory } from "../../src/poll/history.ts";
import type { NodeState } from "../../src/poll/store.ts";
import { failing, firstState, INTERVAL_MS, NOW, nodeConfig, stateAfter } from "../poll/support.ts";

/** Everything that a node and its peers may send, as far as the types allow it. */

/** Any sequence of UTF-16 units, halves of pairs and control characters included. */
export const anyUtf16 = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0x9f }),
      fc.integer({ min: 0xd7f0, max: 0xe010 }),
      fc.integer({ min: 0, max: 0xffff }),
    ),
    { maxLength: 300 },
  )
  .map((units) => String.fromCharCode(...units));

export const hostileText = fc.oneof(
  anyUtf16,
  fc.string({ unit: "grapheme" }),
  fc.constantFrom(
    "",
    " ",
    '"',
    "\\",
    "\n",
    "\\n",
    'x"} 1\nup 1\n#',
    "# EOF\n",
    "\u0000\u2028\u2029\r",
    "\ud800",
    "x".repeat(5000),
    "𝕏".repeat(500),
  ),
);

/** Counts and times that no adapter should give, but the types allow. */
export const anyNumber = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(0, -0, 1e21, Number.MAX_SAFE_INTEGER, Number.MAX_VALUE, Number.NaN, Number.POSITIVE_INFINITY),
);

const byteCount = anyNumber.map(Math.abs);

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const addressType = fc.constantFrom("ipv4", "ipv6", "tor", "i2p", "unknown");

export const anyAddress: fc.Arbitrary<PeerAddress> = fc.oneof(
  // Few of these, so that rows share their labels.
  fc.constantFrom("192.0.2.1:1", "192.0.2.1:2", "192.0.77.1:1", "[2001:db8::1]:1", "name.example:1").map(parseAddress),
  fc.ipV4().map(parseAddress),
  fc.ipV6().map(parseAddress),
  fc.record({
    host: hostileText,
    port: maybe(fc.integer({ min: 1, max: 65535 })),
    type: addressType,
    suffix: maybe(fc.constantFrom(":blk", ":trx")),
  }),
);

const rowFamilies = ADAPTERS.flatMap(({ families }) => families).filter(({ scope }) => scope !== undefined);

const rowInfo: fc.Arbitrary<RowInfo> = fc
  .tuple(
    fc.constantFrom(...rowFamilies.filter(({ labels }) => labels.length > 0)),
    fc.array(hostileText, { minLength: 4, maxLength: 4 }),
  )
  .map(([family, labels]) => ({ family, labels }));

const rowSamples = fc.uniqueArray(
  fc.record({
    family: fc.constantFrom(...rowFamilies.filter(({ labels }) => labels.length === 0)),
    labels: fc.constant([]),
    // Some are counters.
    value: byteCount,
  }),
  { selector: ({ family }) => family.name, maxLength: 4 },
);

const peerRow = fc.record({
  id: fc.oneof(fc.constantFrom("1", "2", "3"), hostileText),
  direction: fc.constantFrom(...DIRECTIONS),
  state: maybe(fc.constantFrom(...CONNECTION_STATES)),
  address: anyAddress,
  agent: maybe(hostileText),
  height: maybe(anyNumber),
  chainId: maybe(hostileText),
  syncing: maybe(fc.constantFrom("download", "upload")),
  receivedBytes: maybe(byteCount),
  sentBytes: maybe(byteCount),
  rowBytes: maybe(fc.record({ received: byteCount, sent: byteCount })),
  session: maybe(fc.constantFrom("1", "2")),
  latencySeconds: maybe(anyNumber),
  info: maybe(rowInfo),
  chainSamples: maybe(rowSamples),
  ageSeconds: maybe(anyNumber),
  startSeconds: maybe(anyNumber),
  bytesSince: maybe(fc.oneof(anyNumber, fc.constant("unknown" as const))),
});

const failureOutcome = fc.constantFrom(...FAILURE_REASONS).map((reason) => failing(reason));

function outcome<T>(value: fc.Arbitrary<T>) {
  return fc.oneof(
    { weight: 4, arbitrary: value.map((given) => ({ ok: true, value: given }) as const) },
    { weight: 1, arbitrary: failureOutcome },
  );
}

const mempoolSamples = fc
  .uniqueArray(fc.tuple(hostileText, anyNumber), { selector: ([label]) => cleanText(label), maxLength: 4 })
  .map((pairs) => {
    const [family] = chains.chainweb.families;
    return family === undefined ? [] : pairs.map(([label, value]) => ({ family, labels: [label], value }));
  });

export const anyReport: fc.Arbitrary<NodeReport> = fc.record({
  identity: fc.record({ version: maybe(hostileText), network: maybe(hostileText), chainId: maybe(hostileText) }),
  peers: outcome(fc.record({ connections: fc.array(peerRow, { maxLength: 25 }), malformed: fc.nat() })),
  head: outcome(
    fc.record({
      height: anyNumber,
      timestampSeconds: maybe(anyNumber),
      finalHeight: maybe(anyNumber),
      chainHeights: maybe(fc.array(fc.tuple(fc.nat(9).map(String), fc.nat())).map((heights) => new Map(heights))),
    }),
  ),
  apis: fc
    .uniqueArray(
      fc.tuple(fc.constantFrom("info", "mempool", "last_block", "totals"), outcome(fc.constant(undefined))),
      {
        selector: ([api]) => api,
      },
    )
    .map((apis) => new Map(apis)),
  chainSamples: mempoolSamples,
  syncing: fc.constantFrom<SyncingWord>(true, false, "unknown", "progress"),
  clockSkewSeconds: maybe(anyNumber),
  startSeconds: maybe(anyNumber),
  networkKey: maybe(fc.constantFrom("a", "b")),
  minBlockSeconds: fc.constantFrom(0, 0.5, 60),
  blockSeconds: maybe(fc.constantFrom(0.5, 120)),
});

const CHAIN_NAMES: readonly ChainName[] = ["wire", "antelope", "monero", "chainweb", "bitcoin", "dogecoin"];

/** Names are checked when the configuration is read, values of labels are not. */
const anyNode: fc.Arbitrary<NodeConfig> = fc
  .record({
    name: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:@-]{0,20}$/),
    chain: fc.constantFrom(...CHAIN_NAMES),
    labels: fc.dictionary(fc.constantFrom("region", "owner", "_x"), hostileText),
  })
  .map(nodeConfig);

/** A node after a few polls, or before the first. */
const anyState: fc.Arbitrary<NodeState> = fc
  .tuple(anyNode, fc.array(anyReport, { maxLength: 3 }), fc.array(anyReport, { maxLength: 2 }))
  .map(([node, reports, others]) => {
    let history: NodeHistory = EMPTY_HISTORY;
    let state = firstState(node);
    for (const [turn, given] of reports.entries()) {
      state = stateAfter(given, { node, history, others, endedMs: NOW + turn * INTERVAL_MS });
      history = state.history;
    }
    return state;
  });

export const anyStates = fc.uniqueArray(anyState, {
  minLength: 1,
  maxLength: 3,
  selector: ({ node }) => node.name,
});

export const anySettings: fc.Arbitrary<ConnectionSettings> = fc.record({
  series: fc.boolean(),
  maxPerNode: fc.nat(30),
  maxNewPerHour: fc.integer({ min: 1, max: 40 }),
  address: fc.constantFrom(...ADDRESS_MODES),
  hashKey: fc.constant("a key of some length"),
});
