local lib = import '../lib/rule.libsonnet';

function(config) {
  title: 'The exporter itself',
  rules: [
    {
      alert: 'PeerExporterDown',
      comment: lib.text(|||
        A target is a peer-exporter by its job's name, or because it was one within the last day.
      |||),
      expr: |||
        up{job=~".*peer-exporter.*"} == 0
          or
        up == 0 and on (job, instance) last_over_time(peer_exporter_build_info[1d])
      |||,
      'for': '5m',
      severity: 'critical',
      dashboard: 'exporter',
      summary: 'Prometheus cannot scrape peer-exporter.',
      description: lib.text(|||
        {{ $labels.instance }} of the job {{ $labels.job }} has not been scraped for at least 5 minutes (up is {{
        $value }}), so there is no data about its nodes.
      |||),
    },
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
      expr: 'histogram_quantile(0.99, rate(peer_exporter_event_loop_delay_seconds_bucket[10m])) > 0.1',
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
        The delays that are not in the bucket of up to a second. Its label is 1 or 1.0, depending on the version of
        Prometheus and on the format of the scrape; a Prometheus that was updated has both for a while.
      |||),
      expr: |||
        increase(peer_exporter_event_loop_delay_seconds_count[10m])
          - sum without (le) (increase(peer_exporter_event_loop_delay_seconds_bucket{le=~"1(\\.0)?"}[10m]))
          > 0.5
      |||,
      'for': '0m',
      severity: 'warning',
      dashboard: 'exporter',
      summary: 'The event loop of peer-exporter was blocked for more than a second.',
      description: lib.text(|||
        The event loop of {{ $labels.instance }} was blocked for more than a second within the last 10 minutes
        (number of times: {{ printf "%.0f" $value }}): during that time it polled no node and answered no scrape.
      |||),
    },
  ],
}
