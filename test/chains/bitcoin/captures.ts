import { expect } from "vitest";
import { callRpc } from "../../../src/chains/bitcoin/calls.ts";
import { decodeChainInfo, syncingWord } from "../../../src/chains/bitcoin/chain-info.ts";
import { decodeChainTips } from "../../../src/chains/bitcoin/chain-tips.ts";
import { decodeNetworkInfo, decodeTotals, versionOf } from "../../../src/chains/bitcoin/network-info.ts";
import { decodePeers } from "../../../src/chains/bitcoin/peers.ts";
import { decodeAddedNodes, decodeBans } from "../../../src/chains/bitcoin/secondary-answers.ts";
import { type FailureReason, NodeError } from "../../../src/model/failure.ts";
import { type Capture, type Check, httpOf, notOurs, type Rule } from "../captured.ts";
import { line, memoryClient } from "../support.ts";

/** What each captured answer of litecoind 0.21.2.1 must give: a hub, B and C that dial it (C over Tor), silent TCP clients. */

const CALL = "call at http://127.0.0.1";

/** The result of an answer as the adapter reads it. */
function resultIn(capture: Capture): Promise<unknown> {
  const client = memoryClient(() => httpOf(capture));
  return callRpc(client, "getpeerinfo", { signal: new AbortController().signal });
}

function litecoind(name: string, check: Check): Rule {
  return [new RegExp(`^bitcoin/litecoind-0\\.21\\.2\\.1/(?:${name})\\.http$`), check];
}

const B = "/LitecoinCore:0.21.2.1(eve.evil,?@;-_)/";
const C = "1 inbound connected 127.0.0.1:37042 tor /LitecoinCore:0.21.2.1/, onion inbound";

/** Each row: id, what `line` shows, the network, what it is for; bytes, round trip, time since a ping; start, newest message, blocks. */
function rows(...expected: readonly string[]): Check {
  return async (capture) => {
    const { connections, malformed } = decodePeers(await resultIn(capture), CALL, { receivedMs: 0 });
    const shown = connections.map((row) => {
      const { id, receivedBytes, sentBytes, latencySeconds, pingWaitSeconds, startSeconds, chainSamples = [] } = row;
      const heights = row.inFlight.length === 0 ? [] : [`${row.inFlight[0]} to ${row.inFlight.at(-1)} in flight`];
      return [
        `${id.split(" ")[0]} ${line(row)}`,
        `${row.peerNetwork} ${row.connectionType}`,
        `${receivedBytes}/${sentBytes}`,
        ...(latencySeconds === undefined ? [] : [`${latencySeconds} s`]),
        ...(pingWaitSeconds === undefined ? [] : [`waits ${pingWaitSeconds} s`]),
        ...[startSeconds, ...chainSamples.map(({ value }) => value), ...heights],
      ].join(", ");
    });
    expect([shown, malformed]).toEqual([expected, 0]);
    for (const { isPermitted, relaysAddresses, transport, presyncedHeaders } of connections) {
      expect([isPermitted, relaysAddresses, transport, presyncedHeaders]).toEqual([
        false,
        undefined,
        undefined,
        undefined,
      ]);
    }
  };
}

