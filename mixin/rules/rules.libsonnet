local network = import '../lib/network.libsonnet';
local lib = import '../lib/rule.libsonnet';

local rules(config) = [
  {
    record: 'target:p2p_node_peers:sum',
    comment: lib.text(|||
      Connected peers of a node in all directions; Chainweb: known peers, as it lists no connections.
    |||),
    expr: 'sum without (direction) (p2p_node_peers)',
  },
  {
    record: 'target:p2p_node_receive_bytes:rate5m',
    comment: lib.text(|||
      P2P traffic of a node in bytes per second.
    |||),
    expr: 'rate(p2p_node_receive_bytes_total[5m])',
  },
  {
    record: 'target:p2p_node_transmit_bytes:rate5m',
    expr: 'rate(p2p_node_transmit_bytes_total[5m])',
  },
  {
    record: 'target:p2p_node_peer_connects:rate1h',
    comment: lib.text(|||
      Opened and closed connections per second.
    |||),
    expr: 'sum without (direction) (rate(p2p_node_peer_connects_total[1h]))',
  },
  {
    record: 'target:p2p_node_peer_disconnects:rate1h',
    expr: 'sum without (direction) (rate(p2p_node_peer_disconnects_total[1h]))',
  },
  {
    record: 'target:p2p_node_poll_failures_per_polls:ratio_rate15m',
    comment: lib.text(|||
      Share of the polls that returned no peer list; absent while no poll ended.
    |||),
    expr: |||
      sum without (reason) (rate(p2p_node_poll_failures_total[15m]))
        /
      (rate(p2p_node_polls_total[15m]) > 0)
    |||,
  },
  {
    record: 'target:p2p_node_head_age_seconds:current',
    comment: lib.text(|||
      Age of the node's head block in seconds.
    |||),
    expr: 'time() - p2p_node_head_timestamp_seconds',
  },
  {
    record: 'target:p2p_node_head_height:across_exporters',
    comment: lib.text(|||
      The head of each node once, however many exporters watch it, with the network of the node: where none is known,
      its chain id.
    |||),
    expr: network.once(network.withNetwork('p2p_node_head_height', 'p2p_node_head_height')),
  },
  {
    record: 'target:p2p_node_head_lag_blocks:across_exporters',
    comment: lib.text(|||
      How many blocks a node is behind the highest head of its network, over all exporters; absent for a node that is
      alone in it. Nodes whose network is not known are compared with each other, but only while they are near: heads
      of different networks are rarely within a day of each other. A node whose exporters do not agree on its network
      has the largest value.
    |||),
    expr: lib.fill(|||
      topk without (network) (
        1,
        (
          max by (%(key)s) (%(heads)s)
            - on (%(key)s) group_right ()
          %(heads)s
        )
          and on (%(key)s) count by (%(key)s) (%(heads)s) > 1
          unless (
            (
              max by (%(unknown)s) (%(heads)s{network=""})
                - on (%(unknown)s) group_right ()
              %(heads)s{network=""}
            )
              *
            %(interval)s
              > %(seconds)s
          )
      )
    |||, {
      heads: 'target:p2p_node_head_height:across_exporters',
      key: lib.fill('%s, chain, network', config.clusterLabel),
      unknown: lib.fill('%s, chain', config.clusterLabel),
      interval: lib.indented(network.once('p2p_node_block_interval_seconds'), '      '),
      seconds: lib.number(config.thresholds.head.unknownNetworkSeconds),
    }),
  },
  {
    record: 'chain:p2p_node_up:avg',
    comment: lib.text(|||
      The fleet: share of the nodes of a chain that are up, and the sum of their peers, for each combination of the
      nodes' own labels, such as region. Two exporters or jobs that have the same node count it once: the labels of
      the inner `without` only tell who took a sample.
    |||),
    expr: lib.fill(|||
      avg without (target) (
        %s
      )
    |||, lib.indented(network.once('p2p_node_up'), '  ')),
  },
  {
    record: 'chain:p2p_node_peers:sum',
    expr: lib.fill(|||
      sum without (target, direction) (
        %s
      )
    |||, lib.indented(network.once('p2p_node_peers'), '  ')),
  },
];

{
  local config = self._checkedConfig,
  prometheusRules+:: {
    groups+: [
      {
        name: 'peer-exporter.rules',
        rules: [{ comment:: '' } + rule { comment:: super.comment, expr: lib.trimmed(super.expr) } for rule in rules(config)],
      },
    ],
  },
}
