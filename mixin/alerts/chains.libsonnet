local network = import '../lib/network.libsonnet';
local lib = import '../lib/rule.libsonnet';

function(config) {
  local limits = config.thresholds,
  local stages = ['warning', 'critical'],

  title: 'Single chains',
  rules: [
    {
      alert: 'P2PWirePeersOnOtherChain',
      comment: lib.text(|||
        The node closes such connections immediately, so a poll sees few of them.
      |||),
      expr: lib.fill('avg_over_time(p2p_wire_wrong_chain_peers[%s]) > %s', [limits.wrongChainPeers.range, lib.number(limits.wrongChainPeers.peers)]),
      'for': '15m',
      severity: 'warning',
      dashboard: 'wire',
      summary: 'Peers on another chain keep connecting to a Wire or Antelope node.',
      description: lib.fill(lib.text(|||
        {{ $labels.target }} ({{ $labels.chain }}) had nodes of another chain among its peers during the last %s:
        {{ $value | humanize }} per poll, on average.
      |||), limits.wrongChainPeers.range),
    },
    {
      alert: 'P2PWireConfiguredPeerVanished',
      expr: 'p2p_wire_vanished_peers > ' + lib.number(limits.vanishedPeers.peers),
      'for': '15m',
      severity: 'warning',
      dashboard: 'wire',
      summary: 'A Wire or Antelope node dropped configured peers.',
      description: lib.text(|||
        {{ $labels.target }} ({{ $labels.chain }}) has permanently dropped configured peers. Number of outbound peers that are
        no longer in its list: {{ $value }}.
      |||),
    },
    {
      alert: 'P2PWireFinalityStalled',
      expr: network.withNetwork(lib.fill(|||
        p2p_node_final_height <= (p2p_node_final_height offset %(range)s)
          and p2p_node_head_height > (p2p_node_head_height offset %(range)s)
          and p2p_node_poll_interval_seconds <= %(pollSeconds)s
      |||, { range: limits.finality.range, pollSeconds: lib.number(limits.finality.pollSeconds) }), 'p2p_node_final_height'),
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
        {{ $labels.target }} ({{ $labels.chain }}) forwards calls to a bootstrap daemon
        (p2p_monero_untrusted is {{ $value }}): the head is that of an untrusted node.
      |||),
    },
  ] + [
    {
      alert: 'P2PMoneroDiskFilling',
      local limit = {
        gibibytes: lib.number(limits.moneroDisk.freeGibibytes[severity]),
        hours: lib.number(limits.moneroDisk.fullHours[severity]),
        range: limits.moneroDisk.range,
      },
      expr: lib.fill(|||
        (
            p2p_monero_free_space_bytes < %(gibibytes)s * 2^30
          or
            p2p_monero_free_space_bytes
              and predict_linear(p2p_monero_free_space_bytes[%(range)s], %(hours)s * 3600) < 0
        )
      |||, limit),
      'for': '1h',
      severity: severity,
      dashboard: 'monero',
      summary: 'The disk of a monerod will soon be full.',
      description: lib.fill(lib.text(|||
        {{ $labels.target }} ({{ $labels.chain }}) has {{ $value | humanize1024 }}B left on the disk of its data. That is less
        than %(gibibytes)s GiB, or the disk will be full within %(hours)s hours at the rate of the last %(range)s.
      |||), limit),
    }
    for severity in stages
  ] + [
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
  ] + [
    {
      alert: 'P2PChainwebNodeExpiring',
      local days = lib.number(limits.chainwebServiceDays[severity]),
      expr: lib.fill('p2p_chainweb_service_date_timestamp_seconds - time() < %s * 86400', days),
      'for': '1h',
      severity: severity,
      dashboard: 'chainweb',
      summary: lib.fill('The release of a Chainweb node stops working within %s days.', days),
      description: lib.text(|||
        The release that {{ $labels.target }} ({{ $labels.chain }}) runs {{ if lt $value 0.0 }}no longer works{{ else }}stops
        working in {{ $value | humanizeDuration }}{{ end }}: upgrade it.
      |||),
    }
    for severity in stages
  ],
}
