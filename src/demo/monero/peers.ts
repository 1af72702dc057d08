import { deal, ephemeralPort } from "../addresses.ts";
import { createLives, type Life, type Lives, type Range } from "../lives.ts";
import type { Random } from "../random.ts";
import { bytesAfter, randomTraffic, rateAfter, type Traffic } from "../traffic.ts";
import { BLOCK_SECONDS, heightAt } from "./chain.ts";
import type { MoneroDirectory, MoneroNetworkType, MoneroPeer } from "./directory.ts";

/** What a full block weighs on the wire. */
const BLOCK_BYTES = 80_000;
/** Peers tell their height at least this often (P2P_DEFAULT_HANDSHAKE_INTERVAL). */
const TIMED_SYNC_SECONDS = 60;
/** Inbound Tor connections have no address (seen on monerod 0.18.0.0). */
const UNKNOWN_TOR_HOST = "<unknown tor host>";

/** A row of get_connections, before it is written. */
export type MoneroConnection = {
  readonly incoming: boolean;
  readonly type: MoneroNetworkType;
  readonly host: string;
  /** Absent for inbound Tor. */
  readonly port?: number;
  readonly connectionId: string;
  readonly peerId: string;
  readonly state: "before_handshake" | "synchronizing" | "standby" | "normal";
  readonly height: number;
  readonly pruningSeed: number;
  readonly rpcPort: number;
  readonly received: number;
  readonly sent: number;
  readonly receiveIdle: number;
  readonly sendIdle: number;
  readonly liveSeconds: number;
  readonly downloadRate: number;
  readonly uploadRate: number;
};

export type MoneroTotals = { readonly received: number; readonly sent: number };

export type MoneroPeersOptions = {
  readonly random: Random;
  /** When the node was started. */
  readonly from: number;
  readonly directory: MoneroDirectory;
  readonly outbound: number;
  readonly inbound: number;
  /** The node is on Tor and I2P too. */
  readonly anonymous: boolean;
  /** Seconds that the node is behind the network's head. */
  delay(now: number): number;
};

export type MoneroPeers = {
  connections(now: number): MoneroConnection[];
  /** All bytes since the node was started, of living and of ended connections. */
  totals(now: number): MoneroTotals;
};

/** One connection, drawn when it opens. */
type Link = {
  /** Absent: somebody opened the port and says nothing. */
  readonly peer?: MoneroPeer;
  readonly port: number;
  readonly connectionId: string;
  readonly handshakeSeconds: number;
  readonly receiving: Traffic;
  readonly sending: Traffic;
  /** From 0 to 60: when in a minute the timed sync happens. */
  readonly syncPhase: number;
  readonly idleSeconds: number;
  readonly blocksBehind: number;
};

/** A place in the peer list. */
type Place = {
  readonly incoming: boolean;
  readonly pile: readonly MoneroPeer[];
  readonly firstGap: Range;
  readonly gap: Range;
  readonly length: Range;
};

