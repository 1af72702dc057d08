import type { ChainAdapter, ChainOptions, NodeSession, NodeTarget } from "../../../src/chains/adapter.ts";
import { createBlockCall } from "../../../src/chains/asked-block.ts";
import { blockHash, count } from "../../../src/chains/decode.ts";
import type { Signal } from "../../../src/lib/abort.ts";
import { withDeadline } from "../../../src/lib/abort.ts";
import { isObject } from "../../../src/lib/json.ts";
import { nodeError } from "../../../src/model/failure.ts";
import {
  attempt,
  type BlockId,
  type ByteCounts,
  knownOutcomes,
  type NodeReport,
  type Outcome,
  PEERS_NOT_ASKED,
  type PeerList,
  succeeded,
} from "../../../src/model/report.ts";
import type { RpcClient } from "../../../src/rpc/client.ts";
import { block } from "../../../src/schema/fields.ts";
import { type ChainInfo, decodeChainInfo } from "./chain-info.ts";
import { families, HEADERS_HEIGHT, sources } from "./families.ts";
import { callRpc } from "./json-rpc.ts";
import { decodePeers } from "./peers.ts";

/** litecoind 0.21. An example: docs/adding-a-chain.md. */
export const litecoin: ChainAdapter = {
  title: "Litecoin",
  optionsKey: "litecoin",
  options: block({}).transform((values): ChainOptions => ({ values, open: openSession })),
  traits: { directions: ["inbound", "outbound"], states: ["connected", "handshaking"], agents: true, heights: true },
  apis: ["peers", "head", "totals", "block"],
  families,
  sources,
  // As many blocks as the chain makes in 90 s, and at least 5: here one every 150 s.
  usualLagBlocks: 5,
  reorgDepthBlocks: 6,
  discovery: { endpoints: [{ scheme: "http", port: 9332 }], variants: [{}], companions: {} },
  publicWords: ["litecoind"],
};

/** A block every 150 s. Blocks may come twice as fast for a while, when the hash rate grows. */
const BLOCK_SECONDS = 150;

/** The shares of a poll that these calls may take, so that one that hangs leaves time for the others. */
const PEERS_SHARE = 0.6;
const BLOCK_SHARE = 0.1;

function openSession(target: NodeTarget): NodeSession {
  const client = target.connect(target.url);
  const blockCall = createBlockCall(target.timeoutMs * BLOCK_SHARE);
  return {
    async poll(signal, { block: wanted } = {}) {
      // One call after the other. Each has its own outcome, so that a failure does not affect the others.
      const peers = target.headOnly
        ? PEERS_NOT_ASKED
        : await withDeadline(signal, target.timeoutMs * PEERS_SHARE, (share) => fetchPeers(client, share));
      const info = await attempt(() => fetchInfo(client, signal));
      const totals = target.headOnly ? undefined : await attempt(() => fetchTotals(client, signal));
      // Only where the program asks for it, and not above the head.
      const own = wanted && (await blockCall.ask(signal, (share) => fetchBlock(client, wanted.height, share)));
      return report(peers, info, totals, { block: own, outcome: blockCall.lastOutcome() });
    },
    close: () => client.close(),
  };
}

/** The block that the program asked for, and how that call ended. */
type AskedBlock = { readonly block: BlockId | undefined; readonly outcome: Outcome<unknown> | undefined };

function report(
  peers: Outcome<PeerList>,
  info: Outcome<ChainInfo>,
  totals: Outcome<ByteCounts> | undefined,
  asked: AskedBlock,
): NodeReport {
  const chain = info.ok ? info.value : undefined;
  const isRegtest = chain?.network === "regtest";
  return {
    identity: { network: chain?.network },
    peers,
    head: info.ok ? succeeded(info.value.head) : info,
    apis: knownOutcomes({ totals, block: asked.outcome }),
    chainSamples: chain?.headers === undefined ? [] : [{ family: HEADERS_HEIGHT, labels: [], value: chain.headers }],
    totals,
    syncing: chain?.isInitialDownload ?? "unknown",
    // Heads are compared only between nodes of the same network.
    networkKey: chain?.network === undefined ? undefined : `litecoin ${chain.network}`,
    // Two nodes with different blocks at one height are on different branches.
    blocks: asked.block === undefined ? chain?.blocks : [...(chain?.blocks ?? []), asked.block],
    // Limits how far ahead a peer can be. Regtest makes blocks on request.
    minBlockSeconds: isRegtest ? 0 : BLOCK_SECONDS / 2,
    blockSeconds: isRegtest ? undefined : BLOCK_SECONDS,
  };
}

function fetchPeers(client: RpcClient, signal: Signal): Promise<Outcome<PeerList>> {
  return attempt(async () => {
    const answer = await callRpc(client, "getpeerinfo", signal);
    return decodePeers(answer, `getpeerinfo at ${client.url.label}`);
  });
}

async function fetchInfo(client: RpcClient, signal: Signal): Promise<ChainInfo> {
  const answer = await callRpc(client, "getblockchaininfo", signal);
  return decodeChainInfo(answer, `getblockchaininfo at ${client.url.label}`);
}

/** The node's own block at a height. */
async function fetchBlock(client: RpcClient, height: number, signal: Signal): Promise<BlockId | undefined> {
  const hash = blockHash(await callRpc(client, "getblockhash", signal, [height]));
  return hash === undefined ? undefined : { height, hash };
}

async function fetchTotals(client: RpcClient, signal: Signal): Promise<ByteCounts> {
  const answer = await callRpc(client, "getnettotals", signal);
  const received = isObject(answer) ? count(answer.totalbytesrecv) : undefined;
  const sent = isObject(answer) ? count(answer.totalbytessent) : undefined;
  if (received === undefined || sent === undefined) {
    throw nodeError("bad_shape", `getnettotals at ${client.url.label}: expected bytes`, "please report this");
  }
  return { received, sent };
}
