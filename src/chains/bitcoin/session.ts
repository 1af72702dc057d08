import { type Signal, withDeadline } from "../../lib/abort.ts";
import { attempt, failed, type Outcome, PEERS_NOT_ASKED } from "../../model/report.ts";
import { LIST_BUDGET, type ResponseBudget } from "../../rpc/budget.ts";
import type { RpcClient } from "../../rpc/client.ts";
import type { NodeSession, NodeTarget } from "../adapter.ts";
import { rowsAllowed } from "../decode.ts";
import { createBlockReader, createHeadTimes } from "./blocks.ts";
import { callRpc } from "./calls.ts";
import { type ChainInfo, decodeChainInfo } from "./chain-info.ts";
import { isCoinName } from "./coins.ts";
import { addMessageBytes, type MessageBytes } from "./message-bytes.ts";
import { type BitcoinPeerList, decodePeers } from "./peers.ts";
import { report } from "./report.ts";
import { createSecondaryCalls, SECONDARY_SHARE } from "./secondary-calls.ts";

/** The share of a poll that getblockchaininfo may take, so that one that hangs leaves time for the peer list. */
const INFO_SHARE = 0.4;

/** A row has 40 members, and up to 70 for the bytes of each type of message: 1.2 KB each. */
export const PEERS_BUDGET: ResponseBudget = { ...LIST_BUDGET, keys: 120_000, numbers: 100_000 };

export function openSession(target: NodeTarget): NodeSession {
  const client = target.connect(target.url);
  const shareMs = target.timeoutMs * SECONDARY_SHARE;
  const headTimes = createHeadTimes(client, shareMs);
  const blockReader = createBlockReader(client, shareMs);
  const secondaryCalls = createSecondaryCalls(client, target.timeoutMs);
  const coin = isCoinName(target.chain) ? target.chain : "bitcoin";
  const maxRows = rowsAllowed(target.limits);
  const scope = target.headOnly ? "head" : "all";
  let messages: MessageBytes | undefined;

  return {
    async poll(signal, { block: wanted } = {}) {
      // One call after the other over one socket: a node has four threads for all its clients.
      const info = await attempt(() =>
        withDeadline(signal, target.timeoutMs * INFO_SHARE, (share) => fetchInfo(client, share)),
      );
      const starting = info.ok || !info.failure.isStarting ? undefined : failed(info.failure);
      // A node that starts answers no call.
      const peers = target.headOnly ? PEERS_NOT_ASKED : (starting ?? (await fetchPeers(client, maxRows, signal)));
      // Before the many other calls: where each of those hangs, no time is left.
      const headTime = info.ok ? await headTimes.of(info.value, signal) : undefined;
      const blocks = await blockReader.read(info.ok ? info.value : undefined, wanted, signal);
      const isAway = !info.ok && !peers.ok;
      if (isAway) secondaryCalls.forget();
      const asked = isAway ? undefined : await secondaryCalls.ask(scope, signal);
      if (peers.ok) messages = addMessageBytes(messages, peers.value.connections);
      const { label } = client.url;
      return report({
        ...{ coin, label, info, peers, headTime, blocks, messages },
        secondary: asked?.answers ?? {},
        knownSoftware: asked?.software,
        startSeconds: asked?.startSeconds,
      });
    },
    close: () => client.close(),
  };
}

async function fetchInfo(client: RpcClient, signal: Signal): Promise<ChainInfo> {
  const answer = await callRpc(client, "getblockchaininfo", { signal });
  return decodeChainInfo(answer, `getblockchaininfo at ${client.url.label}`);
}

function fetchPeers(client: RpcClient, maxRows: number, signal: Signal): Promise<Outcome<BitcoinPeerList>> {
  return attempt(async () => {
    const answer = await callRpc(client, "getpeerinfo", { signal, budget: PEERS_BUDGET });
    return decodePeers(answer, `getpeerinfo at ${client.url.label}`, { receivedMs: Date.now(), maxRows });
  });
}
