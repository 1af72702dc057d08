import type { ChainSample } from "../../model/chain-family.ts";
import { knownSamples } from "../../model/report.ts";
import {
  DROPPED_TRANSACTIONS,
  DUPLICATE_LINKS,
  EARLIEST_BLOCK,
  FAILED_CONNECTIONS,
  FORK_DB_HEAD,
  PLUGIN_PAGE_TIME,
  VANISHED_PEERS,
  WRONG_CHAIN_PEERS,
} from "./families.ts";
import type { ChainInfo } from "./info.ts";
import { chainOfPeers, peerSamples } from "./peer-facts.ts";
import type { TimedPage } from "./plugin.ts";
import type { WireConnection } from "./row.ts";

/** The answers of one poll; undefined: failed or not asked for. */
type WireAnswers = {
  readonly rows: readonly WireConnection[] | undefined;
  readonly info: ChainInfo | undefined;
  readonly page: TimedPage | undefined;
};

export function nodeSamples(
  { rows, info, page }: WireAnswers,
  vanished: readonly string[] | undefined,
): readonly ChainSample[] {
  const samples = knownSamples(
    [FORK_DB_HEAD, info?.forkDbHeadHeight],
    [EARLIEST_BLOCK, info?.earliestBlock],
    [DUPLICATE_LINKS, rows && countDuplicates(rows)],
    [WRONG_CHAIN_PEERS, rows && countWrongChain(rows, info?.identity.chainId)],
    [VANISHED_PEERS, vanished?.length],
    [FAILED_CONNECTIONS, page?.failedConnections],
    [DROPPED_TRANSACTIONS, page?.droppedTransactions],
    [PLUGIN_PAGE_TIME, page && Math.floor(page.receivedMs / 1000)],
  );
  return rows === undefined
    ? samples
    : [...samples, ...peerSamples(rows, info?.identity.chainId ?? chainOfPeers(rows))];
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
