import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodePage } from "../../src/chains/chainweb/peer-page.ts";
import { callRpc } from "../../src/chains/monero/calls.ts";
import { decodeConnections as decodeMoneroConnections } from "../../src/chains/monero/connections.ts";
import { decodeInfo as decodeMoneroInfo } from "../../src/chains/monero/info.ts";
import { decodeConnections as decodeWireConnections } from "../../src/chains/wire/connections.ts";
import { decodePluginPage } from "../../src/chains/wire/plugin-page.ts";
import { type FailureReason, NodeError } from "../../src/model/failure.ts";
import type { NodeReport, PeerList } from "../../src/model/report.ts";
import { parseNodeJson } from "../../src/rpc/node-json.ts";
import { bitcoinRules } from "./bitcoin/captures.ts";
import { type Capture, type Check, capturedFiles, familyOf, httpOf, notOurs, type Rule } from "./captured.ts";
import { openInMemory, poll } from "./sessions.ts";
import {
  type Fields,
  failureIn,
  fields,
  line,
  list,
  memoryClient,
  type Reply,
  thrownFailure,
  valueIn,
} from "./support.ts";

/**
 * Decodes captured answers of real nodes: every file of the folders that CAPTURES_DIR names. They are other people's
 * data, so they are not part of this repository. A file of a family that no rule below knows fails, and so does a rule of a
 * family whose folder is there without a file. Folders of families without an adapter are not read.
 */
const folders = process.env.CAPTURES_DIR;
if (folders === undefined) process.stderr.write("captured answers are not checked: CAPTURES_DIR is not set\n");

const CALL = "call at http://127.0.0.1";

/** A page of prometheus_plugin with so many connections, and these totals. */
function pluginPage(expected: {
  connections?: number;
  failedConnections?: number;
  droppedTransactions?: number;
}): Check {
  return ({ body }) => {
    const { connections, ...totals } = decodePluginPage(body.toString(), CALL);
    const { connections: size = 0, ...rest } = expected;
    expect(connections.size).toBe(size);
    expect(totals).toMatchObject(rest);
  };
}

function jsonOf({ body }: Capture): unknown {
  return parseNodeJson(body.toString());
}

/** A file with only a body. Its name has the status, unless that is 200. */
function replyOf(capture: Capture): Reply {
  if (/\.(?:http|both_answers\.txt)$/.test(capture.path)) return httpOf(capture);
  const status = Number(/\/(\d{3})_/.exec(capture.path)?.[1] ?? (capture.path.includes("put_peer.400") ? 400 : 200));
  return { status, body: capture.body };
}

// Wire

/** A poll in which the node gives the captured answer to every call. */
function pollAnswer(chain: "wire" | "chainweb", capture: Capture, network?: string): Promise<NodeReport> {
  return poll(openInMemory(chain, () => replyOf(capture), network === undefined ? {} : { network }));
}

function wirePeers(...lines: readonly string[]): Check {
  return async (capture) => {
    const { connections, malformed } = valueIn((await pollAnswer("wire", capture)).peers);
    expect([connections.map(line), malformed]).toEqual([lines, 0]);
  };
}

function failsAs(chain: "wire" | "chainweb", reason: FailureReason, advice: string): Check {
  return async (capture) => {
    const { peers, head } = await pollAnswer(chain, capture);
    expect(failureIn(peers)).toMatchObject({ reason, advice: expect.stringContaining(advice) });
    expect(failureIn(head).reason).toBe(reason);
  };
}

const BUSY = "poll less often, or raise http-max-in-flight-requests";

