import { type Certificate, createSelfSignedCertificate } from "../certificate.ts";
import type { Clock } from "../clock.ts";
import { delayAt, type LagCycle } from "../cycles.ts";
import { createDemoServer, type DemoServer } from "../http.ts";
import type { Random } from "../random.ts";
import { type ChainwebApis, createChainwebNode } from "./node.ts";
import { createChainwebDirectory, createChainwebPeers } from "./peers.ts";

const HEAD_START_SECONDS = 86_400;

/** kadena-2 gets no blocks of one chain for 75 s, which holds back its neighbours too, and catches up in 15 s. */
export const CHAINWEB_LAG: LagCycle = { period: 210, stallFrom: 60, stallFor: 75, catchUpFor: 15 };
const STALLING_CHAIN = 13;

export type ChainwebDemoNode = {
  readonly p2p: DemoServer;
  readonly service: DemoServer;
  readonly apis: ChainwebApis;
  readonly peerId?: string;
};
export type ChainwebNetwork = { readonly healthy: ChainwebDemoNode; readonly trailing: ChainwebDemoNode };

/** The two nodes of the simulated Chainweb network. */
export function createChainwebNetwork(clock: Clock, random: Random): ChainwebNetwork {
  const directory = createChainwebDirectory(random.fork("directory"));

  function createApis(name: string, version: string, known: number, delays: (now: number) => Map<number, number>) {
    const from = clock.startedAt - HEAD_START_SECONDS;
    const peers = createChainwebPeers({ random: random.fork(name), from, directory, known });
    return createChainwebNode({ version, peers, delays, now: clock.now });
  }

  function node(apis: ChainwebApis, certificate?: Certificate): ChainwebDemoNode {
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
  return {
    healthy: node(
      createApis("kadena-1", "3.2", 0.9, () => new Map()),
      certificate,
    ),
    trailing: node(createApis("kadena-2", "3.1", 0.4, trailingDelays)),
  };
}
