import { renderLabels, renderSample } from "../../src/metrics/exposition.ts";
import type { NodeFamily } from "../../src/metrics/family.ts";
import { labelValues } from "./metric-labels.ts";

/** Samples as a healthy node of today has them: all of one moment, and the heights of the public networks. */

type ByChain<T> = Readonly<Record<string, T>>;

/** The moment of all examples, unix seconds. */
const NOW = 1_795_215_283;
const DAY = 86_400;

/** What a value of each label looks like; of a closed set, the first one if it is not here. */
const LABELS: Readonly<Record<string, string | ByChain<string>>> = {
  agent: { wire: "Spring Agent", bitcoin: "/Satoshi:29.0.0/" },
  api: "head",
  braided_chain: "7",
  chain_id: { wire: "aca376f206b8fc25a6ed44dbdc66547c36c6c33e3a119ffbeaef943642f0e906" },
  direction: { wire: "outbound", monero: "outbound", bitcoin: "outbound" },
  kind: "subnet",
  message: "tx",
  network: { monero: "mainnet", chainweb: "mainnet01", bitcoin: "main" },
  network_version: "1217",
  os: "linux",
  peer: {
    wire: "198.51.100.7:9876",
    monero: "198.51.100.7:18080",
    chainweb: "198.51.100.7:1789",
    bitcoin: "198.51.100.7:8333",
  },
  reason: "timeout",
  status: "valid-fork",
  stripe: "3",
  transport: "v2",
  version: { wire: "v1.2.2", monero: "0.18.4.4-release", chainweb: "3.2", bitcoin: "Satoshi:29.1.0" },
};

/** Where a family has other values, most of them the ones that people look for. */
const LABELS_OF: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  p2p_node_failure_info: { api: "peers" },
  p2p_node_peers_by_head: { position: "behind" },
  p2p_monero_sync_spans: { state: "downloaded" },
  p2p_monero_sync_queued_blocks: { state: "downloaded" },
  p2p_bitcoin_connection_info: { connection_type: "outbound-full-relay", transport: "v2", permitted: "false" },
  p2p_wire_connection_info: {
    bp_peer: "true",
    bp_gossip_peer: "false",
    blocks_only: "false",
    transactions_only: "false",
  },
};

const HEIGHT: ByChain<number> = { wire: 466_120_118, monero: 3_803_114, chainweb: 147_002_240, bitcoin: 976_412 };
const LAG: ByChain<number> = { wire: 3, monero: 1, chainweb: 14, bitcoin: 1 };
const BEST = Object.fromEntries(Object.entries(HEIGHT).map(([chain, height]) => [chain, height + (LAG[chain] ?? 0)]));

