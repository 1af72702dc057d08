// The pages of exporters with many nodes: the families that rules.yaml and alerts.yaml read, at any time.
const CHAINS = [
  { chain: "wire", network: "mainnet", interval: 0.5 },
  { chain: "monero", network: "mainnet", interval: 120 },
  { chain: "wire", network: "mainnet", interval: 0.5 },
  { chain: "chainweb", network: "mainnet01", interval: 1.5 },
];
const DELAYS = ["0.01", "0.1", "1.0", "10.0", "+Inf"];
const POLL_SECONDS = 15;

/** @typedef {"healthy" | "down" | "stalled"} State */

/**
 * The samples of a node.
 * @param {number} index of the node @param {number} at Unix time in seconds
 * @param {State} state @param {number} since when it is in that state
 * @returns {readonly [name: string, labels: string, value: number][]}
 */
function nodeRows(index, at, state, since) {
  const { chain, network, interval } = CHAINS[index % CHAINS.length];
  const own = `target="node-${index}",chain="${chain}"`;
  const row = (name, value, labels = "") => [name, labels === "" ? own : `${own},${labels}`, value];
  const down = state === "down" && at >= since;
  const head = Math.floor((state === "stalled" ? Math.min(at, since) : at) / interval);
  const wave = Math.round(3 * Math.sin(at / 300 + index));
  const always = [
    row("p2p_node_up", down ? 0 : 1),
    row("p2p_node_poll_interval_seconds", POLL_SECONDS),
    row("p2p_node_last_success_timestamp_seconds", (down ? since : at) - (index % POLL_SECONDS)),
    row("p2p_node_polls_total", Math.floor(at / POLL_SECONDS)),
    row("p2p_node_poll_failures_total", down ? Math.floor((at - since) / POLL_SECONDS) : 0, 'reason="connect"'),
    row("p2p_node_poll_failures_total", 0, 'reason="timeout"'),
    row("p2p_node_poll_duration_seconds", 0.05 + (index % 10) / 100),
    ...["peers", "head", "info"].map((api) => row("p2p_node_api_up", down ? 0 : 1, `api="${api}"`)),
    row("peer_exporter_node_info", 1),
  ];
  if (down) {
    const failures = ["peers", "head", "info"].map((api) =>
      row("p2p_node_failure_info", 1, `api="${api}",reason="connect"`),
    );
    return [...always, ...failures];
  }
  const position = (name, value) => row("p2p_node_peers_by_head", value, `position="${name}"`);
  return [
    ...always,
    row("p2p_node_info", 1, `version="v${index % 3}",network="${network}",chain_id=""`),
    row("p2p_node_syncing", 0),
    row("p2p_node_block_interval_seconds", interval),
    row("p2p_node_head_height", head),
    row("p2p_node_final_height", head - 300),
    row("p2p_node_head_timestamp_seconds", Math.floor(head * interval)),
    row("p2p_node_head_lag_blocks", index % 3),
    row("p2p_node_fork_depth_blocks", 0, 'reference="fleet"'),
    row("p2p_node_reorg_depth_blocks", 10),
    row("p2p_node_clock_skew_seconds", 0.2),
    row("p2p_node_connections_malformed", 0),
    row("p2p_node_series_withheld", 0),
    row("p2p_node_largest_subnet_peers", 4),
    row("p2p_node_tls_certificate_expiry_timestamp_seconds", Math.floor(at / 86_400) * 86_400 + 60 * 86_400),
    ...["inbound", "outbound"].flatMap((direction) => [
      row("p2p_node_peers", 14 + wave, `direction="${direction}"`),
      row("p2p_node_peer_connects_total", Math.floor(at / 600), `direction="${direction}"`),
      row("p2p_node_peer_disconnects_total", Math.floor(at / 600), `direction="${direction}"`),
    ]),
    ...["ipv4", "ipv6"].map((type) => row("p2p_node_peers_by_address_type", 14 + wave, `address_type="${type}"`)),
    position("ahead", 0),
    position("equal", 20 + wave),
    position("behind", 0),
    position("unknown", 8 + wave),
    row("p2p_node_receive_bytes_total", at * 1000),
    row("p2p_node_transmit_bytes_total", at * 1000),
    ...(chain === "wire" ? [row("p2p_wire_wrong_chain_peers", 0), row("p2p_wire_vanished_peers", 0)] : []),
    ...(chain === "monero"
      ? [
          row("p2p_monero_restricted", 0),
          row("p2p_monero_untrusted", 0),
          row("p2p_monero_offline", 0),
          row("p2p_monero_max_peers", 40, 'direction="inbound"'),
          row("p2p_monero_start_timestamp_seconds", Math.floor(at / 86_400) * 86_400 - 86_400),
          row("p2p_monero_free_space_bytes", 4e11 - (at % 86_400) * 1000),
        ]
      : []),
    ...(chain === "chainweb"
      ? [
          row("p2p_chainweb_outdated", 0),
          row("p2p_chainweb_service_date_timestamp_seconds", Math.floor(at / 86_400) * 86_400 + 90 * 86_400),
        ]
      : []),
  ];
}

function exporterRows(at) {
  return [
    ["peer_exporter_build_info", 'version="1.0.0"', 1],
    ["peer_exporter_config_last_reload_successful", "", 1],
    ["peer_exporter_event_loop_delay_seconds_count", "", Math.floor(at * 100)],
    ...DELAYS.map((le) => ["peer_exporter_event_loop_delay_seconds_bucket", `le="${le}"`, Math.floor(at * 100)]),
  ];
}

/**
 * A fleet on several exporters.
 * @param {{ nodes: number, exporters: number, troubled: number, state: State, since: number }} fleet
 *   troubled: how many of the nodes are in that state, the others are healthy
 */
export function createFleet({ nodes, exporters, troubled, state, since }) {
  const each = nodes / exporters;
  const rowsOf = (exporter, at) => [
    ...exporterRows(at),
    ...Array.from({ length: each }, (_, place) => {
      const index = exporter * each + place;
      // Spread over all exporters and chains.
      const isTroubled = Math.floor(((index + 1) * troubled) / nodes) > Math.floor((index * troubled) / nodes);
      return nodeRows(index, at, isTroubled ? state : "healthy", since);
    }).flat(),
  ];
  return {
    page: (exporter, at) =>
      rowsOf(exporter, at)
        .map(([name, labels, value]) => `${name}{${labels}} ${value}\n`)
        .join(""),
    /** All samples at these times, in OpenMetrics, as `promtool tsdb create-blocks-from` takes them. */
    *history(job, instances, times) {
      for (const [exporter, instance] of instances.entries()) {
        const from = `job="${job}",instance="${instance}"`;
        for (const at of times) {
          let text = `up{${from}} 1 ${at}\n`;
          for (const [name, labels, value] of rowsOf(exporter, at)) {
            text += `${name}{${labels === "" ? from : `${from},${labels}`}} ${value} ${at}\n`;
          }
          yield text;
        }
      }
      yield "# EOF\n";
    },
  };
}
