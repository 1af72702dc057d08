import { type Certificate, createSelfSignedCertificate } from "../certificate.ts";
import type { Clock } from "../clock.ts";
import { delayAt, type LagCycle } from "../cycles.ts";
import { createDemoServer, type DemoServer } from "../http.ts";
import type { Random } from "../random.ts";
import { createNeighbours, withNeighbours } from "./neighbours.ts";
import { type ChainwebApis, createChainwebNode } from "./node.ts";
import { type ChainwebPeers, createChainwebDirectory, createChainwebPeers } from "./peers.ts";

const HEAD_START_SECONDS = 86_400;

/** kadena-2 gets no blocks of one chain for 75 s, which holds back its neighbours too, and catches up in 15 s. */
export const CHAINWEB_LAG: LagCycle = { period: 210, stallFrom: 60, stallFor: 75, catchUpFor: 15 };
const STALLING_CHAIN = 13;

export type ChainwebDemoNode = {
  readonly p2p: DemoServer;
  readonly service: DemoServer;
  readonly apis: ChainwebApis;
  readonly peerId?: string;
  /** Peers of it that listen too. */
  readonly neighbours: readonly DemoServer[];
};
export type ChainwebNetwork = { readonly healthy: ChainwebDemoNode; readonly trailing: ChainwebDemoNode };

/** kadena-2 runs the last release with a service date, this long after the start of the demo. */
const SERVICE_DATE_AFTER_SECONDS = 30 * 86_400;

/** The two nodes of the simulated Chainweb network, and a few peers that can be asked themselves. */
export function createChainwebNetwork(clock: Clock, random: Random): ChainwebNetwork {
  const directory = createChainwebDirectory(random.fork("directory"));

  function createPeers(name: string, known: number): ChainwebPeers {
    const from = clock.startedAt - HEAD_START_SECONDS;
    return createChainwebPeers({ random: random.fork(name), from, directory, known });
  }

  function node(apis: ChainwebApis, certificate?: Certificate): Omit<ChainwebDemoNode, "neighbours"> {
    return {
      p2p: createDemoServer(apis.p2p, certificate),
      service: createDemoServer(apis.service),
      apis,
      ...(certificate ? { peerId: certificate.peerId } : {}),
    };
  }

  function trailingDelays(now: number): Map<number, number> {
    return new Map([[STALLING_CHAIN, delayAt(CHAINWEB_LAG, now - clock.startedAt)]]);
  }

  // A node that has no certificate makes one at every start: only a name, its own signature (src/P2P/Peer.hs).
  const certificate = createSelfSignedCertificate({ commonName: "203.0.113.7" });
  const neighbours = createNeighbours(clock.now);
  const healthy = createChainwebNode({
    version: "3.2",
    peers: withNeighbours(createPeers("kadena-1", 0.9), neighbours),
    delays: () => new Map(),
    now: clock.now,
  });
  const trailing = createChainwebNode({
    version: "3.0",
    serviceDate: new Date((clock.startedAt + SERVICE_DATE_AFTER_SECONDS) * 1000),
    peers: createPeers("kadena-2", 0.4),
    delays: trailingDelays,
    now: clock.now,
  });
  return {
    healthy: { ...node(healthy, certificate), neighbours: neighbours.servers },
    trailing: { ...node(trailing), neighbours: [] },
  };
}
