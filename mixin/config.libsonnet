{
  _config+:: {
    // Runbooks: this, a slash, the name of the alert, `.md`.
    runbookBaseUrl: 'https://github.com/peer-exporter/peer-exporter/blob/main/docs/runbooks',
    // The page with the advice for each failure reason: this, `#`, the reason.
    adviceUrl: 'https://github.com/peer-exporter/peer-exporter/blob/main/docs/troubleshooting.md',
    // Your Grafana, with these dashboards.
    dashboardBaseUrl: 'http://localhost:3000',

    // The label that tells clusters apart, if one Prometheus has several: fleets are compared and counted within one.
    clusterLabel: 'cluster',
    // Which `up` belong to peer-exporter, also if one has never answered.
    exporterSelector: 'job=~".*peer-exporter.*"',

    // Alerts that you do not want: { P2PNodeNoInboundPeers: true }
    disabled: {},
    // Changes to single alerts: { P2PNodeFewPeers: { 'for': '1h', severity: 'info', labels: { team: 'chain' } } }
    // An alert with two severities takes those of one of them under its name: { P2PNodeDown: { critical: { 'for': '1h' } } }
    rules: {},
    // For all alerts.
    extraLabels: {},
    extraAnnotations: {},

    // Numbers of the expressions.
    thresholds: {
      fleet: {
        // A share of the nodes, and at least so many of them.
        halted: { share: 0.5, nodes: 2 },
        down: { share: 0.5, nodes: 3 },
        forked: { nodes: 3 },
        // How long an exporter that is no target any more is missed, if more than this share of its nodes is polled by no other
        // one; and for how long a target is known to be an exporter, if its job does not tell.
        absent: { within: '1h', share: 0.5, anyWithin: '1d' },
      },
      certificateDays: { warning: 14 },
    },
  },
}
