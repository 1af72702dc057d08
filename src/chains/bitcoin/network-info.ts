import { isObject } from "../../lib/json.ts";
import { count, flag, text } from "../decode.ts";
import { wrongShape } from "./calls.ts";
import { type CoinName, coinOfSoftware } from "./coins.ts";
import { REAL_NETWORKS, type RealNetwork } from "./peer-facts.ts";

/** What getnetworkinfo tells; absent: the node does not. */
export type NetworkInfo = {
  /** What the node calls itself towards its peers, as `/LitecoinCore:0.21.2.1/`. */
  readonly subversion: string | undefined;
  /** The coin of that software, where it is known here. */
  readonly software: CoinName | undefined;
  /** False: the operator switched the network off (setnetworkactive). */
  readonly isActive: boolean | undefined;
  /** The median of what peers say about the time, minus the node's clock, in seconds. */
  readonly timeOffsetSeconds: number | undefined;
  /** Whether the node can reach each network that it knows. */
  readonly reachable: ReadonlyMap<RealNetwork, boolean>;
  /** Addresses that the node tells its peers, so that others can connect to it. */
  readonly localAddresses: number | undefined;
};

/** @throws NodeError bad_shape */
export function decodeNetworkInfo(answer: unknown, call: string): NetworkInfo {
  if (!isObject(answer)) throw wrongShape(call, "an object");
  const { localaddresses, timeoffset } = answer;
  const subversion = text(answer.subversion);
  const software = subversion === undefined ? undefined : coinOfSoftware(subversion);
  const isZebra = ZEBRA.test(subversion ?? "");
  const hasOffset = software !== "zcash" && typeof timeoffset === "number" && Number.isSafeInteger(timeoffset);
  return {
    subversion,
    software,
    isActive: flag(answer.networkactive),
    timeOffsetSeconds: hasOffset ? timeoffset : undefined,
    reachable: new Map(isZebra ? [] : networksOf(answer.networks)),
    localAddresses: Array.isArray(localaddresses) && !isZebra ? localaddresses.length : undefined,
  };
}

/**
 * zebrad answers with constants: ipv4 and ipv6 are reachable, it has no address, and as of zcashd the offset of its time is 0
 * (zebra-rpc/src/methods.rs, get_network_info).
 */
const ZEBRA = /^\/zebra[:/]/i;

function networksOf(value: unknown): readonly (readonly [RealNetwork, boolean])[] {
  return (Array.isArray(value) ? value : []).flatMap((network: unknown) => {
    const isReachable = isObject(network) ? flag(network.reachable) : undefined;
    const name = isObject(network) ? REAL_NETWORKS.find((known) => known === network.name) : undefined;
    return name === undefined || isReachable === undefined ? [] : [[name, isReachable] as const];
  });
}

/** What a node says about its version: its subversion without the slashes at both ends. */
export function versionOf({ subversion }: NetworkInfo): string | undefined {
  return subversion === undefined ? undefined : text(subversion.replace(/^\//, "").replace(/\/$/, ""));
}

/** What getnettotals tells. */
export type NetTotals = {
  readonly received: number;
  readonly sent: number;
  /** The node's clock, unix milliseconds. */
  readonly timeMs: number | undefined;
  /** The node's clock minus the exporter's, in seconds. */
  readonly clockSkewSeconds: number | undefined;
  /** Bytes that the node may still send in this period by its maxuploadtarget; absent: it has none. */
  readonly uploadLeftBytes: number | undefined;
};

/** When a call was made and answered, unix milliseconds. */
export type CallTimes = { readonly sentMs: number; readonly receivedMs: number };

/** @throws NodeError bad_shape */
export function decodeTotals(answer: unknown, call: string, { sentMs, receivedMs }: CallTimes): NetTotals {
  const received = isObject(answer) ? count(answer.totalbytesrecv) : undefined;
  const sent = isObject(answer) ? count(answer.totalbytessent) : undefined;
  if (!isObject(answer) || received === undefined || sent === undefined) throw wrongShape(call, "counts of bytes");
  const { uploadtarget } = answer;
  const timeMs = count(answer.timemillis) || undefined;
  const hasTarget = isObject(uploadtarget) && (count(uploadtarget.target) ?? 0) > 0;
  return {
    received,
    sent,
    timeMs,
    clockSkewSeconds: timeMs === undefined ? undefined : (timeMs - (sentMs + receivedMs) / 2) / 1000,
    uploadLeftBytes: hasTarget ? count(uploadtarget.bytes_left_in_cycle) : undefined,
  };
}

/** The clock and the uptime are cut to seconds, and asked for one after the other: a start this near to the one before is the same. */
const SAME_SECONDS = 2;

/**
 * When the node's process started, by its own clock: its time less its uptime.
 * @param before the start that the last poll found
 * @returns unix seconds; undefined where it is not known
 */
export function startOf(
  before: number | undefined,
  { timeMs, uptimeSeconds }: { readonly timeMs: number | undefined; readonly uptimeSeconds: number | undefined },
): number | undefined {
  if (timeMs === undefined || uptimeSeconds === undefined) return undefined;
  const start = Math.floor(timeMs / 1000) - uptimeSeconds;
  if (start < 0) return undefined;
  return before !== undefined && Math.abs(start - before) <= SAME_SECONDS ? before : start;
}
