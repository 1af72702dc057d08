local chains = import '../lib/chains.libsonnet';
local network = import '../lib/network.libsonnet';
local lib = import '../lib/rule.libsonnet';

local PEERS = 'sum without (direction) (p2p_node_peers)';

// A node without a network label of its own: these alerts are grouped by network.
local withNetwork(expr) = network.withNetwork(lib.trimmed(expr), PEERS);

local noPeers(severity, time) = {
  alert: 'P2PNodeNoPeers',
  expr: withNetwork(lib.fill(|||
    %s == 0
      unless p2p_monero_offline == 1
  |||, PEERS)),
  'for': time,
  severity: severity,
  dashboard: 'node',
  summary: 'A node has no peers.',
  description: lib.text(|||
    {{ $labels.target }} ({{ $labels.chain }}) answers, but has no connected peers ({{ $value }} in all directions), so
    it gets no blocks. {{- with printf `max(sum without (direction, state)
    (p2p_node_connections{job=%q,instance=%q,target=%q,state!="connected"})) > 0` $labels.job $labels.instance
    $labels.target | query }} It has addresses, as it is opening connections ({{ . | first | value }}): its log says
    why they fail. {{- end }} Check first whether its host reaches other hosts, then its configured peers.
  |||),
};

local peerChurn(config, severity, time, unless) = {
  alert: 'P2PNodePeerChurn',
  expr: lib.fill(|||
    increase(p2p_node_peer_disconnects_total{direction="outbound"}[1h])
      / clamp_min(avg_over_time(p2p_node_peers{direction="outbound"}[1h]), 1)
      > %s
  |||, lib.number(config.thresholds.peerChurn.disconnectsPerHour[severity])) + unless,
  'for': time,
  severity: severity,
  dashboard: 'peers',
  summary: 'The outbound connections of a node are short-lived.',
  description: lib.text(|||
    {{ $labels.target }} ({{ $labels.chain }}) lost each of its outbound connections {{ $value | humanize }} times in
    the last hour, on average. Check first whether it loses all of them or always the same few.
  |||),
};

