import type { JsonObject } from "../../lib/json.ts";
import type { MoneroConnections } from "./connections.ts";
import type { MoneroDirectory } from "./network.ts";

/** A method of monerod's RPC: what it returns at a time in Unix seconds. */
export type RpcMethod = (state: MoneroState, now: number, params: JsonObject) => EpeeObject;

/** Ends a call with an error of JSON-RPC. */
export class RpcError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export type MoneroSoftware = {
  readonly version: string;
  /** RPC version 3.x. */
  readonly rpcMinor: number;
  /** Whether `ip` and `port` are filled for IPv6 peers (v0.18.5.1, commit c90c1c3fe). */
  readonly fillsIpv6: boolean;
  /** Whether there is a newer release. */
  readonly isOutdated: boolean;
};

/** The state of a node, from which its methods make their results. */
export type MoneroState = {
  readonly software: MoneroSoftware;
  readonly isRestricted: boolean;
  readonly directory: MoneroDirectory;
  readonly bans: readonly { readonly host: string; readonly ip: number }[];
  readonly hasAlternativeChain: boolean;
  /** The limit of inbound peers; absent: unlimited. */
  readonly maxInbound?: number | undefined;
  /** When the running process was started, in Unix seconds. */
  startedAt(): number;
  connections(): MoneroConnections;
  rpcConnections(): number;
  height(now: number): number;
  /** Set once, after the first sync, and never cleared, however far the node falls behind (handler.inl:181, 2441). */
  isSynchronized(now: number): boolean;
  /** The network's height during the first sync, 0 after it. */
  targetHeight(now: number): number;
};

/** The status of every successful call; `untrusted` is gone in 0.19. */
export const OK = { status: "OK", untrusted: false } as const;
/** What is left of pay-for-RPC. */
export const PAID = { credits: 0, top_hash: "" } as const;

/** What results consist of. bigint is for integers above 2^53 (difficulty, peer ids). */
type EpeeValue = string | number | bigint | boolean | readonly EpeeValue[] | EpeeObject;
export type EpeeObject = { readonly [key: string]: EpeeValue };

/**
 * JSON as epee writes it: keys in alphabetical order, CRLF, two spaces, `/` escaped. **A key whose array is empty is
 * left out**: the result of a node without peers has no `connections` (seen on monerod 0.18.0.0).
 */
export function epeeJson(value: EpeeValue, depth = 0): string {
  if (typeof value === "string") return JSON.stringify(value).replaceAll("/", "\\/");
  if (typeof value !== "object") return String(value);
  if (isList(value)) return `[${value.map((item) => epeeJson(item, depth)).join(",")}]`;
  const members = Object.entries(value)
    .filter(([, member]) => !(typeof member === "object" && isList(member) && member.length === 0))
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${indent(depth + 1)}"${key}": ${epeeJson(member, depth + 1)}`);
  return `{\r\n${members.join(",\r\n")}\r\n${indent(depth)}}`;
}

function isList(value: EpeeObject | readonly EpeeValue[]): value is readonly EpeeValue[] {
  return Array.isArray(value);
}

function indent(depth: number): string {
  return "  ".repeat(depth);
}
