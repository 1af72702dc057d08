import { deal, ephemeralPort, type Random } from "../random.ts";
import { bytesAfter, createTimeline, type Range, randomTraffic, type Session, type Traffic } from "../timeline.ts";
import { type ChainView, finalBlock, headAt, type WirePeer } from "./network.ts";
import { NO_COUNTERS, type WireHandshake, type WireRow } from "./rows.ts";

/** Every 30 s nodeos removes closed inbound rows and dials configured peers again (connection-cleanup-period). */
const SWEEP_SECONDS = 30;
/** How long a configured peer is disconnected before it is dialled again. */
const REDIAL_SECONDS = 5;
const HANDSHAKE_SECONDS = 0.8;
const SYNC_BYTES_PER_BLOCK = 900;
const LISTEN_PORT = 9876;

type WireConnectionsOptions = {
  readonly random: Random;
  /** When the node was started, in Unix seconds. */
  readonly startedAt: number;
  /** When the demo was started, in Unix seconds. */
  readonly watchedFrom: number;
  readonly view: ChainView;
  /** Configured peers, one outbound row each. */
  readonly outbound: readonly WirePeer[];
  /** How many peers can dial this node at the same time. */
  readonly inboundSlots: number;
  /** Peers that dial this node. */
  readonly inbound: readonly WirePeer[];
  /** A configured peer that refuses connections. */
  readonly refusing?: WirePeer | undefined;
  /** A configured peer that never answers. */
  readonly silent?: WirePeer | undefined;
  /** A configured peer that dialled this node first, so that its outbound link is a duplicate. */
  readonly duplicate?: WirePeer | undefined;
  /** Peers that are far behind when they dial this node, and download blocks from it. */
  readonly downloading: readonly WirePeer[];
};

/** One link between two nodes, drawn when it opens. */
type Link = {
  readonly peer: WirePeer;
  readonly port: number;
  readonly receiving: Traffic;
  readonly sending: Traffic;
  readonly latencySeconds: number;
  readonly generation: number;
  readonly noticed: number;
  readonly score: number;
  /** Blocks that the peer is behind when it connects, and the seconds that it takes to download them. */
  readonly behind: number;
  readonly syncFor: number;
};

/** A slot for peers that dial in: one link at a time, each with one of the candidates. */
type InboundSlot = {
  readonly startedAt: number;
  readonly candidates: readonly WirePeer[];
  readonly firstGap: Range;
  readonly gap: Range;
  readonly length: Range;
  readonly downloads: boolean;
};

/**
 * Creates the peer list of a node.
 * @returns its rows at a time in Unix seconds, which must not go back from one call to the next
 */
