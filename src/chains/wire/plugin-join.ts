import { knownSamples } from "../../model/chain-samples.ts";
import type { ChainSample } from "../../model/report.ts";
import type { WireConnection } from "./connections.ts";
import { BLOCK_SYNC_THROTTLING, FIRST_AVAILABLE_BLOCK, LAST_AVAILABLE_BLOCK, UNIQUE_FIRST_BLOCKS } from "./families.ts";
import { connectionKey, nodeKey, type PluginConnection, type PluginPage } from "./plugin-page.ts";

/** The rows with what the plugin knows of them. A row that it does not clearly know stays as it is. */
export function joinPage(rows: readonly WireConnection[], page: PluginPage): readonly WireConnection[] {
  const ambiguous = sharedKeys(rows);
  return rows.map((row) => {
    const values = row.state === "connected" ? find(row, page, ambiguous) : undefined;
    if (values === undefined) return row;
    const { receivedBytes, sentBytes, latencySeconds, startSeconds } = values;
    return {
      ...row,
      receivedBytes,
      sentBytes,
      latencySeconds,
      startSeconds,
      chainSamples: [...(row.chainSamples ?? []), ...pluginSamples(values)],
    };
  });
}

/** Two links to one peer share one series of the page, which shows now the one, now the other. */
function sharedKeys(rows: readonly WireConnection[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const { state, wire } of rows) {
    if (state !== "connected" || wire.nodeId === undefined) continue;
    const key = nodeKey(wire.nodeId);
    (seen.has(key) ? shared : seen).add(key);
  }
  return shared;
}

function find(row: WireConnection, page: PluginPage, ambiguous: ReadonlySet<string>): PluginConnection | undefined {
  const { connectionId, nodeId } = row.wire;
  const own = connectionId === undefined ? undefined : page.connections.get(connectionKey(connectionId));
  const key = nodeId === undefined ? undefined : nodeKey(nodeId);
  const values = own ?? (key === undefined || ambiguous.has(key) ? undefined : page.connections.get(key));
  return values !== undefined && isOfSocket(values, row) ? values : undefined;
}

/**
 * A peer that came back over a new connection may still have the values of its last one on the page, and after a
 * restart of the node the numbers of connections begin anew.
 */
function isOfSocket({ connectionId, remotePort, remoteIp }: PluginConnection, { address, wire }: WireConnection) {
  return agree(connectionId, wire.connectionId) && agree(remotePort, wire.remotePort) && agree(remoteIp, address.ip);
}

function agree<T>(a: T | undefined, b: T | undefined): boolean {
  return a === undefined || b === undefined || a === b;
}

function pluginSamples(values: PluginConnection): readonly ChainSample[] {
  return knownSamples(
    [FIRST_AVAILABLE_BLOCK, values.firstAvailableBlock],
    [LAST_AVAILABLE_BLOCK, values.lastAvailableBlock],
    [UNIQUE_FIRST_BLOCKS, values.uniqueFirstBlocks],
    [BLOCK_SYNC_THROTTLING, values.isThrottled],
  );
}
