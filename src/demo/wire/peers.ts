import { deal, ephemeralPort } from "../addresses.ts";
import { createLives, type Life, type Lives, type Range } from "../lives.ts";
import type { Random } from "../random.ts";
import { bytesAfter, randomTraffic, type Traffic } from "../traffic.ts";
import { finalBlock, headAt } from "./chain.ts";
import type { WirePeer } from "./directory.ts";
import { NO_COUNTERS, type WireHandshake, type WireRow } from "./row.ts";
import type { ChainView } from "./view.ts";

/** Closed inbound rows go, and configured peers are dialled again, at a sweep every 30 s (connection-cleanup-period). */
const SWEEP_SECONDS = 30;
/** A closed link rests for this long, then it is dialled again. */
const REST_SECONDS = 5;
const HANDSHAKE_SECONDS = 0.8;
const SYNC_BYTES_PER_BLOCK = 900;
const LISTEN_PORT = 9876;

export type WirePeersOptions = {
  readonly random: Random;
  /** Since when the node runs. */
  readonly from: number;
  /** When somebody begins to watch. */
  readonly watchedFrom: number;
  readonly view: ChainView;
  /** Peers of the configuration, one outbound row each. */
  readonly outbound: readonly WirePeer[];
  readonly inboundPlaces: number;
  /** Peers that dial this node. */
  readonly inbound: readonly WirePeer[];
  /** A configured peer that refuses, one that never answers, and one that dialled us first: its link is a duplicate. */
  readonly refusing?: WirePeer | undefined;
  readonly silent?: WirePeer | undefined;
  readonly duplicate?: WirePeer | undefined;
  /** Peers that dial in far behind and download from this node. */
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

/** Where peers dial in, one after the other. */
type Place = {
  readonly from: number;
  readonly firstGap: Range;
  readonly pile: readonly WirePeer[];
  readonly length: Range;
  readonly gap: Range;
  readonly downloads: boolean;
};

/** The peer list of a node, alive: `rows` gives it as it is at a time. */
export function createWirePeers(options: WirePeersOptions): { rows(now: number): WireRow[] } {
  const { random, from, watchedFrom, view } = options;
  const configured = options.outbound.map((peer, index) => outboundRow(peer, index + 1));
  const idle = [
    ...(options.refusing ? [fixedRow(options.refusing, configured.length + 1, "disconnected")] : []),
    ...(options.silent ? [fixedRow(options.silent, configured.length + 2, "dialing")] : []),
    ...(options.duplicate ? [fixedRow(options.duplicate, configured.length + 3, "disconnected")] : []),
  ];
  const piles = deal(options.inbound, options.inboundPlaces);
  const often = { from, firstGap: [0, 60], gap: [31, 90], length: [90, 2400], downloads: false } as const;
  const places: Place[] = piles.map((pile) => ({ ...often, pile }));
  for (const [index, peer] of options.downloading.entries()) {
    // The first one is there when somebody begins to watch, the next one two minutes later.
    const firstGap: Range = [index * 120, index * 120 + 10];
    places.push({ from: watchedFrom - 30, firstGap, gap: [31, 60], length: [200, 300], pile: [peer], downloads: true });
  }
  if (options.duplicate) places.push({ ...often, pile: [options.duplicate], length: [86_400, 172_800] });
  // The node counts its connections; here every place has every n-th number, so that polls cannot change them.
  const firstInboundId = configured.length + 4;
  const inbound = places.map((place, index) => inboundRow(place, firstInboundId + index, places.length));

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

  /** A configured peer: the row stays for ever, its link comes and goes, its bytes go on counting. */
  function outboundRow(peer: WirePeer, connectionId: number): (now: number) => WireRow {
    const earlier = { received: 0, sent: 0 };
    const lives = createLives({
      random: random.fork(`outbound ${peer.listen}`),
      from,
      firstGap: [0, 3],
      gap: [6, SWEEP_SECONDS],
      length: [240, 5400],
      subject: (source) => link(source, peer, LISTEN_PORT),
      onEnd(life) {
        const { received, sent } = countersAt(life, life.until);
        earlier.received += received;
        earlier.sent += sent;
      },
    });
    const name = peer.listen + peer.kind;
    return (now) => {
      const life = lives.at(now);
      if (life === undefined) return { ...fixedRow(peer, connectionId, "dialing")(now), configured: name };
      const row = liveRow(life, now, connectionId, name, phaseOf(life, now));
      const { received, sent } = row.phase === "connected" ? row.counters : NO_COUNTERS;
      return {
        ...row,
        counters: { ...row.counters, received: earlier.received + received, sent: earlier.sent + sent },
      };
    };
  }

  function phaseOf(life: Life<Link>, now: number): WireRow["phase"] {
    if (now < life.from + HANDSHAKE_SECONDS) return "handshaking";
    if (now < life.until) return "connected";
    return now < life.until + REST_SECONDS ? "disconnected" : "dialing";
  }

  /** A peer that dials us: every connection is a new row, and its dead row stays until the next sweep. */
  function inboundRow(place: Place, firstId: number, step: number): (now: number) => WireRow | undefined {
    const lives: Lives<Link> = createLives({
      random: random.fork(`inbound ${firstId}`),
      ...place,
      subject: (source) => link(source, source.pick(place.pile), ephemeralPort(source), place.downloads),
    });
    return (now) => {
      const life = lives.at(now);
      if (life === undefined || now >= sweepAfter(life.until)) return undefined;
      const phase = phaseOf(life, now);
      return liveRow(life, now, firstId + life.serial * step, "", phase === "dialing" ? "disconnected" : phase);
    };
  }

  function sweepAfter(time: number): number {
    return from + Math.ceil((time - from) / SWEEP_SECONDS) * SWEEP_SECONDS;
  }

  function countersAt({ from: openedAt, subject }: Life<Link>, now: number) {
    return {
      received: Math.floor(bytesAfter(subject.receiving, view.progress(openedAt, now))),
      sent: Math.floor(bytesAfter(subject.sending, now - openedAt)),
    };
  }

  function liveRow(
    life: Life<Link>,
    now: number,
    connectionId: number,
    name: string,
    phase: WireRow["phase"],
  ): WireRow {
    const { subject } = life;
    const { peer } = subject;
    const base = {
      connectionId,
      configured: name,
      phase,
      remote: { ip: peer.ip, port: subject.port },
      kind: peer.kind,
      blockProducer: false,
      syncingFromUs: false,
      score: subject.score,
      counters: NO_COUNTERS,
    };
    if (phase !== "connected") return base;
    const age = now - life.from;
    const synced = subject.syncFor === 0 ? 1 : Math.min(1, age / subject.syncFor);
    return {
      ...base,
      blockProducer: peer.blockProducer,
      syncingFromUs: synced < 1,
      ...(peer.blockProducer ? { lastVoteAt: Math.max(life.from, now - (now % 1.5)) } : {}),
      handshake: handshakeOf(life, now),
      counters: {
        ...countersAt(life, now),
        syncSent: Math.floor(synced * subject.behind * SYNC_BYTES_PER_BLOCK),
        lastReceivedAt: now - Math.min(age, 0.2 + subject.latencySeconds),
        openedAt: life.from,
        latencySeconds: subject.latencySeconds,
        lastBlock: peer.kind === ":trx" || synced < 1 ? 0 : view.head(now),
        firstBlocks: peer.kind === ":trx" ? 0 : Math.floor(age / (6 + subject.score / 10)),
      },
    };
  }

  /** The head in it is as old as the handshake, which on a healthy chain is as old as the link. */
  function handshakeOf({ from: openedAt, subject }: Life<Link>, now: number): WireHandshake {
    const { peer, behind, syncFor, generation, noticed } = subject;
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

  return {
    rows: (now) =>
      [...configured, ...idle, ...inbound].map((row) => row(now)).filter((row): row is WireRow => row !== undefined),
  };
}

/** A configured peer without any link. */
function fixedRow(peer: WirePeer, connectionId: number, phase: WireRow["phase"]): (now: number) => WireRow {
  return () => ({
    connectionId,
    configured: peer.listen + peer.kind,
    phase,
    kind: peer.kind,
    blockProducer: false,
    syncingFromUs: false,
    score: 100,
    counters: NO_COUNTERS,
  });
}
