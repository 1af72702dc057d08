import type { RpcClient } from "../../rpc/client.ts";
import type { Fact } from "../chain.ts";
import type { Cut } from "./cut.ts";
import { explainStatus } from "./explain.ts";
import { MEMPOOL_PEERS } from "./families.ts";
import { networkPath } from "./paths.ts";
import { fetchPeerPages } from "./peers.ts";

/**
 * One request for each chain of the cut; all or none, as their lists are nearly equal.
 * @throws NodeError
 */
export async function fetchMempools(
  client: RpcClient,
  network: string,
  cut: Cut,
  signal: AbortSignal,
): Promise<readonly Fact[]> {
  const facts: Fact[] = [];
  for (const chain of cut.tips.keys()) {
    const path = networkPath(network, `chain/${chain}/mempool/peer`);
    const { list } = await fetchPeerPages(client, path, explainStatus("mempool", network), signal);
    facts.push({ family: MEMPOOL_PEERS, labels: [chain], value: list.connections.length });
  }
  return facts;
}
