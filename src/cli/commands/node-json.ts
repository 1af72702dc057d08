import type { NodeConfig } from "../../config/model.ts";
import { failuresOf, isUp } from "../../poll/outcomes.ts";
import type { PolledNode } from "./polling.ts";

/** Nodes as data, for programs. Their keys are a contract (docs/cli.md); what a node does not report is left out. */

export function configuredJson({ name, chain, url, labels }: NodeConfig): object {
  return { name, chain, url: url.label, labels };
}

export function polledJson(polled: PolledNode): object {
  const { node, report, lag, syncing, history } = polled;
  const { version, network, chainId } = report.identity;
  return {
    ...configuredJson(node),
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
  };
}
