local lib = import '../lib/rule.libsonnet';

local down(config, severity, time) = {
  alert: 'PeerExporterDown',
  expr: lib.fill(|||
    up{%(exporterSelector)s} == 0
      or
    up == 0 and on (%(clusterLabel)s, job, instance) last_over_time(peer_exporter_build_info[1d])
  |||, config),
  'for': time,
  severity: severity,
  dashboard: 'exporter',
  summary: 'Prometheus cannot scrape peer-exporter.',
  description: lib.text(|||
    {{ $labels.instance }} of the job {{ $labels.job }} cannot be scraped (up is {{ $value }}), so there is no data about
    its nodes, and no other alert about them. {{- with printf
    `count(count by (target) (last_over_time(p2p_node_up{job=%q,instance=%q}[1h])))` $labels.job $labels.instance | query
    }} Nodes that it polled within the last hour: {{ . | first | value }}. {{- end }} Check first whether its process or pod
    runs; /targets of Prometheus shows the error of the scrape.
  |||),
};

// How many delays of an exporter were above a bucket within 10 minutes. Its label is 1 or 1.0, depending on the version of Prometheus
// and on the format of the scrape; a Prometheus that was updated has both for a while.
local delaysAbove(seconds) =
  lib.fill(|||
    increase(peer_exporter_event_loop_delay_seconds_count[10m])
      - sum without (le) (increase(peer_exporter_event_loop_delay_seconds_bucket{le=~"%s(\\.0)?"}[10m]))
  |||, seconds);

function(config) {
  local thresholds = config.thresholds,

  title: 'The exporter itself',
  rules: [
    down(config, 'critical', '15m') {
      comment: lib.text(|||
        A target is a peer-exporter by its job's name, or because it was one within the last day. A pod that moves to
        another node needs a few minutes, five of them until Kubernetes gives up a node that is lost.
      |||),
    },
    down(config, 'warning', '5m'),
    {
      alert: 'PeerExporterConfigReloadFailed',
      expr: 'peer_exporter_config_last_reload_successful == 0',
      'for': '5m',
      severity: 'warning',
      dashboard: 'exporter',
      summary: 'peer-exporter could not reload its configuration.',
      description: lib.text(|||
        {{ $labels.instance }} keeps its old configuration because the new one has errors
        (peer_exporter_config_last_reload_successful is {{ $value }}).
      |||),
    },
    {
      alert: 'PeerExporterEventLoopSlow',
      expr: lib.fill(|||
        histogram_quantile(0.99, rate(peer_exporter_event_loop_delay_seconds_bucket[10m])) > %s
      |||, lib.number(thresholds.eventLoopSlow.seconds)),
      'for': '10m',
      severity: 'warning',
      dashboard: 'exporter',
      summary: 'peer-exporter has too little CPU.',
      description: lib.text(|||
        The event loop of {{ $labels.instance }} lags by {{ $value | humanizeDuration }} at the 99th percentile:
        polls may time out and scrapes may be late.
      |||),
    },
    {
      alert: 'PeerExporterEventLoopBlocked',
      comment: lib.text(|||
        Several delays of more than a second within 10 minutes, or one of more than 10 seconds: a single shorter one is
        usual when a machine is moved or copied. 0.25 less, because increase() extrapolates: a little above or below a
        whole number.
      |||),
      expr: lib.fill(|||
        (
          %(long)s
        )
          > %(delays)s - 0.25
          or
        (
          %(long)s
        )
          and
        (
          %(veryLong)s
        )
          > %(longDelays)s - 0.25
      |||, {
        long: lib.indented(delaysAbove('1'), '  '),
        veryLong: lib.indented(delaysAbove('10'), '  '),
        delays: lib.number(thresholds.eventLoopBlocked.delays),
        longDelays: lib.number(thresholds.eventLoopBlocked.longDelays),
      }),
      'for': '1m',
      severity: 'warning',
      dashboard: 'exporter',
      summary: 'The event loop of peer-exporter was blocked for seconds.',
      description: lib.text(|||
        The event loop of {{ $labels.instance }} was blocked for more than a second within the last 10 minutes, several
        times or once for more than 10 seconds (number of times: {{ printf "%.0f" $value }}): during that time it polled
        no node and answered no scrape. Check first whether its machine or container was paused or has too little CPU.
      |||),
    },
  ],
}
