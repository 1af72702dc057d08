import { knownSamples } from "../../model/chain-samples.ts";
import type { ChainSample } from "../../model/report.ts";
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
import { countVanished, type OutboundMemory } from "./outbound-memory.ts";
import type { PluginPage } from "./plugin-page.ts";

/** What the answers that came tell of the node as a whole. */
export type WireAnswers = {
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
 * When two nodes configure each other, one closes the second link as a duplicate, and its outbound row looks dead for
 * ever although the two are connected (EOSIO/eos issues 8258 and 10029).
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

/** Unknown when the node's own chain is; a peer that tells no chain is not on a wrong one. */
function countWrongChain(rows: readonly WireConnection[], own: string | undefined): number | undefined {
  if (own === undefined) return undefined;
  return rows.filter(({ state, chainId }) => state === "connected" && chainId !== undefined && chainId !== own).length;
}
