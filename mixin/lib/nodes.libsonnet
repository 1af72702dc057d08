local lib = import 'rule.libsonnet';

{
  // Nodes that are down: 0. If a node is polled once an hour, one failed poll is not an outage; a restricted monerod, and a node of
  // the Bitcoin family that says that it is starting, have no peer list, and alerts of their own.
  down(config, matchers=''):: lib.fill(|||
    p2p_node_up%(matchers)s == 0
      unless time() - p2p_node_last_success_timestamp_seconds < %(intervals)s * p2p_node_poll_interval_seconds
      unless p2p_monero_restricted == 1
      unless p2p_bitcoin_warming_up == 1
  |||, { matchers: matchers, intervals: lib.number(config.thresholds.nodeDown.intervals) }),
}
