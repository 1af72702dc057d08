// What this repository's tools need: the rules with their comments and titles. Users render mixin.libsonnet.
function(changes={})
  local mixin = (import 'mixin.libsonnet') + { _config+:: changes };
  {
    config: mixin._config,
    alerts: [rule { comment::: super.comment, title::: super.title } for rule in mixin.prometheusAlerts.groups[0].rules],
    rules: [rule { comment::: super.comment } for rule in mixin.prometheusRules.groups[0].rules],
  }
