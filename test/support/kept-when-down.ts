import { type ChainName, chains } from "../../src/chains/index.ts";

/** What a node keeps when nothing of it answers: that it is down and why, and what the exporter has counted itself. */
export function keptWhenDown(chain: ChainName): readonly string[] {
  const hasConnections = chains[chain].traits.states.length > 0;
  return [
    ...["p2p_node_up", "p2p_node_api_up", "p2p_node_failure_info"],
    ...(hasConnections ? ["p2p_node_peer_connects_total", "p2p_node_peer_disconnects_total"] : []),
    ...["p2p_node_polls_total", "p2p_node_poll_failures_total", "p2p_node_poll_duration_seconds"],
    ...["p2p_node_poll_interval_seconds", "p2p_node_last_success_timestamp_seconds"],
  ];
}
