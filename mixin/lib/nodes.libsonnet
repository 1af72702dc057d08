local lib = import 'rule.libsonnet';

{
  // Nodes that are down: 0. If a node is polled once an hour, one failed poll is not an outage; a restricted monerod has no peer
  // list, and an alert of its own.
  down(config, matchers=''):: lib.fill(|||
    p2p_node_up%(matchers)s == 0
      unless time() - p2p_node_last_success_timestamp_seconds < %(intervals)s * p2p_node_poll_interval_seconds
      unless p2p_monero_restricted == 1
  |||, { matchers: matchers, intervals: lib.number(config.thresholds.nodeDown.intervals) }),
}
