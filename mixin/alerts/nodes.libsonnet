local nodes = import '../lib/nodes.libsonnet';
local lib = import '../lib/rule.libsonnet';

function(config) {
  title: 'Nodes and their polls',
  rules: [
    {
      alert: 'P2PNodeDown',
      comment: lib.text(|||
        If a node is polled once an hour, one failed poll is not an outage. A restricted monerod has its own alert,
        P2PMoneroRestrictedRpc.
      |||),
      expr: nodes.down,
      'for': '5m',
      severity: 'critical',
      dashboard: 'node',
      summary: 'A node does not return its peer list.',
      description: lib.text(|||
        {{ $labels.target }} ({{ $labels.chain }}) has returned no peer list for at least 5 minutes (p2p_node_up is
        {{ $value }}). {{- with printf `p2p_node_failure_info{job=%q,instance=%q,target=%q,api="peers"}` $labels.job
        $labels.instance $labels.target | query }} {{- with . | first | label "reason" }} The reason is {{ . }} {{-
        if match "^(dns|connect|timeout)$" . }}: check that the node runs and that the exporter's host reaches it
        {{- else if match "^tls" . }}: check the node's certificate and tls in the configuration {{- else if eq .
        "unauthorized" }}: check auth in the configuration {{- else if match "^(not_found|unavailable)$" . }}: check
        the URL, and that the node offers its peer list there {{- else if eq . "host_header" }}: set host_header in
        the configuration {{- else if eq . "wrong_network" }}: the URL leads to a node of another network {{- else
        if match "^(rate_limited|busy)$" . }}: poll the node less often {{- end }}.{{ end }}{{ end }} The exporter's
        log has the details.
      |||),
    },
    {
      alert: 'P2PNodePollsFailing',
      comment: lib.text(|||
        Above 0.9 the node is down, or it is a restricted monerod.
      |||),
      expr: |||
        sum without (reason) (rate(p2p_node_poll_failures_total[30m]))
          /
        (rate(p2p_node_polls_total[30m]) > 0)
          > 0.1 < 0.9
      |||,
      'for': '30m',
      severity: 'warning',
      dashboard: 'node',
      summary: 'Some polls of a node fail.',
      description: lib.text(|||
        {{ $value | humanizePercentage }} of the polls of {{ $labels.target }} ({{ $labels.chain }}) in the last 30
        minutes returned no peer list.
      |||),
    },
    {
      alert: 'P2PNodeApiFailing',
      expr: |||
        avg_over_time(p2p_node_api_up{api!="peers"}[15m]) < 0.5
          and ignoring (api) p2p_node_up == 1
      |||,
      'for': '15m',
      severity: 'warning',
      dashboard: 'node',
      summary: 'One API of a node fails, but its peer list works.',
      description: lib.text(|||
        Only {{ $value | humanizePercentage }} of the {{ $labels.api }} calls to {{ $labels.target }} ({{
        $labels.chain }}) in the last 15 minutes succeeded. {{- with printf `topk(1,
        count_over_time(p2p_node_failure_info{job=%q,instance=%q,target=%q,api=%q}[15m]))` $labels.job
        $labels.instance $labels.target $labels.api | query }} The reason is mostly {{ . | first | label "reason"
        }}. {{- end }} The metrics from that API are missing.
      |||),
    },
    {
      alert: 'P2PNodePollsSlow',
      expr: |||
        avg_over_time(p2p_node_poll_duration_seconds[15m]) > clamp_max(0.5 * p2p_node_poll_interval_seconds, 5)
          and p2p_node_up == 1
      |||,
      'for': '15m',
      severity: 'warning',
      dashboard: 'node',
      summary: 'Polls of a node are slow.',
      description: lib.text(|||
        A poll of {{ $labels.target }} ({{ $labels.chain }}) took {{ $value | humanizeDuration }} on average over
        the last 15 minutes.
      |||),
    },
    {
      alert: 'P2PNodeDataStale',
      expr: |||
        time() - p2p_node_last_success_timestamp_seconds > 3 * p2p_node_poll_interval_seconds + 60
          and p2p_node_up == 1
      |||,
      'for': '5m',
      severity: 'warning',
      dashboard: 'node',
      summary: 'A node is not polled as often as it should be.',
      description: lib.text(|||
        The data of {{ $labels.target }} ({{ $labels.chain }}) is {{ $value | humanizeDuration }} old, more than
        three times its poll interval, and no poll has failed.
      |||),
    },
    {
      alert: 'P2PNodeClockSkewed',
      comment: lib.text(|||
        Chainweb sends its time in whole seconds, over the network. Of other chains, only what is in the future shows
        a wrong clock: a start (for as long as the clock is ahead), or a block later than the chain's own rule allows:
        nodeos refuses blocks 7 seconds ahead of its clock, monerod those 2 hours ahead.
      |||),
      expr: |||
        (
            abs(avg_over_time(p2p_node_clock_skew_seconds[10m])) > 5
          or
            max_over_time((p2p_monero_start_timestamp_seconds - time())[1h:1m]) > 5
          or
            min_over_time((p2p_node_head_timestamp_seconds{chain=~"wire|antelope"} - time())[10m:1m]) > 10
          or
            min_over_time((p2p_node_head_timestamp_seconds{chain!~"wire|antelope"} - time())[10m:1m]) > 7200
        )
      |||,
      'for': '15m',
      severity: 'warning',
      dashboard: 'node',
      summary: 'The clocks of a node and the exporter differ.',
      description: lib.text(|||
        The clock of {{ $labels.target }} ({{ $labels.chain }}) and the exporter's differ by {{ $value |
        humanizeDuration }} or more.
      |||),
    },
    {
      alert: 'P2PNodeCertificateExpiring',
      expr: 'p2p_node_tls_certificate_expiry_timestamp_seconds - time() < 14 * 86400',
      'for': '1h',
      severity: 'warning',
      dashboard: 'node',
      summary: 'The TLS certificate of a node expires within 14 days.',
      description: lib.text(|||
        The certificate that {{ $labels.target }} ({{ $labels.chain }}) presents expires in {{ $value |
        humanizeDuration }} (negative: it has expired).
      |||),
    },
    {
      alert: 'P2PReferenceDown',
      expr: 'avg_over_time(p2p_reference_up[15m]) < 0.5',
      'for': '15m',
      severity: 'warning',
      dashboard: 'node',
      summary: 'A configured reference does not report its head.',
      description: lib.text(|||
        Only {{ $value | humanizePercentage }} of the polls of the reference {{ $labels.target }} ({{ $labels.chain
        }}) in the last 15 minutes got its head. Without it, head lag may go unnoticed.
      |||),
    },
  ],
}
