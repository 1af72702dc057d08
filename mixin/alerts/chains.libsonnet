local lib = import '../lib/rule.libsonnet';

function(config) {
  title: 'Single chains',
  rules: [
    {
      alert: 'P2PWirePeersOnOtherChain',
      comment: lib.text(|||
        The node closes such connections immediately, so a poll sees few of them.
      |||),
      expr: 'avg_over_time(p2p_wire_wrong_chain_peers[1h]) > 0.1',
      'for': '15m',
      severity: 'warning',
      dashboard: 'wire',
      summary: 'Peers on another chain keep connecting to a Wire or Antelope node.',
      description: lib.text(|||
        {{ $labels.target }} ({{ $labels.chain }}) had nodes of another chain among its peers during the last hour:
        {{ $value | humanize }} per poll, on average.
      |||),
    },
    {
      alert: 'P2PWireConfiguredPeerVanished',
      expr: 'p2p_wire_vanished_peers > 0',
      'for': '15m',
      severity: 'warning',
      dashboard: 'wire',
      summary: 'A Wire or Antelope node dropped configured peers.',
      description: lib.text(|||
        {{ $labels.target }} ({{ $labels.chain }}) permanently dropped outbound peers: {{ $value }} earlier peers
        are no longer in its list.
      |||),
    },
    {
      alert: 'P2PWireFinalityStalled',
      expr: |||
        p2p_node_final_height <= (p2p_node_final_height offset 5m)
          and p2p_node_head_height > (p2p_node_head_height offset 5m)
          and p2p_node_poll_interval_seconds <= 150
      |||,
      'for': '5m',
      severity: 'critical',
      dashboard: 'wire',
      summary: 'The last irreversible block of a node does not move, but its head does.',
      description: lib.text(|||
        The last irreversible block of {{ $labels.target }} ({{ $labels.chain }}) has stopped at {{ printf "%.0f"
        $value }}, while new blocks arrive.
      |||),
    },
    {
      alert: 'P2PMoneroRestrictedRpc',
      expr: 'p2p_monero_restricted == 1',
      'for': '15m',
      severity: 'warning',
      dashboard: 'monero',
      summary: 'The polled RPC of a monerod is restricted and hides the peers.',
      description: lib.text(|||
        {{ $labels.target }} ({{ $labels.chain }}) has restricted RPC (p2p_monero_restricted is {{ $value }}), which
        hides its peers. Poll the unrestricted port.
      |||),
    },
    {
      alert: 'P2PMoneroUntrusted',
      expr: 'p2p_monero_untrusted == 1',
      'for': '1h',
      severity: 'warning',
      dashboard: 'monero',
      summary: 'A bootstrap daemon answers instead of a monerod.',
      description: lib.text(|||
        {{ $labels.target }} ({{ $labels.chain }}) has forwarded calls to a bootstrap daemon for at least an hour
        (p2p_monero_untrusted is {{ $value }}): the head is that of an untrusted node.
      |||),
    },
    {
      alert: 'P2PMoneroDiskFilling',
      expr: |||
        (
            p2p_monero_free_space_bytes < 20 * 2^30
          or
            p2p_monero_free_space_bytes and predict_linear(p2p_monero_free_space_bytes[12h], 3 * 86400) < 0
        )
      |||,
      'for': '1h',
      severity: 'warning',
      dashboard: 'monero',
      summary: 'The disk of a monerod will soon be full.',
      description: lib.text(|||
        {{ $labels.target }} ({{ $labels.chain }}) has {{ $value | humanize1024 }}B left on the disk of its data:
        less than 20 GiB, or full within 3 days at this rate.
      |||),
    },
    {
      alert: 'P2PChainwebNodeOutdated',
      expr: 'p2p_chainweb_outdated == 1',
      'for': '1h',
      severity: 'warning',
      dashboard: 'chainweb',
      summary: 'A Chainweb node is too old for the network.',
      description: lib.text(|||
        {{ $labels.target }} ({{ $labels.chain }}) runs a release before 3.2, which no longer follows the network
        (p2p_chainweb_outdated is {{ $value }}).
      |||),
    },
    {
      alert: 'P2PChainwebNodeExpiring',
      expr: 'p2p_chainweb_service_date_timestamp_seconds - time() < 14 * 86400',
      'for': '1h',
      severity: 'warning',
      dashboard: 'chainweb',
      summary: 'The release of a Chainweb node stops working within 14 days.',
      description: lib.text(|||
        The release that {{ $labels.target }} ({{ $labels.chain }}) runs stops working in {{ $value |
        humanizeDuration }}.
      |||),
    },
  ],
}