const VALUES: Readonly<Record<string, number | ByChain<number>>> = {
  p2p_node_peers: { wire: 25, monero: 12, chainweb: 118, bitcoin: 10 },
  p2p_node_connections: { wire: 25, monero: 12, bitcoin: 10 },
  p2p_node_syncing_peers: { wire: 2, monero: 0, bitcoin: 0 },
  p2p_node_syncing: 0,
  p2p_node_head_height: HEIGHT,
  p2p_node_head_timestamp_seconds: { wire: NOW - 0.5, monero: NOW - 74, chainweb: NOW - 41, bitcoin: NOW - 312 },
  p2p_node_final_height: (HEIGHT.wire ?? 0) - 3,
  p2p_node_final_timestamp_seconds: NOW - 2,
  p2p_node_reference_height: BEST,
  p2p_node_head_lag_blocks: LAG,
  p2p_node_block_interval_seconds: { wire: 0.5, monero: 120, chainweb: 1.5, bitcoin: 600 },
  p2p_node_forked: 0,
  p2p_node_fork_depth_blocks: 0,
  p2p_node_reorg_depth_blocks: { wire: 36, monero: 10, chainweb: 6, bitcoin: 6 },
  p2p_node_receive_bytes_total: { wire: 6_641_130_112, monero: 812_341_007, bitcoin: 3_402_118_771 },
  p2p_node_transmit_bytes_total: { wire: 21_804_553_907, monero: 2_406_118_544, bitcoin: 41_207_330_915 },
  p2p_node_peer_connects_total: { wire: 342, monero: 1253, bitcoin: 987 },
  p2p_node_peer_disconnects_total: { wire: 317, monero: 1241, bitcoin: 961 },
  p2p_node_peer_subnets: { wire: 21, monero: 12, chainweb: 97, bitcoin: 24 },
  p2p_node_largest_subnet_peers: { wire: 3, monero: 1, chainweb: 6, bitcoin: 2 },
  p2p_node_peers_by_agent: 17,
  p2p_node_peers_by_address_type: { wire: 25, monero: 10, chainweb: 116, bitcoin: 19 },
  p2p_node_peers_by_head: { wire: 0, monero: 2, bitcoin: 4 },
  p2p_node_connections_omitted: 0,
  p2p_node_connections_merged: 2,
  p2p_node_series_withheld: 0,
  p2p_node_connections_malformed: 0,
  p2p_node_clock_skew_seconds: 0.4,
  p2p_node_tls_certificate_expiry_timestamp_seconds: NOW + 61 * DAY,
  p2p_node_polls_total: 5760,
  p2p_node_poll_failures_total: 3,
  p2p_node_poll_duration_seconds: 0.041,
  p2p_node_poll_interval_seconds: 15,
  p2p_node_last_success_timestamp_seconds: NOW,
  p2p_reference_head_height: HEIGHT,
  p2p_connection_receive_bytes_total: { wire: 311_407_616, monero: 6_641_130, bitcoin: 14_550_381 },
  p2p_connection_transmit_bytes_total: { wire: 894_022_144, monero: 18_220_471, bitcoin: 9_114_208 },
  p2p_connection_head_height: {
    wire: (HEIGHT.wire ?? 0) - 21_600,
    monero: HEIGHT.monero ?? 0,
    bitcoin: HEIGHT.bitcoin ?? 0,
  },
  p2p_connection_syncing: 0,
  p2p_connection_start_timestamp_seconds: NOW - 10_812,
  p2p_connection_latency_seconds: 0.043,
  p2p_wire_fork_db_head_height: (HEIGHT.wire ?? 0) + 1,
  p2p_wire_earliest_available_block: 421_004_312,
  p2p_wire_duplicate_links: 1,
  p2p_wire_wrong_chain_peers: 0,
  p2p_wire_peers_by_network_version: 22,
  p2p_wire_peers_by_os: 24,
  p2p_wire_peers_final_height: (HEIGHT.wire ?? 0) - 21_603,
  p2p_wire_vanished_peers: 1,
  p2p_wire_failed_connections_total: 1_204,
  p2p_wire_dropped_transactions_total: 0,
  p2p_wire_plugin_page_timestamp_seconds: NOW - 12,
  p2p_wire_connection_handshake_timestamp_seconds: NOW - 10_800,
  p2p_wire_connection_handshake_generation: 2,
  p2p_wire_connection_last_vote_timestamp_seconds: NOW - 0.5,
  p2p_wire_connection_peer_score: 100,
  p2p_wire_connection_first_available_block: 421_004_312,
  p2p_wire_connection_last_available_block: (HEIGHT.wire ?? 0) - 21_600,
  p2p_wire_connection_unique_first_blocks_total: 1_842,
  p2p_wire_connection_counters_start_timestamp_seconds: NOW - 10_812,
  p2p_wire_connection_block_sync_throttling: 0,
  p2p_monero_peerlist_size: 1000,
  p2p_monero_peers_by_pruning_stripe: 2,
  p2p_monero_public_rpc_peers: 3,
  p2p_monero_max_peers: 12,
  p2p_monero_bans: 4,
  p2p_monero_receive_limit_bytes_per_second: 8_388_608,
  p2p_monero_transmit_limit_bytes_per_second: 2_097_152,
  p2p_monero_target_height: HEIGHT.monero ?? 0,
  p2p_monero_sync_spans: 6,
  p2p_monero_sync_queued_blocks: 120,
  p2p_monero_sync_queued_bytes: 9_437_184,
  p2p_monero_alternative_blocks: 2,
  p2p_monero_start_timestamp_seconds: NOW - 9 * DAY,
  p2p_monero_restricted: 0,
  p2p_monero_untrusted: 0,
  p2p_monero_offline: 0,
  p2p_monero_update_available: 0,
  p2p_monero_rpc_connections: 2,
  p2p_monero_free_space_bytes: 214_748_364_800,
  p2p_monero_database_size_bytes: 281_320_357_888,
  p2p_monero_connection_last_receive_timestamp_seconds: NOW - 4,
  p2p_monero_connection_last_transmit_timestamp_seconds: NOW - 2,
  p2p_chainweb_chain_height: (HEIGHT.chainweb ?? 0) / 20,
  p2p_chainweb_chains: 20,
  p2p_chainweb_cut_weight: 9.1e24,
  p2p_chainweb_chain_head_timestamp_seconds: NOW - 18,
  p2p_chainweb_mempool_peers: 9,
  p2p_chainweb_peers_by_identity: 112,
  p2p_chainweb_service_date_timestamp_seconds: NOW + 47 * DAY,
  p2p_chainweb_outdated: 0,
  p2p_chainweb_probed_peers: 5,
  p2p_chainweb_reachable_peers: 4,
  p2p_chainweb_reachable_peers_by_version: 4,
  p2p_chainweb_probe_refused_peers: 0,
  p2p_chainweb_peer_reachable: 1,
  p2p_chainweb_peer_cut_height: (HEIGHT.chainweb ?? 0) - 2,
  p2p_bitcoin_warming_up: 0,
  p2p_bitcoin_initial_block_download: 0,
  p2p_bitcoin_verification_progress_ratio: 0.999998,
  p2p_bitcoin_headers_height: BEST.bitcoin ?? 0,
  p2p_bitcoin_chain_tips: 2,
  p2p_bitcoin_chain_tip_height: (HEIGHT.bitcoin ?? 0) - 312,
  p2p_bitcoin_longest_fork_blocks: 1,
  p2p_bitcoin_network_active: 1,
  p2p_bitcoin_network_reachable: 1,
  p2p_bitcoin_local_addresses: 2,
  p2p_bitcoin_time_offset_seconds: -1,
  p2p_bitcoin_added_nodes: 3,
  p2p_bitcoin_bans: 2,
  p2p_bitcoin_address_manager_size: 14_208,
  p2p_bitcoin_upload_target_left_bytes: 3_180_402_118,
  p2p_bitcoin_start_timestamp_seconds: NOW - 9 * DAY,
  p2p_bitcoin_pruned: 0,
  p2p_bitcoin_prune_height: 902_118,
  p2p_bitcoin_size_on_disk_bytes: 812_604_118_403,
  p2p_bitcoin_warnings: 0,
  p2p_bitcoin_peers_by_connection_type: 8,
  p2p_bitcoin_peers_by_network: 6,
  p2p_bitcoin_peers_by_transport: 17,
  p2p_bitcoin_transaction_relay_peers: 27,
  p2p_bitcoin_address_relay_peers: 26,
  p2p_bitcoin_permitted_peers: 1,
  p2p_bitcoin_ping_waiting_peers: 0,
  p2p_bitcoin_blocks_in_flight: 1,
  p2p_bitcoin_presynced_headers_height: 702_000,
  p2p_bitcoin_message_receive_bytes_total: 1_204_331_870,
  p2p_bitcoin_message_transmit_bytes_total: 2_118_904_112,
  p2p_bitcoin_connection_synced_blocks_height: HEIGHT.bitcoin ?? 0,
  p2p_bitcoin_connection_last_receive_timestamp_seconds: NOW - 3,
  p2p_bitcoin_connection_last_block_timestamp_seconds: NOW - 2_412,
  p2p_bitcoin_connection_last_transaction_timestamp_seconds: NOW - 9,
};