function info(expected: object, syncing: boolean): Check {
  return async (capture) => {
    const decoded = decodeChainInfo(await resultIn(capture), CALL);
    const always = { network: "regtest", timestampSeconds: undefined, progress: 1, isPruned: false, warnings: 0 };
    expect(decoded).toMatchObject({ ...always, ...expected, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(syncingWord(decoded)).toBe(syncing);
  };
}

function network(version: string, isActive: boolean): Check {
  return async (capture) => {
    const decoded = decodeNetworkInfo(await resultIn(capture), CALL);
    expect(decoded).toMatchObject({ isActive, timeOffsetSeconds: 0, localAddresses: 0 });
    expect(Object.fromEntries(decoded.reachable)).toEqual({ ipv4: true, ipv6: true, onion: false });
    expect(versionOf(decoded)).toBe(version);
  };
}

function totals(received: number, sent: number, timeMs: number): Check {
  return async (capture) => {
    const decoded = decodeTotals(await resultIn(capture), CALL, { sentMs: timeMs - 500, receivedMs: timeMs });
    expect(decoded).toEqual({ received, sent, timeMs, clockSkewSeconds: 0.25, uploadLeftBytes: undefined });
  };
}

function tips(active: number, longestYoungBranch: number, ...byStatus: readonly string[]): Check {
  return async (capture) => {
    const decoded = decodeChainTips(await resultIn(capture), CALL);
    expect(decoded).toMatchObject({ active, longestYoungBranch });
    expect([...decoded.byStatus].map(([status, of]) => `${of.tips} ${status} ${of.highest}`)).toEqual(byStatus);
  };
}

function bans(addresses: number, subnets: number): Check {
  return async (capture) => expect(decodeBans(await resultIn(capture), CALL)).toEqual({ addresses, subnets });
}

const noAddedNodes: Check = async (capture) =>
  expect(decodeAddedNodes(await resultIn(capture), CALL)).toEqual({ connected: 0, away: 0 });

function gives(expected: unknown): Check {
  return async (capture) => expect(await resultIn(capture)).toEqual(expected);
}

function fails(reason: FailureReason, text: string, advice = ""): Check {
  return async (capture) => {
    const error: unknown = await resultIn(capture).catch((failure: unknown) => failure);
    if (!(error instanceof NodeError)) throw new Error("expected a NodeError");
    expect(error.failure).toMatchObject({ reason, advice: expect.stringContaining(advice) });
    expect(error.message).toContain(text);
    expect(error.message.length).toBeLessThan(400);
    expect(error.failure.isStarting).toBe(capture.path.includes("warmup") ? true : undefined);
  };
}

const METHOD_NOT_FOUND = fails("unavailable", '"Method not found"');
const TWO_STATES = "(?:no_peers|peers_2_and_2_silent)";

export const bitcoinRules: readonly Rule[] = [
  litecoind("getpeerinfo\\.(?:no_peers|network_inactive)|rpcwhitelist\\.allowed", rows()),
  litecoind(
    "getpeerinfo\\.peers_2_and_2_silent",
    rows(
      `0 inbound connected 127.0.0.1:60276 ipv4 ${B}, not_publicly_routable inbound, 24708/135344, 0.00196 s, 1795991086, 1795991089`,
      `${C}, 24692/135344, 0.029126 s, 1795991091, 1795991093`,
      "2 inbound handshaking 127.0.0.1:50280 ipv4, not_publicly_routable inbound, 0/0, 1795991091",
      "3 inbound handshaking [::1]:54198 ipv6, not_publicly_routable inbound, 0/0, 1795991091",
    ),
  ),
  litecoind(
    "getpeerinfo\\.peer_b_stopped_sigstop_after_ping",
    rows(
      `0 inbound connected 127.0.0.1:60276 ipv4 ${B}, not_publicly_routable inbound, 24708/135376, 0.00196 s, waits 3.018982 s, 1795991086, 1795991089`,
      `${C}, 24724/135376, 0.000131 s, 1795991091, 1795991096`,
    ),
  ),
  litecoind(
    "getpeerinfo\\.(?:after_peer_killed|b_cut_off|shutting_down)",
    rows(`${C}, 24724/136701, 0.000131 s, 1795991091, 1795991096`),
  ),
  litecoind(
    "getpeerinfo\\.syncing_1",
    rows("0 outbound handshaking 127.0.0.1:48021 ipv4, not_publicly_routable manual, 0/149, 1795991086"),
  ),
  litecoind(
    "getpeerinfo\\.syncing_2",
    rows(
      "0 outbound connected 127.0.0.1:48021 ipv4 401 /LitecoinCore:0.21.2.1/, not_publicly_routable manual, 60688/6802, 0.000582 s, 1795991086, 92, 1795991087, 1795991087, 93 to 108 in flight",
    ),
  ),
  litecoind(
    "getpeerinfo\\.(?:syncing_3|leaf_outbound_manual)",
    rows(
      "0 outbound connected 127.0.0.1:48021 ipv4 401 /LitecoinCore:0.21.2.1/, not_publicly_routable manual, 135344/24708, 0.000582 s, 1795991086, 401, 1795991089, 1795991089",
    ),
  ),
  litecoind(
    "getpeerinfo\\.after_reconnect_leaf",
    rows(
      "1 outbound connected 127.0.0.1:48021 ipv4 406 /LitecoinCore:0.21.2.1/, not_publicly_routable manual, 2825/1671, 0.000224 s, 1795991100, 406, 1795991100, 1795991100",
    ),
  ),
  // The hub sees nothing of it: it knows no height of a peer that only fetches.
  ...[
    ["1", "5704/56387", "1795991087"],
    ["2", "7717/64736", "1795991087"],
    ["3", "24708/135344", "1795991089"],
  ].map(([number, bytes, last]) =>
    litecoind(
      `getpeerinfo\\.serving_syncing_peer_${number}`,
      rows(
        `0 inbound connected 127.0.0.1:60276 ipv4 ${B}, not_publicly_routable inbound, ${bytes}, 0.00196 s, 1795991086, ${last}`,
      ),
    ),
  ),
  litecoind("getpeerinfo\\.warmup", fails("busy", 'a node that is starting "Loading block index..."')),

  litecoind(
    "getblockchaininfo\\.no_peers",
    info({ height: 0, headers: 0, isInitialDownload: true, diskBytes: 288 }, true),
  ),
  litecoind("getblockchaininfo\\.1_block_no_peers", info({ height: 1, headers: 1, isInitialDownload: false }, false)),
  litecoind(
    "getblockchaininfo\\.(?:peers_2_and_2_silent|leaf_outbound_manual|syncing_3)",
    info({ height: 401, headers: 401, isInitialDownload: false, diskBytes: 112_024 }, false),
  ),
  litecoind("getblockchaininfo\\.syncing_1", info({ height: 0, headers: 401, isInitialDownload: true }, true)),
  // Its own word is false in the middle of the sync.
  litecoind("getblockchaininfo\\.syncing_2", info({ height: 106, headers: 401, isInitialDownload: false }, true)),

  litecoind(`getnetworkinfo\\.${TWO_STATES}`, network("LitecoinCore:0.21.2.1", true)),
  litecoind("getnetworkinfo\\.leaf_outbound_manual", network("LitecoinCore:0.21.2.1(eve.evil,?@;-_)", true)),
  litecoind("getnetworkinfo\\.network_inactive", network("LitecoinCore:0.21.2.1(eve.evil,?@;-_)", false)),
  litecoind("getnettotals\\.no_peers", totals(0, 0, 1_795_991_078_645)),
  litecoind("getnettotals\\.peers_2_and_2_silent", totals(49_400, 270_688, 1_795_991_094_598)),
  litecoind("getnettotals\\.leaf_outbound_manual", totals(135_344, 24_708, 1_795_991_095_876)),
  litecoind("uptime\\.no_peers", gives(2)),
  litecoind("uptime\\.peers_2_and_2_silent", gives(17)),

  litecoind("getchaintips\\.no_peers", tips(0, 0, "1 active 0")),
  litecoind("getchaintips\\.(?:peers_2_and_2_silent|leaf_outbound_manual)", tips(401, 0, "1 active 401")),
  litecoind("getchaintips\\.after_reorg", tips(406, 3, "1 active 406", "1 valid-fork 404")),
  litecoind("listbanned\\.no_peers", bans(0, 0)),
  litecoind("listbanned\\.peers_2_and_2_silent", bans(1, 2)),
  litecoind(`getaddednodeinfo\\.${TWO_STATES}`, noAddedNodes),
  litecoind(`getaddrmaninfo\\.${TWO_STATES}`, METHOD_NOT_FOUND),

  litecoind("error\\.401_(?:no|wrong)_credentials", fails("unauthorized", "found 401")),
  litecoind(
    "error\\.403_(?:cookie_user_with_rpcwhitelist_default|rpcwhitelist_not_allowed)",
    fails("unauthorized", "found 403", "add getpeerinfo to rpcwhitelist of this user"),
  ),
  litecoind("error\\.work_queue_depth_exceeded", fails("busy", "found 500: Work queue depth exceeded", "rpcworkqueue")),
  litecoind("error\\.unknown_method|jsonrpc_2\\.0\\.unknown_method", METHOD_NOT_FOUND),
  litecoind("error\\.get_method", fails("http", "found 405")),
  litecoind("error\\.other_path|rest\\.not_enabled", fails("not_found", "found 404")),
  litecoind("error\\.no_method", fails("rpc", '"Missing method"')),
  litecoind("error\\.(?:empty_body|parse)", fails("rpc", '"Parse error"')),
  litecoind("error\\.not_object", fails("rpc", '"Top-level object parse error"')),
  litecoind("error\\.too_many_params", fails("rpc", '"getpeerinfo Returns data')),
  litecoind("error\\.unknown_named_param", fails("rpc", '"Unknown named parameter x"')),
  litecoind("error\\.connection_refused", notOurs("what curl prints")),
  litecoind("batch", fails("bad_shape", "expected a JSON-RPC object")),

  // A wallet's path answers calls about the node as well; a request without an id is answered.
  litecoind("error\\.wallet_path|jsonrpc_2\\.0|jsonrpc_2\\.0\\.no_id", gives(25)),
  litecoind("getconnectioncount\\.no_peers", gives(0)),
  litecoind("getconnectioncount\\.peers_2_and_2_silent", gives(4)),
  litecoind(`(?:getchainstates|getdeploymentinfo|getrawaddrman)\\.${TWO_STATES}`, METHOD_NOT_FOUND),
  litecoind(`getindexinfo\\.${TWO_STATES}`, gives({})),
  litecoind(`getnodeaddresses\\.${TWO_STATES}`, gives([])),
  litecoind(`getmempoolinfo\\.${TWO_STATES}`, gives(expect.objectContaining({ loaded: true, size: 0 }))),
];
