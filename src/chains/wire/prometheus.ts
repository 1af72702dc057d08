import { nodeError } from "../../errors.ts";
import { readSamples, type TextSample } from "../../rpc/prometheus-text.ts";

/**
 * What prometheus_plugin knows of each connection and /v1/net/connections does not: bytes, latency, times, block ranges.
 * Families are named `nodeos_p2p_…` (Leap 5, Spring) or `nodeop_p2p_…` (Wire). All numbers are copied by the node every
 * connection-cleanup-period (30 s), so asking more often tells nothing new. Source: spring v1.2.2
 * plugins/prometheus_plugin/metrics.hpp and net_plugin.cpp; wire-sysio metrics.hpp f0b76aaa.
 */

/** One connection as the plugin shows it. */
export type PluginConnection = {
  readonly receivedBytes?: number | undefined;
  readonly sentBytes?: number | undefined;
  readonly latencySeconds?: number | undefined;
  readonly startSeconds?: number | undefined;
  readonly firstAvailableBlock?: number | undefined;
  readonly lastAvailableBlock?: number | undefined;
  readonly uniqueFirstBlocks?: number | undefined;
  readonly isThrottled?: boolean | undefined;
};

/** A whole answer of the plugin. */
export type PluginPage = {
  /** By what names a connection: see connectionKeys. */
  readonly connections: ReadonlyMap<string, PluginConnection>;
  readonly failedConnections: number | undefined;
  readonly droppedTransactions: number | undefined;
};

const FAMILY = /^node(?:os|op)_p2p_([a-z_]+)$/;

/** 2^64 - 1 as a double: what an unmeasured latency looks like. */
const NOT_MEASURED = 2 ** 64;

/** @throws NodeError bad_shape when the text has no family of the plugin */
export function decodePluginPage(text: string, call: string): PluginPage {
  const samples = readSamples(text, (name) => FAMILY.test(name));
  if (samples.length === 0) {
    throw nodeError(
      "bad_shape",
      `${call}: expected metrics named nodeos_p2p_… or nodeop_p2p_…`,
      "check that wire.prometheus_url is the listener of prometheus_plugin",
    );
  }
  const rows = new Map<string, Map<string, number>>();
  const totals = new Map<string, number>();
  for (const sample of samples) {
    const family = FAMILY.exec(sample.name)?.[1] ?? "";
    const key = keyOf(sample);
    if (key === undefined) totals.set(family, sample.value);
    else rows.set(key, (rows.get(key) ?? new Map<string, number>()).set(family, sample.value));
  }
  return {
    connections: new Map([...rows].map(([key, values]) => [key, decodeRow(values)])),
    failedConnections: countOf(totals.get("failed_connections")),
    droppedTransactions: countOf(totals.get("dropped_trxs_total")),
  };
}

/**
 * Leap 5 to Wire W3 label with `connid`, the first 7 hex digits of the peer's node_id; the newest Wire with
 * `connection_id`. An empty label (leap issue 1871) names nobody.
 */
function keyOf({ labels }: TextSample): string | undefined {
  const id = labels.get("connection_id");
  if (id !== undefined && id !== "") return `id ${id}`;
  const connid = labels.get("connid");
  return connid === undefined || connid === "" ? undefined : `node ${connid}`;
}

function decodeRow(values: ReadonlyMap<string, number>): PluginConnection {
  const latency = values.get("latency");
  const throttling = values.get("block_sync_throttling");
  return {
    receivedBytes: countOf(values.get("bytes_received")),
    sentBytes: countOf(values.get("bytes_sent")),
    latencySeconds: latency === undefined || latency >= NOT_MEASURED || latency <= 0 ? undefined : latency / 1e9,
    startSeconds: startOf(values.get("connection_start_time")),
    firstAvailableBlock: countOf(values.get("first_available_block")),
    lastAvailableBlock: countOf(values.get("last_available_block")),
    uniqueFirstBlocks: countOf(values.get("unique_first_block_count")),
    isThrottled: throttling === undefined ? undefined : throttling > 0,
  };
}

function countOf(value: number | undefined): number | undefined {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** Nanoseconds since 1970; 0 for a connection that never opened. */
function startOf(nanoseconds: number | undefined): number | undefined {
  return nanoseconds === undefined || nanoseconds <= 0 ? undefined : Math.floor(nanoseconds / 1e9);
}
