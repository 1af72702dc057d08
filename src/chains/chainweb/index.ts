import { z } from "zod";
import { block, nodeUrlField } from "../../config/fields.ts";
import { withDeadline } from "../../deadline.ts";
import { NodeError, nodeError } from "../../errors.ts";
import { callJson } from "../../rpc/call.ts";
import type { RpcClient } from "../../rpc/client.ts";
import { apiPath } from "../../rpc/node-url.ts";
import {
  attempt,
  type ChainAdapter,
  type ChainOptions,
  type Fact,
  type FactFamily,
  failed,
  type NodeReport,
  type NodeSession,
  type NodeTarget,
  type Outcome,
  type PeerList,
  succeeded,
} from "../chain.ts";
import { isObject, text } from "../decode.ts";
import { type Cut, decodeCut } from "./cut.ts";
import { explainStatus, wrongNetwork } from "./explain.ts";
import { type NodeHeaders, readHeaders } from "./headers.ts";
import { fetchPeerPages } from "./peers.ts";

const optionsSchema = block({
  network: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, "expected a network name like mainnet01")
    .default("mainnet01")
    .describe("the network's name, part of every API path"),
  service_url: nodeUrlField.optional().describe("base URL of the service API, for /info"),
  mempool_peers: z.boolean().default(false).describe("also count the mempool peers of every chain (one request each)"),
});

type ChainwebOptions = z.output<typeof optionsSchema>;

const MEMPOOL_PEERS: FactFamily = {
  name: "p2p_chainweb_mempool_peers",
  type: "gauge",
  help: "Known mempool peers of a braided chain that currently do not fail, from the last poll.",
  source: "chain/N/mempool/peer",
  labels: ["braided_chain"],
};

/** Kadena's chainweb-node and its community edition. */
export const chainweb: ChainAdapter = {
  optionsKey: "chainweb",
  options: optionsSchema.transform(
    (options): ChainOptions => ({ values: options, open: (target) => openSession(target, options) }),
  ),
  traits: { directions: ["unknown"], states: [] },
  families: [MEMPOOL_PEERS],
};

/** Each chain makes a block every 30 s on every network seen (BlockDelay 30_000_000 µs). */
const CHAIN_BLOCK_SECONDS = 30;

/** Parts of a poll that these calls may use up, so that a hanging one leaves time for what comes behind it. */
const PEERS_SHARE = 0.5;
const CUT_SHARE = 0.25;

function openSession(target: NodeTarget, options: ChainwebOptions): NodeSession {
  const p2p = target.connect(target.url);
  const service = options.service_url === undefined ? undefined : target.connect(options.service_url);
  return {
    async poll(signal) {
      const within = <T>(share: number, part: (signal: AbortSignal) => Promise<T>) =>
        attempt(() => withDeadline(signal, target.timeoutMs * share, part));
      const peers = await within(PEERS_SHARE, (share) => fetchPeers(p2p, options.network, share));
      const cut = await within(CUT_SHARE, (share) => fetchCut(p2p, options.network, share));
      const info = service && (await attempt(() => fetchInfo(service, options.network, signal)));
      const mempools = options.mempool_peers ? await fetchMempools(p2p, options.network, cut, signal) : undefined;
      return report(options, { peers, cut, info, mempools });
    },
    async close() {
      await Promise.all([p2p.close(), service?.close()]);
    },
  };
}

type Answers = {
  readonly peers: Outcome<{ readonly list: PeerList; readonly headers: NodeHeaders }>;
  readonly cut: Outcome<Cut>;
  readonly info: Outcome<{ readonly version: string | undefined }> | undefined;
  readonly mempools: Outcome<readonly Fact[]> | undefined;
};

function report({ network }: ChainwebOptions, { peers, cut, info, mempools }: Answers): NodeReport {
  const headers = peers.ok ? peers.value.headers : {};
  // A node that calls itself another network in /cut is the wrong node: then its peers are not shown either.
  const isWrongNode = !cut.ok && cut.failure.reason === "wrong_network";
  const parts = new Map<string, Outcome<unknown>>();
  if (info !== undefined) parts.set("info", info);
  if (mempools !== undefined) parts.set("mempool", mempools);
  const chainCount = cut.ok ? cut.value.head.chainHeights?.size : undefined;
  return {
    identity: {
      version: (info?.ok ? info.value.version : undefined) ?? headers.version,
      network: (peers.ok && !isWrongNode) || cut.ok ? network : undefined,
    },
    peers: isWrongNode ? cut : peers.ok ? succeeded(peers.value.list) : peers,
    head: cut.ok ? succeeded(cut.value.head) : cut,
    parts,
    facts: mempools?.ok ? mempools.value : [],
    clockSkewSeconds: headers.clockSkewSeconds,
    networkKey: `chainweb ${network}`,
    minBlockSeconds: 0,
    blockSeconds: chainCount === undefined ? undefined : CHAIN_BLOCK_SECONDS / chainCount,
  };
}

function networkPath(network: string, rest: string): string {
  return `/chainweb/0.0/${network}/${rest}`;
}

async function fetchPeers(client: RpcClient, network: string, signal: AbortSignal) {
  const path = networkPath(network, "cut/peer");
  const { list, firstResponse } = await fetchPeerPages(client, path, explainStatus("peers", network), signal);
  return { list, headers: readHeaders(firstResponse) };
}

async function fetchCut(client: RpcClient, network: string, signal: AbortSignal): Promise<Cut> {
  const request = { name: "cut", method: "GET", path: apiPath(client.url, networkPath(network, "cut")) } as const;
  const { value } = await callJson(client, request, signal, explainStatus("cut", network));
  const call = `cut at ${client.url.label}`;
  const cut = decodeCut(value, call);
  if (cut.instance !== undefined && cut.instance !== network) {
    throw new NodeError(wrongNetwork(call, network, cut.instance));
  }
  return cut;
}

async function fetchInfo(client: RpcClient, network: string, signal: AbortSignal) {
  const request = { name: "info", method: "GET", path: apiPath(client.url, "/info") } as const;
  const { value } = await callJson(client, request, signal, explainStatus("info", network));
  const call = `info at ${client.url.label}`;
  if (!isObject(value)) throw nodeError("bad_shape", `${call}: expected an object`, "check chainweb.service_url");
  // `nodeVersion` is the name of the network; the version is nodePackageVersion, since 2.24.1.
  const found = text(value.nodeVersion);
  if (found !== undefined && found !== network) throw new NodeError(wrongNetwork(call, network, found));
  return { version: text(value.nodePackageVersion) };
}

/** One request for each chain of the cut; without a cut the chains are not known. */
async function fetchMempools(
  client: RpcClient,
  network: string,
  cut: Outcome<Cut>,
  signal: AbortSignal,
): Promise<Outcome<readonly Fact[]>> {
  if (!cut.ok) return failed(cut.failure);
  const chains = [...(cut.value.head.chainHeights?.keys() ?? [])];
  return attempt(async () => {
    const facts: Fact[] = [];
    for (const chain of chains) {
      const path = networkPath(network, `chain/${chain}/mempool/peer`);
      const { list } = await fetchPeerPages(client, path, explainStatus("mempool", network), signal);
      facts.push({ family: MEMPOOL_PEERS, labels: [chain], value: list.connections.length });
    }
    return facts;
  });
}
