// Which nodes belong to one network. Heads of different networks cannot be compared.

local lib = import 'rule.libsonnet';

// What only tells who took a sample from an exporter: its pod, or one of two servers of Prometheus.
local SCRAPE_LABELS_OF_EXPORTER = 'node, pod, container, endpoint, service, exporter, prometheus, prometheus_replica, replica';

// The same and the exporter itself: two exporters that watch one node have its series twice.
local SCRAPE_LABELS = 'job, instance, ' + SCRAPE_LABELS_OF_EXPORTER;

local highest(labels, expr) = lib.fill(|||
  max without (%(labels)s) (
    %(expr)s
  )
|||, { labels: labels, expr: lib.indented(expr, '  ') });

{
  // An expression about nodes, with the label `network`: the name of the node's network or, where none is told, its chain id;
  // empty where neither is known. `present` is an expression with the same labels for all of these nodes.
  //
  // The info of the last hour, because a node that does not answer has none. A node whose info changed in that time has several:
  // `timestamp` is greater than the 1 of older ones, so that topk takes the present one. If none is present any more, topk may
  // take an older one until an hour after the change, and an alert that waits for its `for` begins again: which one is the newest
  // only a subquery knows, which costs more than the rest of the rule.
  withNetwork(expr, present):: lib.fill(|||
    (
      %(expr)s
    )
      * ignoring (network) group_left (network) (
        group without (version, chain_id, __network__) (
          label_replace(
            label_join(
              topk without (version, network, chain_id) (
                1, timestamp(p2p_node_info) or last_over_time(p2p_node_info[1h])
              ),
              "__network__", "/", "network", "chain_id"
            ),
            "network", "$1", "__network__", "/(.+)"
          )
        )
          or ignoring (network) group without () (%(present)s)
      )
  |||, { expr: lib.indented(expr, '  '), present: present }),

  // The series of nodes without the labels that only tell who took the sample: the highest value counts.
  once(expr):: highest(SCRAPE_LABELS, expr),

  // The series of nodes as each exporter has them: those of two servers of Prometheus with one store, or of a pod under its old
  // and its new name, are one.
  oncePerExporter(expr):: highest(SCRAPE_LABELS_OF_EXPORTER, expr),

  scrapeLabels:: SCRAPE_LABELS,
}