const wire: readonly Rule[] = [
  [
    /^wire\/wire-W1\/connections\.docs_sample_repaired\.json$/,
    wirePeers("outbound connected devnet-0:4444 unknown 6594 sysio", "outbound disconnected devnet-1:4444 unknown"),
  ],
  [
    /^wire\/wire-W1\/status\.docs_sample\.json$/,
    (capture) => {
      // One row of /v1/net/status, which is not asked for. Its head_num is above what head_id says.
      expect(thrownFailure(() => decodeWireConnections(jsonOf(capture), CALL)).reason).toBe("bad_shape");
      expect(decodeWireConnections([jsonOf(capture)], CALL).connections[0]?.height).toBe(2568);
    },
  ],
  [
    /^wire\/wire-docs-2024-12\/get_info\.json$/,
    async (capture) => {
      const { identity, head, networkKey } = await pollAnswer("wire", capture);
      expect(identity).toEqual({ version: "v5.1.0", chainId: expect.stringMatching(/^d06acae4[0-9a-f]{56}$/) });
      expect(networkKey).toBe(`wire ${identity.chainId}`);
      const timestampSeconds = Date.UTC(2024, 11, 2, 14, 17, 3) / 1000;
      const finalTimestampSeconds = timestampSeconds - 27.5;
      expect(valueIn(head)).toEqual({
        ...{ height: 3_514_487, timestampSeconds },
        ...{ finalHeight: 3_514_444, finalTimestampSeconds },
      });
    },
  ],
  [
    /^wire\/spring-1\.2\/connections\.built_from_source\.json$/,
    wirePeers(
      "outbound connected peer-a.example:9876 ipv4 420000003 Spring Agent",
      "inbound connected 192.0.2.77:41234 ipv4 420000003 Spring Agent upload",
      "outbound disconnected peer-dead.example:9876:blk unknown",
      "outbound dialing peer-dialing.example:9876 unknown",
    ),
  ],
  [
    /^wire\/eosio-2\.1\/connections\.json$/,
    wirePeers(
      "inbound connected 127.0.0.1:9005 ipv4 128 EOS Test Agent",
      "inbound connected 127.0.0.1:9017 ipv4 130 EOS Test Agent",
      "inbound connected 127.0.0.1:9002 ipv4 126 EOS Test Agent",
    ),
  ],
  [
    /^wire\/eosio-1\.0rc\/connections\.json$/,
    async (capture) => {
      await wirePeers("inbound connected reach.me.example.com:9876 unknown 300 EOS Example")(capture);
      // Zeros although it is connected: no chain id, so not one of another chain.
      expect(decodeWireConnections(jsonOf(capture), CALL).connections[0]?.chainId).toBeUndefined();
    },
  ],
  // Cut off before generation, so it reads like a closed one.
  [/^wire\/leap-4\.0\/connections\.partial\.json$/, wirePeers("inbound disconnected unknown unknown")],
  [/^wire\/eosio-1\.1\/get_info\.partial\.txt$/, failsAs("wire", "bad_json", "no proxy or login page")],
  [/^wire\/errors\/404_not_found_[a-z0-9.-]+\.json$/, failsAs("wire", "unavailable", "load net_api_plugin")],
  [/^wire\/errors\/400_bad_host_leap-5\.[a-z_]+\.json$/, failsAs("wire", "host_header", "set host_header")],
  [/^wire\/errors\/429_busy_bos\.json$/, failsAs("wire", "busy", BUSY)],
  [/^wire\/errors\/503_busy_leap-5\.[a-z_]+\.json$/, failsAs("wire", "busy", BUSY)],
  [/^wire\/prometheus\/leap-5\.0_p2p\.excerpt\.txt$/, pluginPage({ connections: 2 })],
  [/^wire\/prometheus\/leap-5\.1-dev\.excerpt\.txt$/, pluginPage({ failedConnections: 2, droppedTransactions: 0 })],
  [
    /^wire\/prometheus\/leap-5\.0-rc1_superseded\.excerpt\.txt$/,
    ({ body }) => expect(() => decodePluginPage(body.toString(), CALL)).toThrow("expected metrics named"),
  ],
];

// Monero

/** The result of a JSON-RPC answer as the adapter reads it. */
function resultIn(capture: Capture): Promise<Fields> {
  return callRpc(
    memoryClient(() => replyOf(capture)),
    "get_connections",
    new AbortController().signal,
  );
}

async function moneroPeers(capture: Capture): Promise<PeerList> {
  return decodeMoneroConnections(await resultIn(capture), CALL, { receivedMs: 0 });
}

/** Rows as `line` shows them, with bytes received and sent. */
function moneroRows(...rows: readonly string[]): Check {
  return async (capture) => {
    const { connections, malformed } = await moneroPeers(capture);
    const shown = connections.map((row) => `${line(row)}, ${row.receivedBytes}/${row.sentBytes}, ${row.ageSeconds} s`);
    expect([shown, malformed]).toEqual([rows, 0]);
  };
}

