import { heightAt } from "./chain.ts";
import type { MoneroDirectory } from "./directory.ts";
import type { MoneroPeers } from "./peers.ts";

export type MoneroSoftware = {
  readonly version: string;
  /** RPC version 3.x. */
  readonly rpcMinor: number;
  /** Whether `ip` and `port` are filled for IPv6 peers (v0.18.5.1, commit c90c1c3fe). */
  readonly fillsIpv6: boolean;
  /** Whether there is a newer release. */
  readonly outdated: boolean;
};

/** What the answers of a node are made of. */
export type MoneroState = {
  readonly software: MoneroSoftware;
  readonly restricted: boolean;
  readonly directory: MoneroDirectory;
  readonly bans: readonly { readonly host: string; readonly ip: number }[];
  readonly alternativeChain: boolean;
  /** The cap of inbound peers; absent: as many as come. */
  readonly maxInbound?: number | undefined;
  /** When the running process was started. */
  startedAt(): number;
  peers(): MoneroPeers;
  rpcConnections(): number;
  height(now: number): number;
  /** Set once, after the first sync, and never cleared, however far behind the node falls (handler.inl:181, 2441). */
  synchronized(now: number): boolean;
};

/** 0 after the first sync. */
export function targetHeight(state: MoneroState, now: number): number {
  return state.synchronized(now) ? 0 : heightAt(now);
}
