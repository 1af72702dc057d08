import type { Signal } from "../../lib/abort.ts";
import { withDeadline } from "../../lib/abort.ts";
import {
  attempt,
  knownOutcomes,
  type NodeReport,
  type Outcome,
  PEERS_NOT_ASKED,
  succeeded,
} from "../../model/report.ts";
import { decodeAnswer } from "../../rpc/answers/explain.ts";
import { INFO_BUDGET, LIST_BUDGET, type ResponseBudget } from "../../rpc/budget.ts";
import { callJson } from "../../rpc/call.ts";
import type { RpcClient } from "../../rpc/client.ts";
import { apiPath, type NodeUrl } from "../../rpc/node-url.ts";
import type { NodeSession, NodeTarget, WantedBlock } from "../adapter.ts";
import { rowsAllowed } from "../decode.ts";
import { type Blocks, createBlockReader } from "./blocks.ts";
import { decodeConnections, ofNewProcess } from "./connections.ts";
import { explainStatus, type WireApi } from "./explain.ts";
import { createGossip } from "./gossip.ts";
import { type ChainInfo, decodeInfo } from "./info.ts";
import { nodeSamples } from "./node-samples.ts";
import { chainOfPeers } from "./peer-facts.ts";
import { createPlugin, type TimedPage } from "./plugin.ts";
import { asReconnected, joinPage, NOTHING_COUNTED } from "./plugin-rows.ts";
import { isPageOld, NO_PROCESS, nextProcess } from "./process.ts";
import type { WireConnection, WireList } from "./row.ts";
import { NOTHING_SEEN, rememberOutbound, rememberProducers, vanishedPeers } from "./vanished.ts";

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

/** The share of a poll that the addresses of block producers may take. */
const GOSSIP_SHARE = 0.2;

/** The share of a poll that the call for one block may take. */
const BLOCK_SHARE = 0.2;

/** The answers of one poll. */
type Answers = {
  readonly peers: Outcome<WireList>;
  readonly info: Outcome<ChainInfo>;
  readonly blocks: Blocks;
  readonly page: Outcome<TimedPage> | undefined;
};

export function openSession(target: NodeTarget, options: WireOptions): NodeSession {
  const connect = (url: NodeUrl) => target.connect(url, { hostHeader: options.host_header });
  const net = connect(target.url);
  const chain = options.chain_url === undefined ? net : connect(options.chain_url);
  // The plugin has its own connection, even to the same listener, so that neither call waits for the other.
  const plugin =
    options.prometheus_url === undefined || target.headOnly ? undefined : createPlugin(connect(options.prometheus_url));
  const readBlocks = createBlockReader(chain, target.timeoutMs * BLOCK_SHARE);
  const maxRows = rowsAllowed(target.limits);
  const gossip = createGossip(net, { limitMs: target.timeoutMs * GOSSIP_SHARE, maxRows });
  let process = NO_PROCESS;
  let seen = NOTHING_SEEN;
  let counted = NOTHING_COUNTED;

  /** One call after the other: EOSIO 2 and Leap 3 answer on their main thread, which parallel requests would only delay. */
  async function pollNode(signal: Signal, wanted: WantedBlock | undefined) {
    const before = process.rows ?? [];
    const peers = target.headOnly
      ? PEERS_NOT_ASKED
      : await withDeadline(signal, target.timeoutMs * PEERS_SHARE, (share) =>
          fetchPeers(net, { before, maxRows }, share),
        );
    const listedMs = Date.now();
    const info = await fetchInfo(chain, signal);
    return { peers, listedMs, info, blocks: await readBlocks(info, wanted, signal) };
  }

  function fetchPage(signal: Signal) {
    return plugin && withDeadline(signal, target.timeoutMs * PLUGIN_SHARE, (share) => plugin.page(share));
  }

  /** Finds out whether the node was restarted, and forgets what belonged to the process before. */
  async function followProcess(answers: Answers, signal: Signal): Promise<Answers> {
    const before = process;
    process = nextProcess(before, known(answers));
    let { page } = answers;
    if (plugin !== undefined && process.number !== before.number && isPageOld(before, process)) {
      // The page may be of the process before. A new one also shows whether there is another process at all.
      plugin.forget();
      page = await fetchPage(signal);
      process = nextProcess(before, known({ ...answers, page }));
    }
    if (process.epoch === before.epoch || !answers.peers.ok) return { ...answers, page };
    seen = NOTHING_SEEN;
    counted = isPageOld(before, process) ? asReconnected(counted) : NOTHING_COUNTED;
    if (process.number === before.number) return { ...answers, page };
    const connections = answers.peers.value.connections.map(ofNewProcess);
    process = { ...process, rows: connections };
    return { ...answers, page, peers: succeeded({ ...answers.peers.value, connections }) };
  }

  /** The peers that the node gave up; undefined without a list. */
  async function findVanished(peers: Outcome<WireList>, signal: Signal): Promise<readonly string[] | undefined> {
    if (!peers.ok) return undefined;
    seen = rememberOutbound(seen, peers.value.connections);
    const vanished = vanishedPeers(seen, peers.value.connections);
    if (vanished.length === 0) return vanished;
    seen = rememberProducers(seen, await gossip.addresses(signal));
    return vanishedPeers(seen, peers.value.connections);
  }

  return {
    async poll(signal, request) {
      const { hasMissed } = process;
      const [{ listedMs, ...own }, firstPage] = await Promise.all([
        pollNode(signal, request?.block),
        fetchPage(signal),
      ]);
      const answers = await followProcess({ ...own, page: firstPage }, signal);
      const { peers, page } = answers;
      const vanished = await findVanished(peers, signal);
      let list = peers;
      if (peers.ok) {
        // If the process of the list has ended since, the page is of another one.
        const ownPage = page?.ok && !process.isOver ? page.value : undefined;
        const joined = joinPage(peers.value.connections, ownPage, counted, { nowMs: listedMs, hasMissed });
        counted = joined.counted;
        list = succeeded({ ...peers.value, connections: joined.rows });
      }
      return { ...report({ ...answers, peers: list }, vanished), process: `process ${process.number}` };
    },
    async close() {
      await Promise.all([net.close(), chain === net ? undefined : chain.close(), plugin?.close()]);
    },
  };
}

function known({ peers, info, page }: Pick<Answers, "peers" | "info" | "page">) {
  return {
    rows: peers.ok ? peers.value.connections : undefined,
    info: info.ok ? info.value : undefined,
    page: page?.ok ? page.value : undefined,
  };
}

function report(answers: Answers, vanished: readonly string[] | undefined): NodeReport {
  const { peers, info, blocks, page } = answers;
  const identity = info.ok
    ? info.value.identity
    : { chainId: peers.ok ? chainOfPeers(peers.value.connections) : undefined };
  return {
    identity,
    peers,
    head: info.ok ? succeeded(info.value.head) : info,
    apis: knownOutcomes({ prometheus: page, block: blocks.outcome }),
    chainSamples: nodeSamples(known(answers), vanished),
    syncing: "progress",
    // Never what untrusted peers say: heads are compared by it.
    networkKey: info.ok && identity.chainId !== undefined ? `wire ${identity.chainId}` : undefined,
    peerHeightsAreOld: true,
    blocks: blocks.blocks,
    minBlockSeconds: BLOCK_SECONDS,
    blockSeconds: BLOCK_SECONDS,
  };
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
    const answer = await callJson(client, request, signal, explainStatus(api));
    return decodeAnswer(answer, `${path} at ${client.url.label}`, decode);
  });
}
