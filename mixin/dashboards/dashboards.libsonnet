{
  // Tables of alerts and of failures open the documents that `_config` names.
  local addresses = { runbooks: $._config.runbookBaseUrl, advice: $._config.adviceUrl },
  local withAddresses(dashboard) = dashboard {
    templating+: {
      list: [
        if std.objectHas(addresses, variable.name) then variable { query: addresses[variable.name] } else variable
        for variable in dashboard.templating.list
      ],
    },
  },

  // The files of ../../grafana/dashboards, which come from its TypeScript. Vendor the whole repository, not this folder alone.
  grafanaDashboards+:: {
    'peer-exporter-bitcoin.json': withAddresses(import '../../grafana/dashboards/peer-exporter-bitcoin.json'),
    'peer-exporter-chainweb.json': withAddresses(import '../../grafana/dashboards/peer-exporter-chainweb.json'),
    'peer-exporter-exporter.json': withAddresses(import '../../grafana/dashboards/peer-exporter-exporter.json'),
    'peer-exporter-fleet.json': withAddresses(import '../../grafana/dashboards/peer-exporter-fleet.json'),
    'peer-exporter-monero.json': withAddresses(import '../../grafana/dashboards/peer-exporter-monero.json'),
    'peer-exporter-node.json': withAddresses(import '../../grafana/dashboards/peer-exporter-node.json'),
    'peer-exporter-peers.json': withAddresses(import '../../grafana/dashboards/peer-exporter-peers.json'),
    'peer-exporter-wire.json': withAddresses(import '../../grafana/dashboards/peer-exporter-wire.json'),
  },
}
