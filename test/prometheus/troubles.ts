/** The troubles of the table in docs/alerting.md, as series of exporters and their nodes, every half minute. */

/** Seconds between two samples. */
export const STEP = 30;
/** How long everything is well before, for the ranges of the rules. */
export const BEFORE = 30 * 60;
/** How long most troubles last, and those that are slow. */
const SHORT = 16 * 60;
const LONG = 2 * 60 * 60;

/** The value of a series at a time, in seconds from the beginning of the trouble; undefined where it has none. */
type At = (seconds: number) => number | undefined;

type Row = readonly [name: string, labels: Readonly<Record<string, string>>, at: At];

export type InputSeries = { readonly series: string; readonly values: string };

export type Trouble = {
  /** As docs/alerting.md calls it. */
  readonly name: string;
  /** How long it lasts. */
  readonly seconds: number;
  readonly series: () => readonly InputSeries[];
};

type Node = {
  readonly target: string;
  readonly chain: "wire" | "monero" | "bitcoin";
  readonly instance: string;
  readonly answers?: (seconds: number) => boolean;
  /** Seconds by which the head is behind that of the chain. */
  readonly behind?: (seconds: number) => number;
  /** What the exporter of the node knows of that, in seconds. */
  readonly lag?: (seconds: number) => number;
  /** Blocks. */
  readonly fork?: (seconds: number) => number;
  readonly certificateDays?: number;
  readonly freeBytes?: (seconds: number) => number;
  /** It says that it is starting while it does not answer. */
  readonly starts?: true;
  /** Blocks by which a branch that it has refused is above its head. */
  readonly invalidLead?: (seconds: number) => number;
};

const BLOCK_SECONDS = { wire: 0.5, monero: 120, bitcoin: 600 } as const;
const REORG_BLOCKS = { wire: 10, monero: 5, bitcoin: 6 } as const;
const INTERVAL = 15;

const always = () => true;
const never = () => 0;
const day = 86_400;
const gibibyte = 2 ** 30;

/** Whether the trouble is there. */
const during = (seconds: number) => seconds >= 0;

function nodeRows(node: Node): readonly Row[] {
  const { chain, answers = always, behind = never, lag = never, fork = never, certificateDays, freeBytes } = node;
  const { starts, invalidLead } = node;
  const block = BLOCK_SECONDS[chain];
  const own = { target: node.target, chain };
  const now = (seconds: number) => seconds + BEFORE;
  const row = (name: string, at: At, labels: Readonly<Record<string, string>> = {}): Row => [
    name,
    { ...own, ...labels },
    at,
  ];
  const answered = (name: string, at: At, labels: Readonly<Record<string, string>> = {}) =>
    row(name, (seconds) => (answers(seconds) ? at(seconds) : undefined), labels);
  const lastAnswer = (seconds: number): number => {
    let at = seconds;
    while (!answers(at)) at -= STEP;
    return at;
  };
  return [
    row("p2p_node_up", (seconds) => (answers(seconds) ? 1 : 0)),
    row("p2p_node_api_up", (seconds) => (answers(seconds) ? 1 : 0), { api: "peers" }),
    row("p2p_node_failure_info", (seconds) => (answers(seconds) ? undefined : 1), { api: "peers", reason: "connect" }),
    row("p2p_node_poll_interval_seconds", () => INTERVAL),
    row("p2p_node_last_success_timestamp_seconds", (seconds) => now(lastAnswer(seconds)) - 5),
    row("p2p_node_polls_total", (seconds) => now(seconds) / INTERVAL),
    row("p2p_node_poll_failures_total", (seconds) => (seconds - lastAnswer(seconds)) / INTERVAL, { reason: "connect" }),
    row("p2p_node_poll_duration_seconds", () => 0.1),
    answered("p2p_node_info", () => 1, { version: "v1", network: "mainnet", chain_id: "c0ffee" }),
    answered("p2p_node_block_interval_seconds", () => block),
    answered("p2p_node_head_height", (seconds) => 1e6 + Math.floor((now(seconds) - behind(seconds)) / block)),
    answered(
      "p2p_node_head_timestamp_seconds",
      (seconds) => Math.floor((now(seconds) - behind(seconds)) / block) * block,
    ),
    answered("p2p_node_head_lag_blocks", (seconds) => Math.floor(lag(seconds) / block)),
    answered("p2p_node_syncing", () => 0),
    answered("p2p_node_fork_depth_blocks", fork, { reference: "fleet" }),
    answered("p2p_node_reorg_depth_blocks", () => REORG_BLOCKS[chain]),
    answered("p2p_node_peers", () => 12, { direction: "outbound" }),
    answered("p2p_node_peers", () => 20, { direction: "inbound" }),
    ...(certificateDays === undefined
      ? []
      : [answered("p2p_node_tls_certificate_expiry_timestamp_seconds", () => BEFORE + certificateDays * day)]),
    ...(freeBytes === undefined ? [] : [answered("p2p_monero_free_space_bytes", freeBytes)]),
    ...(starts === undefined ? [] : [row("p2p_bitcoin_warming_up", (seconds) => (answers(seconds) ? 0 : 1))]),
    ...(invalidLead === undefined
      ? []
      : [answered("p2p_bitcoin_chain_tip_lead_blocks", invalidLead, { status: "invalid" })]),
  ];
}

