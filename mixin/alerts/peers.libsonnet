local lib = import '../lib/rule.libsonnet';

function(config) {
  title: 'Peers',
  rules: [
    {
      alert: 'P2PNodeNoPeers',
      comment: lib.text(|||
        A node that has just started needs a few minutes. A monerod with --offline has no peers by configuration.
      |||),
      expr: |||
        sum without (direction) (p2p_node_peers) == 0
          unless p2p_monero_offline == 1
      |||,
      'for': '10m',
      severity: 'critical',
      dashboard: 'node',
      summary: 'A node has no peers.',
      description: lib.text(|||
        {{ $labels.target }} ({{ $labels.chain }}) answers, but has had no connected peers for at least 10 minutes
        ({{ $value }} in all directions).
      |||),
    },
    {
      alert: 'P2PNodeFewPeers',
      comment: lib.text(|||
        Wire nodes have their configured peers, often three; monerod looks for 12; Chainweb nodes know their whole
        network. A node without any peer has the alert P2PNodeNoPeers.
      |||),
      expr: |||
        (
            sum without (direction) (p2p_node_peers{chain=~"wire|antelope"}) < 2
          or
            sum without (direction) (p2p_node_peers{chain="monero"}) < 6
          or
            sum without (direction) (p2p_node_peers{chain="chainweb"}) < 5
        )
          > 0
      |||,
      'for': '20m',
      severity: 'warning',
      dashboard: 'node',
      summary: 'A node has few peers.',
      description: lib.text(|||
        {{ $labels.target }} ({{ $labels.chain }}) has had few connected peers for at least 20 minutes, now {{
        $value }}.
      |||),
    },
    {
      alert: 'P2PNodePeersDropping',
      comment: lib.text(|||
        Averages over minutes, not single polls. On Chainweb, the number of failing peers varies in waves.
      |||),
      expr: |||
        (
            sum without (direction) (avg_over_time(p2p_node_peers{chain!="chainweb"}[5m]))
              < 0.5 * sum without (direction) (avg_over_time(p2p_node_peers{chain!="chainweb"}[10m] offset 10m))
          or
            sum without (direction) (avg_over_time(p2p_node_peers{chain="chainweb"}[5m]))
              < 0.25 * sum without (direction) (avg_over_time(p2p_node_peers{chain="chainweb"}[10m] offset 10m))
        )
          and sum without (direction) (avg_over_time(p2p_node_peers[10m] offset 10m)) >= 6
      |||,
      'for': '4m',
      keep_firing_for: '15m',
      severity: 'warning',
      dashboard: 'node',
      summary: 'A node lost at least half of its peers within 10 minutes.',
      description: lib.text(|||
        {{ $labels.target }} ({{ $labels.chain }}) has {{ $value | humanize }} connected peers, less than half as
        many as 10 minutes before (Chainweb: less than a quarter).
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
        {{ $labels.target }} ({{ $labels.chain }}) has had {{ $value }} inbound peers for at least 6 hours, although
        it has outbound peers. It may not be reachable from outside.
      |||),
    },
    {
      alert: 'P2PNodePeersConcentrated',
      comment: lib.text(|||
        Half of the peers: with one or two subnets, the largest one always has so many.
      |||),
      expr: |||
        p2p_node_largest_subnet_peers
          / (sum without (address_type) (p2p_node_peers_by_address_type{address_type=~"ipv4|ipv6"}) >= 8)
          >= 0.5
      |||,
      'for': '30m',
      severity: 'warning',
      dashboard: 'peers',
      summary: 'At least half of the peers of a node are in one subnet, which is an eclipse risk.',
      description: lib.text(|||
        {{ $value | humanizePercentage }} of the peers of {{ $labels.target }} ({{ $labels.chain }}) with an IP
        address are in one subnet (IPv4 /16, IPv6 /32).
      |||),
    },
    {
      alert: 'P2PNodePeerChurn',
      comment: lib.text(|||
        Outbound only: inbound peers come and go as they like.
      |||),
      expr: |||
        increase(p2p_node_peer_disconnects_total{direction="outbound"}[1h])
          / clamp_min(avg_over_time(p2p_node_peers{direction="outbound"}[1h]), 1)
          > 3
      |||,
      'for': '30m',
      severity: 'warning',
      dashboard: 'peers',
      summary: 'The outbound connections of a node are short-lived.',
      description: lib.text(|||
        {{ $labels.target }} ({{ $labels.chain }}) lost each of its outbound connections {{ $value | humanize }}
        times in the last hour, on average.
      |||),
    },
    {
      alert: 'P2PNodePeerHeightsDisagree',
      comment: lib.text(|||
        Peers that were ahead of the node, or behind it, at every poll of 10 minutes. A height that comes once a
        minute is behind for up to a minute after each block, but not for 10 minutes. On Wire, a height of a handshake
        proves something only while it is above the node's own head: healthy peers are ahead for a second. Nodes that
        are polled so rarely that a poll may always come just after a block are left out.
      |||),
      expr: |||
        sum without (position) (min_over_time(p2p_node_peers_by_head{position=~"ahead|behind"}[10m]))
          / (sum without (position) (avg_over_time(p2p_node_peers_by_head[10m])) >= 6)
          > 0.25
          unless p2p_node_poll_interval_seconds > 120
          unless max_over_time(p2p_node_syncing[10m]) == 1
      |||,
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
      expr: 'avg_over_time(p2p_node_connections_malformed[15m]) >= 1',
      'for': '15m',
      severity: 'info',
      dashboard: 'node',
      summary: "Rows of a node's peer list cannot be read.",
      description: lib.text(|||
        On average {{ $value | humanize }} rows of each peer list of {{ $labels.target }} ({{ $labels.chain }})
        could not be read and were skipped.
      |||),
    },
    {
      alert: 'P2PNodeSeriesWithheld',
      comment: lib.text(|||
        The maximum of 15 minutes, because the budget recovers every minute.
      |||),
      expr: 'max_over_time(p2p_node_series_withheld[15m]) > 0',
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
