import { type Certificate, createSelfSignedCertificate } from "../certificate.ts";
import { createDemoServer, type DemoServer } from "../http.ts";
import { CHAINS } from "./chain.ts";
import { createChainwebNode } from "./node.ts";
import type { ChainwebPeers, PeerInfo } from "./peers.ts";

/** Peers that really listen, on loopback, so that they can be asked themselves. */
export type Neighbours = {
  readonly servers: readonly DemoServer[];
  /** As they stand in a peer list; only those that have a port. */
  listed(): PeerInfo[];
};

type Neighbour = {
  readonly version: string;
  /** Seconds that it is behind on all chains. */
  readonly behind: number;
  /** It was started anew with another certificate, and its peers still know it by the old one. */
  readonly isListedWrongly?: boolean;
};

const NEIGHBOURS: readonly Neighbour[] = [
  { version: "3.2", behind: 0 },
  { version: "3.2", behind: 0 },
  { version: "3.1", behind: 120 },
  { version: "3.2", behind: 0, isListedWrongly: true },
];

const NO_PEERS: ChainwebPeers = { cut: () => [], mempool: () => [] };

export function createNeighbours(now: () => number): Neighbours {
  const all = NEIGHBOURS.map(({ version, behind, isListedWrongly }) => {
    const certificate = newCertificate();
    const delays = new Map(CHAINS.map((chain) => [chain, behind]));
    const { p2p } = createChainwebNode({ version, peers: NO_PEERS, delays: () => delays, now });
    const id = isListedWrongly ? newCertificate().peerId : certificate.peerId;
    return { server: createDemoServer(p2p, certificate), id };
  });
  return {
    servers: all.map(({ server }) => server),
    listed: () =>
      all
        .filter(({ server }) => server.port() !== 0)
        .map(({ server, id }) => ({ id, address: { hostname: "127.0.0.1", port: server.port() } })),
  };
}

/** The same peers, and these before them. */
export function withNeighbours(peers: ChainwebPeers, { listed }: Neighbours): ChainwebPeers {
  return {
    cut: (now) => [...listed(), ...peers.cut(now)],
    mempool: (chain, now) => [...listed(), ...peers.mempool(chain, now)],
  };
}

function newCertificate(): Certificate {
  return createSelfSignedCertificate({ commonName: "127.0.0.1" });
}