/** `up` 0 where it is not scraped; without `up` where it is no target. */
type State = "up" | "down" | "gone";

type Exporter = {
  readonly instance: string;
  readonly state?: (seconds: number) => State;
  /** How many delays of its event loop were longer than a second, since the start. */
  readonly stalls?: (seconds: number) => number;
};

const DELAYS_PER_SECOND = 100;

function exporterRows({ stalls = never }: Exporter): readonly Row[] {
  const short = (seconds: number) => (seconds + BEFORE) * DELAYS_PER_SECOND;
  const all = (seconds: number) => short(seconds) + stalls(seconds);
  const delays = "peer_exporter_event_loop_delay_seconds";
  return [
    ["peer_exporter_build_info", { version: "1.0.0" }, () => 1],
    ["peer_exporter_config_last_reload_successful", {}, () => 1],
    ...["0.1", "1"].map((le): Row => [`${delays}_bucket`, { le }, short]),
    ...["10", "+Inf"].map((le): Row => [`${delays}_bucket`, { le }, all]),
    [`${delays}_count`, {}, all],
  ];
}

function trouble(name: string, nodes: readonly Node[], exporters: readonly Exporter[], duration = SHORT): Trouble {
  const seriesOf = (exporter: Exporter): readonly InputSeries[] => {
    const { instance, state = () => "up" } = exporter;
    const own = nodes.filter((node) => node.instance === instance);
    const polled = own.map(({ target, chain }): Row => ["peer_exporter_node_info", { target, chain }, () => 1]);
    const rows = [...own.flatMap(nodeRows), ...polled, ...exporterRows(exporter)];
    const isUp = ([metric, labels, at]: Row): Row => [
      metric,
      labels,
      (seconds) => (state(seconds) === "up" ? at(seconds) : undefined),
    ];
    const states = { up: 1, down: 0, gone: undefined };
    const up: Row = ["up", {}, (seconds) => states[state(seconds)]];
    return [up, ...rows.map(isUp)].map(([metric, labels, at]) => ({
      series: `${metric}{${words({ job: "peer-exporter", instance, ...labels })}}`,
      values: values(at, duration),
    }));
  };
  return { name, seconds: duration, series: () => exporters.flatMap(seriesOf) };
}

const words = (labels: Readonly<Record<string, string>>) =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(",");

function values(at: At, end: number): string {
  const texts: string[] = [];
  for (let seconds = -BEFORE; seconds <= end; seconds += STEP) {
    const value = at(seconds);
    const wasThere = seconds > -BEFORE && at(seconds - STEP) !== undefined;
    texts.push(value === undefined ? (wasThere ? "stale" : "_") : `${value}`);
  }
  return texts.join(" ");
}

