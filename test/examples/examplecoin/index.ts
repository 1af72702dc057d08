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
  knownSamples,
  type NodeReport,
  type Outcome,
  PEERS_NOT_ASKED,
  type PeerList,
  succeeded,
} from "../../../src/model/report.ts";
import type { RpcClient } from "../../../src/rpc/client.ts";
import { block } from "../../../src/schema/fields.ts";
import { type ChainStatus, decodeChainStatus } from "./chain-status.ts";
import { families, HEADERS_HEIGHT, sources } from "./families.ts";
import { callRpc } from "./json-rpc.ts";
import { decodePeers } from "./peers.ts";

/** examplecoind 3.2, a daemon that does not exist: docs/adding-a-chain.md. */
export const examplecoin: ChainAdapter = {
  title: "Examplecoin",
  optionsKey: "examplecoin",
  options: block({}).transform((values): ChainOptions => ({ values, open: openSession })),
  traits: { directions: ["inbound", "outbound"], states: ["connected", "handshaking"], agents: true, heights: true },
  apis: ["peers", "head", "totals", "block"],
  families,
  sources,
  // As many blocks as the chain makes in 90 s, and at least 5: here one every 150 s.
  usualLagBlocks: 5,
  reorgDepthBlocks: 6,
  discovery: { endpoints: [{ scheme: "http", port: 9532 }], variants: [{}], companions: {} },
  publicWords: ["examplecoind"],
};

/** A block every 150 s. Blocks may come twice as fast for a while, when miners join. */
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
      const status = await attempt(() => fetchStatus(client, signal));
      const totals = target.headOnly ? undefined : await attempt(() => fetchTotals(client, signal));
      // Only where the program asks for it, and not above the head.
      const own = wanted && (await blockCall.ask(signal, (share) => fetchBlock(client, wanted.height, share)));
      return report(peers, status, totals, { block: own, outcome: blockCall.lastOutcome() });
    },
    close: () => client.close(),
  };
}

/** The block that the program asked for, and how that call ended. */
type AskedBlock = { readonly block: BlockId | undefined; readonly outcome: Outcome<unknown> | undefined };

function report(
  peers: Outcome<PeerList>,
  status: Outcome<ChainStatus>,
  totals: Outcome<ByteCounts> | undefined,
  asked: AskedBlock,
): NodeReport {
  const chain = status.ok ? status.value : undefined;
  const isDevnet = chain?.network === "devnet";
  return {
    identity: { network: chain?.network },
    peers,
    head: status.ok ? succeeded(status.value.head) : status,
    apis: knownOutcomes({ totals, block: asked.outcome }),
    chainSamples: knownSamples([HEADERS_HEIGHT, chain?.headerHeight]),
    totals,
    syncing: chain?.isFirstSync ?? "unknown",
    // Heads are compared only between nodes of the same network.
    networkKey: chain?.network === undefined ? undefined : `examplecoin ${chain.network}`,
    // Two nodes with different blocks at one height are on different branches.
    blocks: asked.block === undefined ? chain?.blocks : [...(chain?.blocks ?? []), asked.block],
    // Limits how far ahead a peer can be. A devnet makes blocks on request.
    minBlockSeconds: isDevnet ? 0 : BLOCK_SECONDS / 2,
    blockSeconds: isDevnet ? undefined : BLOCK_SECONDS,
  };
}

function fetchPeers(client: RpcClient, signal: Signal): Promise<Outcome<PeerList>> {
  return attempt(async () => {
    const answer = await callRpc(client, "list_peers", signal);
    return decodePeers(answer, `list_peers at ${client.url.label}`);
  });
}

async function fetchStatus(client: RpcClient, signal: Signal): Promise<ChainStatus> {
  const answer = await callRpc(client, "chain_status", signal);
  return decodeChainStatus(answer, `chain_status at ${client.url.label}`);
}

/** The node's own block at a height. */
async function fetchBlock(client: RpcClient, height: number, signal: Signal): Promise<BlockId | undefined> {
  const hash = blockHash(await callRpc(client, "block_hash", signal, { height }));
  return hash === undefined ? undefined : { height, hash };
}

async function fetchTotals(client: RpcClient, signal: Signal): Promise<ByteCounts> {
  const answer = await callRpc(client, "byte_totals", signal);
  const received = isObject(answer) ? count(answer.bytes_in) : undefined;
  const sent = isObject(answer) ? count(answer.bytes_out) : undefined;
  if (received === undefined || sent === undefined) {
    throw nodeError("bad_shape", `byte_totals at ${client.url.label}: expected bytes`, "please report this");
  }
  return { received, sent };
}
