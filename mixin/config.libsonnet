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
    exporterSelector: 'job=~"(.+[^a-z])?peer-exporters?([^a-z].*)?"',

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
      // Fewer connected peers than this are few. You can add chains; `others` is for those without a number.
      fewPeers: { wire: 2, antelope: 2, monero: 6, chainweb: 5, others: 2 },
      peersDropping: {
        // A node lost many peers if it has less than this share of those 10 minutes before; chains as above.
        remainingShare: { chainweb: 0.25, others: 0.5 },
        // The fewest peers before; of fewer, single ones matter too much.
        peersBefore: 6,
      },
      // The share of peers in one subnet, of nodes with at least so many peers.
      peersConcentrated: { share: 0.5, peers: 8 },
      // How often a node loses each of its outbound connections in an hour, on average.
      peerChurn: { disconnectsPerHour: { warning: 3, critical: 20 } },
      // The share of peers with other heights, of nodes with at least so many peers that are polled at least so often.
      peerHeightsDisagree: { share: 0.25, peers: 6, pollIntervalSeconds: 120 },
      // Rows of a peer list that cannot be read, on average.
      connectionsMalformed: { rows: 1 },
      // More series of a node than this are withheld.
      seriesWithheld: { series: 0 },
      // The 99th percentile of the delays of the exporter's event loop.
      eventLoopSlow: { seconds: 0.1 },
      // How many delays of more than a second, or of more than 10 seconds, within 10 minutes.
      eventLoopBlocked: { delays: 3, longDelays: 1 },
    },
  },
}
