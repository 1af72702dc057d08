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
      // Alerts on fleets: alerts/fleet.libsonnet.

      fleet: {
        // The heads of more than this share of the nodes of a network do not move, and of at least so many.
        halted: { share: 0.5, nodes: 2 },
        // At least this share of the nodes of a chain or of an exporter are down, and at least so many.
        down: { share: 0.5, nodes: 3 },
        // At least so many nodes of a network have left the others.
        forked: { nodes: 3 },
        // How long an exporter that is no target any more is missed, if more than this share of its nodes is polled by no other
        // one; and for how long a target is known to be an exporter, if its job does not tell.
        absent: { within: '1h', share: 0.5, anyWithin: '1d' },
      },

      // Alerts on nodes: alerts/nodes.libsonnet.

      nodeDown: {
        // Fewer poll intervals without a response are not an outage.
        intervals: 2,
        // How long until the alert is critical: longer than a normal restart of the chain takes
        // (docs/reliability.md#restarts-of-nodes). `others` is for chains without a key, here and below.
        critical: { antelope: '15m', chainweb: '20m', monero: '15m', wire: '15m', others: '30m' },
        // How long the critical alert goes on after the node answers again.
        keepFiring: { chainweb: '10m', monero: '10m', others: '5m' },
      },
      // More than this share of the polls fails; above downRatio the node is down, which has its own alert.
      pollsFailing: { range: '30m', ratio: 0.1, downRatio: 0.9 },
      // Fewer than this share of the calls of an API succeed.
      apiFailing: { range: '15m', ratio: 0.5 },
      // Polls take longer, on average: seconds, or this part of the poll interval if that is shorter.
      pollsSlow: { range: '15m', seconds: 5, intervals: 0.5 },
      // The last poll is older than so many poll intervals and seconds.
      dataStale: { intervals: 3, seconds: 60 },
      // The clocks of node and exporter differ, on average of the range; the start of a node is in the future during startRange.
      clockSkew: {
        range: '10m',
        seconds: 5,
        startRange: '1h',
        // How far in the future a block may be.
        blockSeconds: { antelope: 10, wire: 10, others: 7200 },
      },
      // Days before the certificate of a node expires.
      certificateDays: { warning: 14, critical: 3 },
      // A reference reports its head in fewer than this share of the polls.
      referenceDown: { range: '15m', ratio: 0.5 },

      // Alerts on single chains: alerts/chains.libsonnet.

      // More peers on another chain than this, on average of the range.
      wrongChainPeers: { range: '1h', peers: 0.1 },
      // More configured peers than this are dropped.
      vanishedPeers: { peers: 0 },
      // The last irreversible block does not move for so long. No poll interval above half of the range.
      finality: { range: '5m', pollSeconds: 150 },
      // The disk of a monerod has less left, or is full in fewer hours at the rate of the range.
      moneroDisk: {
        freeGibibytes: { warning: 20, critical: 5 },
        fullHours: { warning: 72, critical: 24 },
        range: '12h',
      },
      // Days before the release of a Chainweb node stops working.
      chainwebServiceDays: { warning: 14, critical: 3 },

      // Alerts on peers: alerts/peers.libsonnet.

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

      // The exporter itself: alerts/exporter.libsonnet.

      // The 99th percentile of the delays of the exporter's event loop.
      eventLoopSlow: { seconds: 0.1 },
      // How many delays of more than a second, or of more than 10 seconds, within 10 minutes.
      eventLoopBlocked: { delays: 3, longDelays: 1 },

      // Alerts on heads: alerts/head.libsonnet.

      head: {
        // Behind the best known head: P2PNodeHeadLagging by its own exporter, P2PNodeBehindFleet by the nodes of all exporters.
        lagSeconds: 90,
        // And behind by more blocks than this, as a block may take minutes.
        lagBlocks: 5,
        // A node with read-mode=irreversible shows its last irreversible block as its head. It may be so far behind.
        irreversibleSeconds: 300,
        // Nodes that are polled less often than this are not compared with those of other exporters.
        fleetMaxPollSeconds: 600,
        // Nodes of a chain whose networks are not known are compared only while their heads are as near as this.
        unknownNetworkSeconds: 86400,
        // A node that was syncing for more than this share of the range is behind because it is syncing.
        syncingRange: '10m',
        // See syncingRange.
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
      // A node is syncing for more than this share of the range.
      syncingTooLong: { range: '1h', share: 0.9 },
    },
  },
}
