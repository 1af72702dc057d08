import type { z } from "zod";
import { block, headerValueField, nodeUrlField } from "../../config/fields.ts";
import { withDeadline } from "../../deadline.ts";
import { callJson } from "../../rpc/call.ts";
import type { RpcClient } from "../../rpc/client.ts";
import { apiPath, type NodeUrl } from "../../rpc/node-url.ts";
import {
  attempt,
  type ChainAdapter,
  type ChainOptions,
  type NodeReport,
  type NodeSession,
  type NodeTarget,
  type Outcome,
  type PeerList,
  succeeded,
} from "../chain.ts";
import { decodeConnections } from "./connections.ts";
import { explainStatus, type WireApi } from "./explain.ts";
import { type ChainInfo, decodeInfo } from "./info.ts";

/** Wire's nodeop and every Antelope node (Vaulta/EOS, Telos, WAX): one API, several dialects. */

/** Both chains make a block every half second (config.hpp block_interval_ms = 500). */
const BLOCK_SECONDS = 0.5;

/** Part of a poll that the peer list may use up, so that a hanging one leaves time for the head. */
const PEERS_SHARE = 0.75;

const optionsSchema = block({
  chain_url: nodeUrlField.optional().describe("base URL of the listener with chain_api_plugin, where it is not url"),
  host_header: headerValueField.optional().describe("Host header to send, for nodes behind a port mapping or proxy"),
});

type WireOptions = z.output<typeof optionsSchema>;

export const wire: ChainAdapter = {
  optionsKey: "wire",
  options: optionsSchema.transform(
    (options): ChainOptions => ({ values: options, open: (target) => openSession(target, options) }),
  ),
  traits: {
    directions: ["inbound", "outbound"],
    states: ["connected", "handshaking", "dialing", "disconnected"],
    flow: "upload",
  },
  families: [],
};

function openSession(target: NodeTarget, options: WireOptions): NodeSession {
  const connect = (url: NodeUrl) => target.connect(url, { hostHeader: options.host_header });
  const net = connect(target.url);
  const chain = options.chain_url === undefined ? net : connect(options.chain_url);
  return {
    async poll(signal) {
      // In series: EOSIO 2 and Leap 3 answer on the main thread, which more requests at once would only hold up.
      const peers = await withDeadline(signal, target.timeoutMs * PEERS_SHARE, (share) => fetchPeers(net, share));
      const info = await fetchInfo(chain, signal);
      return report(peers, info);
    },
    async close() {
      await Promise.all([net.close(), chain === net ? undefined : chain.close()]);
    },
  };
}

function report(peers: Outcome<PeerList>, info: Outcome<ChainInfo>): NodeReport {
  const identity = info.ok ? info.value.identity : {};
  return {
    identity,
    peers,
    head: info.ok ? succeeded(info.value.head) : info,
    parts: new Map(),
    facts: [],
    networkKey: identity.chainId === undefined ? undefined : `antelope ${identity.chainId}`,
    minBlockSeconds: BLOCK_SECONDS,
    blockSeconds: BLOCK_SECONDS,
  };
}

function fetchPeers(client: RpcClient, signal: AbortSignal): Promise<Outcome<PeerList>> {
  return fetchApi(client, "net", "/v1/net/connections", decodeConnections, signal);
}

function fetchInfo(client: RpcClient, signal: AbortSignal): Promise<Outcome<ChainInfo>> {
  return fetchApi(client, "chain", "/v1/chain/get_info", decodeInfo, signal);
}

function fetchApi<T>(
  client: RpcClient,
  api: WireApi,
  path: string,
  decode: (answer: unknown, call: string) => T,
  signal: AbortSignal,
): Promise<Outcome<T>> {
  // POST without a body, as clio and cleos send it: every version takes that.
  const request = { name: path, method: "POST", path: apiPath(client.url, path) } as const;
  return attempt(async () => {
    const { value } = await callJson(client, request, signal, explainStatus(api));
    return decode(value, `${path} at ${client.url.label}`);
  });
}
