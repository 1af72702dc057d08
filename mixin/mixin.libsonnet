// Alerts, recording rules and dashboards of peer-exporter. README.md says how to use them, config.libsonnet what can be set.
(import 'config.libsonnet')
+ (import 'alerts/alerts.libsonnet')
+ (import 'rules/rules.libsonnet')
+ (import 'dashboards/dashboards.libsonnet')
// A mistake in _config is an error whatever is rendered.
+ { assert std.isObject(self._checkedConfig) }
