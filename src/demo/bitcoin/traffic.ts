import { bytesAfter, type Traffic } from "../timeline.ts";

/** Bytes of a connection by type of message: none of them ever falls while the connection is open. */

export type MessageBytes = Readonly<Record<string, number>>;

/** Nodes ping every two minutes. */
export const PING_SECONDS = 120;

const PING_BYTES = 32;
const HEADERS_BYTES = 106;
const COMPACT_BLOCK_BYTES = 14_000;
/** A tenth of a full one: the blocks of a month come within minutes here. */
const BLOCK_BYTES = 160_000;
/** Of a block in getdata. */
const ITEM_BYTES = 61;

/** Sent once by both sides, after the handshake. */
const GREETINGS: MessageBytes = {
  version: 126,
  verack: 24,
  wtxidrelay: 24,
  sendaddrv2: 24,
  sendcmpct: 66,
  sendheaders: 24,
  feefilter: 32,
  getheaders: 1053,
};

/** How the stream of a connection is divided, if it relays transactions. */
const STREAM = { tx: 0.47, inv: 0.37, getdata: 0.09, addrv2: 0.05, addr: 0.02 };

type Flow = {
  readonly stream: Traffic;
  /** Seconds since the handshake. */
  readonly age: number;
  readonly relaysTransactions: boolean;
  /** Pings that were sent in this direction, and those that were answered in it. */
  readonly pings: number;
  readonly pongs: number;
  /** New blocks that were announced in this direction, and how. */
  readonly announced: number;
  readonly isCompact: boolean;
  /** Old blocks that came in this direction, and those that were asked for in it. */
  readonly blocks: number;
  readonly asked: number;
};

/** The types that had at least one byte, as the node lists them. */
export function messagesOf(flow: Flow): MessageBytes {
  const { age, announced, isCompact, asked } = flow;
  if (age < 0) return {};
  const streamed = flow.relaysTransactions ? bytesAfter(flow.stream, age) - flow.stream.greeting : 0;
  const { getdata, ...relayed } = STREAM;
  const counts = {
    ...Object.fromEntries(Object.entries(relayed).map(([type, share]) => [type, streamed * share])),
    ...GREETINGS,
    getdata: streamed * getdata + asked * ITEM_BYTES,
    ping: flow.pings * PING_BYTES,
    pong: flow.pongs * PING_BYTES,
    headers: HEADERS_BYTES + (isCompact ? 0 : announced * HEADERS_BYTES),
    cmpctblock: isCompact ? announced * COMPACT_BLOCK_BYTES : 0,
    block: flow.blocks * BLOCK_BYTES,
  };
  const known = Object.entries(counts).filter(([, bytes]) => bytes >= 1);
  return Object.fromEntries(known.map(([type, bytes]) => [type, Math.floor(bytes)] as const).sort(byType));
}

function byType([left]: readonly [string, number], [right]: readonly [string, number]): number {
  return left < right ? -1 : 1;
}

export function sumOf(messages: MessageBytes): number {
  return Object.values(messages).reduce((sum, bytes) => sum + bytes, 0);
}