export function createWireConnections(options: WireConnectionsOptions): (now: number) => WireRow[] {
  const { random, startedAt, view } = options;
  const configured = options.outbound.map((peer, index) => outboundRow(peer, index + 1));
  const idle = [
    ...(options.refusing ? [fixedRow(options.refusing, configured.length + 1, "disconnected")] : []),
    ...(options.silent ? [fixedRow(options.silent, configured.length + 2, "dialing")] : []),
    ...(options.duplicate ? [fixedRow(options.duplicate, configured.length + 3, "disconnected")] : []),
  ];
  const slots = inboundSlots(options);
  // The node numbers its connections as they open. Here the number comes from the time, so that it does not depend on polls.
  const firstInboundId = configured.length + 4;
  const inbound = slots.map((slot, index) => inboundRow(slot, firstInboundId + index));

  function link(source: Random, peer: WirePeer, port: number, downloads = false): Link {
    return {
      peer,
      port,
      receiving: randomTraffic(source, 900, 14_000),
      sending: randomTraffic(source, 900, 14_000),
      latencySeconds: source.between(0.004, 0.24),
      generation: source.integer(1, 2),
      noticed: source.integer(0, 2),
      score: source.integer(60, 140),
      behind: downloads ? source.integer(12_000, 40_000) : 0,
      syncFor: downloads ? source.between(120, 180) : 0,
    };
  }

  /** A configured peer: its row is permanent, its links come and go, and the bytes of all links are counted together. */
  function outboundRow(peer: WirePeer, connectionId: number): (now: number) => WireRow {
    const earlier = { received: 0, sent: 0 };
    const timeline = createTimeline({
      random: random.fork(`outbound ${peer.listen}`),
      startedAt,
      firstGap: [0, 3],
      gap: [6, SWEEP_SECONDS],
      length: [240, 5400],
      create: (source) => link(source, peer, LISTEN_PORT),
      onEnd(session) {
        const { received, sent } = bytesAt(session, session.closedAt);
        earlier.received += received;
        earlier.sent += sent;
      },
    });
    const name = peer.listen + peer.kind;
    return (now) => {
      const session = timeline.at(now);
      if (session === undefined) return { ...fixedRow(peer, connectionId, "dialing")(now), configured: name };
      const row = linkRow(session, now, connectionId, name, phaseOf(session, now));
      const { received, sent } = row.phase === "connected" ? row.counters : NO_COUNTERS;
      return {
        ...row,
        counters: { ...row.counters, received: earlier.received + received, sent: earlier.sent + sent },
      };
    };
  }

  /** Peers that dial this node: every connection is a new row, which stays until the sweep after the link closed. */
  function inboundRow(slot: InboundSlot, firstId: number): (now: number) => WireRow | undefined {
    const timeline = createTimeline({
      ...slot,
      random: random.fork(`inbound ${firstId}`),
      create: (source) => link(source, source.pick(slot.candidates), ephemeralPort(source), slot.downloads),
    });
    return (now) => {
      const session = timeline.at(now);
      if (session === undefined || now >= sweepAfter(session.closedAt)) return undefined;
      const phase = phaseOf(session, now);
      const connectionId = firstId + Math.floor((session.openedAt - startedAt) * 1000);
      return linkRow(session, now, connectionId, "", phase === "dialing" ? "disconnected" : phase);
    };
  }

  function sweepAfter(time: number): number {
    return startedAt + Math.ceil((time - startedAt) / SWEEP_SECONDS) * SWEEP_SECONDS;
  }

  function bytesAt({ openedAt, details }: Session<Link>, now: number) {
    return {
      received: Math.floor(bytesAfter(details.receiving, view.progress(openedAt, now))),
      sent: Math.floor(bytesAfter(details.sending, now - openedAt)),
    };
  }

  function linkRow(
    session: Session<Link>,
    now: number,
    connectionId: number,
    name: string,
    phase: WireRow["phase"],
  ): WireRow {
    const { openedAt, details } = session;
    const { peer } = details;
    const base = {
      connectionId,
      configured: name,
      phase,
      remote: { ip: peer.ip, port: details.port },
      kind: peer.kind,
      isBlockProducer: false,
      syncingFromUs: false,
      score: details.score,
      counters: NO_COUNTERS,
    };
    if (phase !== "connected") return base;
    const age = now - openedAt;
    const synced = details.syncFor === 0 ? 1 : Math.min(1, age / details.syncFor);
    return {
      ...base,
      isBlockProducer: peer.isBlockProducer,
      syncingFromUs: synced < 1,
      ...(peer.isBlockProducer ? { lastVoteAt: Math.max(openedAt, now - (now % 1.5)) } : {}),
      handshake: handshakeOf(session, now),
      counters: {
        ...bytesAt(session, now),
        syncSent: Math.floor(synced * details.behind * SYNC_BYTES_PER_BLOCK),
        lastReceivedAt: now - Math.min(age, 0.2 + details.latencySeconds),
        openedAt,
        latencySeconds: details.latencySeconds,
        lastBlock: peer.kind === ":trx" || synced < 1 ? 0 : view.head(now),
        firstBlocks: peer.kind === ":trx" ? 0 : Math.floor(age / (6 + details.score / 10)),
      },
    };
  }

  /** The head in it is as old as the handshake. On a healthy chain that is as old as the link. */
  function handshakeOf({ openedAt, details }: Session<Link>, now: number): WireHandshake {
    const { peer, behind, syncFor, generation, noticed } = details;
    const caughtUp = syncFor > 0 && now >= openedAt + syncFor;
    const repeated = view.handshakes(now);
    const repeats = repeated.count - view.handshakes(openedAt).count;
    const at = Math.max(openedAt, caughtUp ? openedAt + syncFor : 0, repeats > 0 ? repeated.latest : 0);
    const head = headAt(at) - (caughtUp ? 0 : behind);
    return {
      peer,
      at,
      generation: generation + repeats + (caughtUp ? 1 : 0),
      root: finalBlock(head),
      head,
      noticed,
    };
  }

  return (now) => [...configured, ...idle, ...inbound].map((row) => row(now)).filter((row) => row !== undefined);
}

function inboundSlots({ startedAt, watchedFrom, ...options }: WireConnectionsOptions): InboundSlot[] {
  const regular = { startedAt, firstGap: [0, 60], gap: [31, 90], length: [90, 2400], downloads: false } as const;
  const { inbound, downloading, duplicate } = options;
  return [
    ...deal(inbound, options.inboundSlots).map((candidates) => ({ ...regular, candidates })),
    // The first one is connected when the demo starts, the next one follows two minutes later.
    ...downloading.map(
      (peer, index): InboundSlot => ({
        startedAt: watchedFrom - 30,
        candidates: [peer],
        firstGap: [index * 120, index * 120 + 10],
        gap: [31, 60],
        length: [200, 300],
        downloads: true,
      }),
    ),
    ...(duplicate ? [{ ...regular, candidates: [duplicate], length: [86_400, 172_800] as const }] : []),
  ];
}

function phaseOf({ openedAt, closedAt }: Session<Link>, now: number): WireRow["phase"] {
  if (now < openedAt + HANDSHAKE_SECONDS) return "handshaking";
  if (now < closedAt) return "connected";
  return now < closedAt + REDIAL_SECONDS ? "disconnected" : "dialing";
}

/** A configured peer without any link. */
function fixedRow(peer: WirePeer, connectionId: number, phase: WireRow["phase"]): (now: number) => WireRow {
  return () => ({
    connectionId,
    configured: peer.listen + peer.kind,
    phase,
    kind: peer.kind,
    isBlockProducer: false,
    syncingFromUs: false,
    score: 100,
    counters: NO_COUNTERS,
  });
}
