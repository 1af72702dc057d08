import { createHash } from "node:crypto";
import { ipv4Addresses, ipv6Addresses } from "../addresses.ts";
import { createLives } from "../lives.ts";
import type { Random } from "../random.ts";

/** An entry of cut/peer: all that the API says of a peer (src/P2P/Peer.hs). */
export type PeerInfo = {
  /** Null for a peer with a certificate of a CA. */
  readonly id: string | null;
  readonly address: { readonly hostname: string; readonly port: number };
};

export type ChainwebPeers = {
  /** The known peers that do not fail just now, in the order of their marks. */
  cut(now: number): PeerInfo[];
  /** Those of them that are also in the mempool network of a chain: a subset in the same order. */
  mempool(chain: number, now: number): PeerInfo[];
};

/** Ports of real networks: the default, web, and those of a hosting company. */
const PORTS = [1789, 1789, 443, 31350, 31350, 31350, 30004, 8443] as const;

/** The strangers of the network: bootstrap nodes by name, all others by address, some with a name or IPv6. */
export function createChainwebDirectory(random: Random): PeerInfo[] {
  const bootstrap = ["eu-1", "eu-2", "us-1", "us-2", "ap-1"].map((name) => ({
    id: null,
    address: { hostname: `${name}.bootstrap.example.org`, port: 443 },
  }));
  const named = Array.from({ length: 6 }, (_, index) => `node-${index + 1}.example.net`);
  const hosts = [...ipv4Addresses(random, 92), ...ipv6Addresses(random, 6), ...named];
  const others = hosts.map((hostname) => ({
    id: Buffer.from(random.hex(64), "hex").toString("base64url"),
    address: { hostname, port: random.pick(PORTS) },
  }));
  return [...bootstrap, ...others];
}

/** The peer database of a node. A peer that fails is hidden until it works again, so the list is never quiet. */
export function createChainwebPeers(options: {
  readonly random: Random;
  readonly from: number;
  readonly directory: readonly PeerInfo[];
  /** The share of the network that this node knows. */
  readonly known: number;
}): ChainwebPeers {
  const { random, from } = options;
  // Ordered by a random mark that each entry keeps while the process runs (since 2.26.1, commit a1198fc61).
  const entries = random
    .shuffle(options.directory.filter(({ id }) => id === null || random.chance(options.known)))
    .map((peer) => ({
      peer,
      good: createLives({
        random: random.fork(peer.address.hostname),
        from,
        firstGap: [0, 600],
        gap: [30, 600],
        length: peer.id === null ? [3600, 40_000] : [200, 7200],
        subject: () => undefined,
      }),
    }));

  function cut(now: number): PeerInfo[] {
    return entries
      .filter(({ good }) => {
        const life = good.at(now);
        return life !== undefined && now < life.until;
      })
      .map(({ peer }) => peer);
  }

  return { cut, mempool: (chain, now) => cut(now).filter((peer) => inMempool(peer, chain)) };
}

/** Nine of ten peers take part in the mempool of a chain. */
function inMempool({ address }: PeerInfo, chain: number): boolean {
  return createHash("sha256").update(`${address.hostname}/${chain}`).digest().readUInt8(0) >= 26;
}
