local lib = import '../lib/rule.libsonnet';

// In the order of evaluation: alerts that inhibit others come first.
local sections = [
  import 'fleet.libsonnet',
  import 'nodes.libsonnet',
  import 'peers.libsonnet',
  import 'head.libsonnet',
  import 'chains.libsonnet',
  import 'exporter.libsonnet',
];

{
  local config = self._config,
  prometheusAlerts+:: {
    groups+: [
      {
        name: 'peer-exporter.alerts',
        rules: std.flattenArrays([lib.section(config, section(config)) for section in sections]),
      },
    ],
  },
}
