import type { Clock } from "../clock.ts";
import type { Random } from "../random.ts";
import { breakDown } from "../trouble.ts";
import { createWireChain, type WireChain } from "./chain.ts";
import { DIALECTS } from "./dialects.ts";
import { EARLIEST, type WireFault, type WireNode, type WireRow } from "./node.ts";
import { changeRow, configuredRow, inboundRow, newNames } from "./rows.ts";

/** A network of Wire or another Antelope chain, and what happens to its nodes between two polls. */

export type WireMode = "following" | "irreversible" | "stuck" | "catching up";

/** A node with what the world knows of it, and no poll can see. */
export type WireLife = {
  readonly node: WireNode;
  readonly configured: string[];
  mode: WireMode;
  /** Blocks in a second while it catches up. */
  rate: number;
  /** Since when it is in this mode, unix milliseconds. */
  modeSinceMs: number;
  lastMs: number;
  outageSteps: number;
  /** Which process answers: grows with each restart. */
  process: number;
  /** When it started, unix milliseconds. */
  processSinceMs: number;
  /** Outbound peers that were open and that this process removed from its list. */
  readonly vanished: Set<string>;
  /** Outbound peers of all processes. */
  readonly everConfigured: Set<string>;
  /** What stays of a peer when this node starts anew. */
  readonly peers: Map<string, Pick<WireRow, "process" | "agent" | "chainId" | "remoteIp" | "networkVersion" | "os">>;
};

export type WireWorld = { readonly chain: WireChain; readonly lives: readonly WireLife[]; nextConnection: number };

export function createWireWorld(random: Random, clock: Clock, names: readonly string[]): WireWorld {
  const chain = createWireChain(random.hex(64), random.int(1_000_000, 300_000_000), clock.nowMs());
  const world: WireWorld = { chain, lives: [], nextConnection: 1 };
  const lives = names.map((name): WireLife => {
    const dialect = random.pick(DIALECTS);
    const node: WireNode = {
      name,
      dialect,
      chain,
      hasPlugin: dialect.plugin !== undefined && random.chance(0.8),
      branch: undefined,
      head: chain.height(clock.nowMs()),
      final: 0,
      forkDbHead: chain.height(clock.nowMs()),
      rows: [],
      outage: undefined,
      fault: undefined,
      nextConnectionId: 1,
      failedConnections: random.int(0, 50),
      droppedTransactions: 0,
      requests: random.int(0, 1000),
      earliest: EARLIEST,
      copied: { atMs: 0, rows: [], failed: 0, dropped: 0 },
    };
    const configured = newNames(random, random.int(3, 6));
    const life: WireLife = {
      node,
      configured,
      mode: random.chance(0.2) ? "irreversible" : "following",
      rate: 0,
      modeSinceMs: 0,
      lastMs: clock.nowMs(),
      outageSteps: 0,
      process: 1,
      processSinceMs: 0,
      vanished: new Set(),
      everConfigured: new Set(),
      peers: new Map(),
    };
    for (const name of configured) node.rows.push(configuredRow(name, life, world, random, clock.nowMs()));
    for (let count = random.int(0, 4); count > 0; count -= 1)
      node.rows.push(inboundRow(life, world, random, clock.nowMs()));
    return life;
  });
  return Object.assign(world, { lives });
}

/** One step of a node's life. */
export function liveWire(life: WireLife, world: WireWorld, random: Random, nowMs: number): void {
  const { node } = life;
  for (const { peer, process, agent, chainId, remoteIp, networkVersion, os } of node.rows) {
    if (peer === "") continue;
    life.everConfigured.add(peer);
    life.peers.set(peer, { process, agent, chainId, remoteIp, networkVersion, os });
  }
  if (random.chance(0.015)) restart(life, world, random, nowMs);
  changeMode(life, random, nowMs);
  advance(life, world.chain, random, nowMs);
  changeRows(life, world, random, nowMs);
  if (nowMs - node.copied.atMs >= 30_000 && nowMs - life.processSinceMs >= 45_000) {
    const rows = node.rows.map((row) => ({ ...row, process: { ...row.process } }));
    node.copied = { atMs: nowMs, rows, failed: node.failedConnections, dropped: node.droppedTransactions };
  }
  breakDown(life, random, { outages: 0.04, faults: 0.06, fault: () => randomFault(random) });
  life.lastMs = nowMs;
}

