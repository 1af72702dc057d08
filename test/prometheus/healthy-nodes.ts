import { createRandom, type Random } from "../../src/demo/random.ts";

/** Healthy nodes of all chains as two exporters show them, for hours: no alert may fire for them. */

export const HOURS = 8;
const MINUTES = HOURS * 60;

/** The value of a series at a time, in seconds. */
type At = (seconds: number) => number;

/** A series without the labels of its exporter, and its values. */
type Row = readonly [name: string, labels: string, at: At];

export type InputSeries = { readonly series: string; readonly values: string };

const always = (value: number) => () => value;

/** Seconds at which blocks come; at random, or one after the other in the same time. */
function blocks(random: Random | undefined, interval: number): readonly number[] {
  const times: number[] = [];
  // From before the beginning, so that the first heads have a time.
  for (let at = -600; at < MINUTES * 60; ) {
    at += random === undefined ? interval : -Math.log(1 - random.next()) * interval;
    times.push(at);
  }
  return times;
}

/** How many of some sorted times are not after another one. */
function countUntil(times: readonly number[], seconds: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) <= seconds) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A value that goes up and down by chance, but stays within bounds. */
function wandering(random: Random, low: number, high: number, step: number): At {
  const values = [Math.round((low + high) / 2)];
  for (let minute = 1; minute <= MINUTES; minute++) {
    const next = (values.at(-1) ?? 0) + random.integer(-step, step);
    values.push(Math.min(high, Math.max(low, next)));
  }
  return (seconds) => values[Math.round(seconds / 60)] ?? low;
}

/** A counter that grows by a few now and then. */
function counting(random: Random, perMinute: number): At {
  const values = [0];
  for (let minute = 1; minute <= MINUTES; minute++) {
    const added = Math.floor(perMinute) + (random.chance(perMinute % 1) ? 1 : 0);
    values.push((values.at(-1) ?? 0) + added);
  }
  return (seconds) => values[Math.round(seconds / 60)] ?? 0;
}

type Position = "ahead" | "equal" | "behind" | "unknown";

function positions(at: (seconds: number) => Readonly<Record<Position, number>>): readonly Row[] {
  const names = ["ahead", "equal", "behind", "unknown"] as const;
  return names.map((name) => ["p2p_node_peers_by_head", `position="${name}"`, (seconds) => at(seconds)[name]]);
}

/** What nodes of every chain have. */
function commonRows(random: Random, heads: readonly number[], interval: number): readonly Row[] {
  // One poll in fifty fails; its node is up again at the next scrape.
  return [
    ["p2p_node_up", "", always(1)],
    ["p2p_node_info", 'version="v1", network="main", chain_id=""', always(1)],
    ["p2p_node_last_success_timestamp_seconds", "", (seconds) => seconds - random.between(1, 20)],
    ["p2p_node_poll_interval_seconds", "", always(15)],
    ["p2p_node_polls_total", "", (seconds) => seconds / 15],
    ["p2p_node_poll_failures_total", 'reason="timeout"', counting(random, 0.08)],
    ["p2p_node_poll_duration_seconds", "", () => random.between(0.02, 0.4)],
    ["p2p_node_api_up", 'api="peers"', always(1)],
    ["p2p_node_api_up", 'api="head"', () => (random.chance(0.02) ? 0 : 1)],
    ["p2p_node_connections_malformed", "", () => (random.chance(0.01) ? 1 : 0)],
    ["p2p_node_series_withheld", "", always(0)],
    ["p2p_node_syncing", "", always(0)],
    ["p2p_node_block_interval_seconds", "", always(interval)],
    ["p2p_node_head_height", "", (seconds) => countUntil(heads, seconds)],
    ["p2p_node_fork_depth_blocks", 'reference="fleet"', () => (random.chance(0.02) ? 1 : 0)],
    ["p2p_node_reorg_depth_blocks", "", always(2)],
    ["p2p_node_peers_by_address_type", 'address_type="ipv4"', always(30)],
    ["p2p_node_peers_by_address_type", 'address_type="ipv6"', always(4)],
    ["p2p_node_largest_subnet_peers", "", wandering(random, 2, 12, 1)],
  ];
}

/** 20 peers, whose handshakes are ahead for a moment; the inbound ones come and go. */
function wireRows(random: Random): readonly Row[] {
  const heads = blocks(undefined, 0.5);
  const ahead = () => (random.chance(0.05) ? random.integer(1, 3) : 0);
  return [
    ...commonRows(random, heads, 0.5),
    ...positions(() => {
      const count = ahead();
      return { ahead: count, equal: 0, behind: 0, unknown: 20 - count };
    }),
    ["p2p_node_head_lag_blocks", "", () => random.integer(0, 40)],
    ["p2p_node_head_timestamp_seconds", "", (seconds) => seconds - 0.5],
    ["p2p_node_final_height", "", (seconds) => countUntil(heads, seconds - 165)],
    ["p2p_node_peers", 'direction="inbound"', wandering(random, 8, 14, 1)],
    ["p2p_node_peers", 'direction="outbound"', wandering(random, 6, 8, 1)],
    ["p2p_node_peer_disconnects_total", 'direction="inbound"', counting(random, 2)],
    ["p2p_node_peer_disconnects_total", 'direction="outbound"', counting(random, 0.1)],
    ["p2p_wire_wrong_chain_peers", "", () => (random.chance(0.02) ? 1 : 0)],
    ["p2p_wire_vanished_peers", "", always(0)],
  ];
}

