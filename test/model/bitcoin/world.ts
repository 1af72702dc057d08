import type { Clock } from "../clock.ts";
import { ancestor, createLedger, type Ledger } from "../ledger.ts";
import type { Random } from "../random.ts";
import { breakDown } from "../trouble.ts";
import { type BitcoinNode, type BitcoinPeer, RELEASES } from "./node.ts";

/** A network of Bitcoin, and what happens to its nodes between two polls. */

const BLOCK_SECONDS = 600;

export type BitcoinWorld = { readonly ledger: Ledger; readonly nodes: readonly BitcoinLife[] };

/** A node with what the world knows of it, and no poll can see. */
export type BitcoinLife = {
  readonly node: BitcoinNode;
  /** Blocks it adds in a step while it catches up; undefined while it keeps up. */
  rate: number | undefined;
  outageSteps: number;
};

export function createBitcoinWorld(random: Random, clock: Clock, names: readonly string[]): BitcoinWorld {
  const ledger = createLedger(random, {
    height: random.int(100_000, 930_000),
    nowMs: clock.nowMs(),
    gap: () => random.exponential(BLOCK_SECONDS),
    hash: () => random.hex(64),
  });
  const nodes = names.map((name, index): BitcoinLife => {
    const node: BitcoinNode = {
      ...{ name, release: RELEASES[index % RELEASES.length] ?? "30", nextId: random.int(0, 1000), tip: ledger.tip },
      ...{ startedSeconds: clock.nowSeconds() - random.int(1000, 100_000), headers: ledger.tip.height },
      ...{ isInitialDownload: false, isStarting: false, peers: [], outage: undefined, fault: undefined },
      ...{ receivedBytes: random.int(0, 1e9), sentBytes: random.int(0, 1e9) },
    };
    for (let count = random.int(0, 8); count > 0; count -= 1) node.peers.push(newPeer(node, random, clock.nowMs()));
    return { node, rate: undefined, outageSteps: 0 };
  });
  return { ledger, nodes };
}

/** One step of a node's life. */
export function liveBitcoin(life: BitcoinLife, { ledger }: BitcoinWorld, random: Random, nowMs: number): void {
  const { node } = life;
  if (node.isStarting) node.isStarting = random.chance(0.4);
  if (random.chance(0.015)) restart(life, random, nowMs);
  else if (random.chance(0.01)) fallBehind(life, random);
  follow(life, ledger, random);
  churn(node, random, nowMs);
  for (const peer of node.peers) talk(peer, node, random, nowMs);
  fetchBlocks(life);
  breakDown(life, random, {
    ...{ outages: 0.04, faults: 0.06 },
    fault: () => ({ method: random.pick(METHODS), kind: random.pick(KINDS) }),
  });
}

const METHODS = ["getblockchaininfo", "getpeerinfo", "getnettotals", "uptime", "getblockheader"] as const;
const KINDS = ["forbidden", "busy"] as const;

function restart(life: BitcoinLife, random: Random, nowMs: number): void {
  const { node } = life;
  node.startedSeconds = Math.floor(nowMs / 1000) - random.int(3, 5);
  node.isStarting = random.chance(0.5);
  node.nextId = 0;
  node.peers = [];
  node.receivedBytes = 0;
  node.sentBytes = 0;
  if (random.chance(0.5)) {
    fallBehind(life, random);
    node.isInitialDownload = true;
  }
  for (let count = random.int(0, 4); count > 0; count -= 1) node.peers.push(newPeer(node, random, nowMs));
}

/** Its own word does not say so, unless it has just started. */
function fallBehind(life: BitcoinLife, random: Random): void {
  const behind = ancestor(life.node.tip, life.node.tip.height - random.int(20, 60));
  if (behind === undefined) return;
  life.node.tip = behind;
  life.rate = random.int(2, 6);
}

function follow(life: BitcoinLife, ledger: Ledger, random: Random): void {
  const { node, rate } = life;
  if (rate === undefined) {
    if (random.chance(0.9)) node.tip = ledger.tip;
  } else {
    const next = ancestor(ledger.tip, node.tip.height + rate) ?? ledger.tip;
    node.tip = next;
    if (next === ledger.tip) {
      life.rate = undefined;
      node.isInitialDownload = false;
    }
  }
  // Without peers, it hears of no headers.
  const hears = node.peers.some(({ isReady, side }) => isReady && side === "outbound");
  node.headers = Math.max(node.tip.height, hears ? ledger.tip.height : Math.min(node.headers, ledger.tip.height));
}

