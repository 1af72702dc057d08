local heads = import '../lib/heads.libsonnet';
local network = import '../lib/network.libsonnet';
local nodes = import '../lib/nodes.libsonnet';
local lib = import '../lib/rule.libsonnet';

function(config)
  local names = { cluster: config.clusterLabel, scrape: network.scrapeLabels, advice: config.adviceUrl };
  local numbers = std.mapWithKey(function(_, topic) std.mapWithKey(function(_, value) lib.number(value), topic), config.thresholds.fleet);

  // Text with the first result of a query, if there is one. The labels fill the places %[1]q, %[2]q and so on.
  local queried(query, labels, text) =
    lib.fill('{{- with printf `%s` %s | query }}%s{{ end }}', [query, std.join(' ', ['$labels.' + label for label in labels]), text]);

  // The same with nodes of one network, which have no other label for it. Nothing if the network is not known.
  local ofNetwork(query, metric, text) =
    local those = lib.fill(|||
      max without (%(scrape)s) (%(metric)s
      and ignoring (version, network, chain_id)
      (last_over_time(p2p_node_info{network=%%[3]q}[1h]) or last_over_time(p2p_node_info{network="",chain_id=%%[3]q}[1h])))
    |||, names { metric: lib.fill(metric, lib.fill('{chain=%%[1]q,%(cluster)s=%%[2]q}', names)) });
    lib.fill('{{- if $labels.network }}%s{{ end }}', queried(lib.fill(query, lib.text(those)), ['chain', config.clusterLabel, 'network'], text));
  local nameOfNetwork = '{{ $labels.chain }}{{ with $labels.network }} ({{ . }}){{ end }}';
  local sizeOfNetwork(metric) = ofNetwork('count(%s)', metric, ' of {{ . | first | value }}');

  // Which failure most of some nodes have, for a summary and for a description.
  local failed(selector, labels, text) =
    queried(
      lib.fill('topk(1, count by (reason) (max without (%s) (p2p_node_failure_info{api="peers",%s})))', [names.scrape, selector]),
      labels,
      '{{ with . | first }}' + text + '{{ end }}'
    );
  local shortly = ': mostly {{ .Labels.reason }} (peers)';
  local withAdvice = lib.fill(' The most common failure of the API peers is {{ .Labels.reason }} (nodes: {{ .Value }}): %(advice)s#{{ .Labels.reason }}.', names);
  local ofChain(text) = failed(lib.fill('chain=%%[1]q,%(cluster)s=%%[2]q', names), ['chain', config.clusterLabel], text);
  local ofExporter(text) = failed('job=%q,instance=%q', ['job', 'instance'], text);

  local halted = network.once(network.withNetwork(heads.isStalled(config) + 'unless p2p_node_syncing == 1', 'p2p_node_head_height'));
  local isHalted = lib.fill(|||
    sum by (%(cluster)s, chain, network) (
      %(halted)s
    )
      > %(share)s * count by (%(cluster)s, chain, network) (
        %(all)s
      )
      >= %(nodes)s
  |||, names + numbers.halted { halted: lib.indented(halted, '  '), all: lib.indented(halted, '    ') });

  // 0 for a node that no exporter reaches, else 1.
  local reached = network.once(nodes.down(config) + 'or group without () (p2p_node_up)');
  local isChainDown = lib.fill(|||
    count by (%(cluster)s, chain) (
      %(reached)s == 0
    )
      >= %(share)s * count by (%(cluster)s, chain) (
        %(all)s
      )
      >= %(nodes)s
  |||, names + numbers.down { reached: lib.indented(reached, '  '), all: lib.indented(network.once('p2p_node_up'), '    ') });

  local downOfExporter = network.oncePerExporter(nodes.down(config));
  local isExporterBlind = lib.fill(|||
    (
      count by (%(cluster)s, job, instance) (
        %(down)s
      )
        >= %(share)s * count by (%(cluster)s, job, instance) (
          %(all)s
        )
        >= %(nodes)s
    )
      unless on (%(cluster)s, job, instance) (
        count by (%(cluster)s, job, instance) (
          group by (%(cluster)s, job, instance, chain) (
            %(anyDown)s
          )
        ) == 1
          and on (%(cluster)s, job, instance) (
            p2p_node_up == 0
              and on (%(cluster)s, chain) (
                %(chainDown)s
              )
          )
      )
  |||, names + numbers.down {
    down: lib.indented(downOfExporter, '    '),
    all: lib.indented(network.oncePerExporter('p2p_node_up'), '      '),
    anyDown: lib.indented(nodes.down(config), '        '),
    chainDown: lib.indented(isChainDown, '            '),
  });

  local isGone = lib.fill(|||
    count by (%(cluster)s, job, instance) (
      group by (%(cluster)s, job, instance, target, chain) (
          last_over_time(p2p_node_up[%(within)s])
            unless ignoring (%(scrape)s) p2p_node_up
        or
          last_over_time(peer_exporter_node_info[%(within)s])
            unless ignoring (%(scrape)s) peer_exporter_node_info
            unless on (%(cluster)s, namespace, target, chain) p2p_node_up
      )
    )
      > %(share)s * count by (%(cluster)s, job, instance) (
        group by (%(cluster)s, job, instance, target, chain) (
          last_over_time(p2p_node_up[%(within)s]) or last_over_time(peer_exporter_node_info[%(within)s])
        )
      )
      and on (%(cluster)s, job, instance) last_over_time(peer_exporter_build_info[%(within)s])
      unless on (%(cluster)s, job, instance) up
    or
    0 * group by (%(cluster)s, job, instance) (last_over_time(peer_exporter_build_info[%(within)s]))
      unless on (%(cluster)s, job, instance) up
      unless on (%(cluster)s, job, instance) last_over_time(p2p_node_up[%(within)s])
      unless on (%(cluster)s, job, instance) last_over_time(peer_exporter_node_info[%(within)s])
      unless on (%(cluster)s, job) (
        count by (%(cluster)s, job) (group by (%(cluster)s, job, instance) (peer_exporter_build_info))
          >= round(avg_over_time(count by (%(cluster)s, job) (group by (%(cluster)s, job, instance) (peer_exporter_build_info))[%(within)s:1m]))
      )
  |||, names + numbers.absent);

  local forked = network.once(network.withNetwork(heads.forked, 'p2p_node_reorg_depth_blocks'));

  {
    title: 'Fleets',
    rules: [
      {
        alert: 'P2PNetworkHalted',
        comment: lib.text(|||
          The nodes that P2PNodeHeadStalled can judge, each once however many exporters poll it. It fires before that
          alert, so that one message comes instead of one for each node.
        |||),
        expr: isHalted,
        'for': '2m',
        severity: 'critical',
        dashboard: 'fleet',
        summary: 'The heads of most nodes of a network do not move.',
        description: lib.text(
          'The heads of {{ $value }}' + sizeOfNetwork('p2p_node_head_height%s unless p2p_node_syncing == 1') + ' nodes of ' + nameOfNetwork + ' do not move'
          + ofNetwork(
            'topk(1, count_values("height", %s))', 'p2p_node_head_height%s <= (p2p_node_head_height offset 2m) unless p2p_node_syncing == 1', ', most of them at {{ . | first | label "height" }}'
          ) + |||
            . Look first at an explorer of another operator: if it is at the same height, the chain has halted. If not,
            compare what these nodes share: version, peers, network, host.
          |||
        ),
      },
      {
        alert: 'P2PManyNodesDown',
        comment: lib.text(|||
          Nodes of a chain that no exporter reaches. Down means what it means for P2PNodeDown. Nodes that are down may never have
          reported their network.
        |||),
        expr: isChainDown,
        'for': '4m',
        severity: 'critical',
        labels: { scope: 'chain' },
        dashboard: 'fleet',
        summary: lib.fill('Many nodes of a chain do not return their peer lists%s.', ofChain(shortly)),
        description: lib.text(
          '{{ $value }}'
          + queried(
            lib.fill('count(max without (%(scrape)s) (p2p_node_up{chain=%%[1]q,%(cluster)s=%%[2]q}))', names),
            ['chain', config.clusterLabel],
            ' of {{ . | first | value }}'
          )
          + ' nodes of the chain {{ $labels.chain }} return no peer list to any exporter.'
          + ofChain(withAdvice) + ' ' + |||
            Look first at what they share: a host or cluster, a network, a proxy, an update.
          |||
        ),
      },
      {
        alert: 'P2PManyNodesDown',
        comment: lib.text(|||
          Nodes of an exporter, of all chains: other exporters may reach them. Not if they are all of one chain for which the rule
          above holds.
        |||),
        expr: isExporterBlind,
        'for': '4m',
        severity: 'critical',
        labels: { scope: 'exporter' },
        dashboard: 'exporter',
        summary: lib.fill('Many nodes of an exporter do not return their peer lists%s.', ofExporter(shortly)),
        description: lib.text(
          '{{ $value }}'
          + queried(
            lib.fill('count(max without (%(scrape)s) (p2p_node_up{job=%%q,instance=%%q}))', names),
            ['job', 'instance'],
            ' of {{ . | first | value }}'
          )
          + ' nodes return no peer list to {{ $labels.instance }} (job {{ $labels.job }}).'
          + ofExporter(withAdvice) + ' ' + |||
            Look first at the exporter: its network, DNS, proxy, secrets and CPU.
          |||
        ),
      },
      {
        alert: 'P2PNodeForked',
        comment: lib.text(|||
          Nodes of one network. Which branch is right, the number does not tell: a release may have left most nodes behind.
        |||),
        expr: lib.fill(|||
          count by (%(cluster)s, chain, network) (
            %(forked)s
          )
            >= %(nodes)s
        |||, names + numbers.forked { forked: lib.indented(forked, '  ') }),
        'for': '4m',
        severity: 'critical',
        labels: { scope: 'network' },
        dashboard: 'fleet',
        summary: 'Several nodes of a network are on another branch than the others.',
        description: lib.text(
          '{{ $value }}' + sizeOfNetwork('p2p_node_reorg_depth_blocks%s') + ' nodes of ' + nameOfNetwork + ' ' + |||
            have had other blocks than the others for longer than a usual reorganisation. Compare both branches with an
            explorer of another operator, and the versions of the nodes on each, before you trust one. Then take the nodes on
            the wrong branch out of service, update them and let them follow the others.
          |||
        ),
      },
      {
        alert: 'PeerExporterAbsent',
        comment: lib.text(|||
          No exporter at all: none by its job, and none that was one within the last day.
        |||),
        expr: lib.fill(|||
          absent(
            up{%(selector)s}
              or
            up and on (job, instance) last_over_time(peer_exporter_build_info[%(anyWithin)s])
          )
        |||, numbers.absent { selector: config.exporterSelector }),
        'for': '5m',
        severity: 'critical',
        dashboard: 'exporter',
        ofAll: true,
        summary: 'Prometheus has no peer-exporter as a target.',
        description: lib.text(|||
          Prometheus has no target that is a peer-exporter, so there is no data about any node. Look at the page /targets of
          Prometheus, at its scrape configuration or ServiceMonitor and their labels, and whether the exporter was scaled to
          zero or its pod is pending.
        |||),
      },
      {
        alert: 'PeerExporterAbsent',
        comment: lib.text(|||
          One of several: an exporter that was there and whose nodes no other one polls. After a rolling update, or with
          another number of shards, other exporters poll them. A share of them, because an update may remove a node as well. An
          exporter whose nodes are scraped one by one (/sd) only names them. One that knows no nodes (/probe) is missed if its
          job has fewer exporters than before. A warning, because who removes an exporter with its nodes fires it too, and it
          ends by itself.
        |||),
        expr: isGone,
        'for': '10m',
        severity: 'warning',
        dashboard: 'exporter',
        summary: 'A peer-exporter is no target of Prometheus any more, and no other one polls its nodes.',
        description: lib.text(lib.fill(|||
          {{ $labels.instance }} of the job {{ $labels.job }} was a target within the last %(within)s and is not one any more, and no
          other exporter {{ if gt $value 0.0 }}polls its nodes (number of nodes: {{ $value }}){{ else }}has taken its place{{ end }}.
          Look at the page /targets of Prometheus, at the labels of
          the exporter's Service or pod, and whether it was scaled down or its pod is pending.
        |||, numbers.absent)),
      },
    ],
  }
