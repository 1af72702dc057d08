import { createHash } from "node:crypto";
import { delayAt, type LagCycle } from "../clock.ts";
import { ipv4Addresses, ipv6Addresses, type Random } from "../random.ts";

/** The simulated Wire network: the chain that all its nodes follow, and the peers that they meet. */

/** Two blocks a second, as on every Antelope chain. */
const BLOCK_SECONDS = 0.5;
/** When the simulated chain began. It is fixed, so that heights rise from one demo to the next. */
const GENESIS = Date.UTC(2025, 0, 1) / 1000;
/** With Savanna the last irreversible block is two or three blocks behind the head. */
const FINALITY_BLOCKS = 3;
const PRODUCERS = ["alpha.bp", "bravo.bp", "charlie.bp", "delta.bp", "echo.bp", "foxtrot.bp", "golf.bp"] as const;
const BLOCKS_PER_ROUND = 12;
/** Idle links send a handshake again about every 10 s (spring v1.2.2 net_plugin.cpp:1572-1593). */
const HEARTBEAT_SECONDS = 10;
/** Blocks that are received and not yet applied while a node catches up. */
const BACKLOG_BLOCKS = 40;

export const CHAIN_ID = createHash("sha256").update("simulated wire network").digest("hex");
export const ZERO_ID = "0".repeat(64);

/** The head's block number at a time in Unix seconds. */
export function headAt(now: number): number {
  return Math.floor((now - GENESIS) / BLOCK_SECONDS);
}

/** In Unix seconds. */
export function blockTime(number: number): number {
  return GENESIS + number * BLOCK_SECONDS;
}

/** The last irreversible block of a node with that head. */
export function finalBlock(head: number): number {
  return head - FINALITY_BLOCKS;
}

export function producerOf(number: number): string {
  return PRODUCERS[Math.floor(number / BLOCKS_PER_ROUND) % PRODUCERS.length] ?? PRODUCERS[0];
}

/** A block id begins with the block number: 8 hexadecimal digits (libraries/chain/block_header.cpp:14-17). */
export function blockId(number: number): string {
  const rest = createHash("sha256").update(`${CHAIN_ID}/${number}`).digest("hex").slice(8);
  return number.toString(16).padStart(8, "0") + rest;
}

/** Unix seconds as fc writes them: UTC with milliseconds and without a Z (libfc time.cpp to_iso_string). */
export function fcTime(seconds: number): string {
  return new Date(Math.round(seconds * 1000)).toISOString().slice(0, -1);
}

/** What one node knows of the chain at a time in Unix seconds. */
export type ChainView = {
  /** The last block that it applied. */
  head(now: number): number;
  /** The last irreversible block. */
  final(now: number): number;
  /** The last block that it received: ahead of the head while it catches up. */
  received(now: number): number;
  /** Seconds of chain time that came in between two times: fewer while it stalls, more while it catches up. */
  progress(from: number, to: number): number;
  /**
   * The last moment at or before `now` at which its peers repeated their handshakes, and how often they did since the
   * start. The peers of a healthy node never do: there a handshake stays as it was when the link opened.
   */
  handshakes(now: number): { readonly latest: number; readonly count: number };
};

/** Creates the view of a node that follows the head, except during its `lag`. */
export function createChainView(startedAt: number, lag?: LagCycle): ChainView {
  const delay = (now: number) => (lag === undefined ? 0 : delayAt(lag, now - startedAt));
  const head = (now: number) => headAt(now - delay(now));

  function handshakes(now: number) {
    const elapsed = now - startedAt;
    if (lag === undefined || elapsed < lag.stallFrom) return { latest: 0, count: 0 };
    const cycle = Math.floor(elapsed / lag.period);
    const perCycle = Math.floor((lag.stallFor + lag.catchUpFor) / HEARTBEAT_SECONDS);
    const step = Math.min(Math.floor(((elapsed % lag.period) - lag.stallFrom) / HEARTBEAT_SECONDS), perCycle);
    const stalledAt = startedAt + cycle * lag.period + lag.stallFrom;
    const latest =
      step > 0 ? stalledAt + step * HEARTBEAT_SECONDS : stalledAt - lag.period + perCycle * HEARTBEAT_SECONDS;
    return { latest, count: cycle * perCycle + Math.max(step, 0) };
  }

  return {
    head,
    final: (now) => finalBlock(head(now)),
    received: (now) => Math.min(headAt(now), head(now) + (delay(now) < delay(now - 1) ? BACKLOG_BLOCKS : 0)),
    progress: (from, to) => to - delay(to) - (from - delay(from)),
    handshakes,
  };
}

/** What a link carries: everything, only blocks (`:blk`) or only transactions (`:trx`). */
export type LinkKind = "" | ":blk" | ":trx";

/** A node of the simulated network, as other nodes meet it. */
export type WirePeer = {
  readonly ip: string;
  /** The address that other nodes configure: host name and port. */
  readonly listen: string;
  readonly kind: LinkKind;
  readonly nodeId: string;
  readonly agent: string;
  readonly os: string;
  readonly isBlockProducer: boolean;
};

/** Free text that the owner of a node chooses. EOSIO 1.x put it in literal quotes. */
const AGENTS = [
  "Spring Agent",
  "sysio",
  "Leap Agent",
  "nodeop",
  '"EOS Example"',
  "Example Seed Node",
  "Nœud d'exemple",
] as const;
const SYSTEMS = ["linux", "linux", "linux", "osx", "win32", "other"] as const;
const REGIONS = ["eu", "us", "ap", "sa", "af"] as const;

/** All peers of the network that are not nodes of the demo. They appear in the peer lists of all its nodes. */
export function createWireDirectory(random: Random): WirePeer[] {
  const addresses = [...ipv4Addresses(random, 50), ...ipv6Addresses(random, 10)];
  return addresses.map((ip, index) => ({
    ip,
    listen: `p2p-${index + 1}.${random.pick(REGIONS)}.example.org:9876`,
    kind: random.chance(0.15) ? ":blk" : random.chance(0.1) ? ":trx" : "",
    nodeId: random.hex(64),
    agent: random.pick(AGENTS),
    os: random.pick(SYSTEMS),
    isBlockProducer: random.chance(0.2),
  }));
}

/** A node of the demo as the other nodes see it. */
export function demoPeer(name: string, ip: string, agent: string): WirePeer {
  const nodeId = createHash("sha256").update(name).digest("hex");
  return { ip, listen: `${name}.example.com:9876`, kind: "", nodeId, agent, os: "linux", isBlockProducer: true };
}
