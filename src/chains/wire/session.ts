import type { Signal } from "../../lib/abort.ts";
import { withDeadline } from "../../lib/abort.ts";
import {
  attempt,
  knownOutcomes,
  type NodeReport,
  type Outcome,
  PEERS_NOT_ASKED,
  type PeerList,
  succeeded,
} from "../../model/report.ts";
import { INFO_BUDGET, LIST_BUDGET, type ResponseBudget } from "../../rpc/budget.ts";
import { callJson } from "../../rpc/call.ts";
import type { RpcClient } from "../../rpc/client.ts";
import { apiPath, type NodeUrl } from "../../rpc/node-url.ts";
import type { NodeSession, NodeTarget, WantedBlock } from "../adapter.ts";
import { rowsAllowed } from "../decode.ts";
import { type Blocks, createBlockReader } from "./blocks.ts";
import { decodeConnections, type WireConnection, type WireList } from "./connections.ts";
import { explainStatus, type WireApi } from "./explain.ts";
import { type ChainInfo, decodeInfo } from "./info.ts";
import { NOTHING_SEEN, nodeSamples, type OutboundMemory, rememberOutbound } from "./node-samples.ts";
import { createPlugin, joinPage } from "./plugin.ts";
import type { PluginPage } from "./plugin-page.ts";

type WireOptions = {
  readonly chain_url?: NodeUrl | undefined;
  readonly prometheus_url?: NodeUrl | undefined;
  readonly host_header?: string | undefined;
};

/** Both chains make a block every half second (config.hpp block_interval_ms = 500). */
const BLOCK_SECONDS = 0.5;

/** The share of a poll that the peer list may take, so that one that hangs leaves time for the head. */
const PEERS_SHARE = 0.75;

/** The share of a poll that the metrics page may take, so that one that hangs does not delay the rest for long. */
const PLUGIN_SHARE = 0.5;

/** The share of a poll that the call for one block may take. */
const BLOCK_SHARE = 0.2;

export function openSession(target: NodeTarget, options: WireOptions): NodeSession {
  const connect = (url: NodeUrl) => target.connect(url, { hostHeader: options.host_header });
  const net = connect(target.url);
  const chain = options.chain_url === undefined ? net : connect(options.chain_url);
  // The plugin has its own connection, even to the same listener, so that neither call waits for the other.
  const plugin =
    options.prometheus_url === undefined || target.headOnly ? undefined : createPlugin(connect(options.prometheus_url));
  const readBlocks = createBlockReader(chain, target.timeoutMs * BLOCK_SHARE);
  const maxRows = rowsAllowed(target.limits);
  let seen = NOTHING_SEEN;
  let before: readonly WireConnection[] = [];

  /** One call after the other: EOSIO 2 and Leap 3 answer on their main thread, which parallel requests would only delay. */
  async function pollNode(signal: Signal, wanted: WantedBlock | undefined) {
    const peers = target.headOnly
      ? PEERS_NOT_ASKED
      : await withDeadline(signal, target.timeoutMs * PEERS_SHARE, (share) =>
          fetchPeers(net, { before, maxRows }, share),
        );
    const info = await fetchInfo(chain, signal);
    return { peers, info, blocks: await readBlocks(info, wanted, signal) };
  }

  return {
    async poll(signal, request) {
      const [{ peers, info, blocks }, page] = await Promise.all([
        pollNode(signal, request?.block),
        plugin && withDeadline(signal, target.timeoutMs * PLUGIN_SHARE, (share) => plugin.page(share)),
      ]);
      seen = nextMemory(seen, peers);
      if (peers.ok) before = peers.value.connections;
      return report({ peers, info, blocks, page }, seen);
    },
    async close() {
      await Promise.all([net.close(), chain === net ? undefined : chain.close(), plugin?.close()]);
    },
  };
}

/** A node that refuses connections is not running, and may start again with other peers in its configuration. */
function nextMemory(seen: OutboundMemory, peers: Outcome<WireList>): OutboundMemory {
  if (peers.ok) return rememberOutbound(seen, peers.value.connections);
  return peers.failure.reason === "connect" ? NOTHING_SEEN : seen;
}

type Outcomes = {
  readonly peers: Outcome<WireList>;
  readonly info: Outcome<ChainInfo>;
  readonly blocks: Blocks;
  readonly page: Outcome<PluginPage> | undefined;
};

function report({ peers, info, blocks, page }: Outcomes, seen: OutboundMemory): NodeReport {
  const identity = info.ok ? info.value.identity : {};
  const answers = {
    rows: peers.ok ? peers.value.connections : undefined,
    info: info.ok ? info.value : undefined,
    page: page?.ok ? page.value : undefined,
  };
  return {
    identity,
    peers: peers.ok ? succeeded(peerList(peers.value, answers.page)) : peers,
    head: info.ok ? succeeded(info.value.head) : info,
    apis: knownOutcomes({ prometheus: page, block: blocks.outcome }),
    chainSamples: nodeSamples(answers, seen),
    syncing: "progress",
    networkKey: identity.chainId === undefined ? undefined : `wire ${identity.chainId}`,
    peerHeightsAreOld: true,
    blocks: blocks.blocks,
    minBlockSeconds: BLOCK_SECONDS,
    blockSeconds: BLOCK_SECONDS,
  };
}

function peerList({ connections, malformed }: WireList, page: PluginPage | undefined): PeerList {
  return { connections: page === undefined ? connections : joinPage(connections, page), malformed };
}

function fetchPeers(
  client: RpcClient,
  { before, maxRows }: { readonly before: readonly WireConnection[]; readonly maxRows: number },
  signal: Signal,
): Promise<Outcome<WireList>> {
  const decode = (answer: unknown, call: string) => decodeConnections(answer, call, before, maxRows);
  return fetchApi(client, { api: "net", path: "/v1/net/connections", budget: LIST_BUDGET }, decode, signal);
}

function fetchInfo(client: RpcClient, signal: Signal): Promise<Outcome<ChainInfo>> {
  return fetchApi(client, { api: "chain", path: "/v1/chain/get_info", budget: INFO_BUDGET }, decodeInfo, signal);
}

function fetchApi<T>(
  client: RpcClient,
  { api, path, budget }: { readonly api: WireApi; readonly path: string; readonly budget: ResponseBudget },
  decode: (answer: unknown, call: string) => T,
  signal: Signal,
): Promise<Outcome<T>> {
  // POST without a body, as clio and cleos send it: every version accepts that.
  const request = { name: path, method: "POST", path: apiPath(client.url, path), budget } as const;
  return attempt(async () => {
    const { value } = await callJson(client, request, signal, explainStatus(api));
    return decode(value, `${path} at ${client.url.label}`);
  });
}