/** The connections of a node, alive. */
export function createMoneroPeers(options: MoneroPeersOptions): MoneroPeers {
  const { random, from, directory, delay } = options;
  const mixed = random.shuffle(directory.clearnet);
  const ipv4 = mixed.filter(({ type }) => type === "ipv4");
  const dialled = ipv4.filter((peer) => !peer.behind).slice(0, options.outbound * 3);
  const dialling = ipv4.filter((peer) => !dialled.includes(peer));
  // One place in each direction is for IPv6, so that it is always to be seen.
  const [ipv6Dialled = [], ipv6Dialling = []] = deal(
    mixed.filter(({ type }) => type === "ipv6"),
    2,
  );
  const ended = { received: 0, sent: 0 };

  const places: Place[] = [
    ...[...deal(dialled, options.outbound - 1), ipv6Dialled].map((pile) => outbound(pile)),
    ...[...deal(dialling, options.inbound - 1), ipv6Dialling].map((pile) => inbound(pile)),
    ...(options.anonymous ? [outbound([directory.tor]), outbound([directory.i2p]), inbound([directory.tor])] : []),
    { incoming: true, pile: [], firstGap: [10, 60], gap: [30, 90], length: [4, 15] },
  ];
  const rows = places.map((place, index) => ({ place, lives: livesOf(place, random.fork(`place ${index}`)) }));

  function livesOf(place: Place, source: Random): Lives<Link> {
    return createLives({
      random: source,
      from,
      ...place,
      subject: (drawn) => ({
        ...(place.pile.length > 0 ? { peer: drawn.pick(place.pile) } : {}),
        port: ephemeralPort(drawn),
        connectionId: drawn.hex(32),
        handshakeSeconds: drawn.between(0.05, 0.6),
        receiving: randomTraffic(drawn, 150, 2500),
        sending: randomTraffic(drawn, 150, 4500),
        syncPhase: drawn.between(0, TIMED_SYNC_SECONDS),
        idleSeconds: drawn.integer(2, 40),
        blocksBehind: drawn.integer(800, 3000),
      }),
      onEnd(life) {
        const { received, sent } = bytes(place, life, life.until);
        ended.received += received;
        ended.sent += sent;
      },
    });
  }

  function living(now: number): { readonly place: Place; readonly life: Life<Link> }[] {
    return rows.flatMap(({ place, lives }) => {
      const life = lives.at(now);
      return life === undefined || life.until <= now ? [] : [{ place, life }];
    });
  }

  /** Both directions rise only: a stream, and the blocks that came or went on this connection. */
  function bytes(place: Place, life: Life<Link>, now: number): { readonly received: number; readonly sent: number } {
    const { subject, from: openedAt } = life;
    const { peer, handshakeSeconds } = subject;
    const age = now - openedAt - handshakeSeconds;
    if (peer === undefined || age < 0) return { received: 0, sent: 0 };
    const ownSeconds = now - delay(now) - (openedAt - delay(openedAt));
    const blocksIn = place.incoming ? 0 : Math.max(0, ownSeconds) / BLOCK_SECONDS / options.outbound;
    const blocksOut = peer.behind ? blocksDownloaded(subject, age) : 0;
    return {
      received: Math.floor(bytesAfter(subject.receiving, age) + blocksIn * BLOCK_BYTES),
      sent: Math.floor(bytesAfter(subject.sending, age) + blocksOut * BLOCK_BYTES),
    };
  }

  function connection(place: Place, life: Life<Link>, now: number): MoneroConnection {
    const { subject } = life;
    const { peer } = subject;
    const age = now - life.from;
    const liveSeconds = Math.floor(age);
    const base = {
      incoming: place.incoming,
      ...endpoint(place, subject),
      connectionId: subject.connectionId,
      liveSeconds,
    };
    if (peer === undefined || age < subject.handshakeSeconds) {
      return {
        ...base,
        peerId: "0".repeat(16),
        state: "before_handshake",
        height: 0,
        pruningSeed: 0,
        rpcPort: 0,
        received: 0,
        sent: 0,
        receiveIdle: liveSeconds,
        sendIdle: liveSeconds,
        downloadRate: 0,
        uploadRate: 0,
      };
    }
    const height = heardHeight(peer, subject, life.from, now);
    const { received, sent } = bytes(place, life, now);
    return {
      ...base,
      peerId: peer.peerId,
      state: stateOf(peer, height, now),
      height,
      pruningSeed: peer.pruningSeed,
      rpcPort: peer.rpcPort,
      received,
      sent,
      receiveIdle: Math.min(liveSeconds, Math.floor(now) % subject.idleSeconds),
      sendIdle: Math.min(liveSeconds, Math.floor(now + 3) % subject.idleSeconds),
      downloadRate: rateAfter(subject.receiving, age),
      uploadRate: rateAfter(subject.sending, age),
    };
  }

  /** The peer's height when it last told us: at the handshake, in a timed sync, or with a block that it relayed. */
  function heardHeight(peer: MoneroPeer, link: Link, openedAt: number, now: number): number {
    const staleness = peer.relays ? 1 : (now + link.syncPhase) % TIMED_SYNC_SECONDS;
    const heardAt = Math.max(openedAt, now - staleness);
    if (!peer.behind) return heightAt(heardAt);
    const downloaded = blocksDownloaded(link, heardAt - openedAt);
    return heightAt(heardAt) - link.blocksBehind + Math.floor(downloaded);
  }

  /**
   * OUR side of the conversation (connection_context.h:122-138): `synchronizing` if the peer has blocks that we lack.
   * A peer that is behind us and downloads from us is `normal`; Tor and I2P are never used for block sync.
   */
  function stateOf(peer: MoneroPeer, height: number, now: number): MoneroConnection["state"] {
    if (peer.type === "tor" || peer.type === "i2p" || height <= heightAt(now - delay(now))) return "normal";
    return peer.pruningSeed === 0 ? "synchronizing" : "standby";
  }

  return {
    connections: (now) => living(now).map(({ place, life }) => connection(place, life, now)),
    totals(now) {
      let { received, sent } = { received: 0, sent: 0 };
      for (const { place, life } of living(now)) {
        const counted = bytes(place, life, now);
        received += counted.received;
        sent += counted.sent;
      }
      // `living` has just closed what ended.
      return { received: ended.received + received, sent: ended.sent + sent };
    },
  };
}

function outbound(pile: readonly MoneroPeer[]): Place {
  return { incoming: false, pile, firstGap: [0, 6], gap: [1, 6], length: [240, 5400] };
}

function inbound(pile: readonly MoneroPeer[]): Place {
  return { incoming: true, pile, firstGap: [3, 45], gap: [5, 90], length: [45, 2400] };
}

function endpoint(place: Place, link: Link): Pick<MoneroConnection, "type" | "host" | "port"> {
  const { peer } = link;
  // The silent caller: somebody who tries ports.
  if (peer === undefined) return { type: "ipv4", host: "198.51.100.254", port: link.port };
  if (!place.incoming) return { type: peer.type, host: peer.host, port: peer.port };
  if (peer.type === "tor") return { type: "tor", host: UNKNOWN_TOR_HOST };
  return { type: peer.type, host: peer.host, port: link.port };
}

/** A peer that is behind downloads a block a second from us until it has them all. */
function blocksDownloaded(link: Link, seconds: number): number {
  return Math.min(link.blocksBehind, seconds);
}
