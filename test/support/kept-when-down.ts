/** What a node keeps when nothing of it answers: that it is down, and the history of its polls. */
export const KEPT_WHEN_DOWN: readonly string[] = [
  "p2p_node_up",
  "p2p_node_api_up",
  "p2p_node_polls_total",
  "p2p_node_poll_failures_total",
  "p2p_node_poll_duration_seconds",
  "p2p_node_poll_interval_seconds",
  "p2p_node_last_success_timestamp_seconds",
];