/**
 * 42 peers: each refreshes its height once a minute and some send each block themselves; 4 of them sync from the node. Blocks
 * come at random, and reach the node within a second or two.
 */
function moneroRows(random: Random): readonly Row[] {
  const heads = blocks(random, 120);
  const peers = Array.from({ length: 38 }, () => ({ phase: random.between(0, 60), sends: random.chance(0.4) }));
  const atNode = (seconds: number) => countUntil(heads, seconds - 1.5);
  const known = (peer: (typeof peers)[number], seconds: number) =>
    countUntil(heads, peer.sends ? seconds - 1 : seconds - ((seconds + peer.phase) % 60));
  const at = (seconds: number) => {
    const own = atNode(seconds);
    const differences = peers.map((peer) => Math.sign(known(peer, seconds) - own));
    const count = (sign: number) => differences.filter((difference) => difference === sign).length;
    return { ahead: count(1), equal: count(0), behind: count(-1) + 4, unknown: 0 };
  };
  return [
    ...commonRows(random, heads, 120),
    ...positions(at),
    ["p2p_node_head_lag_blocks", "", () => (random.chance(0.05) ? 1 : 0)],
    ["p2p_node_head_timestamp_seconds", "", (seconds) => heads[countUntil(heads, seconds) - 1] ?? 0],
    ["p2p_node_peers", 'direction="inbound"', wandering(random, 25, 35, 3)],
    ["p2p_node_peers", 'direction="outbound"', wandering(random, 10, 12, 1)],
    ["p2p_node_peer_disconnects_total", 'direction="inbound"', counting(random, 3)],
    ["p2p_node_peer_disconnects_total", 'direction="outbound"', counting(random, 0.2)],
    ["p2p_monero_max_peers", 'direction="inbound"', always(40)],
    ["p2p_monero_offline", "", always(0)],
    ["p2p_monero_restricted", "", always(0)],
    ["p2p_monero_untrusted", "", always(0)],
    ["p2p_monero_start_timestamp_seconds", "", always(-86_400)],
    ["p2p_monero_free_space_bytes", "", (seconds) => 400 * 2 ** 30 - 5000 * seconds],
  ];
}

/** 20 chains together; the number of known peers that fail varies in waves. */
function chainwebRows(random: Random): readonly Row[] {
  const heads = blocks(random, 1.5);
  return [
    ...commonRows(random, heads, 1.5),
    ["p2p_node_head_lag_blocks", "", () => random.integer(0, 15)],
    ["p2p_node_head_timestamp_seconds", "", (seconds) => seconds - random.between(10, 200)],
    ["p2p_node_peers", 'direction="unknown"', wandering(random, 30, 70, 8)],
    ["p2p_node_clock_skew_seconds", "", () => random.between(-0.9, 0.1)],
    ["p2p_node_tls_certificate_expiry_timestamp_seconds", "", always(60 * 86_400)],
    ["p2p_chainweb_outdated", "", always(0)],
    ["p2p_chainweb_service_date_timestamp_seconds", "", always(90 * 86_400)],
  ];
}

/**
 * 125 peers, most of which came to the node: feelers and rotating ones last for less than a minute, and a peer's height is unknown
 * unless it is ahead. Tor is one of its networks. Its chain tips are those of five minutes ago.
 */