function moneroInfo(expected: object): Check {
  return async (capture) => {
    const info = decodeMoneroInfo(await resultIn(capture), CALL);
    const daemon = { restricted: false, version: "0.18.0.0-unknown", network: "fakechain", blockSeconds: 120 };
    expect(info).toMatchObject({ ...daemon, ...expected, topBlockHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  };
}

function rpcFails(reason: FailureReason, text: string): Check {
  return async (capture) => {
    const error: unknown = await resultIn(capture).catch((reason: unknown) => reason);
    if (!(error instanceof NodeError)) throw new Error("expected a NodeError");
    expect(error.failure.reason).toBe(reason);
    expect(error.message).toContain(text);
  };
}

const isOk: Check = async (capture) => expect((await resultIn(capture)).status).toBe("OK");

const BEFORE = "inbound handshaking 127.0.0.1:53582 ipv4, 0/0, 1 s";

const monero: readonly Rule[] = [
  [/^monero\/[\d.]+\/json_rpc\/get_connections\.no_peers\.json$/, moneroRows()],
  [
    /\/json_rpc\/get_connections\.just_connected_hub\.json$/,
    moneroRows("inbound connected 127.0.0.1:46514 ipv4 1, 338/405, 0 s"),
  ],
  [
    /\/json_rpc\/get_connections\.just_connected_leaf\.json$/,
    moneroRows("outbound connected 127.0.0.1:38180 ipv4 1, 405/338, 0 s"),
  ],
  [
    /\/json_rpc\/get_connections\.hub_three_rows_one_before_handshake\.json$/,
    moneroRows(
      BEFORE,
      "inbound connected 127.0.0.1:53580 ipv4 1, 3197/15416, 6 s",
      "inbound connected 127.0.0.1:46516 ipv4 21, 2878/11682, 11 s",
    ),
  ],
  [
    /\/json_rpc\/get_connections\.leaf_syncing\.json$/,
    moneroRows("outbound connected 127.0.0.1:38180 ipv4 81 download, 5935/1492, 1 s"),
  ],
  [
    // The peer that downloads from this node is "normal".
    /\/json_rpc\/get_connections\.hub_while_leaf_syncs\.json$/,
    moneroRows("inbound connected 127.0.0.1:46516 ipv4 21, 2185/8802, 1 s"),
  ],
  [
    /\/json_rpc\/get_connections\.ipv6_outbound\.json$/,
    moneroRows("outbound connected [::1]:38690 ipv6 1, 405/338, 2 s"),
  ],
  [/\/json_rpc\/get_info\.no_peers_yet\.json$/, moneroInfo({ height: 1, synchronized: false, targetHeight: 0 })],
  [/\/json_rpc\/get_info\.hub_three_rows\.json$/, moneroInfo({ height: 81, synchronized: true, targetHeight: 0 })],
  [
    // Behind by 60 blocks, and it does not say so.
    /\/json_rpc\/get_info\.leaf_(?:cut_off_60_behind|syncing_after_lag)\.json$/,
    moneroInfo({ height: 21, synchronized: true, targetHeight: 0 }),
  ],
  [/\/json_rpc\/get_info\.one_ipv6_and_one_tor_row\.json$/, moneroInfo({ height: 1, synchronized: true })],
  [
    /\/json_rpc\/get_last_block_header\.json$/,
    async (capture) =>
      expect(fields((await resultIn(capture)).block_header)).toMatchObject({
        height: 80,
        timestamp: 1_795_209_294,
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      }),
  ],
  [
    /\/json_rpc\/sync_info\.[a-z_]+\.json$/,
    async (capture) => {
      // Not asked for; its peers are rows of get_connections.
      const peers = list((await resultIn(capture)).peers).map((peer) => fields(peer).info);
      const { connections, malformed } = decodeMoneroConnections({ connections: peers }, CALL, { receivedMs: 0 });
      expect([connections.length, malformed]).toEqual([capture.path.includes("leaf") ? 1 : 3, 0]);
    },
  ],
  [/\/json_rpc\/(?:get_bans|get_version|hard_fork_info)\.json$/, isOk],
  [/\/json_rpc\/generateblocks\.busy\.json$/, rpcFails("busy", 'expected status "OK", found "BUSY"')],
  [/\/json_rpc\/get_block_template\.busy\.json$/, rpcFails("busy", '-9 "Core is busy"')],
  // Answers without an envelope: what a URL of an endpoint outside JSON-RPC gives.
  [/^monero\/[\d.]+\/other\/[a-z_0-9.]+\.json$/, rpcFails("bad_shape", "expected a JSON-RPC result")],
  [/\/restricted\/get_limit\.http$/, rpcFails("bad_shape", "expected a JSON-RPC result")],
  [/\/restricted\/(?:get_connections|sync_info)[a-z_.]*\.http$/, rpcFails("unavailable", "unrestricted RPC")],
  [
    /\/restricted\/(?:get_net_stats|get_peer_list|mining_status|out_peers|set_limit)\.http$/,
    rpcFails("not_found", "found 404"),
  ],
  [/\/errors\/404_[a-z_]+\.http$/, rpcFails("not_found", "check the port and the path of the URL")],
  [/\/errors\/400_bad_json_on_other_endpoint\.http$/, rpcFails("http", "found 400")],
  [/\/errors\/200_method_not_found\.http$/, rpcFails("unavailable", '-32601 "Method not found"')],
  [
    /\/errors\/200_batch\.http$/,
    rpcFails("rpc", 'JSON-RPC error -32700 "Parse error": the request arrived incomplete or changed'),
  ],
  [
    /\/errors\/200_(?:chunked_request|empty_body|get_request|no_method|truncated_json)\.http$/,
    rpcFails("rpc", 'JSON-RPC error -32600 "Invalid Request": the request arrived incomplete or changed'),
  ],
  [/\/errors\/200_params_wrong_type\.http$/, rpcFails("rpc", "JSON-RPC error -32602")],
  [/\/errors\/200_height_too_big\.http$/, rpcFails("rpc", "JSON-RPC error -2")],
  [/\/errors\/200_wrong_address\.http$/, rpcFails("rpc", "JSON-RPC error -4")],
  [
    /\/accepted\/get_connections\.params_string\.http$/,
    moneroRows(
      "inbound connected 127.0.0.1:53580 ipv4 1, 3197/15416, 7 s",
      "inbound connected 127.0.0.1:46516 ipv4 21, 2878/11682, 12 s",
    ),
  ],
  [/\/accepted\/get_version\.[a-z_]+\.http$/, isOk],
  [/\/login\/401_[a-z_]+\.http$/, rpcFails("unauthorized", "set auth.digest")],
  [/\/login\/401_bad_password\.both_answers\.txt$/, rpcFails("unauthorized", "set auth.digest")],
  [/\/login\/200_after_challenge\.both_answers\.txt$/, isOk],
  [/\/tls\/[a-z_]+\.(?:curl|openssl)\.txt$/, notOurs("what curl and openssl print")],
  [
    /^monero\/getblock-docs\/get_connections\.docs_sample\.json$/,
    moneroRows("outbound connected 192.0.2.1:18080 ipv4 3194582, 1000/1000, 12345 s"),
  ],
];

// Chainweb

/** The ports of a page's peers, all with IPv4 addresses; the addresses are other people's. */
function page(next: string, ...ports: readonly number[]): Check {
  return (capture) => {
    const { peers, malformed, rows, next: cursor } = decodePage(jsonOf(capture), CALL);
    expect([peers.map(({ address }) => address.port), malformed, rows, cursor]).toEqual([ports, 0, ports.length, next]);
    expect(peers.every(({ address }) => address.type === "ipv4" && address.ip === address.host)).toBe(true);
    expect(new Set(peers.map(({ id }) => id)).size).toBe(ports.length);
  };
}

function cut(network: string, chains: number, height: number): Check {
  return async (capture) => {
    const { head, identity } = await pollAnswer("chainweb", capture, network);
    const { chainHeights = new Map<string, number>(), ...rest } = valueIn(head);
    expect([rest.height, chainHeights.size, identity.network]).toEqual([height, chains, network]);
    expect([...chainHeights.values()].reduce((sum, each) => sum + each)).toBe(height);
    const wrong = await pollAnswer("chainweb", capture, "other01");
    expect([failureIn(wrong.head).reason, failureIn(wrong.peers).reason]).toEqual(["wrong_network", "wrong_network"]);
  };
}

const chainweb: readonly Rule[] = [
  [
    /^chainweb\/mainnet01-2023-01\/cut_peer\.limit5\.page1\.json$/,
    page("inclusive:5", 31_350, 31_350, 31_350, 31_350, 31_350),
  ],
  [
    /^chainweb\/mainnet01-2023-01\/cut_peer\.limit5\.page2\.json$/,
    page("inclusive:10", 31_350, 31_350, 1789, 31_350, 1789),
  ],
  [/^chainweb\/mainnet01-2023-01\/mempool_peer\.chain0\.limit2\.page1\.json$/, page("inclusive:2", 31_350, 31_350)],
  [/^chainweb\/testnet04-docs\/mempool_peer\.chain4\.limit3\.page1\.json$/, page("inclusive:3", 1789, 1789, 1789)],
  [/^chainweb\/docs\/peer_page\.docs_sample_value_wrapper\.json$/, page("inclusive:3")],
  [/^chainweb\/mainnet01-2023-01\/cut\.json$/, cut("mainnet01", 20, 67_016_208)],
  [/^chainweb\/mainnet01-2023-01\/cut\.maxheight_36540\.10chains\.json$/, cut("mainnet01", 10, 36_540)],
  [/^chainweb\/mainnet01-2\.24\/cut\.maxheight_4833114\.10chains\.json$/, cut("mainnet01", 10, 4_833_110)],
  [/^chainweb\/testnet04-2023-01\/cut\.json$/, cut("testnet04", 20, 57_582_859)],
  [/^chainweb\/(?:docs|testnet04-2023-01)\/put_peer\.400_[a-z_]+\.txt$/, failsAs("chainweb", "http", "node's own log")],
  [/^chainweb\/errors\/400_[a-z_]+\.txt$/, failsAs("chainweb", "http", "the node's own log")],
  [
    /^chainweb\/errors\/429_throttled\.built_from_source\.json$/,
    failsAs("chainweb", "rate_limited", "poll less often"),
  ],
  [/^chainweb\/mainnet01-2\.24\.1\/config\.abridged\.json$/, notOurs("/config is not asked for")],
];

const about: readonly Rule[] = [[/^(?:SOURCES\.md|\.gitattributes)$/, notOurs("about the captures")]];

const RULES: ReadonlyMap<string, readonly Rule[]> = new Map([
  ...Object.entries({ wire, monero, chainweb, bitcoin: bitcoinRules }),
  ["other", [[/^other\//, notOurs("chains without an adapter")]]],
  ["", about],
]);

function rulesFor(path: string): readonly Check[] {
  return (RULES.get(familyOf(path)) ?? []).filter(([pattern]) => pattern.test(path)).map(([, check]) => check);
}

describe.skipIf(folders === undefined)("captured answers", () => {
  const all = folders === undefined ? [] : capturedFiles(folders);
  const files = all.filter(({ path }) => RULES.has(familyOf(path)));
  const families = new Set(all.map(({ path }) => familyOf(path)));
  if (folders !== undefined && all.length === 0)
    process.stderr.write(`captured answers are not checked: no ${folders}\n`);
  const unread = [...families].filter((family) => !RULES.has(family));
  if (unread.length > 0)
    process.stderr.write(`captured answers are not checked: of ${unread.join(", ")}, no adapter\n`);

  test.each(files.map(({ path, file }) => [path, file] as const))("%s", async (path, file) => {
    const [check, ...more] = rulesFor(path);
    if (check === undefined) throw new Error("no rule of this test knows this file: add what it must give");
    expect(more).toEqual([]);
    await check({ path, body: readFileSync(file) });
  });

  test("every rule of a family whose folder is there has a file", () => {
    const rules = [...RULES].flatMap(([family, each]) => (families.has(family) && family !== "" ? each : []));
    const unused = rules.filter(([pattern]) => !files.some(({ path }) => pattern.test(path)));
    expect(unused.map(([pattern]) => pattern.source)).toEqual([]);
  });
});
