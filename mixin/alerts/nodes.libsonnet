local chains = import '../lib/chains.libsonnet';
local failures = import '../lib/failures.libsonnet';
local nodes = import '../lib/nodes.libsonnet';
local lib = import '../lib/rule.libsonnet';

function(config) {
  local limits = config.thresholds,
  local numbers(threshold) = std.mapWithKey(function(_, value) lib.number(value), threshold),

  // Without times, severity and comment. The matchers select nodes; `more` is a sentence of the description.
  local down(matchers, more='') = {
    alert: 'P2PNodeDown',
    expr: nodes.down(config, matchers),
    dashboard: 'node',
    summary: lib.fill('A node does not return its peer list%s.', failures.ofPeers(config)),
    description: lib.fill(lib.text(|||
      {{ $labels.target }} ({{ $labels.chain }}) has returned no peer list {{- with %(since)s }} for {{ . | first |
      value | humanizeDuration }}{{ end }} (p2p_node_up is {{ $value }}).%(more)s%(check)s
    |||), {
      since: failures.query(config, 'time() - p2p_node_last_success_timestamp_seconds{%s}'),
      more: more,
      check: failures.checkOfPeers(config),
    }),
  },

  title: 'Nodes and their polls',
  rules: [
    down('') {
      comment: lib.text(|||
        If a node is polled once an hour, one failed poll is not an outage. A restricted monerod has its own alert,
        P2PMoneroRestrictedRpc, and so has a node of the Bitcoin family that is starting, P2PBitcoinWarmupLong.
      |||),
      'for': '5m',
      severity: 'warning',
    },
  ] + std.mapWithIndex(
    function(index, each) down(lib.fill('{%s}', each.matcher), ' A restart usually takes less.') {
      [if index == 0 then 'comment']: lib.text(|||
        Critical after a time in which a normal restart of the chain has ended, which is why each chain has its own rule.
      |||),
      'for': each.values[0],
      keep_firing_for: each.values[1],
      labels: each.labels,
      severity: 'critical',
    },
    chains.perChain([limits.nodeDown.critical, limits.nodeDown.keepFiring])
  ) + [
    {
      alert: 'P2PNodePollsFailing',
      comment: lib.text(|||
        Of the nodes with more failures, some are down and others are a restricted monerod.
      |||),
      expr: lib.fill(|||
        sum without (reason) (rate(p2p_node_poll_failures_total[%(range)s]))
          /
        (rate(p2p_node_polls_total[%(range)s]) > 0)
          > %(ratio)s < %(downRatio)s
      |||, numbers(limits.pollsFailing)),
      'for': '30m',
      severity: 'warning',
      dashboard: 'node',
      local reasons = failures.query(
        config, lib.fill('topk(1, sum by (reason) (increase(p2p_node_poll_failures_total{%%s}[%s])) > 0)', limits.pollsFailing.range)
      ),
      summary: lib.fill('Some polls of a node fail{{ with %s }}: mostly %s{{ end }}.', [reasons, failures.reason]),
      description: lib.fill(lib.text(|||
        {{ $value | humanizePercentage }} of the polls of {{ $labels.target }} ({{ $labels.chain }}) in the last
        %(range)s returned no peer list {{- with %(reasons)s }}, mostly %(reason)s: %(advice)s {{- end }}.
      |||), { range: limits.pollsFailing.range, reasons: reasons, reason: failures.reason, advice: failures.advice(config) }),
    },
    {
      alert: 'P2PNodeApiFailing',
      expr: lib.fill(|||
        avg_over_time(p2p_node_api_up{api!="peers"}[%(range)s]) < %(ratio)s
          and ignoring (api) p2p_node_up == 1
      |||, numbers(limits.apiFailing)),
      'for': '15m',
      severity: 'warning',
      dashboard: 'node',
      local reasons = failures.query(
        config, lib.fill('topk(1, count_over_time(p2p_node_failure_info{%%s,api=%%q}[%s]))', limits.apiFailing.range), ' $labels.api'
      ),
      summary: lib.fill('One API of a node fails, but its peer list works{{ with %s }}: %s ({{ $labels.api }}){{ end }}.', [
        reasons,
        failures.reason,
      ]),
      description: lib.fill(lib.text(|||
        Only {{ $value | humanizePercentage }} of the {{ $labels.api }} calls to {{ $labels.target }} ({{
        $labels.chain }}) in the last %(range)s succeeded. {{- with %(reasons)s }} The reason is mostly %(reason)s:
        %(advice)s. {{- end }} The metrics from that API are missing.
      |||), { range: limits.apiFailing.range, reasons: reasons, reason: failures.reason, advice: failures.advice(config) }),
    },
    {
      alert: 'P2PNodePollsSlow',
      expr: lib.fill(|||
        avg_over_time(p2p_node_poll_duration_seconds[%(range)s])
            > clamp_max(%(intervals)s * p2p_node_poll_interval_seconds, %(seconds)s)
          and p2p_node_up == 1
      |||, numbers(limits.pollsSlow)),
      'for': '15m',
      severity: 'warning',
      dashboard: 'node',
      summary: 'Polls of a node are slow.',
      description: lib.fill(lib.text(|||
        A poll of {{ $labels.target }} ({{ $labels.chain }}) took {{ $value | humanizeDuration }} on average over
        the last %s.
      |||), limits.pollsSlow.range),
    },
    {
      alert: 'P2PNodeDataStale',
      expr: lib.fill(|||
        time() - p2p_node_last_success_timestamp_seconds
            > %(intervals)s * p2p_node_poll_interval_seconds + %(seconds)s
          and p2p_node_up == 1
      |||, numbers(limits.dataStale)),
      'for': '5m',
      severity: 'warning',
      dashboard: 'node',
      summary: 'A node is not polled as often as it should be.',
      description: lib.fill(lib.text(|||
        The data of {{ $labels.target }} ({{ $labels.chain }}) is {{ $value | humanizeDuration }} old, more than
        %s times its poll interval, and no poll has failed.
      |||), lib.number(limits.dataStale.intervals)),
    },
    {
      alert: 'P2PNodeClockSkewed',
      comment: lib.text(|||
        Chainweb sends its time in whole seconds, over the network. Of other chains, only what is in the future shows
        a wrong clock: a start (for as long as the clock is ahead), or a block later than the chain's own rule allows:
        nodeos refuses blocks 7 seconds ahead of its clock, monerod those 2 hours ahead.
      |||),
      local skew = limits.clockSkew,
      expr: lib.fill(|||
        (
            abs(avg_over_time(p2p_node_clock_skew_seconds[%(range)s])) > %(seconds)s
          or
            max_over_time((p2p_monero_start_timestamp_seconds - time())[%(startRange)s:1m]) > %(seconds)s
          or
        %(blocks)s
        )
      |||, {
        range: skew.range,
        seconds: lib.number(skew.seconds),
        startRange: skew.startRange,
        blocks: chains.byChain(
          skew.blockSeconds,
          function(matcher, seconds)
            lib.fill('min_over_time((p2p_node_head_timestamp_seconds{%s} - time())[%s:1m]) > %s', [matcher, skew.range, seconds])
        ),
      }),
      'for': '15m',
      severity: 'warning',
      dashboard: 'node',
      summary: 'The clocks of a node and the exporter differ.',
      description: lib.text(|||
        The clock of {{ $labels.target }} ({{ $labels.chain }}) and the exporter's differ by {{ $value |
        humanizeDuration }} or more.
      |||),
    },
  ] + [
    {
      alert: 'P2PNodeCertificateExpiring',
      local days = lib.number(limits.certificateDays[severity]),
      expr: lib.fill('p2p_node_tls_certificate_expiry_timestamp_seconds - time() < %s * 86400', days),
      'for': '1h',
      severity: severity,
      dashboard: 'node',
      summary: lib.fill('The TLS certificate of a node expires within %s days.', days),
      description: lib.text(|||
        The certificate that {{ $labels.target }} ({{ $labels.chain }}) presents {{ if lt $value 0.0 }}has expired{{
        else }}expires in {{ $value | humanizeDuration }}{{ end }}.
      |||),
    }
    for severity in ['warning', 'critical']
  ] + [
    {
      alert: 'P2PReferenceDown',
      expr: lib.fill('avg_over_time(p2p_reference_up[%(range)s]) < %(ratio)s', numbers(limits.referenceDown)),
      'for': '15m',
      severity: 'warning',
      dashboard: 'node',
      summary: 'A configured reference does not report its head.',
      description: lib.fill(lib.text(|||
        Only {{ $value | humanizePercentage }} of the polls of the reference {{ $labels.target }} ({{ $labels.chain
        }}) in the last %s got its head. Without it, head lag may go unnoticed. The log of the exporter has the reason.
      |||), limits.referenceDown.range),
    },
  ],
}
