import { renderLabels } from "../../../src/metrics/exposition.ts";

/** A day of a small fleet as two scrapers of the same pages have it; what it tells is known exactly. */

type Labels = Readonly<Record<string, string>>;

/** A series by the minutes before the end of the history; undefined where it has no sample. */
type Series = {
  readonly name: string;
  readonly labels: Labels;
  readonly value: (minutesAgo: number) => number | undefined;
  /** How many minutes before the end it begins. */
  readonly minutes: number;
};

/** The labels of the two scrapers. */
const SCRAPERS: readonly Labels[] = [
  { job: "one", instance: "a:10900" },
  { job: "two", instance: "b:10900" },
];

const HOUR = 60;
const DAY = 24 * HOUR;
const DAY_SECONDS = 86_400;

export const node = {
  wireA: { target: "wire-a", chain: "wire" },
  wireB: { target: "wire-b", chain: "wire" },
  telos: { target: "telos-a", chain: "antelope" },
  moneroA: { target: "monero-a", chain: "monero" },
  moneroB: { target: "monero-b", chain: "monero" },
  stagenet: { target: "monero-stagenet", chain: "monero" },
  kadenaA: { target: "kadena-a", chain: "chainweb" },
  kadenaB: { target: "kadena-b", chain: "chainweb" },
  kadenaC: { target: "kadena-c", chain: "chainweb" },
  bitcoin: { target: "bitcoin-a", chain: "bitcoin" },
  litecoin: { target: "litecoin-a", chain: "litecoin" },
} satisfies Readonly<Record<string, Labels>>;

function gauge(name: string, labels: Labels, value: number | Series["value"], minutes = HOUR): Series {
  return { name, labels, value: typeof value === "number" ? () => value : value, minutes };
}

/** Rises by the same amount in each second. */
function counter(name: string, labels: Labels, perSecond: number, minutes = HOUR, until = 0): Series {
  const value = (ago: number) => (ago < until ? undefined : 5e9 - perSecond * 60 * ago);
  return { name, labels, value, minutes };
}

/** Rises once, this many minutes before the end. */
function step(name: string, labels: Labels, height: number, minutesAgo: number): Series {
  return gauge(name, labels, (ago) => 100 + (ago <= minutesAgo ? height : 0));
}

/** One lag falls by a block in each second, one stays, one grows. */
const lags: readonly Series[] = [
  gauge("p2p_node_head_lag_blocks", node.wireA, (ago) => 2000 + 60 * ago),
  gauge("p2p_node_head_lag_blocks", node.wireB, 1100),
  gauge("p2p_node_head_lag_blocks", node.moneroA, (ago) => Math.max(0, 8 - Math.floor(ago / 2))),
  gauge("p2p_node_head_lag_blocks", node.moneroB, 0),
  ...[node.wireA, node.wireB].map((labels) => gauge("p2p_node_block_interval_seconds", labels, 0.5)),
  ...[node.moneroA, node.moneroB].map((labels) => gauge("p2p_node_block_interval_seconds", labels, 120)),
];

/** Twelve peers; number n receives n KB and sends 2 n KB in a second. */
const traffic: readonly Series[] = Array.from({ length: 12 }, (_, index) => {
  const labels = { ...node.moneroA, direction: "inbound", peer: `192.0.2.${index + 1}` };
  return [
    counter("p2p_connection_receive_bytes_total", labels, 1000 * (index + 1)),
    counter("p2p_connection_transmit_bytes_total", labels, 2000 * (index + 1)),
  ];
}).flat();

function agents(labels: Labels, direction: string, counts: Readonly<Record<string, number>>): readonly Series[] {
  return Object.entries(counts).map(([agent, count]) =>
    gauge("p2p_node_peers_by_agent", { ...labels, agent, direction }, count),
  );
}

function heads(labels: Labels, counts: readonly number[]): readonly Series[] {
  return ["ahead", "equal", "behind", "unknown"].map((position, index) =>
    gauge("p2p_node_peers_by_head", { ...labels, position }, counts[index] ?? 0),
  );
}

