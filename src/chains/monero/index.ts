import { block } from "../../config/fields.ts";
import { withDeadline } from "../../deadline.ts";
import type { Failure } from "../../errors.ts";
import type { RpcClient } from "../../rpc/client.ts";
import {
  attempt,
  type ChainAdapter,
  type ChainOptions,
  failed,
  type Head,
  type NodeReport,
  type NodeSession,
  type NodeTarget,
  type Outcome,
  type PeerList,
  succeeded,
} from "../chain.ts";
import { count, isObject } from "../decode.ts";
import { decodeConnections } from "./connections.ts";
import { type DaemonInfo, decodeInfo } from "./info.ts";
import { callRpc } from "./json-rpc.ts";

const optionsSchema = block({});

/** monerod 0.18 and 0.19, and gateways that offer its JSON-RPC. */
export const monero: ChainAdapter = {
  optionsKey: "monero",
  options: optionsSchema.transform((values): ChainOptions => ({ values, open: openSession })),
  traits: { directions: ["inbound", "outbound"], states: ["connected", "handshaking"], flow: "download" },
  families: [],
};

/** The network's average may be faster than its target for a while, as hash rate comes; not twice as fast for long. */
const FASTEST_SHARE_OF_TARGET = 0.5;

/** Part of a poll that get_info may use up, so that a hanging one leaves time for the peer list. */
const INFO_SHARE = 0.5;

function openSession(target: NodeTarget): NodeSession {
  const client = target.connect(target.url);
  const blockTimes = createBlockTimes(client);
  return {
    async poll(signal) {
      // In series over one socket: the server has two threads, and digest counts the requests on a connection.
      const info = await attempt(() =>
        withDeadline(signal, target.timeoutMs * INFO_SHARE, (share) => fetchInfo(client, share)),
      );
      const peers = await fetchPeers(client, info, signal);
      const blockTime = info.ok ? await blockTimes.of(info.value, signal) : undefined;
      return report(info, peers, blockTime);
    },
    close: () => client.close(),
  };
}

async function fetchInfo(client: RpcClient, signal: AbortSignal): Promise<DaemonInfo> {
  return decodeInfo(await callRpc(client, "get_info", signal), `get_info at ${client.url.label}`);
}

async function fetchPeers(
  client: RpcClient,
  info: Outcome<DaemonInfo>,
  signal: AbortSignal,
): Promise<Outcome<PeerList>> {
  if (info.ok && info.value.restricted) return failed(restrictedFailure(client));
  return attempt(async () =>
    decodeConnections(await callRpc(client, "get_connections", signal), `get_connections at ${client.url.label}`),
  );
}

/** Restricted RPC answers get_connections like a misspelt method, which tells nobody what to do. */
function restrictedFailure(client: RpcClient): Failure {
  return {
    reason: "unavailable",
    message: `get_connections at ${client.url.label}: expected the unrestricted RPC, found a restricted one`,
    advice:
      "restricted RPC hides the peers: set the URL of the unrestricted port (rpc-bind-port, default 18081), " +
      "and start monerod without restricted-rpc, which restricts every port",
  };
}

function report(
  info: Outcome<DaemonInfo>,
  peers: Outcome<PeerList>,
  blockTime: Outcome<number | undefined> | undefined,
): NodeReport {
  const daemon = info.ok ? info.value : undefined;
  const isRegtest = daemon?.network === "fakechain";
  const blockSeconds = isRegtest ? undefined : daemon?.blockSeconds;
  return {
    identity: { version: daemon?.version, network: daemon?.network },
    peers,
    head: info.ok ? succeeded(headOf(info.value, blockTime)) : info,
    parts: new Map(blockTime === undefined ? [] : [["last_block", blockTime]]),
    facts: [],
    syncing: daemon === undefined ? undefined : isSyncing(daemon, peers),
    networkKey: daemon?.network === undefined ? undefined : `monero ${daemon.network}`,
    minBlockSeconds: (blockSeconds ?? 0) * FASTEST_SHARE_OF_TARGET,
    blockSeconds,
  };
}

function headOf(info: DaemonInfo, blockTime: Outcome<number | undefined> | undefined): Head {
  return { height: info.height, timestampSeconds: blockTime?.ok ? blockTime.value : undefined };
}

/**
 * The flags of get_info show only the first sync; after it, a node 60 blocks behind still says `synchronized: true,
 * target_height: 0` (seen on 0.18.0.0). The states of the peers show every catch-up; without them only a yes is sure.
 */
function isSyncing(info: DaemonInfo, peers: Outcome<PeerList>): boolean | undefined {
  if (!info.synchronized || info.targetHeight > info.height) return true;
  if (!peers.ok) return undefined;
  return peers.value.connections.some((connection) => connection.syncing === "download");
}

type BlockTimes = {
  /** Unix seconds of the node's top block; undefined result when it is not worth asking. */
  of(info: DaemonInfo, signal: AbortSignal): Promise<Outcome<number | undefined> | undefined>;
};

/** Asks for the header only when the top block changed: on mainnet once in two minutes. */
function createBlockTimes(client: RpcClient): BlockTimes {
  let known: { readonly hash: string; readonly timestamp: number | undefined } | undefined;
  return {
    async of(info, signal) {
      // get_last_block_header answers BUSY until the first sync is done.
      if (!info.synchronized || info.topBlockHash === undefined) return undefined;
      const hash = info.topBlockHash;
      if (known?.hash === hash) return succeeded(known.timestamp);
      const answer = await attempt(() => callRpc(client, "get_last_block_header", signal));
      if (!answer.ok) return answer;
      const header = isObject(answer.value.block_header) ? answer.value.block_header : {};
      // Regtest's genesis block has the time 0; `untrusted` is the answer of another node (a bootstrap daemon).
      const timestamp = answer.value.untrusted === true ? undefined : count(header.timestamp) || undefined;
      // A block may have arrived between the two calls; then the time belongs to the newer one and is not kept.
      if (header.hash === hash) known = { hash, timestamp };
      return succeeded(timestamp);
    },
  };
}
