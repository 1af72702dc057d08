import type { Random } from "../random.ts";
import type { WireRow } from "./node.ts";
import type { WireLife, WireWorld } from "./world.ts";

/** The rows of a peer list: how they come about, and what happens to them. */

/** Configured addresses: names and numbers, of all kinds of link. */
export function newNames(random: Random, count: number): string[] {
  return Array.from({ length: count }, () => {
    const host = random.chance(0.5) ? `peer-${random.hex(6)}.example` : address(random);
    return `${host}:9876${random.pick(["", "", "", ":blk", ":trx"])}`;
  });
}

function address(random: Random): string {
  return `${random.int(11, 99)}.${random.int(0, 3)}.${random.int(0, 255)}.${random.int(1, 254)}`;
}

/** Some peers come from one address: behind one router, or one after the other. */
const SHARED_HOST = "77.1.2.3";

const AGENTS = ["EOS Test Agent", "Spring Agent", 'wire \\ "node"', "nodeos", ""] as const;

function newRow(side: WireRow["side"], peer: string, { node }: WireLife, random: Random): WireRow {
  const isStranger = random.chance(0.06);
  const connectionId = node.nextConnectionId;
  node.nextConnectionId += 1;
  const [, host = "", port = ""] = /^([^:]+):(\d+)/.exec(peer) ?? [];
  return {
    side,
    peer,
    listens: peer === "" ? `${address(random)}:9876` : `${host}:${port}`,
    remoteIp: /^[\d.]+$/.test(host) ? host : random.chance(0.2) ? SHARED_HOST : address(random),
    remotePort: peer === "" ? random.int(30_000, 60_000) : Number(port),
    connectionId,
    agent: random.pick(AGENTS),
    os: random.pick(["linux", "osx", "win32"]),
    networkVersion: random.pick([1206, 1212, 1214, 1216]),
    process: { nodeId: random.hex(64) },
    chainId: isStranger ? random.hex(64) : node.chain.id,
    isBlockProducer: false,
    state: "dialing",
    everOpened: false,
    connection: 0,
    generation: 0,
    handshakeMs: 0,
    openedMs: 0,
    peerHead: 0,
    peerFinal: 0,
    syncing: false,
    lastVoteMs: 0,
    score: 100,
    received: 0,
    sent: 0,
    receivedBefore: 0,
    sentBefore: 0,
    latencyNs: 0,
    uniqueFirst: 0,
    uniqueFirstBefore: 0,
  };
}

export function configuredRow(peer: string, life: WireLife, world: WireWorld, random: Random, nowMs: number): WireRow {
  const fresh = newRow("outbound", peer, life, random);
  // The peer itself goes on when this node starts anew.
  const known = life.peers.get(peer);
  const row = known === undefined ? fresh : { ...fresh, ...known };
  if (random.chance(0.6)) open(row, life, world, random, nowMs);
  return row;
}

export function inboundRow(life: WireLife, world: WireWorld, random: Random, nowMs: number): WireRow {
  // Two nodes that configure each other: one link looks dead for ever.
  const dead = life.node.rows.find(({ side, state }) => side === "outbound" && state === "disconnected");
  const row = newRow("inbound", "", life, random);
  const inbound = dead !== undefined && random.chance(0.3) ? { ...row, listens: dead.listens } : row;
  inbound.state = "handshaking";
  if (random.chance(0.7)) open(inbound, life, world, random, nowMs);
  return inbound;
}

function open(row: WireRow, { node }: WireLife, world: WireWorld, random: Random, nowMs: number): void {
  row.state = "connected";
  row.everOpened = true;
  row.connection = world.nextConnection;
  world.nextConnection += 1;
  row.generation = 1;
  row.openedMs = nowMs - random.int(1, 10_000);
  row.receivedBefore = row.received;
  row.sentBefore = row.sent;
  row.uniqueFirstBefore = row.uniqueFirst;
  row.latencyNs = random.chance(0.2) ? 0 : random.int(100_000, 300_000_000);
  greet(row, node.chain.height(row.openedMs), random, row.openedMs);
}

/** Absurd heights, and one that nodes without a chain have. */
const CLAIMS = [1_000_000_000, 1] as const;

function greet(row: WireRow, height: number, random: Random, nowMs: number): void {
  row.handshakeMs = nowMs;
  row.peerHead = random.chance(0.07) ? random.pick(CLAIMS) : height - random.int(0, 5);
  row.peerFinal = Math.max(0, row.peerHead - 330);
}

export function changeRow(row: WireRow, life: WireLife, world: WireWorld, random: Random, nowMs: number): void {
  const { node } = life;
  if (row.state === "connected") {
    changeConnected(row, life, world, random, nowMs);
    return;
  }
  if (row.state === "handshaking") {
    if (random.chance(0.8)) open(row, life, world, random, nowMs);
    else close(row);
    return;
  }
  if (row.side === "inbound") return;
  if (row.state === "disconnected") {
    if (random.chance(0.4)) row.state = "dialing";
    return;
  }
  if (random.chance(0.5)) {
    if (random.chance(0.2)) row.process = { nodeId: random.hex(64) };
    open(row, life, world, random, nowMs);
  } else if (random.chance(0.6)) {
    node.failedConnections += 1;
    row.state = "disconnected";
  }
}

function changeConnected(row: WireRow, life: WireLife, world: WireWorld, random: Random, nowMs: number): void {
  const { node } = life;
  if (random.chance(row.side === "inbound" ? 0.06 : 0.03)) {
    close(row);
    return;
  }
  const received = random.int(0, 40_000);
  const sent = random.int(0, 40_000);
  row.received += received;
  row.sent += sent;
  row.uniqueFirst += random.int(0, 2);
  if (row.side === "outbound" && random.chance(0.02)) {
    // It closed and opened again between two polls; sometimes because the peer started anew.
    if (random.chance(0.4)) row.process = { nodeId: random.hex(64) };
    row.handshakeMs = 0;
    open(row, life, world, random, nowMs);
  } else if (random.chance(0.05)) {
    row.generation += 1;
    greet(row, node.chain.height(nowMs), random, nowMs - random.int(0, 5000));
  }
  row.syncing = random.chance(0.03);
  if (random.chance(0.3)) row.lastVoteMs = nowMs - random.int(1, 5000);
  row.score = Math.min(200, row.score + random.int(0, 1));
}

function close(row: WireRow): void {
  row.state = "disconnected";
  row.generation = 0;
  row.syncing = false;
  row.lastVoteMs = 0;
}