const peers: readonly Series[] = [
  ...agents(node.wireA, "inbound", { Spring: 6, other: 2, unknown: 2 }),
  ...agents(node.wireB, "inbound", { Spring: 4, Leap: 6, unknown: 0 }),
  ...agents(node.wireB, "outbound", { Spring: 10, unknown: 0 }),
  ...agents(node.telos, "inbound", { Leap: 3, unknown: 1 }),
  ...[node.wireA, node.moneroA].map((labels) => gauge("p2p_node_peers", { ...labels, direction: "inbound" }, 12)),
  ...[node.wireA, node.moneroA].map((labels) => gauge("p2p_node_peers", { ...labels, direction: "outbound" }, 8)),
  gauge("p2p_node_largest_subnet_peers", node.wireA, 5),
  gauge("p2p_node_largest_subnet_peers", node.moneroA, 15),
  // Only of monero-a no group has 60 %.
  ...heads(node.wireA, [5, 0, 0, 5]),
  ...heads(node.wireB, [0, 0, 0, 10]),
  ...heads(node.moneroB, [0, 9, 1, 0]),
  ...heads(node.moneroA, [3, 4, 3, 9]),
];

/** monero-a got a new version half a day ago; monero-b went down for good then. */
const bytes: readonly Series[] = [
  ...traffics(node.wireA, 10, 0),
  ...traffics(node.moneroA, 100, 0),
  ...traffics(node.moneroB, 7, DAY / 2),
  ...traffics(node.stagenet, 1, 0),
  info(node.wireA, { version: "v1", chain_id: "c0ffee" }, DAY, 0),
  info(node.moneroA, { version: "v1", network: "mainnet" }, DAY, DAY / 2),
  info(node.moneroA, { version: "v2", network: "mainnet" }, DAY / 2 - 1, 0),
  info(node.moneroB, { version: "v1", network: "mainnet" }, DAY, DAY / 2),
  info(node.stagenet, { version: "v1", network: "stagenet" }, DAY, 0),
];

/** It sends twice of what it receives. */
function traffics(labels: Labels, perSecond: number, until: number): readonly Series[] {
  return [
    counter("p2p_node_receive_bytes_total", labels, perSecond, DAY, until),
    counter("p2p_node_transmit_bytes_total", labels, 2 * perSecond, DAY, until),
  ];
}

function info(labels: Labels, texts: Labels, from: number, until: number): Series {
  return gauge("p2p_node_info", { ...labels, ...texts }, (ago) => (ago < until ? undefined : 1), from);
}

/** Both Monero nodes restarted; monero-a got 8 of its 20 peers back, monero-b all. */
const deploy: readonly Series[] = [
  step("p2p_node_peer_disconnects_total", { ...node.moneroA, direction: "inbound" }, 15, 20),
  step("p2p_node_peer_disconnects_total", { ...node.moneroA, direction: "outbound" }, 5, 20),
  step("p2p_node_peer_connects_total", { ...node.moneroA, direction: "inbound" }, 3, 18),
  step("p2p_node_peer_connects_total", { ...node.moneroA, direction: "outbound" }, 5, 18),
  ...["inbound", "outbound"].flatMap((direction) => [
    step("p2p_node_peer_disconnects_total", { ...node.moneroB, direction }, 10, 20),
    step("p2p_node_peer_connects_total", { ...node.moneroB, direction }, 10, 18),
  ]),
];

/** Of 480 polls of Monero nodes in an hour, 24 end with a timeout, and 120 are refused. */
const polls: readonly Series[] = [
  ...[node.moneroA, node.moneroB, node.wireA].map((labels) => counter("p2p_node_polls_total", labels, 240 / 3600)),
  counter("p2p_node_poll_failures_total", { ...node.moneroA, reason: "timeout" }, 24 / 3600),
  counter("p2p_node_poll_failures_total", { ...node.moneroB, reason: "connect" }, 120 / 3600),
  counter("p2p_node_poll_failures_total", { ...node.moneroB, reason: "tls" }, 0),
  counter("p2p_node_poll_failures_total", { ...node.wireA, reason: "timeout" }, 0),
];