function bitcoinRows(random: Random, interval: number): readonly Row[] {
  const heads = blocks(random, interval);
  const outbound = (seconds: number) => (random.chance(0.2) ? 11 : seconds % 3600 < 60 ? 9 : 10);
  const peers = ["ipv4", "ipv6", "onion", "i2p", "cjdns", "not_publicly_routable"];
  return [
    ...commonRows(random, heads, interval),
    ...positions(() => ({ ahead: random.chance(0.05) ? 1 : 0, equal: 0, behind: 0, unknown: 125 })),
    ["p2p_node_head_lag_blocks", "", () => (random.chance(0.05) ? 1 : 0)],
    ["p2p_node_head_timestamp_seconds", "", (seconds) => (heads[countUntil(heads, seconds) - 1] ?? 0) - 900],
    ["p2p_node_clock_skew_seconds", "", () => random.between(-0.5, 0.5)],
    ["p2p_node_peers", 'direction="inbound"', wandering(random, 90, 115, 10)],
    ["p2p_node_peers", 'direction="outbound"', outbound],
    ["p2p_node_peer_disconnects_total", 'direction="inbound"', counting(random, 4)],
    ["p2p_node_peer_disconnects_total", 'direction="outbound"', counting(random, 0.3)],
    ["p2p_bitcoin_warming_up", "", always(0)],
    ["p2p_bitcoin_initial_block_download", "", always(0)],
    ["p2p_bitcoin_verification_progress_ratio", "", () => random.between(0.99999, 1)],
    ["p2p_bitcoin_start_timestamp_seconds", "", always(-86_400)],
    ["p2p_bitcoin_chain_tip_lead_blocks", 'status="invalid"', always(-80_000)],
    ["p2p_bitcoin_chain_tip_lead_blocks", 'status="headers-only"', () => (random.chance(0.1) ? 1 : -2)],
    ["p2p_bitcoin_network_active", "", always(1)],
    ...["ipv4", "ipv6", "onion"].map(
      (name): Row => ["p2p_bitcoin_network_reachable", `peer_network="${name}"`, always(1)],
    ),
    ["p2p_bitcoin_network_reachable", 'peer_network="i2p"', always(0)],
    ...peers.map(
      (name): Row => [
        "p2p_bitcoin_peers_by_network",
        `direction="outbound", peer_network="${name}"`,
        name === "ipv4" ? (seconds) => outbound(seconds) - 1 : always(name === "onion" ? 1 : 0),
      ],
    ),
    ["p2p_bitcoin_added_nodes", 'state="away"', (seconds) => (seconds % 7200 < 300 ? 1 : 0)],
  ];
}

const BOUNDS = ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "10", "+Inf"];

/** The exporter itself: some delays of garbage collections, none of a second. */
function exporterRows(random: Random): readonly Row[] {
  const counters = [5960, 20, 10, 5, 3, 1, 0.2, 0.02].map((perMinute) => counting(random, perMinute));
  const upTo = (index: number) => (seconds: number) =>
    counters.slice(0, index + 1).reduce((sum, counter) => sum + counter(seconds), 0);
  return [
    ["up", "", always(1)],
    ["peer_exporter_build_info", 'version="0.2.0", nodejs_version="v24.1.0"', always(1)],
    ["peer_exporter_config_last_reload_successful", "", always(1)],
    ...BOUNDS.map((le, index): Row => ["peer_exporter_event_loop_delay_seconds_bucket", `le="${le}"`, upTo(index)]),
    ["peer_exporter_event_loop_delay_seconds_count", "", upTo(BOUNDS.length)],
  ];
}

/** Which of these nodes an exporter polls. */
function nodeInfo(): readonly Row[] {
  return [["peer_exporter_node_info", "", always(1)]];
}

const NODES: readonly (readonly [labels: string, rowsOf: (random: Random) => readonly Row[]])[] = [
  ['target="wire-1", chain="wire", region="eu"', wireRows],
  ['target="wire-2", chain="wire", region="us"', wireRows],
  ['target="vaulta-1", chain="antelope"', wireRows],
  ['target="monero-1", chain="monero"', moneroRows],
  ['target="kadena-1", chain="chainweb"', chainwebRows],
  ['target="bitcoin-1", chain="bitcoin"', (random) => bitcoinRows(random, 600)],
  ['target="dogecoin-1", chain="dogecoin"', (random) => bitcoinRows(random, 60)],
  ['target="litecoin-1", chain="litecoin"', (random) => bitcoinRows(random, 150)],
  ['target="wire-1", chain="wire"', nodeInfo],
  ['target="reference-1", chain="monero"', (random) => [["p2p_reference_up", "", () => (random.chance(0.03) ? 0 : 1)]]],
  ["", exporterRows],
];

/** The series of two exporters that have the same nodes. One of them is not scraped for three minutes, and later for one. */
export function healthySeries(): readonly InputSeries[] {
  return [
    { instance: "a:10900", gaps: [] },
    { instance: "b:10900", gaps: [100, 101, 102, 300] },
  ].flatMap(({ instance, gaps }) =>
    NODES.flatMap(([own, rowsOf]) =>
      rowsOf(createRandom(`healthy/${own}`)).map(([name, labels, at]) => ({
        series: `${name}{${[`job="peer-exporter", instance="${instance}"`, own, labels].filter((text) => text !== "").join(", ")}}`,
        values: valuesOf(name, at, name === "up" ? [] : gaps),
      })),
    ),
  );
}

function valuesOf(name: string, at: At, gaps: readonly number[]): string {
  const values = Array.from({ length: MINUTES + 1 }, (_, minute) => {
    if (gaps.includes(minute)) return gaps.includes(minute - 1) ? "_" : "stale";
    return name === "up" ? "1" : `${at(minute * 60)}`;
  });
  return values.join(" ");
}
