import type { Signal } from "../../lib/abort.ts";
import { withDeadline } from "../../lib/abort.ts";
import { NodeError } from "../../model/failure.ts";
import { attempt, PEERS_NOT_ASKED } from "../../model/report.ts";
import { type Resolve, systemResolve } from "../../rpc/address-filter.ts";
import { INFO_BUDGET } from "../../rpc/budget.ts";
import { callJson } from "../../rpc/call.ts";
import type { RpcClient } from "../../rpc/client.ts";
import { apiPath } from "../../rpc/node-url.ts";
import type { NodeSession, NodeTarget } from "../adapter.ts";
import { explainStatus, networkPath, readHeaders, wrongNetwork } from "./api.ts";
import { decodeCut } from "./cut.ts";
import type { ChainwebOptions } from "./index.ts";
import { decodeInfo, type Info } from "./info.ts";
import { createPeerChecker } from "./peer-checks.ts";
import { fetchMempools, fetchPeerPages } from "./peer-page.ts";
import { type ChainwebAnswers, isWrongNode, report } from "./report.ts";
import { createTipReader } from "./tips.ts";

/** Parts of a poll that these calls may use up, so that a hanging one leaves time for what comes behind it. */
const PEERS_SHARE = 0.5;
const CUT_SHARE = 0.25;
/** Of what is left then. The peers of the node come last, and must be done before the poll is over. */
const TIPS_SHARE = 0.5;
const MEMPOOL_SHARE = 0.5;
const PEER_CHECK_SHARE = 0.9;

/** @param resolve how host names of peers become addresses */
export function openSession(
  target: NodeTarget,
  options: ChainwebOptions,
  resolve: Resolve = systemResolve,
): NodeSession {
  const { network } = options;
  const p2p = target.connect(target.url);
  const service = options.service_url === undefined ? undefined : target.connect(options.service_url);
  const isHeadOnly = target.headOnly === true;
  const readTips = options.tip_age ? createTipReader(p2p, network) : undefined;
  const asksMempools = options.mempool_peers && !isHeadOnly;
  const peerChecker = options.probe.peers > 0 && !isHeadOnly ? createPeerChecker(target, options, resolve) : undefined;

  async function pollP2p(signal: Signal): Promise<Omit<ChainwebAnswers, "info">> {
    const endsAt = performance.now() + target.timeoutMs;
    const left = () => Math.max(0, endsAt - performance.now());
    const within = <T>(milliseconds: number, part: (signal: Signal) => Promise<T>) =>
      attempt(() => withDeadline(signal, milliseconds, part));
    const checkPeers = async (peers: ChainwebAnswers["peers"]) =>
      peerChecker && (peers.ok ? peerChecker.round(peers.value, left() * PEER_CHECK_SHARE, signal) : peers);

    const peers = isHeadOnly
      ? PEERS_NOT_ASKED
      : await within(target.timeoutMs * PEERS_SHARE, (share) => fetchPeers(p2p, network, share));
    const answer = await within(target.timeoutMs * CUT_SHARE, (share) => fetchCut(p2p, network, share));
    if (!answer.ok) {
      // Without a cut the chains are not known.
      return {
        peers,
        cut: answer,
        tips: readTips && { seconds: new Map(), outcome: answer },
        mempools: asksMempools ? answer : undefined,
        peerCheck: isWrongNode(answer) ? peerChecker && answer : await checkPeers(peers),
      };
    }
    const { cut } = answer.value;
    return {
      peers,
      cut: answer,
      // Each header is an outcome of its own: what came before one failed stays.
      tips: readTips && (await withDeadline(signal, left() * TIPS_SHARE, (share) => readTips(cut, share))),
      mempools: asksMempools
        ? await within(left() * MEMPOOL_SHARE, (share) => fetchMempools(p2p, network, cut, share))
        : undefined,
      peerCheck: await checkPeers(peers),
    };
  }

  return {
    async poll(signal) {
      const [info, answers] = await Promise.all([
        service && attempt(() => fetchInfo(service, network, signal)),
        pollP2p(signal),
      ]);
      return report(network, { ...answers, info });
    },
    async close() {
      await Promise.all([p2p.close(), service?.close()]);
    },
  };
}

async function fetchPeers(client: RpcClient, network: string, signal: Signal) {
  const path = networkPath(network, "cut/peer");
  const { firstResponse, ...pages } = await fetchPeerPages(client, path, explainStatus("peers", network), signal);
  return { ...pages, headers: readHeaders(firstResponse) };
}

async function fetchCut(client: RpcClient, network: string, signal: Signal) {
  const path = apiPath(client.url, networkPath(network, "cut"));
  const request = { name: "cut", method: "GET", path, budget: INFO_BUDGET } as const;
  const { value, response } = await callJson(client, request, signal, explainStatus("cut", network));
  const call = `cut at ${client.url.label}`;
  const cut = decodeCut(value, call);
  if (cut.instance !== undefined && cut.instance !== network) {
    throw new NodeError(wrongNetwork(call, network, cut.instance));
  }
  return { cut, headers: readHeaders(response) };
}

async function fetchInfo(client: RpcClient, network: string, signal: Signal): Promise<Info> {
  const request = { name: "info", method: "GET", path: apiPath(client.url, "/info"), budget: INFO_BUDGET } as const;
  const { value } = await callJson(client, request, signal, explainStatus("info", network));
  const call = `info at ${client.url.label}`;
  const info = decodeInfo(value, call);
  if (info.network !== undefined && info.network !== network) {
    throw new NodeError(wrongNetwork(call, network, info.network));
  }
  return info;
}
