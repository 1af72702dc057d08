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
    // Matchers of the `up` series of your exporters. They also select one that has never answered.
    exporterSelector: 'job=~"(.+[^a-z])?peer-exporters?([^a-z].*)?"',

    // Alerts that you do not want: { P2PNodeNoInboundPeers: true }
    disabled: {},
    // Changes to single alerts: { P2PNodeFewPeers: { 'for': '1h', severity: 'info', labels: { team: 'chain' } } }. Of an
    // alert with two severities, change one under its name: { P2PNodeDown: { critical: { 'for': '1h' } } }.
    rules: {},
    // Labels of all alerts: { team: 'chain' }
    extraLabels: {},
    // Annotations of all alerts: { channel: '#chain' }
    extraAnnotations: {},

    // Numbers and ranges of the expressions.

    thresholds: {
      // Alerts on fleets: alerts/fleet.libsonnet.

      fleet: {
        // More than this share of the nodes of a network, and at least this many, have heads that do not move.
        halted: { share: 0.5, nodes: 2 },
        // At least this share of the nodes of a chain or of an exporter, and at least this many, are down.
        down: { share: 0.5, nodes: 3 },
        // At least this many nodes of a network are on another branch than the others.
        forked: { nodes: 3 },
        // An exporter is missed for `within` after it was last a target, if more than this share of its nodes is polled by no
        // other one. A target whose job has another name counts as an exporter for `anyWithin` after it last was one.
        absent: { within: '1h', share: 0.5, anyWithin: '1d' },
      },

      // Alerts on nodes: alerts/nodes.libsonnet.

      nodeDown: {
        // A node is down after this many poll intervals without a peer list.
        intervals: 2,
        // How long a node is down until that is critical: longer than a normal restart of the chain takes
        // (docs/reliability.md#restarts-of-nodes). `others` is for chains without a key, here and below.
        critical: { antelope: '15m', chainweb: '20m', monero: '15m', wire: '15m', others: '30m' },
        // How long the critical alert goes on after the node answers again.
        keepFiring: { chainweb: '10m', monero: '10m', others: '5m' },
      },
      // More than this share of the polls fails; above downRatio the node is down, which has its own alert.
      pollsFailing: { range: '30m', ratio: 0.1, downRatio: 0.9 },
      // Fewer than this share of the calls of an API succeed.
      apiFailing: { range: '15m', ratio: 0.5 },
      // Polls take longer than this, on average: seconds, or this part of the poll interval if that is shorter.
      pollsSlow: { range: '15m', seconds: 5, intervals: 0.5 },
      // The last poll is older than this many poll intervals plus seconds.
      dataStale: { intervals: 3, seconds: 60 },
      clockSkew: {
        // Clocks are compared on average of this range.
        range: '10m',
        // The clocks of node and exporter differ by more than this.
        seconds: 5,
        // How long the start of a monerod in the future is remembered.
        startRange: '1h',
        // How many seconds in the future a block may be.
        blockSeconds: { antelope: 10, wire: 10, others: 7200 },
      },
      // Days before the certificate of a node expires.
      certificateDays: { warning: 14, critical: 3 },
      // A reference reports its head in fewer than this share of the polls.
      referenceDown: { range: '15m', ratio: 0.5 },

      // Alerts on single chains: alerts/chains.libsonnet.

      // More peers on another chain than this, in a poll, on average of the range.
      wrongChainPeers: { range: '1h', peers: 0.1 },
      // More configured peers than this are dropped.
      vanishedPeers: { peers: 0 },
      // The last irreversible block has not moved for this range. Nodes that are polled less often than pollSeconds, half of
      // it, are left out.
      finality: { range: '5m', pollSeconds: 150 },
      // The disk of a monerod has less left than this, or will be full within these hours at the rate of the range.
      moneroDisk: {
        freeGibibytes: { warning: 20, critical: 5 },
        fullHours: { warning: 72, critical: 24 },
        range: '12h',
      },
      // Days before the release of a Chainweb node stops working.
      chainwebServiceDays: { warning: 14, critical: 3 },
      // A node of the Bitcoin family is in its initial block download without any progress for stuckFor, or for longFor and would
      // need more than restDays days more at the rate of its last day.
      bitcoinInitialDownload: { stuckFor: '6h', longFor: '3d', restDays: 7 },
      // A branch that the node does not follow is higher than its own by more blocks than this, and is not being caught up with
      // since `since`.
      bitcoinTipAhead: { blocks: 2, since: '1h' },
      // All of at least this many outbound peers are on one network.
      bitcoinOneNetwork: { peers: 8 },
      // A network that cannot be reached is missed for `within` after it could be.
      bitcoinUnreachable: { within: '1d' },
      // More nodes of addnode than this are away.
      bitcoinAddedAway: { nodes: 0 },

      // Alerts on peers: alerts/peers.libsonnet.

      // Fewer connected peers than this are few. You can add chains; `others` is for those without a number.
      fewPeers: {
        wire: 2,
        antelope: 2,
        monero: 6,
        chainweb: 5,
        bitcoin: 5,
        litecoin: 5,
        dash: 5,
        bitcoincash: 4,
        dogecoin: 4,
        zcash: 4,
        others: 2,
      },
      peersDropping: {
        // A node lost many peers if it has less than this share of those 10 minutes before; chains as above.
        remainingShare: { chainweb: 0.25, others: 0.5 },
        // And if it had at least this many before: with fewer, each single peer is a large share.
        peersBefore: 6,
        // A node of the Bitcoin family that started less than this ago is still waiting for inbound peers.
        startSeconds: 2400,
      },
      // At least this share of the peers is in one subnet. Only nodes with at least this many peers with an IP address.
      peersConcentrated: { share: 0.5, peers: 8 },
      // A node loses each of its outbound connections more often than this, on average.
      peerChurn: { disconnectsPerHour: { warning: 3, critical: 20 } },
      // More than this share of the peers reports other heights. Only nodes with at least this many peers that are polled at
      // least this often.
      peerHeightsDisagree: { share: 0.25, peers: 6, pollIntervalSeconds: 120 },
      // At least this many rows of a peer list cannot be read, on average.
      connectionsMalformed: { rows: 1 },
      // More series of a node than this are withheld.
      seriesWithheld: { series: 0 },

      // The exporter itself: alerts/exporter.libsonnet.

      // The 99th percentile of the delays of the exporter's event loop is above this.
      eventLoopSlow: { seconds: 0.1 },
      // At least this many delays of more than a second, or of more than 10 seconds (longDelays), within 10 minutes.
      eventLoopBlocked: { delays: 3, longDelays: 1 },

      // Alerts on heads: alerts/head.libsonnet.

      head: {
        // A head is behind by more than this: behind the best one that its exporter knows (P2PNodeHeadLagging), or that any
        // exporter polls (P2PNodeBehindFleet).
        lagSeconds: 90,
        // And by more blocks than this, as a block may take minutes.
        lagBlocks: 5,
        // How far a node in read-mode=irreversible may be behind: its head is its last irreversible block.
        irreversibleSeconds: 300,
        // Nodes that are polled less often than this are not compared with those of other exporters.
        fleetMaxPollSeconds: 600,
        // Nodes of a chain whose networks are not known are compared only while their heads are not further apart than this.
        unknownNetworkSeconds: 86400,
        // A node that was syncing for more than syncingShare of this range is behind because it is syncing.
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
          threeMinutes: {
            blockSeconds: 180,
            stalledFor: '1h',
            stalledMaxPollSeconds: 900,
            oldSeconds: 10800,
            oldMaxPollSeconds: 900,
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
