import type { Clock } from "../clock.ts";
import { ancestor, type Block, createLedger, type Ledger } from "../ledger.ts";
import type { Random } from "../random.ts";
import { breakDown } from "../trouble.ts";
import type { ChainwebFault, ChainwebNode, ChainwebPeer } from "./node.ts";

/** A network of braided chains, and what happens to its nodes between two polls. */

const BLOCK_SECONDS = 30;

export type ChainwebWorld = { readonly ledgers: readonly Ledger[]; readonly lives: readonly ChainwebLife[] };

/** A node with what the world knows of it, and no poll can see. */
export type ChainwebLife = {
  readonly node: ChainwebNode;
  /** Blocks that each chain gains in a step while the node catches up; undefined while it keeps up. */
  rate: number | undefined;
  /** Since when it catches up, or keeps up, unix milliseconds. */
  sinceMs: number;
  /** Blocks of all chains that it lacks. */
  distance: number;
  outageSteps: number;
};

type Release = { readonly version: string; readonly serviceDate: string | undefined };

const VERSIONS: readonly [Release, ...Release[]] = [
  { version: "3.2", serviceDate: undefined },
  { version: "3.0", serviceDate: "2026-01-07T00:00:00Z" },
  { version: "2.31.1", serviceDate: "2025-12-10T00:00:00Z" },
];

export function createChainwebWorld(random: Random, clock: Clock, names: readonly string[]): ChainwebWorld {
  const height = random.int(10_000, 6_000_000);
  const chains = random.pick([10, 20]);
  const ledgers = Array.from({ length: chains }, () =>
    createLedger(random, {
      height: height + random.int(0, 2),
      nowMs: clock.nowMs(),
      gap: () => random.exponential(BLOCK_SECONDS),
      hash: () => Buffer.from(random.hex(64), "hex").toString("base64url"),
    }),
  );
  const lives = names.map((name): ChainwebLife => {
    const { version, serviceDate } = random.pick(VERSIONS);
    const node: ChainwebNode = {
      name,
      network: "mainnet01",
      version,
      serviceDate,
      readsTips: random.chance(0.6),
      countsMempools: random.chance(0.3),
      hasService: random.chance(0.5),
      clockSkew: random.pick([0, 0, 0.3, -2, 600]),
      pageSize: random.pick([512, 512, 5]),
      tips: ledgers.map(({ tip }) => tip),
      peers: Array.from({ length: random.int(3, 20) }, () => newPeer(random)),
      outage: undefined,
      fault: undefined,
    };
    return { node, rate: undefined, sinceMs: 0, distance: 0, outageSteps: 0 };
  });
  return { ledgers, lives };
}

function newPeer(random: Random): ChainwebPeer {
  const host = random.pick([
    `${random.int(11, 99)}.${random.int(0, 3)}.${random.int(0, 255)}.${random.int(1, 254)}`,
    `${random.int(11, 99)}.${random.int(0, 3)}.${random.int(0, 255)}.${random.int(1, 254)}`,
    `node-${random.hex(6)}.example`,
    `2001:db8:${random.int(1, 9)}::${random.int(1, 9999)}`,
  ]);
  const id = random.chance(0.2) ? null : Buffer.from(random.hex(64), "hex").toString("base64url");
  return { id, host, port: random.pick([1789, 443, 31350]) };
}

/** One step of a node's life. */
export function liveChainweb(life: ChainwebLife, { ledgers }: ChainwebWorld, random: Random, nowMs: number): void {
  const { node } = life;
  if (random.chance(0.01)) fallBehind(life, random, nowMs);
  follow(life, ledgers, random, nowMs);
  if (node.peers.length > 0 && random.chance(0.2)) node.peers.splice(random.int(0, node.peers.length - 1), 1);
  if (node.peers.length < 30 && random.chance(0.25)) node.peers.push(newPeer(random));
  breakDown(life, random, { outages: 0.04, faults: 0.07, fault: () => randomFault(random) });
}

function fallBehind(life: ChainwebLife, random: Random, nowMs: number): void {
  const distance = random.int(50, 80);
  life.node.tips = life.node.tips.map((tip) => ancestor(tip, tip.height - distance) ?? tip);
  life.rate = random.int(2, 4);
  life.sinceMs = nowMs;
}

function follow(life: ChainwebLife, ledgers: readonly Ledger[], random: Random, nowMs: number): void {
  const { node, rate } = life;
  node.tips = node.tips.map((tip, chain): Block => {
    const newest = ledgers[chain]?.tip ?? tip;
    if (rate === undefined) return random.chance(0.8) ? newest : tip;
    return ancestor(newest, tip.height + rate) ?? newest;
  });
  life.distance = node.tips.reduce((sum, { height }, chain) => sum + (ledgers[chain]?.tip.height ?? 0) - height, 0);
  if (rate === undefined || node.tips.some((tip, chain) => tip !== ledgers[chain]?.tip)) return;
  life.rate = undefined;
  life.sinceMs = nowMs;
}

function randomFault(random: Random): ChainwebFault {
  const part = random.pick(["cut/peer", "cut", "header", "mempool", "info"] as const);
  // While it starts, a node serves its peers alone.
  const kinds = ["hang", "error", part === "cut" ? "starting" : "error"] as const;
  return { part, kind: random.pick(kinds) };
}
