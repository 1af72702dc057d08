import { createHash } from "node:crypto";
import { i2pHost, ipv4Addresses, ipv6Addresses, onionHost, type Random } from "../random.ts";

/** The simulated Monero network: the chain that all its nodes follow, and the peers that they meet. */

/**
 * A block every 10 s instead of Monero's 120 s, which would look dead in a demonstration. The nodes say so: their
 * get_info has `target` 10.
 */
export const BLOCK_SECONDS = 10;
/** The height of the simulated chain at a fixed time, so that heights rise from one demo to the next. */
const ANCHOR_TIME = Date.UTC(2025, 8, 1) / 1000;
const ANCHOR_HEIGHT = 3_490_000;
export const DIFFICULTY = 612_345_678_901n;

/** The chain's height at a time in Unix seconds: the number of the top block + 1. */
export function heightAt(now: number): number {
  return ANCHOR_HEIGHT + Math.floor((now - ANCHOR_TIME) / BLOCK_SECONDS);
}

/** The time of the top block of a chain with that height, in Unix seconds. */
export function topBlockTime(height: number): number {
  return ANCHOR_TIME + (height - ANCHOR_HEIGHT) * BLOCK_SECONDS;
}

/** The hash of a block by its number. */
export function blockHash(number: number, branch = "main"): string {
  return createHash("sha256").update(`simulated monero ${branch} ${number}`).digest("hex");
}

/** Above 2^53, as on the real chain since 2017: JSON.parse rounds it silently. */
export function cumulativeDifficulty(height: number): bigint {
  return DIFFICULTY * BigInt(height);
}

export type MoneroNetworkType = "ipv4" | "ipv6" | "tor" | "i2p";

/** A node of the simulated network, as other nodes meet it. */
export type MoneroPeer = {
  readonly type: MoneroNetworkType;
  readonly host: string;
  readonly port: number;
  /** 64 bits: hexadecimal digits in get_connections, a number in get_peer_list. */
  readonly peerId: string;
  /** 0, or 384 to 391 for one of the eight stripes of a pruned node (src/common/pruning.cpp). */
  readonly pruningSeed: number;
  /** The port of its public restricted RPC; 0 if it has none. */
  readonly rpcPort: number;
  /** It relays new blocks to us; other peers send their height only in the timed sync. */
  readonly relays: boolean;
  /** It is far behind and downloads blocks from us. */
  readonly isBehind: boolean;
  /** Seconds since it was last seen, in the peer lists. */
  readonly lastSeenAgo: number;
};

/** All peers of the network, which all its nodes have in their peer lists. */
export type MoneroDirectory = {
  readonly clearnet: readonly MoneroPeer[];
  readonly tor: MoneroPeer;
  readonly i2p: MoneroPeer;
  /** Peers that no node has reached yet. */
  readonly gray: readonly MoneroPeer[];
};

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
      isBehind: random.chance(0.08),
      lastSeenAgo: random.integer(60, 200_000),
    };
  }

  return {
    clearnet: random.shuffle([
      ...ipv4.slice(0, 70).map((host) => peer("ipv4", host)),
      ...ipv6.map((host) => ({ ...peer("ipv6", host), isBehind: false })),
    ]),
    tor: { ...peer("tor", onionHost(random), 18083), pruningSeed: 0, isBehind: false },
    i2p: { ...peer("i2p", i2pHost(random), 1), pruningSeed: 0, isBehind: false },
    gray: ipv4.slice(70).map((host) => peer("ipv4", host)),
  };
}
