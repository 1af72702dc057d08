import type { Signal } from "../../lib/abort.ts";
import { chainSample } from "../../model/chain-samples.ts";
import { nodeError } from "../../model/failure.ts";
import type { ChainSample } from "../../model/report.ts";
import type { RpcClient } from "../../rpc/client.ts";
import { explainStatus } from "./api.ts";
import type { Cut } from "./cut.ts";
import { MEMPOOL_PEERS } from "./families.ts";
import { networkPath } from "./paths.ts";
import { fetchPeerPages } from "./peer-page.ts";

/**
 * One request for each chain of the cut; all or none, as their lists are nearly equal.
 * @throws NodeError
 */
export async function fetchMempools(
  client: RpcClient,
  network: string,
  cut: Cut,
  signal: Signal,
): Promise<readonly ChainSample[]> {
  const samples: ChainSample[] = [];
  for (const chain of cut.tips.keys()) {
    const name = `chain/${chain}/mempool/peer`;
    const path = networkPath(network, name);
    const { list } = await fetchPeerPages(client, path, explainStatus("mempool", network), signal);
    // Of a list of which no row can be read, 0 would be a false count.
    if (list.connections.length === 0 && list.malformed > 0) {
      const message = `${name} at ${client.url.label}: expected peers, found ${list.malformed} rows that cannot be read`;
      throw nodeError("bad_shape", message, "please report this with the node's version");
    }
    samples.push(chainSample(MEMPOOL_PEERS, list.connections.length, [chain]));
  }
  return samples;
}
