import type { Clock } from "../clock.ts";
import { ancestor, createLedger, type Ledger } from "../ledger.ts";
import type { Random } from "../random.ts";
import { breakDown } from "../trouble.ts";
import { type MoneroFault, type MoneroNode, newMoneroPeer } from "./node.ts";

/** A network of Monero, and what happens to its nodes between two polls. */

const BLOCK_SECONDS = 120;

export type MoneroWorld = {
  readonly ledger: Ledger;
  readonly nodes: readonly MoneroLife[];
};

/** A node with what the world knows of it, and no poll can see. */
export type MoneroLife = {
  readonly node: MoneroNode;
  /** Blocks it adds in a step while it catches up; undefined while it keeps up. */
  rate: number | undefined;
  /** Since when it catches up, or keeps up, unix milliseconds. */
  sinceMs: number;
  outageSteps: number;
  /** How many bans there were, and since when. */
  readonly bans: { readonly fromMs: number; readonly hosts: readonly string[] }[];
};

export function createMoneroWorld(random: Random, clock: Clock, names: readonly string[]): MoneroWorld {
  const ledger = createLedger(random, {
    height: random.int(100_000, 3_500_000),
    nowMs: clock.nowMs(),
    gap: () => random.exponential(BLOCK_SECONDS),
    hash: () => random.hex(64),
  });
  const nodes = names.map((name): MoneroLife => {
    const is019 = random.chance(0.3);
    const node: MoneroNode = {
      name,
      version: is019 ? "0.19.0.0-release" : "0.18.5.1-release",
      sendsUntrusted: !is019,
      restricted: name.includes("restricted"),
      network: "mainnet",
      startedSeconds: clock.nowSeconds() - random.int(1000, 100_000),
      tip: ledger.tip,
      peers: [],
      synchronized: true,
      targetHeight: 0,
      receivedBytes: random.int(0, 1e9),
      sentBytes: random.int(0, 1e9),
      white: 1000,
      gray: 4000,
      alternatives: 0,
      bans: [],
      outage: undefined,
      fault: undefined,
    };
    for (let peer = random.int(0, 8); peer > 0; peer -= 1) node.peers.push(newMoneroPeer(random, clock.nowMs()));
    return { node, rate: undefined, sinceMs: 0, outageSteps: 0, bans: [{ fromMs: 0, hosts: [] }] };
  });
  return { ledger, nodes };
}

/** One step of a node's life. */
export function liveMonero(life: MoneroLife, { ledger }: MoneroWorld, random: Random, nowMs: number): void {
  const { node } = life;
  if (random.chance(0.015)) restart(life, random, nowMs);
  else if (random.chance(0.01)) fallBehind(life, random, nowMs);
  follow(life, ledger, random, nowMs);
  churn(node, random, nowMs);
  for (const peer of node.peers) talk(peer, node, ledger.tip.height + 1, random, nowMs);
  setSyncStates(life, ledger.tip.height + 1, random);
  if (random.chance(0.05)) setBans(life, random.chance(0.5) ? ["10.1.2.3"] : ["10.1.2.3", "10.9.0.0/24"], nowMs);
  node.white = 1000 - random.int(0, 5);
  node.gray = 5000 - random.int(0, 50);
  if (random.chance(0.02)) node.alternatives += 1;
  breakDown(life, random, { outages: 0.05, faults: 0.06, fault: () => randomFault(random) });
}

function restart(life: MoneroLife, random: Random, nowMs: number): void {
  const { node } = life;
  node.startedSeconds = Math.floor(nowMs / 1000) - random.int(0, 5);
  node.peers = [];
  node.receivedBytes = random.int(0, 5000);
  node.sentBytes = random.int(0, 5000);
  node.alternatives = 0;
  setBans(life, [], nowMs);
  // Some are up to date at once, some have to sync first.
  if (random.chance(0.5)) fallBehind(life, random, nowMs, true);
  else {
    node.synchronized = true;
    node.targetHeight = 0;
  }
  for (let peer = random.int(0, 4); peer > 0; peer -= 1) node.peers.push(newMoneroPeer(random, nowMs));
}

function setBans(life: MoneroLife, hosts: string[], nowMs: number): void {
  life.node.bans = hosts;
  life.bans.push({ fromMs: nowMs, hosts });
}

/** @param isFirstSync its flags show only the first sync since the start */
function fallBehind(life: MoneroLife, random: Random, nowMs: number, isFirstSync = false): void {
  const { node } = life;
  const behind = ancestor(node.tip, node.tip.height - random.int(60, 90));
  if (behind === undefined) return;
  node.tip = behind;
  life.rate = random.int(2, 6);
  life.sinceMs = nowMs;
  node.synchronized = !isFirstSync;
}

function follow(life: MoneroLife, ledger: Ledger, random: Random, nowMs: number): void {
  const { node, rate } = life;
  if (rate === undefined) {
    if (random.chance(0.9)) node.tip = ledger.tip;
    return;
  }
  const next = ancestor(ledger.tip, node.tip.height + rate);
  if (next === undefined || next === ledger.tip) {
    node.tip = ledger.tip;
    node.synchronized = true;
    node.targetHeight = 0;
    life.rate = undefined;
    life.sinceMs = nowMs;
  } else {
    node.tip = next;
    node.targetHeight = node.synchronized ? 0 : ledger.tip.height + 1;
  }
}

function churn(node: MoneroNode, random: Random, nowMs: number): void {
  if (node.peers.length > 0 && random.chance(0.25)) node.peers.splice(random.int(0, node.peers.length - 1), 1);
  if (node.peers.length < 14 && random.chance(0.4)) {
    node.peers.push(newMoneroPeer(random, nowMs, random.chance(0.15) ? random.pick([1_000_000_000, 0, 1]) : undefined));
  }
}

function talk(
  peer: MoneroNode["peers"][number],
  node: MoneroNode,
  networkHeight: number,
  random: Random,
  nowMs: number,
): void {
  if (peer.state === "before_handshake") {
    if (random.chance(0.3)) return;
    peer.state = "normal";
    peer.height = peer.claim ?? networkHeight - random.int(0, 1);
  }
  if (random.chance(0.25)) peer.height = peer.claim ?? networkHeight;
  if (random.chance(0.7)) {
    const received = random.int(1, 50_000);
    peer.received += received;
    node.receivedBytes += received;
    peer.lastReceivedMs = nowMs;
  }
  if (random.chance(0.7)) {
    const sent = random.int(1, 50_000);
    peer.sent += sent;
    node.sentBytes += sent;
    peer.lastSentMs = nowMs;
  }
}

/** While the node catches up it downloads from one or two of its peers, which makes it have one. */
function setSyncStates({ node, rate, sinceMs }: MoneroLife, networkHeight: number, random: Random): void {
  const usable = node.peers.filter(({ state, claim }) => state !== "before_handshake" && claim === undefined);
  for (const peer of usable) peer.state = "normal";
  if (rate === undefined) return;
  if (usable.length === 0) {
    const peer = newMoneroPeer(random, sinceMs);
    node.peers.push({ ...peer, state: "synchronizing", height: networkHeight });
    return;
  }
  for (const peer of usable.slice(0, 2)) peer.state = random.chance(0.7) ? "synchronizing" : "standby";
}

function randomFault(random: Random): MoneroFault {
  return { method: random.pick(METHODS), kind: random.pick(["hang", "busy", "refused"]) };
}

const METHODS = ["get_info", "get_connections", "get_last_block_header", "get_net_stats", "get_bans"] as const;
