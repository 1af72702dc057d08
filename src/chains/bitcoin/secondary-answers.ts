import { isObject } from "../../lib/json.ts";
import type { FailureReason } from "../../model/failure.ts";
import { blockHash, count, flag, text } from "../decode.ts";
import { wrongShape } from "./calls.ts";
import { REAL_NETWORKS, type RealNetwork } from "./peer-facts.ts";

/** Answers that rarely change. */

/** Versions and programs of the family offer different calls: that is no failure. */
export const NOT_OFFERED: ReadonlySet<FailureReason> = new Set(["unavailable", "not_found"]);

/** How many bans of the operator are active. Peers that the node itself thinks little of are not among them. */
export type Bans = { readonly addresses: number; readonly subnets: number };

/**
 * From listbanned.
 * @throws NodeError bad_shape
 */
export function decodeBans(answer: unknown, call: string): Bans {
  if (!Array.isArray(answer)) throw wrongShape(call, "a list of bans");
  let addresses = 0;
  let subnets = 0;
  for (const ban of answer) {
    const address = isObject(ban) ? text(ban.address) : undefined;
    if (address === undefined) continue;
    if (isSingle(address)) addresses += 1;
    else subnets += 1;
  }
  return { addresses, subnets };
}

/** A single address may have its length as that of a subnet does: up to 0.21 it always has, at first as a mask. */
function isSingle(address: string): boolean {
  const [host = "", length] = address.split("/", 2);
  if (length === undefined) return true;
  return host.includes(":") ? length === "128" || length === IPV6_MASK : length === "32" || length === IPV4_MASK;
}

const IPV4_MASK = "255.255.255.255";
const IPV6_MASK = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";

export type AddressTable = { readonly tried: number; readonly fresh: number };

/**
 * The sizes of the node's tables of addresses by network, from getaddrmaninfo (26 and later).
 * @throws NodeError bad_shape
 */
export function decodeAddressManager(answer: unknown, call: string): ReadonlyMap<RealNetwork, AddressTable> {
  if (!isObject(answer)) throw wrongShape(call, "an object");
  const tables = new Map<RealNetwork, AddressTable>();
  for (const network of REAL_NETWORKS) {
    const table = answer[network];
    const tried = isObject(table) ? count(table.tried) : undefined;
    const fresh = isObject(table) ? count(table.new) : undefined;
    if (tried !== undefined && fresh !== undefined) tables.set(network, { tried, fresh });
  }
  return tables;
}

/** The nodes of `addnode`: how many are connected, and how many stay away. */
export type AddedNodes = { readonly connected: number; readonly away: number };

/**
 * From getaddednodeinfo.
 * @throws NodeError bad_shape
 */
export function decodeAddedNodes(answer: unknown, call: string): AddedNodes {
  if (!Array.isArray(answer)) throw wrongShape(call, "a list of added nodes");
  let connected = 0;
  let away = 0;
  for (const node of answer) {
    const isConnected = isObject(node) ? flag(node.connected) : undefined;
    if (isConnected === true) connected += 1;
    if (isConnected === false) away += 1;
  }
  return { connected, away };
}

/** What the header of the head block tells. */
type HeadHeader = {
  readonly hash: string | undefined;
  /** Unix seconds. */
  readonly timestampSeconds: number | undefined;
};

/**
 * From getblockheader.
 * @throws NodeError bad_shape
 */
export function decodeHeader(answer: unknown, call: string): HeadHeader {
  if (!isObject(answer)) throw wrongShape(call, "a header");
  return { hash: blockHash(answer.hash), timestampSeconds: count(answer.time) || undefined };
}
