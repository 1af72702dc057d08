import { BLOCK_SECONDS, CHAINS, NETWORK } from "./chain.ts";
import { type ChainGraph, TEN_CHAINS, TWENTY_CHAINS, TWENTY_CHAINS_HEIGHT } from "./graph.ts";

/** The answer of /info (src/Chainweb/RestAPI/NodeInfo.hs), as release 3.1 and later have it; 3.0 has a service date. */
export function nodeInfo(version: string, serviceDate?: Date): Readonly<Record<string, unknown>> {
  const history = [
    [TWENTY_CHAINS_HEIGHT, adjacency(TWENTY_CHAINS)],
    [0, adjacency(TEN_CHAINS)],
  ];
  return {
    nodeApiVersion: "0.0",
    // Microseconds, whatever the documentation says.
    nodeBlockDelay: BLOCK_SECONDS * 1_000_000,
    nodeChains: CHAINS.map(String),
    nodeGenesisHeights: CHAINS.map((chain) => [String(chain), TEN_CHAINS.has(chain) ? 0 : TWENTY_CHAINS_HEIGHT]),
    nodeGraphHistory: history,
    nodeHistoricalChains: history,
    // The height of the last known fork, not the head.
    nodeLatestBehaviorHeight: 6_335_858,
    nodeNumberOfChains: CHAINS.length,
    nodePackageVersion: version,
    ...(serviceDate === undefined ? {} : { nodeServiceDate: `${serviceDate.toISOString().slice(0, 19)}Z` }),
    // The name of the network, not a version.
    nodeVersion: NETWORK,
  };
}

/** What /config of the P2P API tells, as far as it concerns peers. */
export function nodeConfig(): Readonly<Record<string, unknown>> {
  return {
    chainwebVersion: NETWORK,
    mempoolP2p: { configuration: { maxSessionCount: 6, pollInterval: 30, sessionTimeout: 300 }, enabled: true },
    p2p: {
      bootstrapReachability: 0.5,
      ignoreBootstrapNodes: false,
      maxPeerCount: 50,
      maxSessionCount: 10,
      peers: [],
      private: false,
      sessionTimeout: 240,
    },
    throttling: { global: 50, mempool: 20, putPeer: 11 },
  };
}

function adjacency(graph: ChainGraph): (number | readonly number[])[][] {
  return [...graph].map(([chain, neighbours]) => [chain, neighbours]);
}