function outbound(labels: Labels, counts: Readonly<Record<string, number>>): readonly Series[] {
  return Object.entries(counts).map(([peer_network, count]) =>
    gauge("p2p_bitcoin_peers_by_network", { ...labels, direction: "outbound", peer_network }, count),
  );
}

function tips(labels: Labels, leads: Readonly<Record<string, number>>): readonly Series[] {
  return Object.entries(leads).map(([status, lead]) =>
    gauge("p2p_bitcoin_chain_tip_lead_blocks", { ...labels, status }, lead),
  );
}

/** Bytes that bitcoin-a sends in a second. */
export const SENT_BY_MESSAGE = { block: 600, tx: 300, inv: 200, getdata: 100, pong: 2, ping: 1 };

/** bitcoin-a downloads its blocks; litecoin-a refuses a branch that is 3 blocks longer, and has all outbound peers over Tor. */
const bitcoinFamily: readonly Series[] = [
  ...outbound(node.bitcoin, { ipv4: 5, onion: 5 }),
  ...outbound(node.litecoin, { ipv4: 0, onion: 8 }),
  gauge("p2p_bitcoin_verification_progress_ratio", node.bitcoin, (ago) => 0.5 - 0.006 * ago),
  gauge("p2p_bitcoin_verification_progress_ratio", node.litecoin, (ago) => 1 - 0.000_001 * ago),
  gauge("p2p_bitcoin_initial_block_download", node.bitcoin, 1),
  gauge("p2p_bitcoin_initial_block_download", node.litecoin, 0),
  ...tips(node.bitcoin, { "valid-fork": -90, "headers-only": 10 }),
  ...tips(node.litecoin, { invalid: 3 }),
  ...Object.entries(SENT_BY_MESSAGE).map(([message, perSecond]) =>
    counter("p2p_bitcoin_message_transmit_bytes_total", { ...node.bitcoin, message }, perSecond),
  ),
  ...Object.entries({ v1: 2, v2: 6, detecting: 0 }).map(([transport, count]) =>
    gauge("p2p_bitcoin_peers_by_transport", { ...node.bitcoin, transport }, count),
  ),
];

/** How many seconds ago the last successful poll of a node was. */
export const AGES: readonly (readonly [labels: Labels, seconds: number])[] = [
  [node.wireA, 15],
  [node.wireB, 30],
  [node.moneroA, 7200],
  [node.moneroB, 45],
  [node.stagenet, 60],
  [node.kadenaA, 300],
];

/** The lines of the history, which ends at this Unix time. */
export function historyLines(endSeconds: number): readonly string[] {
  const days = (labels: Labels, count: number) =>
    gauge("p2p_node_tls_certificate_expiry_timestamp_seconds", labels, endSeconds + count * DAY_SECONDS);
  const all: readonly Series[] = [
    ...[...lags, ...traffic, ...peers, ...bytes, ...deploy, ...polls, ...bitcoinFamily],
    ...[days(node.kadenaA, 10), days(node.kadenaB, 30), days(node.kadenaC, -1)],
    ...[node.wireA, node.moneroA].map((labels) => gauge("peer_exporter_node_info", labels, 1)),
    ...AGES.map(([labels, seconds]) => gauge("p2p_node_last_success_timestamp_seconds", labels, endSeconds - seconds)),
  ];
  return all.flatMap((series) => SCRAPERS.flatMap((scraper) => linesOf(series, scraper, endSeconds)));
}

function linesOf({ name, labels, value, minutes }: Series, scraper: Labels, endSeconds: number): readonly string[] {
  const open = `${name}{${renderLabels(Object.entries({ ...labels, ...scraper }))}}`;
  const lines: string[] = [];
  for (let ago = minutes; ago >= 0; ago -= 1) {
    const sample = value(ago);
    if (sample !== undefined) lines.push(`${open} ${sample} ${endSeconds - 60 * ago}`);
  }
  return lines;
}
