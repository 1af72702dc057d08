// The reason of a failure in the texts of an alert.
local checks = import 'checks.libsonnet';
local lib = import 'rule.libsonnet';

{
  // The first sample of a query about the node of the alert, for {{ with … }}. `%s` in the query stands for the labels that select
  // the node, `values` for the labels of the alert that further %q of the query take. A label that the alert lacks is "", which
  // selects series without it; %q, because names may have any character.
  query(config, query, values='')::
    local selector = config.clusterLabel + '=%q,job=%q,instance=%q,target=%q';
    lib.fill('printf `%s` $labels.%s $labels.job $labels.instance $labels.target%s | query', [
      std.strReplace(query, '%s', selector),
      config.clusterLabel,
      values,
    ]),

  // Why the node has no peer list.
  local peers(config) = $.query(config, 'p2p_node_failure_info{%s,api="peers"}'),

  // Of the result of a query.
  reason:: '{{ . | first | label "reason" }}',

  // Where to read about the reason.
  advice(config):: config.adviceUrl + '#' + $.reason + ' has more',

  // For the end of a summary, ": connect (peers)"; nothing if the reason is not known.
  ofPeers(config):: lib.fill('{{ with %s }}: %s (peers){{ end }}', [peers(config), $.reason]),

  // What to check for the reason, and where to read on.
  checkOfPeers(config)::
    local branches = [lib.fill('if match "^(%s)$" . }} %s', [each.reasons, each.check]) for each in checks];
    lib.fill('{{ with %s }}{{ with . | first | label "reason" }}{{ %s{{ end }}{{ end }} %s{{ else }} The log of the exporter has the details{{ end }}.', [
      peers(config),
      std.join('{{ else ', branches),
      $.advice(config),
    ]),
}
