local failures = import '../lib/failures.libsonnet';
local lib = import '../lib/rule.libsonnet';

// Test networks have blocks of the lowest difficulty: there a higher branch may well have less work.
local TEST_NETWORKS = 'p2p_node_info{network=~"test.*|signet|regtest"}';

function(config) {
  local limits = config.thresholds,
  local numbers(threshold) = std.mapWithKey(function(_, value) lib.number(value), threshold),

  title: 'The Bitcoin family',
  rules: [
    {
      alert: 'P2PBitcoinWarmupLong',
      comment: lib.text(|||
        The node says itself that it is starting, so it is not down. A restart takes minutes, the upgrade of a database or the
        rescan of a wallet hours.
      |||),
      expr: 'p2p_bitcoin_warming_up == 1',
      'for': '1h',
      severity: 'warning',
      dashboard: 'bitcoin',
      summary: 'A node of the Bitcoin family has been starting for an hour.',
      description: lib.text(|||
        {{ $labels.target }} ({{ $labels.chain }}) has been starting for an hour (p2p_bitcoin_warming_up is {{ $value }}) and
        answers no call. With -reindex or -reindex-chainstate, after an upgrade of its database or while it rescans a wallet
        that takes hours: its debug.log says what it does and how far it is.
      |||),
    },
    {
      alert: 'P2PBitcoinInitialDownloadSlow',
      comment: lib.text(|||
        By the progress, so that a small computer that needs a week does not fire it while it gets on. The second condition
        is: more is left than would be verified in the days of the threshold at the rate of the last day. A network that makes
        blocks on request is in its initial download until its next block.
      |||),
      local download = limits.bitcoinInitialDownload,
      expr: lib.fill(|||
        (
            p2p_bitcoin_verification_progress_ratio <= p2p_bitcoin_verification_progress_ratio offset %(stuckFor)s
              and min_over_time(p2p_bitcoin_initial_block_download[%(stuckFor)s]) == 1
          or
            p2p_bitcoin_verification_progress_ratio
              and 1 - p2p_bitcoin_verification_progress_ratio
                > %(restDays)s * (p2p_bitcoin_verification_progress_ratio - p2p_bitcoin_verification_progress_ratio offset 1d)
              and last_over_time(p2p_bitcoin_initial_block_download[1h] offset %(longFor)s) == 1
              and min_over_time(p2p_bitcoin_initial_block_download[%(longFor)s]) == 1
        )
          and p2p_node_block_interval_seconds
      |||, numbers(download)),
      'for': '15m',
      severity: 'warning',
      dashboard: 'bitcoin',
      summary: 'The initial block download of a node does not get on.',
      description: lib.fill(lib.text(|||
        {{ $labels.target }} ({{ $labels.chain }}) is in its initial block download and has verified {{ $value |
        humanizePercentage }} of all transactions
        {{- with %(blocks)s }}, up to block {{ . | first | value | printf "%%.0f" }}{{ end }}
        {{- with %(headers)s }} of {{ . | first | value | printf "%%.0f" }}{{ end }}
        {{- with %(day)s }}; {{ . | first | value | humanizePercentage }} of them within the last day{{ end }}. It has made
        no progress for %(stuckFor)s, or has been at it for %(longFor)s and needs more than %(restDays)s days more. Look at
        its peers first, then at its disk (an SSD), its dbcache and its debug.log.
      |||), numbers(download) {
        blocks: failures.query(config, 'p2p_node_head_height{%s}'),
        headers: failures.query(config, 'p2p_bitcoin_headers_height{%s}'),
        day: failures.query(
          config, 'delta(p2p_bitcoin_verification_progress_ratio{%s}[1d]) >= 0'
        ),
      }),
    },
    {
      alert: 'P2PBitcoinChainTipInvalid',
      comment: lib.text(|||
        A block that all nodes refuse is as high as the head until the second block after it: 20 minutes on average on
        bitcoin, an hour in one case of sixty, and such blocks are rare. Both heights are from one answer, as chain tips are up
        to 5 minutes old.
      |||),
      expr: 'p2p_bitcoin_chain_tip_lead_blocks{status="invalid"} >= 0',
      'for': '1h',
      severity: 'critical',
      dashboard: 'bitcoin',
      summary: 'A node refuses a branch that is at least as high as its own.',
      description: lib.text(|||
        {{ $labels.target }} ({{ $labels.chain }}) has refused a block of a branch that is now {{ $value | humanize }} blocks
        above its own head. If other nodes follow that branch, this one is too old or its database is damaged, and its
        balances are wrong. Compare its head with an explorer; its debug.log says why it refused the block (getchaintips has
        the hash).
      |||),
    },
    {
      alert: 'P2PBitcoinChainTipAhead',
      comment: lib.text(|||
        Of a node that is catching up, the lead falls. On test networks a higher branch may have less work, and is left alone.
      |||),
      expr: lib.fill(|||
        (
          max without (status) (p2p_bitcoin_chain_tip_lead_blocks{status=~"valid-fork|valid-headers|headers-only"}) > %(blocks)s
        )
          >= max without (status) (
            p2p_bitcoin_chain_tip_lead_blocks{status=~"valid-fork|valid-headers|headers-only"} offset %(since)s
          )
          unless p2p_bitcoin_initial_block_download == 1
          unless ignoring (version, network, chain_id) %(testNetworks)s
      |||, numbers(limits.bitcoinTipAhead) { testNetworks: TEST_NETWORKS }),
      'for': '30m',
      severity: 'warning',
      dashboard: 'bitcoin',
      summary: 'A node knows a higher branch than its own and does not get to it.',
      description: lib.fill(lib.text(|||
        {{ $labels.target }} ({{ $labels.chain }}) knows the headers of a branch that is {{ $value | humanize }} blocks above
        its own head, and has come no nearer for %(since)s: it cannot get these blocks, or follows another branch. Look at its
        peers and its disk, then compare its head with an explorer (getchaintips has the branches).
      |||), limits.bitcoinTipAhead),
    },
    {
      alert: 'P2PBitcoinNetworkUnreachable',
      comment: lib.text(|||
        One that the node reached within the last day. A configuration without that network is meant so, and ends the alert
        after a day. And a node whose whole network an operator has switched off.
      |||),
      expr: lib.fill(|||
        p2p_bitcoin_network_reachable == 0
          and max_over_time(p2p_bitcoin_network_reachable[%s]) == 1
          or
        p2p_bitcoin_network_active == 0
      |||, limits.bitcoinUnreachable.within),
      'for': '15m',
      severity: 'warning',
      dashboard: 'bitcoin',
      summary: 'A node of the Bitcoin family no longer reaches a network.',
      description: lib.fill(lib.text(|||
        {{ $labels.target }} ({{ $labels.chain }}) {{ with $labels.peer_network }}reached peers over {{ . }} within the last
        %s and no longer does (p2p_bitcoin_network_reachable is {{ $value }}): look at its proxy (Tor, I2P) and at -proxy,
        -onion, -i2psam and -onlynet of its last start.{{ else }}has its P2P network switched off (p2p_bitcoin_network_active is {{
        $value }}): bitcoin-cli setnetworkactive true switches it on.{{ end }}
      |||), limits.bitcoinUnreachable.within),
    },
    {
      alert: 'P2PBitcoinOutboundOnOneNetwork',
      comment: lib.text(|||
        IPv4 and IPv6 count as one network, so that a node without Tor, I2P and CJDNS never fires it. Releases from 26 on
        keep a peer on each network that they reach.
      |||),
      expr: lib.fill(|||
        (
            sum without (direction, peer_network) (p2p_bitcoin_peers_by_network{direction="outbound", peer_network=~"ipv4|ipv6"})
              == %(outbound)s
              and max without (peer_network) (p2p_bitcoin_network_reachable{peer_network=~"onion|i2p|cjdns"}) == 1
          or
            max without (direction, peer_network) (
              p2p_bitcoin_peers_by_network{direction="outbound", peer_network=~"onion|i2p|cjdns"}
            )
              == %(outbound)s
              and sum without (peer_network) (p2p_bitcoin_network_reachable) > 1
        )
          >= %(peers)s
      |||, numbers(limits.bitcoinOneNetwork) {
        outbound: 'sum without (direction, peer_network) (p2p_bitcoin_peers_by_network{direction="outbound"})',
      }),
      'for': '3h',
      severity: 'warning',
      dashboard: 'bitcoin',
      summary: 'All outbound peers of a node are on one network, although it reaches others.',
      description: lib.text(|||
        All {{ $value }} outbound peers of {{ $labels.target }} ({{ $labels.chain }}) are on one network (IPv4 and IPv6
        together, Tor, I2P or CJDNS), although it reaches another one. Who controls that network, or what it depends on, can
        cut the node off: add peers of the other network with addnode, or upgrade to a release that keeps some itself.
      |||),
    },
    {
      alert: 'P2PBitcoinAddedNodeAway',
      expr: 'p2p_bitcoin_added_nodes{state="away"} > ' + lib.number(limits.bitcoinAddedAway.nodes),
      'for': '1h',
      severity: 'warning',
      dashboard: 'bitcoin',
      summary: 'A node that an operator added as a peer stays away.',
      description: lib.text(|||
        Of the nodes that {{ $labels.target }} ({{ $labels.chain }}) has by addnode, {{ $value }} have not been connected for
        an hour: bitcoin-cli getaddednodeinfo lists them. Are they up, and do their addresses and ports still fit?
      |||),
    },
  ],
}
