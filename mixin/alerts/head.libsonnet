local heads = import '../lib/heads.libsonnet';
local lib = import '../lib/rule.libsonnet';

function(config) {
  title: 'The head',
  rules: [
    {
      alert: 'P2PNodeHeadLagging',
      comment: lib.text(|||
        In seconds, so that it is the same for every chain. At least 6 blocks, because a few are usual where a block
        takes minutes. On Chainweb, the lag is summed over its chains, and the interval is that of all of them
        together. A syncing node has the alert P2PNodeSyncingTooLong.
      |||),
      expr: |||
        p2p_node_head_lag_blocks * p2p_node_block_interval_seconds > 90
          and p2p_node_head_lag_blocks > 5
          unless avg_over_time(p2p_node_syncing[10m]) > 0.5
      |||,
      'for': '10m',
      severity: 'warning',
      dashboard: 'node',
      summary: 'The head of a node is behind.',
      description: lib.text(|||
        The head of {{ $labels.target }} ({{ $labels.chain }}) has been behind the best known head for at least 10
        minutes, now by {{- with printf `p2p_node_head_lag_blocks{job=%q,instance=%q,target=%q}` $labels.job
        $labels.instance $labels.target | query }} {{ . | first | value | humanize }} blocks or{{ end }} about {{
        $value | humanizeDuration }}, and the node is not syncing.
      |||),
    },
    {
      alert: 'P2PNodeHeadStalled',
      comment: lib.text(|||
        Bands by the usual time between two blocks. Where blocks come at random, the chance that one takes x times as
        long is e^-x: 42 times and more up to 10 s, 20 times at 120 s (40 minutes, once in two thousand years), 18
        times at 600 s (3 hours, once in a thousand years). Nodes that are polled too rarely for their band are left
        out: two polls may be closer than the offset by one interval.
      |||),
      expr: heads.stalled,
      'for': '3m',
      severity: 'critical',
      dashboard: 'node',
      summary: 'The head of a node does not move.',
      description: 'The head of {{ $labels.target }} ({{ $labels.chain }}) has stopped at {{ printf "%.0f" $value }}.',
    },
    {
      alert: 'P2PNodeForked',
      comment: lib.text(|||
        A fork of a few blocks is usual on every chain, and ends by itself. The chain's usual depth comes from
        lag.reorg_depth.
      |||),
      expr: heads.forked,
      'for': '5m',
      severity: 'critical',
      dashboard: 'node',
      summary: 'A node is on another branch than the other nodes.',
      description: lib.text(|||
        {{ $labels.target }} ({{ $labels.chain }}) has had other blocks than most other nodes for at least {{ $value
        | humanize }} blocks, more than a usual reorganisation.
      |||),
    },
    {
      alert: 'P2PNodeSyncingTooLong',
      expr: 'avg_over_time(p2p_node_syncing[1h]) > 0.9',
      'for': '6h',
      severity: 'warning',
      dashboard: 'node',
      summary: 'A node has been syncing for hours.',
      description: lib.text(|||
        {{ $labels.target }} ({{ $labels.chain }}) has been syncing for at least 6 hours ({{ $value |
        humanizePercentage }} of the last hour).
      |||),
    },
  ],
}
