import { createHash } from "node:crypto";
import { i2pHost, ipv4Addresses, ipv6Addresses, onionHost, type Random } from "../random.ts";

/** The simulated networks of two coins of the Bitcoin family: their chains, and the peers that their nodes meet. */

/** The height of both chains at a fixed time, so that heights rise from one demo to the next. */
const ANCHOR_TIME = Date.UTC(2025, 8, 1) / 1000;

export type DemoCoin = {
  readonly name: "bitcoin" | "litecoin";
  /** Far less than the 600 and 150 s of the real ones, which would look dead in a demonstration. */
  readonly blockSeconds: number;
  readonly anchorHeight: number;
  readonly port: number;
  /** What its peers call themselves. */
  readonly agents: readonly string[];
};

export const BITCOIN: DemoCoin = {
  name: "bitcoin",
  blockSeconds: 20,
  anchorHeight: 912_000,
  port: 8333,
  agents: [
    ...["/Satoshi:30.0.0/", "/Satoshi:30.0.0/", "/Satoshi:29.1.0/", "/Satoshi:28.1.0/", "/Satoshi:27.0.0/"],
    ...["/Satoshi:29.1.0/Knots:20250903/", "/Satoshi:25.0.0/", "/btcwire:0.5.0/btcd:0.24.2/"],
  ],
};

export const LITECOIN: DemoCoin = {
  name: "litecoin",
  blockSeconds: 8,
  anchorHeight: 2_960_000,
  port: 9333,
  agents: ["/LitecoinCore:0.21.4/", "/LitecoinCore:0.21.4/", "/LitecoinCore:0.21.3/", "/LitecoinCore:0.21.2.2/"],
};

/** The number of the newest block at a time in Unix seconds. */
export function heightAt({ anchorHeight, blockSeconds }: DemoCoin, now: number): number {
  return anchorHeight + Math.floor((now - ANCHOR_TIME) / blockSeconds);
}

/** The time of a block, in Unix seconds. */
export function blockTime({ anchorHeight, blockSeconds }: DemoCoin, height: number): number {
  return ANCHOR_TIME + (height - anchorHeight) * blockSeconds;
}

/** Zeros for the proof of work, and the height at the end, so that a block is found by its hash. */
export function blockHash({ name }: DemoCoin, height: number, branch = "main"): string {
  const digest = createHash("sha256").update(`simulated ${name} ${branch} ${height}`).digest("hex");
  return `${"0".repeat(19)}${digest.slice(0, 37)}${height.toString(16).padStart(8, "0")}`;
}

/** The height of a block with this hash, if there is one. */
export function heightOfHash(hash: string): number {
  return Number.parseInt(hash.slice(-8), 16);
}

/** As getpeerinfo names them. */
export const NETWORKS = ["ipv4", "ipv6", "onion", "i2p", "cjdns"] as const;
export type DemoPeerNetwork = (typeof NETWORKS)[number];

/** A node of the simulated network, as other nodes meet it. */
export type BitcoinPeer = {
  readonly network: DemoPeerNetwork;
  /** Between brackets if it is an IPv6 address. */
  readonly host: string;
  /** 0 on I2P. */
  readonly port: number;
  readonly agent: string;
  /** It offers the encrypted transport (BIP 324). */
  readonly isV2: boolean;
  /** It announces its blocks: of others, a node does not know what they have. */
  readonly announces: boolean;
};

export type BitcoinDirectory = Readonly<Record<DemoPeerNetwork, readonly BitcoinPeer[]>>;

export function createBitcoinDirectory(random: Random, { agents, port }: DemoCoin): BitcoinDirectory {
  const peer = (network: DemoPeerNetwork, host: string): BitcoinPeer => ({
    network,
    host,
    port: network === "i2p" ? 0 : port,
    agent: random.pick(agents),
    isV2: random.chance(0.6),
    announces: random.chance(0.7),
  });
  const several = (count: number, host: () => string) => Array.from({ length: count }, host);
  return {
    ipv4: ipv4Addresses(random, 120).map((host) => peer("ipv4", host)),
    ipv6: ipv6Addresses(random, 20).map((host) => peer("ipv6", `[${host}]`)),
    onion: several(12, () => onionHost(random)).map((host) => peer("onion", host)),
    i2p: several(6, () => i2pHost(random)).map((host) => peer("i2p", host)),
    cjdns: several(6, () => cjdnsHost(random)).map((host) => peer("cjdns", host)),
  };
}

/** In fc00::/8: the rest is made from a key. The first digit of each group is not 0, so that this is its shortest form. */
function cjdnsHost(random: Random): string {
  const group = () => random.integer(0x1000, 0xffff).toString(16);
  return `[fc${random.hex(2)}:${Array.from({ length: 7 }, group).join(":")}]`;
}
