import { type Certificate, createSelfSignedCertificate } from "../certificate.ts";
import { type Clock, delayAt, type LagCycle } from "../clock.ts";
import { createDemoServer, type DemoServer } from "../http.ts";
import type { Random } from "../random.ts";
import { CHAINS } from "./chain.ts";
import { type ChainwebApis, createChainwebNode } from "./node.ts";
import { createChainwebDirectory, createPeerDatabase, type PeerDatabase, type PeerInfo } from "./peer-database.ts";

/** The nodes were started this long before the demo, so that their peer lists are full from the start. */
const HEAD_START_SECONDS = 86_400;

/** kadena-2 gets no blocks of one chain for 75 s, which also holds back the adjacent chains, and catches up in 15 s. */
export const CHAINWEB_LAG: LagCycle = { period: 210, stallFrom: 60, stallFor: 75, catchUpFor: 15 };
const STALLING_CHAIN = 13;

/** The certificate of kadena-1 ends this long after the demo's start: its operator has to restart it soon. */
const CERTIFICATE_DAYS_LEFT = 10;
const CERTIFICATE_DAYS = 365;
const DAY_MS = 86_400_000;

type ChainwebDemoNode = {
  readonly p2p: DemoServer;
  readonly service: DemoServer;
  readonly apis: ChainwebApis;
  /** The fingerprint of its certificate; absent if it has no TLS. */
  readonly peerId?: string;
  /** Those of its peers that listen too. */
  readonly listeningPeers: readonly DemoServer[];
};

type ChainwebNodes = { readonly healthy: ChainwebDemoNode; readonly trailing: ChainwebDemoNode };

/** Creates the two nodes of the simulated Chainweb network, and a few peers that can be checked directly. */
export function createChainwebNodes(clock: Clock, random: Random, lag: LagCycle = CHAINWEB_LAG): ChainwebNodes {
  const directory = createChainwebDirectory(random.fork("directory"));

  function createPeers(name: string, known: number): PeerDatabase {
    const startedAt = clock.startedAt - HEAD_START_SECONDS;
    return createPeerDatabase({ random: random.fork(name), startedAt, directory, known });
  }

  function demoNode(apis: ChainwebApis, certificate?: Certificate): Omit<ChainwebDemoNode, "listeningPeers"> {
    return {
      p2p: createDemoServer(apis.p2p, certificate),
      service: createDemoServer(apis.service),
      apis,
      ...(certificate ? { peerId: certificate.peerId } : {}),
    };
  }

  function trailingDelays(now: number): Map<number, number> {
    return new Map([[STALLING_CHAIN, delayAt(lag, now - clock.startedAt)]]);
  }

  // A node without a configured certificate creates one at every start, with a name only and self-signed (src/P2P/Peer.hs).
  const certificate = createSelfSignedCertificate({
    commonName: "203.0.113.7",
    notBefore: new Date(clock.startedAt * 1000 - (CERTIFICATE_DAYS - CERTIFICATE_DAYS_LEFT) * DAY_MS),
    notAfter: new Date(clock.startedAt * 1000 + CERTIFICATE_DAYS_LEFT * DAY_MS),
  });
  const listening = createListeningPeers(clock.now);
  const healthy = createChainwebNode({
    version: "3.2",
    peers: withListeningPeers(createPeers("kadena-1", 0.9), listening),
    delays: () => new Map(),
    now: clock.now,
  });
  const trailing = createChainwebNode({
    version: "3.2",
    peers: createPeers("kadena-2", 0.4),
    delays: trailingDelays,
    now: clock.now,
  });
  return {
    healthy: { ...demoNode(healthy, certificate), listeningPeers: listening.servers },
    trailing: { ...demoNode(trailing), listeningPeers: [] },
  };
}

/** Peers that really listen, on loopback, so that the exporter can check them directly. */
type ListeningPeers = {
  readonly servers: readonly DemoServer[];
  /** Their entries in a peer list; only those that have a port. */
  entries(): PeerInfo[];
};

type ListeningPeer = {
  readonly version: string;
  /** Seconds that it is behind on all chains. */
  readonly behind: number;
  /** It was restarted with a new certificate, and its peers still list the old one. */
  readonly isListedWithOldId?: boolean;
};

const LISTENING_PEERS: readonly ListeningPeer[] = [
  { version: "3.2", behind: 0 },
  { version: "3.2", behind: 0 },
  { version: "3.1", behind: 120 },
  { version: "3.2", behind: 0, isListedWithOldId: true },
];

const NO_PEERS: PeerDatabase = { cut: () => [], mempool: () => [] };

function createListeningPeers(now: () => number): ListeningPeers {
  const all = LISTENING_PEERS.map(({ version, behind, isListedWithOldId }) => {
    const certificate = loopbackCertificate();
    const delays = new Map(CHAINS.map((chain) => [chain, behind]));
    const { p2p } = createChainwebNode({ version, peers: NO_PEERS, delays: () => delays, now });
    const id = isListedWithOldId ? loopbackCertificate().peerId : certificate.peerId;
    return { server: createDemoServer(p2p, certificate), id };
  });
  return {
    servers: all.map(({ server }) => server),
    entries: () =>
      all
        .filter(({ server }) => server.port() !== 0)
        .map(({ server, id }) => ({ id, address: { hostname: "127.0.0.1", port: server.port() } })),
  };
}

/** The same peers, with the listening ones before them. */
function withListeningPeers(peers: PeerDatabase, { entries }: ListeningPeers): PeerDatabase {
  return {
    cut: (now) => [...entries(), ...peers.cut(now)],
    mempool: (chain, now) => [...entries(), ...peers.mempool(chain, now)],
  };
}

function loopbackCertificate(): Certificate {
  return createSelfSignedCertificate({ commonName: "127.0.0.1" });
}
