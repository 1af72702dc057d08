import { isoTime } from "../../lib/text/format.ts";
import { failuresOf, isUp } from "../../poll/outcomes.ts";
import type { SortOrder } from "../sort-order.ts";
import { peerRows } from "./peer-rows.ts";
import type { PolledNode } from "./polling.ts";

/**
 * What `peers --json` prints; docs/cli.md promises these keys. Bytes, seconds and heights are numbers, times are unix
 * seconds; what a node does not tell is left out. Texts of strangers stay as they came.
 */
export function peersJson(polled: readonly PolledNode[], sort: SortOrder | undefined, nowMs: number): object {
  return { time: isoTime(nowMs), nodes: polled.map((one) => nodeJson(one, sort)) };
}

function nodeJson(polled: PolledNode, sort: SortOrder | undefined): object {
  const { node, report, lag, syncing, history } = polled;
  const { version, network, chainId } = report.identity;
  return {
    name: node.name,
    chain: node.chain,
    url: node.url.label,
    labels: node.labels,
    up: isUp(polled),
    poll_seconds: history.lastPoll?.durationSeconds,
    version,
    network,
    chain_id: chainId,
    syncing,
    head: report.head.ok
      ? {
          height: report.head.value.height,
          timestamp_seconds: report.head.value.timestampSeconds,
          final_height: report.head.value.finalHeight,
          lag_blocks: lag.blocks,
        }
      : undefined,
    failures: failuresOf(polled).map(({ api, failure: { reason, message, advice } }) => ({
      api,
      reason,
      message,
      advice,
    })),
    malformed_rows: report.peers.ok ? report.peers.value.malformed : undefined,
    peers: report.peers.ok
      ? peerRows(polled, sort).map(({ peer, connection, head, difference, startSeconds }) => ({
          peer,
          address_type: connection.address.type,
          direction: connection.direction,
          state: connection.state,
          agent: connection.agent,
          head_height: head,
          head_difference: difference,
          receive_bytes: connection.receivedBytes,
          transmit_bytes: connection.sentBytes,
          start_timestamp_seconds: startSeconds,
          latency_seconds: connection.latencySeconds,
          syncing: connection.syncing,
        }))
      : undefined,
  };
}
