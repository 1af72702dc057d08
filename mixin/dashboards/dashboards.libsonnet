{
  // The files of ../../grafana/dashboards, which come from its TypeScript. Vendor the whole repository, not this folder alone.
  grafanaDashboards+:: {
    'peer-exporter-chainweb.json': import '../../grafana/dashboards/peer-exporter-chainweb.json',
    'peer-exporter-exporter.json': import '../../grafana/dashboards/peer-exporter-exporter.json',
    'peer-exporter-fleet.json': import '../../grafana/dashboards/peer-exporter-fleet.json',
    'peer-exporter-monero.json': import '../../grafana/dashboards/peer-exporter-monero.json',
    'peer-exporter-node.json': import '../../grafana/dashboards/peer-exporter-node.json',
    'peer-exporter-peers.json': import '../../grafana/dashboards/peer-exporter-peers.json',
    'peer-exporter-wire.json': import '../../grafana/dashboards/peer-exporter-wire.json',
  },
}
