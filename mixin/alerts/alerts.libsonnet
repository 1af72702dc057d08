local defaults = (import '../config.libsonnet')._config;
local check = import '../lib/check.libsonnet';
local lib = import '../lib/rule.libsonnet';

// In the order of evaluation: alerts that inhibit others come first.
local sections = [
  import 'fleet.libsonnet',
  import 'nodes.libsonnet',
  import 'peers.libsonnet',
  import 'head.libsonnet',
  import 'chains.libsonnet',
  import 'bitcoin.libsonnet',
  import 'exporter.libsonnet',
];

local definitions = std.flattenArrays([section(defaults).rules for section in sections]);

{
  // `_config` without mistakes.
  _checkedConfig:: check.config(self._config, defaults, definitions),

  local config = self._checkedConfig,
  prometheusAlerts+:: {
    groups+: [
      {
        name: 'peer-exporter.alerts',
        rules: std.flattenArrays([lib.section(config, section(config)) for section in sections]),
      },
    ],
  },
}
