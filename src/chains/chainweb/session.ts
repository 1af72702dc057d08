import { type Signal, withDeadline } from "../../lib/abort.ts";
import { NodeError } from "../../model/failure.ts";
import { attempt, failed, PEERS_NOT_ASKED } from "../../model/report.ts";
import { type Resolve, systemResolve } from "../../rpc/address-filter.ts";
import { decodeAnswer } from "../../rpc/answers/explain.ts";
import { INFO_BUDGET } from "../../rpc/budget.ts";
import { callJson } from "../../rpc/call.ts";
import type { RpcClient } from "../../rpc/client.ts";
import { apiPath, type NodeUrl } from "../../rpc/node-url.ts";
import type { NodeSession, NodeTarget, WantedBlock } from "../adapter.ts";
import { explainMissingCut, explainStatus, mayBeOtherNetwork, networkPath, readHeaders, wrongNetwork } from "./api.ts";
import { type AskedBlock, createBlockReader, NOTHING_ASKED } from "./asked-block.ts";
import { decodeCut } from "./cut.ts";
import { decodeInfo, type Info } from "./info.ts";
import { createPeerChecker, type PeerCheckOptions } from "./peer-checks.ts";
import { fetchMempools, fetchPeerPages } from "./peer-page.ts";
import { type ChainwebAnswers, isWrongNode, report } from "./report.ts";
import { createTipReader } from "./tips.ts";

type ChainwebOptions = {
  readonly network: string;
  readonly service_url?: NodeUrl | undefined;
  readonly tip_age: boolean;
  readonly mempool_peers: boolean;
  readonly probe: PeerCheckOptions;
};

/** Shares of the whole poll, so that a call that hangs leaves time for the next ones. */
const PEERS_SHARE = 0.5;
const CUT_SHARE = 0.25;
const BLOCK_SHARE = 0.1;
/** Shares of what is left of the poll by then. The peer check comes last and must end before the poll does. */
const TIPS_SHARE = 0.5;
const MEMPOOL_SHARE = 0.5;
const PEER_CHECK_SHARE = 0.9;

/** @param resolve how host names of peers become addresses */
export function openSession(
  target: NodeTarget,
  options: ChainwebOptions,
  resolve: Resolve = systemResolve,
): NodeSession {
  const { network, service_url: serviceUrl } = options;
  const p2p = target.connect(target.url);
  const service = serviceUrl === undefined ? undefined : target.connect(serviceUrl);
  const pollP2p = createP2pPoll(p2p, target, options, resolve);
  return {
    async poll(signal, request) {
      const [info, answers] = await Promise.all([
        service && attempt(() => fetchInfo(service, network, signal)),
        pollP2p(signal, request?.block),
      ]);
      return report(network, { ...answers, info });
    },
    async close() {
      await Promise.all([p2p.close(), service?.close()]);
    },
  };
}

type P2pAnswers = Omit<ChainwebAnswers, "info">;

