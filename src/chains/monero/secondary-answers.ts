import type { Signal } from "../../lib/abort.ts";
import type { JsonObject } from "../../lib/json.ts";
import { NodeError } from "../../model/failure.ts";
import type { ChainSample } from "../../model/report.ts";
import type { RpcClient } from "../../rpc/client.ts";
import { count } from "../decode.ts";
import { callEndpoint } from "./endpoint.ts";
import { sampleOf } from "./facts.ts";
import { MAX_PEERS, RECEIVE_LIMIT, TRANSMIT_LIMIT } from "./families.ts";
import type { DaemonInfo } from "./info.ts";

/** What the operator allows the node; absent: no limit, or not known. */
export type Limits = {
  readonly receiveBytesPerSecond?: number | undefined;
  readonly transmitBytesPerSecond?: number | undefined;
  readonly maxInbound?: number | undefined;
  readonly maxOutbound?: number | undefined;
};

/**
 * /in_peers and /out_peers read only with this body: in a request without `set` it counts as true (KV_SERIALIZE_OPT in
 * core_rpc_server_commands_defs.h), and an empty body sets the cap to 0, which drops all peers (seen on 0.18.0.0).
 */
const READ_ONLY = { set: false } as const;

/** (uint32_t)-1, the default of in-peers: as many as come. */
const UNLIMITED = 0xffff_ffff;

/** @param info of the same poll: the version, and the proof that request bodies arrive whole at this server */
export async function fetchLimits(client: RpcClient, info: DaemonInfo, signal: Signal): Promise<Limits> {
  const rates = decodeRates(await callEndpoint(client, "/get_limit", {}, signal));
  if (!knowsSet(info)) return rates;
  const inbound = await ifOffered(() => callEndpoint(client, "/in_peers", READ_ONLY, signal));
  const outbound = await ifOffered(() => callEndpoint(client, "/out_peers", READ_ONLY, signal));
  return { ...rates, maxInbound: capOf(inbound?.in_peers), maxOutbound: capOf(outbound?.out_peers) };
}

/**
 * Before 0.15 the same calls always set the cap, whatever `set` says (monero-project/monero pull request 5582), and
 * coins that were forked off earlier still may. So only numbers that are Monero's own and known are asked.
 */
function knowsSet({ version = "" }: DaemonInfo): boolean {
  const [, minor = "0"] = /^0\.(\d{1,3})\./.exec(version) ?? [];
  return Number(minor) >= 18;
}

/** A proxy may let only some paths through. */
async function ifOffered(call: () => Promise<JsonObject>): Promise<JsonObject | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof NodeError && error.failure.reason === "not_found") return undefined;
    throw error;
  }
}

/** Exported for the tests. */
export function decodeRates(answer: JsonObject): Limits {
  // This call, unlike those for the caps, is handed on to a bootstrap daemon (seen on 0.18.0.0).
  if (answer.untrusted === true) return {};
  return { receiveBytesPerSecond: rateOf(answer.limit_down), transmitBytesPerSecond: rateOf(answer.limit_up) };
}

/** "kB/s" here are KiB/s: network_throttle::set_target_speed multiplies by 1024. */
function rateOf(limit: unknown): number | undefined {
  const kibibytes = count(limit);
  return kibibytes === undefined ? undefined : count(kibibytes * 1024);
}

/** Exported for the tests. */
export function capOf(cap: unknown): number | undefined {
  const peers = count(cap);
  return peers === UNLIMITED ? undefined : peers;
}

export function limitSamples(limits: Limits): readonly ChainSample[] {
  return [
    ...sampleOf(MAX_PEERS, limits.maxInbound, "inbound"),
    ...sampleOf(MAX_PEERS, limits.maxOutbound, "outbound"),
    ...sampleOf(RECEIVE_LIMIT, limits.receiveBytesPerSecond),
    ...sampleOf(TRANSMIT_LIMIT, limits.transmitBytesPerSecond),
  ];
}
