import { ephemeralPort, type Random } from "../random.ts";
import { createTimeline, randomTraffic, type Session, type Timeline, type Traffic } from "../timeline.ts";
import type { ChainView } from "./chain-view.ts";
import type { BitcoinPeer, DemoPeerNetwork } from "./network.ts";
import type { Slot } from "./slots.ts";
import { type MessageBytes, messagesOf, PING_SECONDS, sumOf } from "./traffic.ts";

/** A frozen peer answers until this age. */
const FREEZE_SECONDS = 10;
/** Blocks that a node asks one peer for at a time (MAX_BLOCKS_IN_TRANSIT_PER_PEER). */
const BLOCKS_PER_PEER = 16;
/** Of a peer's transactions, the node takes one in so many seconds. */
const TRANSACTION_SECONDS = 7;

/** A connection as getpeerinfo reports it, before it is written. All times are Unix seconds. */
export type BitcoinConnection = {
  readonly id: number;
  readonly slot: Slot;
  readonly network: DemoPeerNetwork;
  readonly address: string;
  readonly hasShaken: boolean;
  /** Undefined until the handshake, and of a client that sends nothing. */
  readonly peer: BitcoinPeer | undefined;
  readonly openedAt: number;
  readonly lastReceive: number;
  readonly lastSend: number;
  readonly lastBlock: number;
  readonly lastTransaction: number;
  readonly received: MessageBytes;
  readonly sent: MessageBytes;
  readonly pingSeconds: number;
  /** Since when a ping has had no answer, in seconds; undefined: none waits. */
  readonly pingWait: number | undefined;
  readonly timeOffset: number;
  readonly startHeight: number;
  readonly syncedHeaders: number;
  readonly syncedBlocks: number;
  readonly presyncedHeaders: number;
  readonly inFlight: readonly number[];
  readonly sessionKey: string;
};

type Bytes = { readonly received: number; readonly sent: number };

/** The connections of a process over time. `now` must not go back from one call to the next. */
export type BitcoinConnections = {
  list(now: number): readonly BitcoinConnection[];
  /** All bytes since the process was started, of open and of closed connections. */
  totals(now: number): Bytes;
};

type Options = {
  readonly random: Random;
  /** When the process opened its port, in Unix seconds. */
  readonly startedAt: number;
  readonly slots: readonly Slot[];
  readonly view: (now: number) => ChainView;
};

/** One connection, drawn when it opens. */
type Link = {
  readonly peer: BitcoinPeer | undefined;
  readonly port: number;
  readonly handshakeSeconds: number;
  readonly receiving: Traffic;
  readonly sending: Traffic;
  readonly pingSeconds: number;
  readonly timeOffset: number;
  readonly idleSeconds: number;
  readonly sessionKey: string;
};

