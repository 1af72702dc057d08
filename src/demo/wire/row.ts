import type { LinkKind, WirePeer } from "./directory.ts";

/** A row of the peer list, before it is written in the dialect of a version. */
export type WireRow = {
  readonly connectionId: number;
  /** The configured address; empty for a peer that dialled us, which is the API's only sign of direction. */
  readonly configured: string;
  readonly phase: "connected" | "handshaking" | "dialing" | "disconnected";
  /** Where the socket leads, or led before it closed; absent if it never opened. */
  readonly remote?: { readonly ip: string; readonly port: number };
  readonly kind: LinkKind;
  readonly blockProducer: boolean;
  /** This node sends the peer old blocks. */
  readonly syncingFromUs: boolean;
  readonly lastVoteAt?: number;
  readonly score: number;
  /** All of it is forgotten when the link closes (spring v1.2.2 net_plugin.cpp:1433). */
  readonly handshake?: WireHandshake;
  readonly counters: WireCounters;
};

export type WireHandshake = {
  readonly peer: WirePeer;
  readonly at: number;
  readonly generation: number;
  readonly root: number;
  /** The block of `fork_db_head_id`. */
  readonly head: number;
  /** How far `fork_db_head_num` is above that: block notices raise only the number. */
  readonly noticed: number;
};

/** What only prometheus_plugin tells of a connection. Bytes belong to the connection object, not to the socket. */
export type WireCounters = {
  readonly received: number;
  readonly sent: number;
  readonly syncSent: number;
  readonly lastReceivedAt: number;
  readonly openedAt: number;
  readonly latencySeconds?: number;
  readonly lastBlock: number;
  readonly firstBlocks: number;
};

export const NO_COUNTERS: WireCounters = {
  received: 0,
  sent: 0,
  syncSent: 0,
  lastReceivedAt: 0,
  openedAt: 0,
  lastBlock: 0,
  firstBlocks: 0,
};