const NETWORKS = {
  old: ["ipv4", "ipv4", "ipv4", "ipv6", "onion"],
  new: ["ipv4", "ipv4", "ipv4", "ipv6", "onion", "cjdns"],
} as const;

const AGENTS = ["/Satoshi:30.0.0/", "/Satoshi:27.1.0/Knots:20240801/", "/btcwire:0.5.0/btcd:0.26.2/"] as const;
let made = 0;

function newPeer(node: BitcoinNode, random: Random, nowMs: number): BitcoinPeer {
  const side = random.chance(0.5) ? "inbound" : "outbound";
  const isNew = node.release === "30";
  const network = random.pick(NETWORKS[isNew ? "new" : "old"]);
  const port = side === "outbound" ? 8333 : 30_000 + (made % 30_000);
  const host = {
    ipv4: `${random.int(11, 99)}.${random.int(0, 3)}.${random.int(0, 255)}.${random.int(1, 254)}`,
    ipv6: `[2001:db8:${random.int(1, 9)}::${(made % 9000) + 1}]`,
    // An inbound one has the address of the proxy.
    onion: side === "inbound" ? "127.0.0.1" : `${random.hex(56)}.onion`,
    cjdns: `[fc${random.int(10, 99)}:${random.int(1, 9)}::${(made % 9000) + 1}]`,
  }[network];
  made += 1;
  node.nextId += 1;
  return {
    ...{ identity: `${made}`, id: node.nextId - 1, side, addr: `${host}:${port}`, network },
    ...{ openedSeconds: Math.floor(nowMs / 1000), agent: random.pick(AGENTS) },
    type: side === "inbound" ? "inbound" : random.pick(["outbound-full-relay", "block-relay-only", "manual"]),
    ...{ transport: random.pick(["v1", "v2"]), relaysTransactions: random.chance(0.8) },
    ...{ permissions: random.chance(0.1) ? ["noban"] : [], claim: random.pick([0, 1, 1e9, 100_000]) },
    ...{ isReady: false, syncedHeaders: -1, syncedBlocks: -1, pingSeconds: undefined, waitSeconds: undefined },
    ...{ lastReceiveSeconds: 0, lastBlockSeconds: 0, inFlight: [], received: new Map(), sent: new Map() },
  };
}

function churn(node: BitcoinNode, random: Random, nowMs: number): void {
  if (node.peers.length > 0 && random.chance(0.25)) node.peers.splice(random.int(0, node.peers.length - 1), 1);
  if (node.peers.length < 14 && random.chance(0.4)) node.peers.push(newPeer(node, random, nowMs));
}

const TYPES = ["tx", "inv", "block", "*other*", "ping", "islock"] as const;

function talk(peer: BitcoinPeer, node: BitcoinNode, random: Random, nowMs: number): void {
  if (!peer.isReady) {
    if (random.chance(0.3)) return;
    peer.isReady = true;
  }
  // An inbound peer that announces nothing has no height for ever; no peer has more in common than the node has itself.
  if (peer.side === "outbound" || random.chance(0.1)) {
    peer.syncedHeaders = Math.max(peer.syncedHeaders, node.headers - random.int(0, 1));
    peer.syncedBlocks = Math.min(node.tip.height, peer.syncedHeaders);
  }
  peer.pingSeconds = random.chance(0.9) ? random.int(1, 900) / 1000 : peer.pingSeconds;
  peer.waitSeconds = random.chance(0.15) ? random.pick([3.5, 59.9, 61, 700]) : undefined;
  const whole = Math.floor(nowMs / 1000);
  for (const direction of ["received", "sent"] as const) {
    if (random.chance(0.3)) continue;
    const bytes = random.int(1, 50_000);
    const type = random.pick(TYPES);
    peer[direction].set(type, (peer[direction].get(type) ?? 0) + bytes);
    node[direction === "received" ? "receivedBytes" : "sentBytes"] += bytes;
    if (direction === "received") peer.lastReceiveSeconds = whole;
  }
  if (random.chance(0.05)) peer.lastBlockSeconds = whole;
}

/** Blocks that are on their way from one or two peers while the node catches up. */
function fetchBlocks({ node, rate }: BitcoinLife): void {
  for (const peer of node.peers) peer.inFlight = [];
  if (rate === undefined) return;
  const sources = node.peers.filter(({ isReady, side }) => isReady && side === "outbound").slice(0, 2);
  for (const [index, peer] of sources.entries()) {
    peer.inFlight = [1, 2, 3].map((above) => node.tip.height + above + index);
  }
}
