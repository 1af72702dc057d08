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
    // Changes to single alerts: { P2PNodeFewPeers: { 'for': '1h', severity: 'info', labels: { team: 'chain' } } }. An alert
    // with rules of two severities has changes to one of them under its name: { P2PNodeDown: { critical: { 'for': '1h' } } }.
    rules: {},
    // Labels of all alerts: { team: 'chain' }
    extraLabels: {},
    // Annotations of all alerts: { channel: '#chain' }
    extraAnnotations: {},

    // Numbers and ranges of the expressions.
    thresholds: {
      // Days before a certificate of a node expires.
      certificateDays: { warning: 14 },
    },
  },
}