export function createBitcoinConnections({ random, startedAt, slots, view }: Options): BitcoinConnections {
  const ended = { received: 0, sent: 0 };
  const rows = slots.map((slot, index) => ({ slot, index, timeline: timelineOf(slot, random.fork(`place ${index}`)) }));
  const downloaders = slots.filter(isDownloader);

  function timelineOf(slot: Slot, source: Random): Timeline<Link> {
    return createTimeline({
      random: source,
      startedAt,
      ...slot.times,
      create: (drawn) => ({
        peer: slot.candidates.length > 0 ? drawn.pick(slot.candidates) : undefined,
        port: ephemeralPort(drawn),
        handshakeSeconds: drawn.between(0.05, 0.6),
        receiving: randomTraffic(drawn, 150, 2500),
        sending: randomTraffic(drawn, 150, 4500),
        pingSeconds: drawn.between(0.012, 0.4),
        timeOffset: drawn.integer(-2, 2),
        idleSeconds: drawn.integer(2, 20),
        sessionKey: drawn.hex(64),
      }),
      onEnd(session) {
        const { received, sent } = messagesAt(slot, session, session.closedAt);
        ended.received += sumOf(received);
        ended.sent += sumOf(sent);
      },
    });
  }

  function open(now: number) {
    return rows.flatMap(({ slot, index, timeline }) => {
      const session = timeline.at(now);
      return session === undefined || session.closedAt <= now ? [] : [{ slot, index, session }];
    });
  }

  /** When the node last heard of the peer. */
  function aliveUntil({ isFrozen }: Slot, { openedAt }: Session<Link>, now: number): number {
    return isFrozen ? Math.min(now, openedAt + FREEZE_SECONDS) : now;
  }

  function messagesAt(slot: Slot, session: Session<Link>, now: number) {
    const { details, openedAt } = session;
    const heard = aliveUntil(slot, session, now);
    const since = openedAt + details.handshakeSeconds;
    if (details.peer === undefined) return { received: {}, sent: {} };
    const pings = (until: number) => 1 + Math.floor((until - since) / PING_SECONDS);
    const [begin, end] = [view(since), view(heard)];
    const blocks = Math.max(0, end.blocks - end.fetched - (begin.blocks - begin.fetched));
    const fetched = isDownloader(slot) ? Math.floor((end.fetched - begin.fetched) / downloaders.length) : 0;
    const common = { relaysTransactions: slot.relaysTransactions };
    return {
      received: messagesOf({
        ...{ ...common, stream: details.receiving, age: heard - since, pings: pings(heard), pongs: pings(heard) },
        announced: details.peer.announces ? blocks : 0,
        isCompact: slot.isHighBandwidth,
        ...{ blocks: fetched, asked: 0 },
      }),
      sent: messagesOf({
        ...{ ...common, stream: details.sending, age: heard - since, pings: pings(now), pongs: pings(heard) },
        announced: blocks,
        isCompact: slot.isInbound && slot.relaysTransactions && details.idleSeconds % 4 === 0,
        ...{ blocks: 0, asked: fetched },
      }),
    };
  }

  function connection(slot: Slot, index: number, session: Session<Link>, now: number): BitcoinConnection {
    const { details: link, openedAt } = session;
    const age = now - openedAt;
    const { peer } = link;
    const hasShaken = peer !== undefined && age >= link.handshakeSeconds;
    const chain = view(now);
    const heard = Math.floor(aliveUntil(slot, session, now));
    const latest = (seconds: number) => Math.max(Math.floor(openedAt), heard - ((heard + index) % seconds));
    const { received, sent } = messagesAt(slot, session, now);
    const pingedAt = openedAt + Math.floor(age / PING_SECONDS) * PING_SECONDS;
    const isBehind = chain.headers > chain.blocks + 1;
    const isKnown = hasShaken && (!slot.isInbound || peer.announces) && !slot.isFrozen;
    return {
      // The number of the slot in the lower digits: each connection has another one.
      id: session.index * slots.length + index,
      slot,
      network: peer?.network ?? "ipv4",
      address: addressOf(slot, link),
      hasShaken,
      peer: hasShaken ? peer : undefined,
      openedAt,
      lastReceive: hasShaken ? latest(link.idleSeconds) : 0,
      lastSend: hasShaken ? Math.floor(now) - (Math.floor(now) % link.idleSeconds) : Math.floor(openedAt),
      lastBlock: hasShaken && slot.isHighBandwidth && age > 60 ? latest(60) : 0,
      lastTransaction: hasShaken && slot.relaysTransactions && age > 60 ? latest(TRANSACTION_SECONDS) : 0,
      received,
      sent,
      pingSeconds: link.pingSeconds,
      pingWait: slot.isFrozen && pingedAt > openedAt + FREEZE_SECONDS ? now - pingedAt : undefined,
      timeOffset: link.timeOffset,
      startHeight: view(openedAt).headers,
      syncedHeaders: isKnown ? chain.headers : -1,
      syncedBlocks: isKnown ? chain.blocks : -1,
      presyncedHeaders: index === 0 && hasShaken ? (chain.presynced ?? -1) : -1,
      inFlight: hasShaken ? inFlightOf(slot, chain, isBehind) : [],
      sessionKey: link.sessionKey,
    };
  }

  /** Each of the peers that the node downloads from sends the next blocks in turn; a new block comes from one of them. */
  function inFlightOf(slot: Slot, { blocks, headers }: ChainView, isBehind: boolean): readonly number[] {
    const place = downloaders.indexOf(slot);
    if (place < 0 || (!isBehind && place > 0)) return [];
    const first = blocks + 1 + place * BLOCKS_PER_PEER;
    const count = Math.min(BLOCKS_PER_PEER, Math.max(0, headers - first + 1));
    return Array.from({ length: count }, (_, offset) => first + offset);
  }

  return {
    list: (now) => open(now).map(({ slot, index, session }) => connection(slot, index, session, now)),
    totals(now) {
      let { received, sent } = { received: 0, sent: 0 };
      for (const { slot, session } of open(now)) {
        const messages = messagesAt(slot, session, now);
        received += sumOf(messages.received);
        sent += sumOf(messages.sent);
      }
      // `open` has added to `ended` what ended up to now.
      return { received: ended.received + received, sent: ended.sent + sent };
    },
  };
}

function isDownloader({ type }: Slot): boolean {
  return type === "outbound-full-relay";
}

/** Inbound peers over Tor have the address of the proxy on the node's machine (seen on litecoind 0.21.2.1). */
function addressOf({ isInbound }: Slot, { peer, port }: Link): string {
  if (peer === undefined) return `198.51.100.254:${port}`;
  if (!isInbound) return `${peer.host}:${peer.port}`;
  if (peer.network === "onion") return `127.0.0.1:${port}`;
  return `${peer.host}:${peer.network === "i2p" ? 0 : port}`;
}
