import type { Signal } from "../../lib/abort.ts";
import { withDeadline } from "../../lib/abort.ts";
import type { Failure } from "../../model/failure.ts";
import { attempt, failed, type Outcome, PEERS_NOT_ASKED, type SyncingWord } from "../../model/report.ts";
import { LIST_BUDGET } from "../../rpc/budget.ts";
import type { RpcClient } from "../../rpc/client.ts";
import type { NodeSession, NodeTarget } from "../adapter.ts";
import { rowsAllowed } from "../decode.ts";
import { createBlockReader } from "./blocks.ts";
import { callRpc } from "./calls.ts";
import { decodeConnections, type MoneroPeerList } from "./connections.ts";
import { type DaemonInfo, decodeInfo } from "./info.ts";
import { type ListTimes, NO_TIMES, timesOf } from "./list-times.ts";
import { report, syncingWord } from "./report.ts";
import { createSecondaryCalls, createTopBlocks, SECONDARY_SHARE } from "./secondary-calls.ts";

/** The share of a poll that get_info may take, so that one that hangs leaves time for the peer list. */
const INFO_SHARE = 0.5;

export function openSession(target: NodeTarget): NodeSession {
  const client = target.connect(target.url);
  const topBlocks = createTopBlocks(client, target.timeoutMs * SECONDARY_SHARE);
  const blockReader = createBlockReader(client, target.timeoutMs * SECONDARY_SHARE);
  const maxRows = rowsAllowed(target.limits);
  const secondaryCalls = createSecondaryCalls(client, target.timeoutMs);
  let lastWord: SyncingWord = "unknown";
  let before = NO_TIMES;
  return {
    async poll(signal, { block: wanted } = {}) {
      // One call after the other over one socket: the server has two threads, and digest authentication counts the
      // requests of a connection. The peers come before the calls that may hang.
      const infoLimitMs = target.timeoutMs * INFO_SHARE;
      const info = await attempt(() => withDeadline(signal, infoLimitMs, (share) => fetchInfo(client, share)));
      const peers = target.headOnly ? PEERS_NOT_ASKED : await fetchPeers(client, { info, before, maxRows }, signal);
      if (peers.ok) before = timesOf(peers.value.connections, before);
      const topBlock = info.ok ? await topBlocks.of(info.value, signal) : undefined;
      const syncing = info.ok ? syncingWord(info.value, peers, lastWord) : "unknown";
      if (syncing !== "unknown") lastWord = syncing;
      const known = { info, peers, isSyncing: syncing === true };
      const answers = target.headOnly ? {} : await secondaryCalls.ask(known, signal);
      const blocks = await blockReader.read({ info, topBlock, wanted }, signal);
      return report({ info, peers, topBlock, blocks, secondary: answers, syncing });
    },
    close: () => client.close(),
  };
}

async function fetchInfo(client: RpcClient, signal: Signal): Promise<DaemonInfo> {
  return decodeInfo(await callRpc(client, "get_info", signal), `get_info at ${client.url.label}`);
}

type PeersContext = {
  readonly info: Outcome<DaemonInfo>;
  readonly before: ListTimes;
  readonly maxRows: number;
};

async function fetchPeers(
  client: RpcClient,
  { info, before, maxRows }: PeersContext,
  signal: Signal,
): Promise<Outcome<MoneroPeerList>> {
  if (info.ok && info.value.restricted === true) return failed(restrictedFailure(client));
  return attempt(async () => {
    const result = await callRpc(client, "get_connections", signal, LIST_BUDGET);
    const receivedMs = Date.now();
    return decodeConnections(result, `get_connections at ${client.url.label}`, { receivedMs, before, maxRows });
  });
}

/** Restricted RPC answers get_connections like an unknown method, which does not help the operator. */
function restrictedFailure(client: RpcClient): Failure {
  return {
    reason: "unavailable",
    message: `get_connections at ${client.url.label}: expected the unrestricted RPC, found a restricted one`,
    advice:
      "restricted RPC hides the peers: set the URL of the unrestricted port (rpc-bind-port, default 18081), " +
      "and start monerod without restricted-rpc, which restricts every port",
  };
}
