import type { ChainSample } from "../../model/report.ts";
import { knownSamples } from "../../model/report.ts";
import type { WireConnection } from "./connections.ts";
import {
  DROPPED_TRANSACTIONS,
  DUPLICATE_LINKS,
  EARLIEST_BLOCK,
  FAILED_CONNECTIONS,
  FORK_DB_HEAD,
  FORK_DB_LAG,
  LIB_LAG,
  VANISHED_PEERS,
  WRONG_CHAIN_PEERS,
} from "./families.ts";
import type { ChainInfo } from "./info.ts";
import type { PluginPage } from "./plugin-page.ts";

/** The answers of one poll; undefined: failed or not asked for. */
type WireAnswers = {
  readonly rows: readonly WireConnection[] | undefined;
  readonly info: ChainInfo | undefined;
  readonly page: PluginPage | undefined;
};

export function nodeSamples({ rows, info, page }: WireAnswers, seen: OutboundMemory): readonly ChainSample[] {
  return knownSamples(
    [LIB_LAG, distance(info?.head.finalHeight, info?.head.height)],
    [FORK_DB_HEAD, info?.forkDbHeadHeight],
    [FORK_DB_LAG, distance(info?.head.height, info?.forkDbHeadHeight)],
    [EARLIEST_BLOCK, info?.earliestBlock],
    [DUPLICATE_LINKS, rows && countDuplicates(rows)],
    [WRONG_CHAIN_PEERS, rows && countWrongChain(rows, info?.identity.chainId)],
    [VANISHED_PEERS, rows && countVanished(seen, rows)],
    [FAILED_CONNECTIONS, page?.failedConnections],
    [DROPPED_TRANSACTIONS, page?.droppedTransactions],
  );
}

/** Never below 0: the node reads the two numbers one after the other. */
function distance(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : Math.max(0, to - from);
}

/**
 * When two nodes configure each other, one closes the second link as a duplicate, and its outbound row looks dead
 * forever although the two are connected (EOSIO/eos issues 8258 and 10029).
 */
function countDuplicates(rows: readonly WireConnection[]): number {
  const connected = new Set<string>();
  for (const { direction, state, wire } of rows) {
    if (direction === "inbound" && state === "connected" && wire.listens !== undefined) connected.add(wire.listens);
  }
  return rows.filter(
    ({ direction, state, wire }) =>
      direction === "outbound" && state !== "connected" && wire.listens !== undefined && connected.has(wire.listens),
  ).length;
}

/** Undefined when the chain of the node is not known. A peer that sends no chain does not count. */
function countWrongChain(rows: readonly WireConnection[], own: string | undefined): number | undefined {
  if (own === undefined) return undefined;
  return rows.filter(({ state, chainId }) => state === "connected" && chainId !== undefined && chainId !== own).length;
}

/**
 * Outbound peers seen so far, by their configured address. A node removes a configured peer from its list when it gives
 * up dialling it (net_plugin.cpp resolve_and_connect: wrong chain, forked, refused permanently), and no API reports that:
 * the missing row is the only sign.
 */
export type OutboundMemory = ReadonlyMap<string, SeenPeer>;

/** A node dials and drops block producers with their schedule, so a missing one does not count. */
type SeenPeer = { readonly isBlockProducer: boolean };

export const NOTHING_SEEN: OutboundMemory = new Map();

/** More names than any node has configured: a list with invented names cannot fill the memory. */
const MAX_NAMES = 1000;
const MAX_NAME_LENGTH = 300;

/** The memory after one more peer list. */
export function rememberOutbound(before: OutboundMemory, rows: readonly WireConnection[]): OutboundMemory {
  const news: [string, SeenPeer][] = [];
  for (const { wire } of rows) {
    const { configured, isBlockProducer } = wire;
    if (configured === undefined || configured.length > MAX_NAME_LENGTH) continue;
    const known = before.get(configured);
    // The node drops this flag when the link closes, so it is remembered.
    if (known === undefined || (isBlockProducer && !known.isBlockProducer))
      news.push([configured, { isBlockProducer }]);
  }
  if (news.length === 0) return before;
  const seen = new Map(before);
  for (const [name, peer] of news) {
    const known = seen.get(name);
    if (known === undefined && seen.size >= MAX_NAMES) continue;
    seen.set(name, known?.isBlockProducer === true ? known : peer);
  }
  return seen;
}

/** How many of the peers seen so far are missing in the list. */
export function countVanished(seen: OutboundMemory, rows: readonly WireConnection[]): number {
  const present = new Set<string>();
  for (const { wire } of rows) if (wire.configured !== undefined) present.add(wire.configured);
  let vanished = 0;
  for (const [name, { isBlockProducer }] of seen) if (!isBlockProducer && !present.has(name)) vanished += 1;
  return vanished;
}
