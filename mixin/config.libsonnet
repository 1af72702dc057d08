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
      certificateDays: { warning: 14 },
      head: {
        // Behind the best known head: P2PNodeHeadLagging by its own exporter, P2PNodeBehindFleet by the nodes of all exporters.
        lagSeconds: 90,
        lagBlocks: 5,
        // A node with read-mode=irreversible shows its last irreversible block as its head. It may be so far behind.
        irreversibleSeconds: 300,
        // Nodes that are polled less often than this are not compared with those of other exporters.
        fleetMaxPollSeconds: 600,
        // Nodes of a chain whose networks are not known are compared only while their heads are as near as this.
        unknownNetworkSeconds: 86400,
        // A node that was syncing for more than this share of the range is behind because it is syncing.
        syncingRange: '10m',
        syncingShare: 0.5,
        // By the usual time between two blocks: each band begins where the one before ends. P2PNodeHeadStalled and
        // P2PNetworkHalted: the head has not moved for stalledFor. P2PNodeHeadOld: the head block is older than oldSeconds.
        // Nodes that are polled less often than …MaxPollSeconds are left out.
        bands: {
          second: {
            blockSeconds: 1,
            stalledFor: '2m',
            stalledMaxPollSeconds: 60,
            oldSeconds: 300,
            oldMaxPollSeconds: 300,
          },
          tenSeconds: {
            blockSeconds: 10,
            stalledFor: '7m',
            stalledMaxPollSeconds: 210,
            oldSeconds: 1200,
            oldMaxPollSeconds: 300,
          },
          twoMinutes: {
            blockSeconds: 120,
            stalledFor: '40m',
            stalledMaxPollSeconds: 600,
            oldSeconds: 7200,
            oldMaxPollSeconds: 600,
          },
          tenMinutes: {
            blockSeconds: 600,
            stalledFor: '3h',
            stalledMaxPollSeconds: 2700,
            oldSeconds: 21600,
            oldMaxPollSeconds: 2700,
          },
        },
      },
      syncingTooLong: { range: '1h', share: 0.9 },
    },
  },
}
