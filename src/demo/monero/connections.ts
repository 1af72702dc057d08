import { deal, ephemeralPort, type Random } from "../random.ts";
import {
  bytesAfter,
  createTimeline,
  type Range,
  randomTraffic,
  rateAfter,
  type Session,
  type Timeline,
  type Traffic,
} from "../timeline.ts";
import { BLOCK_SECONDS, heightAt, type MoneroDirectory, type MoneroNetworkType, type MoneroPeer } from "./network.ts";

/** The size of a full block on the wire. */
const BLOCK_BYTES = 80_000;
/**
 * Peers send their height at least this often: twice for each block, as P2P_DEFAULT_HANDSHAKE_INTERVAL of 60 s does. With 60 s,
 * heights of healthy peers would be six of the demo's blocks old.
 */
const TIMED_SYNC_SECONDS = BLOCK_SECONDS / 2;
/** Inbound Tor connections have no address (seen on monerod 0.18.0.0). */
const UNKNOWN_TOR_HOST = "<unknown tor host>";

/** A connection as get_connections reports it, before it is written. Times are in seconds, rates in bytes per second. */
export type MoneroConnection = {
  readonly isIncoming: boolean;
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

type Bytes = { readonly received: number; readonly sent: number };

type MoneroConnectionsOptions = {
  readonly random: Random;
  /** When the node was started, in Unix seconds. */
  readonly startedAt: number;
  readonly directory: MoneroDirectory;
  /** Number of slots for peers that the node dials. */
  readonly outbound: number;
  /** Number of slots for peers that dial the node. */
  readonly inbound: number;
  /** Whether the node is on Tor and I2P too. */
  readonly isAnonymous: boolean;
  /** Seconds that the node is behind the network's head. */
  delay(now: number): number;
  /** Whether its peers know no newer block than the node. */
  isCutOff(now: number): boolean;
};

/** The connections of a node over time. `now` must not go back from one call to the next. */
export type MoneroConnections = {
  /** The open connections. */
  list(now: number): MoneroConnection[];
  /** All bytes since the node was started, of open and of closed connections. */
  totals(now: number): Bytes;
};

/** One connection, drawn when it opens. */
type Link = {
  /** Absent: a client opened the port and sends nothing. */
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

/** A slot of the peer list: one connection at a time, each with one of the candidates. */
type Slot = {
  readonly isIncoming: boolean;
  readonly candidates: readonly MoneroPeer[];
  readonly firstGap: Range;
  readonly gap: Range;
  readonly length: Range;
};

export function createMoneroConnections(options: MoneroConnectionsOptions): MoneroConnections {
  const { random, startedAt, directory, delay, isCutOff } = options;
  const mixed = random.shuffle(directory.clearnet);
  const ipv4 = mixed.filter(({ type }) => type === "ipv4");
  const dialled = ipv4.filter((peer) => !peer.isBehind).slice(0, options.outbound * 3);
  const dialling = ipv4.filter((peer) => !dialled.includes(peer));
  // One slot in each direction is for IPv6, so that the demo always shows it.
  const [ipv6Dialled = [], ipv6Dialling = []] = deal(
    mixed.filter(({ type }) => type === "ipv6"),
    2,
  );
  const ended = { received: 0, sent: 0 };

  const slots: Slot[] = [
    ...[...deal(dialled, options.outbound - 1), ipv6Dialled].map(outboundSlot),
    ...[...deal(dialling, options.inbound - 1), ipv6Dialling].map(inboundSlot),
    ...(options.isAnonymous
      ? [outboundSlot([directory.tor]), outboundSlot([directory.i2p]), inboundSlot([directory.tor])]
      : []),
    { isIncoming: true, candidates: [], firstGap: [10, 60], gap: [30, 90], length: [4, 15] },
  ];
  const rows = slots.map((slot, index) => ({ slot, timeline: timelineOf(slot, random.fork(`place ${index}`)) }));

  function timelineOf(slot: Slot, source: Random): Timeline<Link> {
    const { candidates, firstGap, gap, length } = slot;
    return createTimeline({
      random: source,
      startedAt,
      firstGap,
      gap,
      length,
      create: (drawn) => ({
        ...(candidates.length > 0 ? { peer: drawn.pick(candidates) } : {}),
        port: ephemeralPort(drawn),
        connectionId: drawn.hex(32),
        handshakeSeconds: drawn.between(0.05, 0.6),
        receiving: randomTraffic(drawn, 150, 2500),
        sending: randomTraffic(drawn, 150, 4500),
        syncPhase: drawn.between(0, TIMED_SYNC_SECONDS),
        idleSeconds: drawn.integer(2, 40),
        blocksBehind: drawn.integer(800, 3000),
      }),
      onEnd(session) {
        const { received, sent } = bytesOf(slot, session, session.closedAt);
        ended.received += received;
        ended.sent += sent;
      },
    });
  }

  function open(now: number): { readonly slot: Slot; readonly session: Session<Link> }[] {
    return rows.flatMap(({ slot, timeline }) => {
      const session = timeline.at(now);
      return session === undefined || session.closedAt <= now ? [] : [{ slot, session }];
    });
  }

  /** A stream, and the blocks that came or went on this connection. Neither direction ever falls. */
  function bytesOf(slot: Slot, { details, openedAt }: Session<Link>, now: number): Bytes {
    const { peer, handshakeSeconds } = details;
    const age = now - openedAt - handshakeSeconds;
    if (peer === undefined || age < 0) return { received: 0, sent: 0 };
    const ownSeconds = now - delay(now) - (openedAt - delay(openedAt));
    const blocksIn = slot.isIncoming ? 0 : Math.max(0, ownSeconds) / BLOCK_SECONDS / options.outbound;
    const blocksOut = peer.isBehind ? blocksDownloaded(details, age) : 0;
    return {
      received: Math.floor(bytesAfter(details.receiving, age) + blocksIn * BLOCK_BYTES),
      sent: Math.floor(bytesAfter(details.sending, age) + blocksOut * BLOCK_BYTES),
    };
  }

  function connection(slot: Slot, session: Session<Link>, now: number): MoneroConnection {
    const { details: link, openedAt } = session;
    const { peer } = link;
    const age = now - openedAt;
    const liveSeconds = Math.floor(age);
    const base = {
      isIncoming: slot.isIncoming,
      ...endpoint(slot, link),
      connectionId: link.connectionId,
      liveSeconds,
    };
    if (peer === undefined || age < link.handshakeSeconds) {
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
    const height = reportedHeight(peer, link, openedAt, now);
    const { received, sent } = bytesOf(slot, session, now);
    return {
      ...base,
      peerId: peer.peerId,
      state: stateOf(peer, height, now),
      height,
      pruningSeed: peer.pruningSeed,
      rpcPort: peer.rpcPort,
      received,
      sent,
      receiveIdle: Math.min(liveSeconds, Math.floor(now) % link.idleSeconds),
      sendIdle: Math.min(liveSeconds, Math.floor(now + 3) % link.idleSeconds),
      downloadRate: rateAfter(link.receiving, age),
      uploadRate: rateAfter(link.sending, age),
    };
  }

  /** The height that the peer last reported: in the handshake, in a timed sync, or with a block that it relayed. */
  function reportedHeight(peer: MoneroPeer, link: Link, openedAt: number, now: number): number {
    const staleness = peer.relays ? 1 : (now + link.syncPhase) % TIMED_SYNC_SECONDS;
    const reportedAt = Math.max(openedAt, now - staleness);
    const newest = heightAt(isCutOff(reportedAt) ? reportedAt - delay(reportedAt) : reportedAt);
    if (!peer.isBehind) return newest;
    const downloaded = blocksDownloaded(link, reportedAt - openedAt);
    return newest - link.blocksBehind + Math.floor(downloaded);
  }

  /**
   * The state of this node's side (connection_context.h:122-138): `synchronizing` if the peer has blocks that this node
   * lacks. A peer that is behind and downloads from it is `normal`; Tor and I2P are never used for block sync.
   */
  function stateOf(peer: MoneroPeer, height: number, now: number): MoneroConnection["state"] {
    if (peer.type === "tor" || peer.type === "i2p" || height <= heightAt(now - delay(now))) return "normal";
    return peer.pruningSeed === 0 ? "synchronizing" : "standby";
  }

  return {
    list: (now) => open(now).map(({ slot, session }) => connection(slot, session, now)),
    totals(now) {
      let { received, sent } = { received: 0, sent: 0 };
      for (const { slot, session } of open(now)) {
        const counted = bytesOf(slot, session, now);
        received += counted.received;
        sent += counted.sent;
      }
      // `open` has added to `ended` what ended up to now.
      return { received: ended.received + received, sent: ended.sent + sent };
    },
  };
}

function outboundSlot(candidates: readonly MoneroPeer[]): Slot {
  return { isIncoming: false, candidates, firstGap: [0, 6], gap: [1, 6], length: [240, 5400] };
}

function inboundSlot(candidates: readonly MoneroPeer[]): Slot {
  return { isIncoming: true, candidates, firstGap: [3, 45], gap: [5, 90], length: [45, 2400] };
}

function endpoint(slot: Slot, link: Link): Pick<MoneroConnection, "type" | "host" | "port"> {
  const { peer } = link;
  // A client that sends nothing, such as a port scanner.
  if (peer === undefined) return { type: "ipv4", host: "198.51.100.254", port: link.port };
  if (!slot.isIncoming) return { type: peer.type, host: peer.host, port: peer.port };
  if (peer.type === "tor") return { type: "tor", host: UNKNOWN_TOR_HOST };
  return { type: peer.type, host: peer.host, port: link.port };
}

/** A peer that is behind downloads one block a second until it has caught up. */
function blocksDownloaded(link: Link, seconds: number): number {
  return Math.min(link.blocksBehind, seconds);
}