const MAIN = "exporter:10900";
const OTHER = "exporter-2:10900";

function fleet(count: number, more: (index: number) => Partial<Node> = () => ({})): readonly Node[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{ target: `wire-${index}`, chain: "wire" as const, instance: MAIN },
    ...more(index),
  }));
}

const only = (first: number, node: Partial<Node>) => (index: number) => (index < first ? node : {});

/** From the beginning of the trouble on. */
const grows = (seconds: number) => Math.max(0, seconds);

const main: Exporter = { instance: MAIN };

const BITCOIND = { target: "bitcoin-0", chain: "bitcoin", instance: MAIN } as const;

export const troubles: readonly Trouble[] = [
  trouble("one of 20 nodes is down", fleet(20, only(1, { answers: (seconds) => !during(seconds) })), [main]),
  trouble(
    "one node restarts and takes seven minutes",
    fleet(20, only(1, { answers: (seconds) => !during(seconds) || seconds >= 7 * 60 })),
    [main],
  ),
  trouble(
    "the network of 200 nodes halts",
    fleet(200, () => ({ behind: grows })),
    [main],
  ),
  trouble("one of 20 heads stops", fleet(20, only(1, { behind: grows, lag: grows })), [main]),
  trouble("20 of 40 nodes of a chain are down", fleet(40, only(20, { answers: (seconds) => !during(seconds) })), [
    main,
  ]),
  trouble(
    "one of two exporters is down",
    fleet(20, (index) => (index < 10 ? {} : { instance: OTHER })),
    [main, { instance: OTHER, state: (seconds) => (during(seconds) ? "down" : "up") }],
  ),
  trouble(
    "one of two exporters leaves the service discovery",
    fleet(20, (index) => (index < 10 ? {} : { instance: OTHER })),
    [main, { instance: OTHER, state: (seconds) => (during(seconds) ? "gone" : "up") }],
  ),
  trouble("the only exporter leaves the service discovery", fleet(20), [
    { instance: MAIN, state: (seconds) => (during(seconds) ? "gone" : "up") },
  ]),
  trouble(
    "one of three sidecars is 1000 blocks behind the others",
    fleet(3, (index) => ({
      instance: `10.0.0.${index}:10900`,
      ...(index === 0 ? { behind: (seconds: number) => (during(seconds) ? 500 : 0) } : {}),
    })),
    [0, 1, 2].map((index) => ({ instance: `10.0.0.${index}:10900` })),
  ),
  trouble("one of 20 nodes is on another branch", fleet(20, only(1, { fork: (seconds) => grows(seconds) * 2 })), [
    main,
  ]),
  trouble("the network of 20 nodes is in two parts", fleet(20, only(10, { fork: (seconds) => grows(seconds) * 2 })), [
    main,
  ]),
  trouble(
    "the disk of a monerod fills by 5 GiB an hour",
    [
      {
        target: "monero-0",
        chain: "monero",
        instance: MAIN,
        freeBytes: (seconds) => (200 - (5 * grows(seconds)) / 3600) * gibibyte,
      },
    ],
    [main],
    LONG,
  ),
  trouble(
    "a bitcoind says for 90 minutes that it is starting",
    [{ ...BITCOIND, starts: true, answers: (seconds) => !during(seconds) || seconds >= 90 * 60 }],
    [main],
    LONG,
  ),
  trouble(
    "a bitcoind refuses the block that the others take",
    [{ ...BITCOIND, behind: grows, invalidLead: (seconds) => (during(seconds) ? 1 : -50_000) }],
    [main],
    LONG,
  ),
  trouble(
    "a certificate has 14 days left",
    fleet(1, () => ({ certificateDays: 14 })),
    [main],
    LONG,
  ),
  trouble("one stall of the event loop", fleet(1), [
    { instance: MAIN, stalls: (seconds) => (during(seconds) ? 1 : 0) },
  ]),
];
