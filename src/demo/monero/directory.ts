import { i2pHost, ipv4Addresses, ipv6Addresses, onionHost } from "../addresses.ts";
import type { Random } from "../random.ts";

export type MoneroNetworkType = "ipv4" | "ipv6" | "tor" | "i2p";

/** A node of the simulated network, as other nodes meet it. */
export type MoneroPeer = {
  readonly type: MoneroNetworkType;
  readonly host: string;
  readonly port: number;
  /** 64 bits: as hexadecimal digits in get_connections, as a number in get_peer_list. */
  readonly peerId: string;
  /** 0, or 384 to 391 for one of the eight stripes of a pruned node (src/common/pruning.cpp). */
  readonly pruningSeed: number;
  /** Port of its public restricted RPC; 0: none. */
  readonly rpcPort: number;
  /** It relays new blocks to us; others tell their height only in the timed sync every 60 s. */
  readonly relays: boolean;
  /** It is far behind and downloads from us. */
  readonly behind: boolean;
  /** Seconds since it was last seen, in the peer lists. */
  readonly lastSeenAgo: number;
};

export type MoneroDirectory = {
  readonly clearnet: readonly MoneroPeer[];
  readonly tor: MoneroPeer;
  readonly i2p: MoneroPeer;
  /** Peers that nobody has reached yet. */
  readonly gray: readonly MoneroPeer[];
};

/** The strangers of the network. They appear in the peer lists of all its nodes. */
export function createMoneroDirectory(random: Random): MoneroDirectory {
  const ipv4 = ipv4Addresses(random, 140);
  const ipv6 = ipv6Addresses(random, 8);

  function peer(type: MoneroNetworkType, host: string, port = 18080): MoneroPeer {
    return {
      type,
      host,
      port,
      peerId: random.hex(16),
      pruningSeed: random.chance(0.3) ? random.integer(384, 391) : 0,
      rpcPort: random.chance(0.2) ? 18089 : 0,
      relays: random.chance(0.6),
      behind: random.chance(0.08),
      lastSeenAgo: random.integer(60, 200_000),
    };
  }

  return {
    clearnet: random.shuffle([
      ...ipv4.slice(0, 70).map((host) => peer("ipv4", host)),
      ...ipv6.map((host) => ({ ...peer("ipv6", host), behind: false })),
    ]),
    tor: { ...peer("tor", onionHost(random), 18083), pruningSeed: 0, behind: false },
    i2p: { ...peer("i2p", i2pHost(random), 1), pruningSeed: 0, behind: false },
    gray: ipv4.slice(70).map((host) => peer("ipv4", host)),
  };
}
