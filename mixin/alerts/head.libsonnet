local heads = import '../lib/heads.libsonnet';
local network = import '../lib/network.libsonnet';
local lib = import '../lib/rule.libsonnet';

function(config)
  local thresholds = config.thresholds.head;

  // What may explain a head that is behind: how many peers the node has, and which of its APIs fail. Without job and instance,
  // so that it is the same for alerts that several exporters have together. One query, because Prometheus asks for each alert at
  // every evaluation; `or` keeps the order.
  local explained = lib.text(lib.fill(|||
    {{- range printf `max(sum without (direction) (p2p_node_peers{target=%%[1]q,chain=%%[2]q})) or max by (api, reason)
    (p2p_node_failure_info{target=%%[1]q,chain=%%[2]q})` $labels.target $labels.chain | query }}{{ if .Labels.api }} Its API
    {{ .Labels.api }} fails: {{ .Labels.reason }} (%(adviceUrl)s#{{ .Labels.reason }}).{{ else }} Its peers: {{ .Value |
    humanize }}.{{ end }}{{ end }}
  |||, config));

  local secondsOfBlock = 'p2p_node_block_interval_seconds or group without () (p2p_node_head_height)';

  {
    title: 'The head',
    rules: [
      {
        alert: 'P2PNodeHeadLagging',
        comment: lib.text(|||
          In seconds, so that it is the same for every chain. At least 6 blocks, because a few are usual where a block
          takes minutes. On Chainweb, the lag is summed over its chains, and the interval is that of all of them
          together. A syncing node has the alert P2PNodeSyncingTooLong. A node in read-mode=irreversible, whose head is
          its last irreversible block, is minutes behind by design where finality takes so long.
        |||),
        expr: network.withNetwork(lib.fill(|||
          p2p_node_head_lag_blocks * p2p_node_block_interval_seconds > %(lagSeconds)s
            and p2p_node_head_lag_blocks > %(lagBlocks)s
            unless %(syncing)s
            unless (
              p2p_node_head_lag_blocks * p2p_node_block_interval_seconds <= %(irreversibleSeconds)s
                and %(irreversible)s
            )
        |||, {
          lagSeconds: lib.number(thresholds.lagSeconds),
          lagBlocks: lib.number(thresholds.lagBlocks),
          syncing: heads.syncing(config),
          irreversibleSeconds: lib.number(thresholds.irreversibleSeconds),
          irreversible: heads.irreversible,
        }), 'p2p_node_head_lag_blocks'),
        'for': '10m',
        severity: 'warning',
        dashboard: 'node',
        summary: 'The head of a node is behind.',
        description: lib.text(|||
          The head of {{ $labels.target }} ({{ $labels.chain }}) has been behind the best known head for some time, now
          by {{- with printf `p2p_node_head_lag_blocks{job=%q,instance=%q,target=%q}` $labels.job $labels.instance
          $labels.target | query }} {{ . | first | value | printf "%.0f" }} blocks or{{ end }} about {{ $value |
          humanizeDuration }}, and the node is not syncing.
        |||) + explained + ' Look at its peers first, then at its log, CPU and disk.',
      },
      {
        alert: 'P2PNodeBehindFleet',
        comment: lib.text(|||
          A sidecar or a shard compares its node only with that node's peers; this compares the nodes of all exporters,
          and needs rules.yaml. Heights are as old as the poll that got them: the poll interval explains so much. Nodes
          that are polled rarely are left out. Where the block interval or the poll interval is not known, blocks count
          as seconds, and the poll explains nothing.
        |||),
        expr: lib.fill(|||
          (
            %(lag)s
              * ignoring (network) group_left ()
            %(interval)s
          )
            > ignoring (network) group_left ()
          (
            %(lagSeconds)s +
            min without (%(scrapeLabels)s) (
              p2p_node_poll_interval_seconds <= %(maxPollSeconds)s
                or
              0 * (p2p_node_head_height unless p2p_node_poll_interval_seconds)
            )
          )
            and %(lag)s > %(lagBlocks)s
            unless ignoring (network) %(syncing)s
            unless (
              %(lag)s
                * ignoring (network) group_left ()
              %(intervalOfIrreversible)s
                <= %(irreversibleSeconds)s
                and ignoring (network) %(irreversible)s
            )
        |||, {
          lag: 'target:p2p_node_head_lag_blocks:across_exporters',
          interval: lib.indented(network.once(secondsOfBlock), '  '),
          intervalOfIrreversible: lib.indented(network.once(secondsOfBlock), '    '),
          lagSeconds: lib.number(thresholds.lagSeconds),
          lagBlocks: lib.number(thresholds.lagBlocks),
          scrapeLabels: network.scrapeLabels,
          maxPollSeconds: lib.number(thresholds.fleetMaxPollSeconds),
          syncing: lib.indented(network.once(heads.syncing(config)), '  '),
          irreversibleSeconds: lib.number(thresholds.irreversibleSeconds),
          irreversible: lib.indented(network.once(heads.irreversible), '      '),
        }),
        'for': '10m',
        severity: 'warning',
        dashboard: 'node',
        summary: 'The head of a node is behind those of nodes that other exporters watch.',
        description: lib.text(lib.fill(|||
                       The head of {{ $labels.target }} ({{ $labels.chain }}) has been behind the highest head of its network over all
                       exporters for some time, now by {{- with printf
                       `target:p2p_node_head_lag_blocks:across_exporters{target=%%q,chain=%%q,network=%%q,%(cluster)s=%%q}` $labels.target
                       $labels.chain $labels.network $labels.%(cluster)s | query }} {{ . | first | value | printf "%%.0f" }} blocks or{{ end }}
                       about {{ $value | humanizeDuration }}. {{- with printf `topk(1,
                       target:p2p_node_head_height:across_exporters{chain=%%q,network=%%q,%(cluster)s=%%q})` $labels.chain $labels.network
                       $labels.%(cluster)s | query }} The highest is {{ . | first | value | printf "%%.0f" }} of {{ . | first | label
                       "target" }}.{{ end }}
                     |||, { cluster: config.clusterLabel }))
                     + explained
                     + ' If both are on the same network, look first at the peers of the node that is behind, then at its log; if not, set network in the configuration.',
      },
      {
        alert: 'P2PNodeHeadStalled',
        comment: lib.text(|||
          Bands by the usual time between two blocks. Where blocks come at random, the chance that one takes x times as
          long is e^-x: 42 times and more up to 10 s, 20 times at 120 s (40 minutes, once in two thousand years) and at
          180 s (an hour), 18 times at 600 s (3 hours, once in a thousand years). Nodes that are polled too rarely for their band are left
          out: two polls may be closer than the offset by one interval.
        |||),
        expr: network.withNetwork(heads.stalled(config), 'p2p_node_head_height'),
        'for': '3m',
        severity: 'critical',
        dashboard: 'node',
        summary: 'The head of a node does not move.',
        description: 'The head of {{ $labels.target }} ({{ $labels.chain }}) has stopped at {{ printf "%.0f" $value }}.'
                     + explained
                     + ' Check first whether the heads of other nodes move. If they do, look at the peers, the log and the disk of this node.',
      },
      {
        alert: 'P2PNodeHeadOld',
        comment: lib.text(|||
          The second witness, and the only one of a node that is compared with nothing: the age of its head block, by
          the bands of P2PNodeHeadStalled. It is old both by the clock of Prometheus and by that of the exporter, so
          that one wrong clock fires nothing. Nodes in read-mode=irreversible are up to 3 minutes behind by design, and
          miners may choose the time of a block within an hour or two. Chainweb tells the time only with tip_age.
        |||),
        expr: network.withNetwork(lib.fill(|||
          %(old)s
            unless %(syncing)s
        |||, {
          old: lib.trimmed(heads.old(config)),
          syncing: heads.syncing(config),
        }), 'p2p_node_head_timestamp_seconds'),
        'for': '15m',
        severity: 'warning',
        dashboard: 'node',
        summary: 'The newest block of a node is old.',
        description: lib.text(|||
          The head block of {{ $labels.target }} ({{ $labels.chain }}) has been older than usual for some time, now {{
          $value | humanizeDuration }}, and the node is not syncing.
        |||) + explained + ' Compare its height with an explorer; if it is behind, look at its peers first, then at its log.',
      },
      {
        alert: 'P2PNodeForked',
        comment: lib.text(|||
          A fork of a few blocks is usual on every chain, and ends by itself. The chain's usual depth comes from
          lag.reorg_depth.
        |||),
        expr: network.withNetwork(heads.forked, 'p2p_node_reorg_depth_blocks'),
        'for': '5m',
        severity: 'critical',
        dashboard: 'node',
        summary: 'A node is on another branch than the other nodes.',
        description: lib.text(|||
          {{ $labels.target }} ({{ $labels.chain }}) has had other blocks than most {{- with printf `topk(1,
          p2p_node_fork_depth_blocks{job=%q,instance=%q,target=%q})` $labels.job $labels.instance $labels.target | query
          }} {{ if eq (. | first | label "reference") "configured" }}references{{ else }}other nodes{{ end }}{{ else }}
          other nodes{{ end }} for at least {{ $value | printf "%.0f" }} blocks, more than a usual reorganisation. Do not trust
          its balances and confirmations. Ask it, another node and an explorer for the hash of the block at one height.
        |||),
      },
      {
        alert: 'P2PNodeSyncingTooLong',
        comment: lib.text(|||
          The initial block download of the Bitcoin family may take days and has an alert that looks at its progress,
          P2PBitcoinInitialDownloadSlow.
        |||),
        expr: lib.fill('avg_over_time(p2p_node_syncing[%s]) > %s\n  unless p2p_bitcoin_initial_block_download == 1', [
          config.thresholds.syncingTooLong.range,
          lib.number(config.thresholds.syncingTooLong.share),
        ]),
        'for': '6h',
        severity: 'warning',
        dashboard: 'node',
        summary: 'A node has been syncing for hours.',
        description: lib.text(lib.fill(|||
          {{ $labels.target }} ({{ $labels.chain }}) has been syncing for hours ({{ $value | humanizePercentage }} of the
          last %s).
        |||, config.thresholds.syncingTooLong.range)) + explained + ' Look at its peers, its disk and its CPU.',
      },
    ],
  }