function(config) {
  local thresholds = config.thresholds,

  title: 'Peers',
  rules: [
    noPeers('critical', '15m') {
      comment: lib.text(|||
        A node that has just started may need a few minutes, which are counted from its first response. A monerod with
        --offline has no peers by configuration.
      |||),
    },
    noPeers('warning', '5m'),
    {
      alert: 'P2PNodeFewPeers',
      comment: lib.text(|||
        Wire nodes have their configured peers, often three; monerod looks for 12; Chainweb nodes know their whole
        network; nodes of the Bitcoin family look for 10, older ones and forks of them for 8. A node without any peer has the alert P2PNodeNoPeers.
      |||),
      expr: withNetwork(lib.fill(|||
        (
        %s
        )
          > 0
      |||, chains.byChain(thresholds.fewPeers, function(chain, peers)
        lib.fill('sum without (direction) (p2p_node_peers{%s}) < %s', [chain, peers])))),
      'for': '20m',
      severity: 'warning',
      dashboard: 'node',
      summary: 'A node has few peers.',
      description: lib.text(|||
        {{ $labels.target }} ({{ $labels.chain }}) has few connected peers for a node of its chain, now {{ $value }}.
        The next loss may cut it off: check which of its peers do not connect.
      |||),
    },
    {
      alert: 'P2PNodePeersDropping',
      comment: lib.text(|||
        Averages over minutes, not single polls. On Chainweb, the number of failing peers varies in waves. A node of the
        Bitcoin family has 10 outbound peers minutes after a restart, and its 100 inbound ones again after hours.
      |||),
      expr: withNetwork(lib.fill(|||
        (
        %s
        )
          and sum without (direction) (avg_over_time(p2p_node_peers[10m] offset 10m)) >= %s
          unless time() - p2p_bitcoin_start_timestamp_seconds < %s
      |||, [
        chains.byChain(thresholds.peersDropping.remainingShare, function(chain, share)
          lib.fill(|||
            sum without (direction) (avg_over_time(p2p_node_peers{%(chain)s}[5m]))
              < %(share)s * sum without (direction) (avg_over_time(p2p_node_peers{%(chain)s}[10m] offset 10m))
          |||, { chain: chain, share: share })),
        lib.number(thresholds.peersDropping.peersBefore),
        lib.number(thresholds.peersDropping.startSeconds),
      ])),
      'for': '4m',
      keep_firing_for: '15m',
      severity: 'warning',
      dashboard: 'node',
      summary: 'A node lost many of its peers within 10 minutes.',
      description: lib.text(|||
        {{ $labels.target }} ({{ $labels.chain }}) has {{ $value | humanize }} connected peers, on average of 5 minutes.
        {{- with printf `max(sum without (direction) (max_over_time(p2p_node_peers{job=%q,instance=%q,target=%q}[1h])))` $labels.job
        $labels.instance $labels.target | query }} It had up to {{ . | first | value }} within the last hour. {{- end }}
        Check first whether other nodes of the network lost theirs too.
      |||),
    },
    {
      alert: 'P2PNodeNoInboundPeers',
      comment: lib.text(|||
        Hours, because other nodes do not know a node that has just started.
      |||),
      expr: |||
        max_over_time(p2p_node_peers{direction="inbound"}[1h]) == 0
          and ignoring (direction) p2p_node_peers{direction="outbound"} > 0
          unless p2p_monero_max_peers{direction="inbound"} == 0
      |||,
      'for': '6h',
      severity: 'info',
      dashboard: 'node',
      summary: 'A node has no inbound peers.',
      description: lib.text(|||
        {{ $labels.target }} ({{ $labels.chain }}) has had {{ $value }} inbound peers for hours, although it has outbound
        peers. It may not be reachable from outside.
      |||),
    },
    {
      alert: 'P2PNodePeersConcentrated',
      comment: lib.text(|||
        Half of the peers: with one or two subnets, the largest one always has so many.
      |||),
      expr: lib.fill(|||
        p2p_node_largest_subnet_peers
          / (sum without (address_type) (p2p_node_peers_by_address_type{address_type=~"ipv4|ipv6"}) >= %(peers)s)
          >= %(share)s
      |||, std.mapWithKey(function(_, value) lib.number(value), thresholds.peersConcentrated)),
      'for': '30m',
      severity: 'warning',
      dashboard: 'peers',
      summary: 'Many peers of a node are in one subnet, which is an eclipse risk.',
      description: lib.text(|||
        {{ $value | humanizePercentage }} of the peers of {{ $labels.target }} ({{ $labels.chain }}) with an IP
        address are in one subnet (IPv4 /16, IPv6 /32).
      |||),
    },
    peerChurn(config, 'critical', '1h', '  unless ignoring (direction) avg_over_time(p2p_node_syncing[1h]) > 0.5\n') {
      comment: lib.text(|||
        Outbound only: inbound peers come and go as they like. 20 times an hour: each connection lives for less than
        three minutes. A syncing node changes its peers often.
      |||),
    },
    peerChurn(config, 'warning', '30m', ''),
    {
      alert: 'P2PNodePeerHeightsDisagree',
      comment: lib.text(|||
        Peers that were ahead of the node, or behind it, at every poll of 10 minutes. A height that comes once a
        minute is behind for up to a minute after each block, but not for 10 minutes. On Wire, a height of a handshake
        proves something only while it is above the node's own head: healthy peers are ahead for a second. So does the
        best header in common with a peer, in the Bitcoin family: a peer that got a block from the node announces none. Nodes that
        are polled so rarely that a poll may always come just after a block are left out.
      |||),
      expr: lib.fill(|||
        sum without (position) (min_over_time(p2p_node_peers_by_head{position=~"ahead|behind"}[10m]))
          / (sum without (position) (avg_over_time(p2p_node_peers_by_head[10m])) >= %(peers)s)
          > %(share)s
          unless p2p_node_poll_interval_seconds > %(pollIntervalSeconds)s
          unless max_over_time(p2p_node_syncing[10m]) == 1
      |||, std.mapWithKey(function(_, value) lib.number(value), thresholds.peerHeightsDisagree)),
      'for': '30m',
      severity: 'warning',
      dashboard: 'peers',
      summary: 'Many peers of a node report other heights than its own.',
      description: lib.text(|||
        {{ $value | humanizePercentage }} of the peers of {{ $labels.target }} ({{ $labels.chain }}) have reported
        heights above or below its own during the last 10 minutes.
      |||),
    },
    {
      alert: 'P2PConnectionsMalformed',
      expr: lib.fill('avg_over_time(p2p_node_connections_malformed[15m]) >= %s', lib.number(thresholds.connectionsMalformed.rows)),
      'for': '15m',
      severity: 'info',
      dashboard: 'node',
      summary: "Rows of a node's peer list cannot be read.",
      description: lib.text(|||
        Rows of the peer list of {{ $labels.target }} ({{ $labels.chain }}) could not be read and were skipped: {{ $value |
        humanize }} in each poll, on average.
      |||),
    },
    {
      alert: 'P2PNodeSeriesWithheld',
      comment: lib.text(|||
        The maximum of 15 minutes, because the budget recovers every minute.
      |||),
      expr: lib.fill('max_over_time(p2p_node_series_withheld[15m]) > %s', lib.number(thresholds.seriesWithheld.series)),
      'for': '20m',
      severity: 'warning',
      dashboard: 'peers',
      summary: 'The peers of a node change so fast that some of them get no series.',
      description: lib.text(|||
        Up to {{ $value | humanize }} series of a poll of {{ $labels.target }} ({{ $labels.chain }}) were withheld
        in the last 15 minutes. The node's sums are complete.
      |||),
    },
  ],
}