/** Families whose samples are always, or mostly, 1. */
const ALWAYS_ONE = /_(?:up|info)$|^p2p_connection_state$/;

/** Families with an example of their own: a test reports those that no family has. */
export const EXAMPLE_NAMES: readonly string[] = [...Object.keys(VALUES), ...Object.keys(LABELS_OF)];

/** Whether a plausible value of the family is known. */
export function hasExample(name: string): boolean {
  return name in VALUES || ALWAYS_ONE.test(name);
}

/** The lines of a family: one for each chain if their labels or values differ, else one. */
export function exampleLines(family: NodeFamily): readonly string[] {
  const chains = Object.keys(family.sources);
  const samples = chains.map((chain) => ({ chain, own: ownLabels(family, chain), value: exampleValue(family, chain) }));
  const isOther = samples.some(
    ({ own, value }) => value !== samples[0]?.value || String(own) !== String(samples[0]?.own),
  );
  return (isOther ? samples : samples.slice(0, 1)).map(({ chain, own, value }) =>
    renderSample(family.name, renderLabels([["target", targetOf(family, chain)], ["chain", chain], ...own]), value),
  );
}

function targetOf({ about }: NodeFamily, chain: string): string {
  return about === "reference" ? `public-${chain}` : `${chain}-1`;
}

function ownLabels(family: NodeFamily, chain: string): readonly (readonly [string, string])[] {
  return family.labels.map((label) => [label, labelOf(family, label, chain)] as const);
}

function labelOf(family: NodeFamily, label: string, chain: string): string {
  const known = LABELS_OF[family.name]?.[label] ?? forChain(LABELS[label], chain);
  const values = labelValues(family, label);
  if ("open" in values) return known ?? "";
  const closed = values.closed[chain] ?? [];
  return known !== undefined && closed.includes(known) ? known : (closed[0] ?? "");
}

function exampleValue({ name, type }: NodeFamily, chain: string): number {
  const known = forChain(VALUES[name], chain);
  if (known !== undefined) return known;
  if (ALWAYS_ONE.test(name)) return 1;
  if (name.endsWith("_timestamp_seconds")) return NOW;
  return type === "counter" ? 42 : 1;
}

function forChain<T extends string | number>(value: T | ByChain<T> | undefined, chain: string): T | undefined {
  return typeof value === "object" ? value[chain] : value;
}