function restart(life: WireLife, world: WireWorld, random: Random, nowMs: number): void {
  const { node } = life;
  life.process += 1;
  life.processSinceMs = nowMs;
  life.vanished.clear();
  node.nextConnectionId = 1;
  node.failedConnections = 0;
  node.droppedTransactions = 0;
  node.requests = 0;
  node.copied = { atMs: nowMs, rows: [], failed: 0, dropped: 0 };
  if (life.configured.length > 1 && random.chance(0.3))
    life.configured.splice(random.int(0, life.configured.length - 1), 1);
  if (random.chance(0.2)) life.configured.push(...newNames(random, 1));
  node.rows = life.configured.map((name) => configuredRow(name, life, world, random, nowMs));
  for (let count = random.int(0, 3); count > 0; count -= 1) node.rows.push(inboundRow(life, world, random, nowMs));
}

function changeMode(life: WireLife, random: Random, nowMs: number): void {
  if (life.mode === "following" && random.chance(0.008)) setMode(life, "stuck", nowMs);
  else if (life.mode === "stuck" && random.chance(0.04)) {
    life.rate = random.int(6, 20);
    setMode(life, "catching up", nowMs);
  }
}

function setMode(life: WireLife, mode: WireMode, nowMs: number): void {
  life.mode = mode;
  life.modeSinceMs = nowMs;
}

/** Twelve blocks of each producer become final together, before Savanna. */
const ROUND = 12;

function advance(life: WireLife, chain: WireChain, random: Random, nowMs: number): void {
  const { node, mode } = life;
  const newest = chain.height(nowMs);
  if (mode === "irreversible") {
    node.final = Math.floor((newest - 330) / ROUND) * ROUND;
    node.head = node.final;
    node.forkDbHead = newest;
    return;
  }
  if (mode === "following") node.head = newest - random.int(0, 2);
  if (mode === "catching up") {
    node.head += Math.floor((life.rate * (nowMs - life.lastMs)) / 1000);
    if (node.head >= newest) {
      node.head = newest;
      setMode(life, "following", nowMs);
    }
  }
  node.forkDbHead = Math.min(newest, node.head + (mode === "catching up" ? random.int(0, 20) : random.int(0, 1)));
  node.final = node.head - node.dialect.finalDistance - random.int(0, 2);
}

function changeRows(life: WireLife, world: WireWorld, random: Random, nowMs: number): void {
  const { node } = life;
  for (const row of node.rows) changeRow(row, life, world, random, nowMs);
  node.rows = node.rows.filter(
    ({ side, state }) => side === "outbound" || state !== "disconnected" || random.chance(0.5),
  );
  if (node.rows.length < 16 && random.chance(0.3)) node.rows.push(inboundRow(life, world, random, nowMs));
  // A peer that refuses for good is removed from the list.
  if (random.chance(0.006)) remove(life, random);
  if (random.chance(0.1)) node.droppedTransactions += 1;
}

function remove({ node, vanished }: WireLife, random: Random): void {
  const outbound = node.rows.filter(({ side, everOpened }) => side === "outbound" && everOpened);
  const [first, ...others] = outbound;
  if (first === undefined) return;
  const gone = random.pick([first, ...others]);
  node.rows = node.rows.filter((row) => row !== gone);
  if (!gone.isBlockProducer) vanished.add(gone.peer);
}

function randomFault(random: Random): WireFault {
  return {
    part: random.pick(["net", "chain", "plugin"]),
    kind: random.pick(["hang", "busy", "missing", "error", "host"]),
  };
}