/** Makes the calls of a poll to the P2P API, one after the other. Keeps between polls what need not be requested again. */
function createP2pPoll(
  p2p: RpcClient,
  target: NodeTarget,
  { network, tip_age, mempool_peers, probe }: ChainwebOptions,
  resolve: Resolve,
): (signal: Signal, wanted: WantedBlock | undefined) => Promise<P2pAnswers> {
  const isHeadOnly = target.headOnly === true;
  const readTips = tip_age ? createTipReader(p2p, network) : undefined;
  const readBlock = createBlockReader(p2p, network, target.timeoutMs * BLOCK_SHARE);
  const asksMempools = mempool_peers && !isHeadOnly;
  const checker =
    probe.peers > 0 && !isHeadOnly ? createPeerChecker(target, { ...probe, network }, resolve) : undefined;

  async function askPeers(signal: Signal): Promise<P2pAnswers["peers"]> {
    if (isHeadOnly) return PEERS_NOT_ASKED;
    const limitMs = target.timeoutMs * PEERS_SHARE;
    return attempt(() => withDeadline(signal, limitMs, (share) => fetchPeers(p2p, network, share)));
  }

  async function askCut(peers: P2pAnswers["peers"], signal: Signal): Promise<P2pAnswers["cut"]> {
    const limitMs = target.timeoutMs * CUT_SHARE;
    const cut = await attempt(() => withDeadline(signal, limitMs, (share) => fetchCut(p2p, network, share)));
    if (cut.ok || !mayBeOtherNetwork(cut.failure)) return cut;
    const known = isHeadOnly
      ? await attempt(() => withDeadline(signal, limitMs, (share) => fetchFirstPeer(p2p, network, share)))
      : peers;
    return failed(explainMissingCut(cut.failure, known));
  }

  /** Only the cut tells which chains there are: without it, these calls fail as the cut did. */
  async function askTips(cut: P2pAnswers["cut"], leftMs: number, signal: Signal): Promise<P2pAnswers["tips"]> {
    if (readTips === undefined) return undefined;
    if (!cut.ok) return { seconds: new Map(), outcome: cut };
    // Not in `attempt`: each header has a separate outcome, and the headers that arrived before a failure count.
    return withDeadline(signal, leftMs * TIPS_SHARE, (share) => readTips(cut.value.cut, share));
  }

  async function askBlock(
    cut: P2pAnswers["cut"],
    wanted: WantedBlock | undefined,
    signal: Signal,
  ): Promise<AskedBlock> {
    return cut.ok ? readBlock(cut.value.cut, wanted, signal) : NOTHING_ASKED;
  }

  async function askMempools(cut: P2pAnswers["cut"], leftMs: number, signal: Signal): Promise<P2pAnswers["mempools"]> {
    if (!asksMempools) return undefined;
    if (!cut.ok) return cut;
    const ask = (share: Signal) => fetchMempools(p2p, network, cut.value.cut, share);
    return attempt(() => withDeadline(signal, leftMs * MEMPOOL_SHARE, ask));
  }

  async function checkPeers(
    { peers, cut }: Pick<P2pAnswers, "peers" | "cut">,
    leftMs: number,
    signal: Signal,
  ): Promise<P2pAnswers["peerCheck"]> {
    if (checker === undefined) return undefined;
    if (isWrongNode(cut)) return cut;
    return peers.ok ? checker.round(peers.value, leftMs * PEER_CHECK_SHARE, signal) : peers;
  }

  return async (signal, wanted) => {
    const endsAt = performance.now() + target.timeoutMs;
    const leftMs = () => Math.max(0, endsAt - performance.now());
    const peers = await askPeers(signal);
    const cut = await askCut(peers, signal);
    const tips = await askTips(cut, leftMs(), signal);
    const asked = await askBlock(cut, wanted, signal);
    const mempools = await askMempools(cut, leftMs(), signal);
    const peerCheck = await checkPeers({ peers, cut }, leftMs(), signal);
    return { peers, cut, tips, asked, mempools, peerCheck };
  };
}

async function fetchPeers(client: RpcClient, network: string, signal: Signal) {
  const path = networkPath(network, "cut/peer");
  const { firstResponse, ...pages } = await fetchPeerPages(client, path, explainStatus("peers", network), signal);
  return { ...pages, headers: readHeaders(firstResponse) };
}

/** The smallest request that only a node of this network answers, also while it starts. */
async function fetchFirstPeer(client: RpcClient, network: string, signal: Signal): Promise<void> {
  const base = apiPath(client.url, networkPath(network, "cut/peer"));
  const path = `${base}${base.includes("?") ? "&" : "?"}limit=1`;
  const request = { name: "cut/peer", method: "GET", path, budget: INFO_BUDGET } as const;
  await callJson(client, request, signal, explainStatus("peers", network));
}

async function fetchCut(client: RpcClient, network: string, signal: Signal) {
  const path = apiPath(client.url, networkPath(network, "cut"));
  const request = { name: "cut", method: "GET", path, budget: INFO_BUDGET } as const;
  const answer = await callJson(client, request, signal, explainStatus("cut", network));
  const call = `cut at ${client.url.label}`;
  const cut = decodeAnswer(answer, call, decodeCut);
  if (cut.instance !== undefined && cut.instance !== network) {
    throw new NodeError(wrongNetwork(call, network, cut.instance));
  }
  return { cut, headers: readHeaders(answer.response) };
}

async function fetchInfo(client: RpcClient, network: string, signal: Signal): Promise<Info> {
  const request = { name: "info", method: "GET", path: apiPath(client.url, "/info"), budget: INFO_BUDGET } as const;
  const answer = await callJson(client, request, signal, explainStatus("info", network));
  const call = `info at ${client.url.label}`;
  const info = decodeAnswer(answer, call, decodeInfo);
  if (info.network !== undefined && info.network !== network) {
    throw new NodeError(wrongNetwork(call, network, info.network));
  }
  return info;
}
