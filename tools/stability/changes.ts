/**
 * What the one release changes that may change names. docs/migration.md has it as a table, with relabelling and rules that keep
 * old names alive; a test compares it with the lists of both releases.
 */

/** The last version with names that could change, and the first one whose names are promised. */
export const UNPROMISED = "0.1.0";
export const PROMISED_FROM = "0.2.0";

export type Change = {
  /** A family, a recording rule or an alert of the old release. */
  readonly old: string;
  /** PromQL that gives its value; absent if no metric has it. */
  readonly now?: string;
  /** What differs. */
  readonly note: string;
  /** What keeps the name alive: relabelling when Prometheus scrapes, a recording rule, or nothing. */
  readonly kept: "relabelling" | "rule" | "no";
  /** The expression of that rule, where it has to differ from `now`. */
  readonly rule?: string;
};

const RENAMED_OF_WIRE = [
  "handshake_timestamp_seconds",
  "handshake_generation",
  "last_vote_timestamp_seconds",
  "peer_score",
  "first_available_block",
  "last_available_block",
  "unique_first_blocks_total",
  "counters_start_timestamp_seconds",
  "block_sync_throttling",
];

const WIRE_FLAGS = ["bp_peer", "bp_gossip_peer", "blocks_only", "transactions_only"];

const DELAY = "peer_exporter_event_loop_delay_seconds";
const SINCE_START = "since the start of the process, so any window; 0 is on time, where 0.01 was";

export const CHANGES: readonly Change[] = [
  ...RENAMED_OF_WIRE.map(renamed),
  ...WIRE_FLAGS.map(flag),
  {
    old: "p2p_connection_info",
    now: "p2p_connection_state * ignoring (state, agent, address_type) group_left (agent, address_type) p2p_connection_info or ignoring (agent, address_type) p2p_connection_state",
    note: "`state` is a family of its own, as it changes. Chainweb: `p2p_chainweb_peer_info`, without `direction`",
    kept: "rule",
    // Without `state`, so that the rule does not read its own series.
    rule: 'p2p_connection_state * ignoring (state, agent, address_type) group_left (agent, address_type) p2p_connection_info{state=""} or ignoring (agent, address_type) p2p_connection_state',
  },
  idle("receive"),
  idle("transmit"),
  {
    old: "p2p_wire_lib_lag_blocks",
    now: "p2p_node_head_height - p2p_node_final_height",
    note: "the difference of two other families",
    kept: "rule",
  },
  {
    old: "p2p_wire_fork_db_lag_blocks",
    now: "p2p_wire_fork_db_head_height - p2p_node_head_height",
    note: "the same",
    kept: "rule",
  },
  {
    old: "p2p_node_peers_by_agent",
    now: "sum without (direction) (p2p_node_peers_by_agent)",
    note: "has the label `direction` as well; sums by `agent` stay right",
    kept: "no",
  },
  {
    old: "p2p_probe_failure_info",
    now: 'max without (api) (p2p_node_failure_info{api="peers"})',
    note: "on every page, and for every API that failed",
    kept: "rule",
  },
  moved(
    "target:p2p_node_head_timestamp_seconds:age",
    "target:p2p_node_head_age_seconds:current",
    "names are level:metric:operation",
  ),
  moved(
    "target:p2p_node_poll_failures:ratio_rate15m",
    "target:p2p_node_poll_failures_per_polls:ratio_rate15m",
    "the same",
  ),
  ...[0.5, 0.9, 0.99].map((quantile) => delay(`p${quantile * 100}`, quantileOf(quantile))),
  delay("max", quantileOf(1), `${SINCE_START}; the upper bound of a bucket, which is more than the longest delay`),
  delay("mean", `0.01 + rate(${DELAY}_sum[2m]) / rate(${DELAY}_count[2m])`),
  { old: "nodejs_eventloop_lag_min_seconds", note: "not available", kept: "no" },
  { old: "nodejs_eventloop_lag_stddev_seconds", note: "not available: use two quantiles", kept: "no" },
];

function renamed(name: string): Change {
  return {
    old: `p2p_wire_${name}`,
    now: `p2p_wire_connection_${name}`,
    note: "renamed: it is about a connection",
    kept: "relabelling",
  };
}

function flag(label: string): Change {
  const others = WIRE_FLAGS.join(", ");
  return {
    old: `p2p_wire_is_${label}`,
    now: `max without (${others}) (p2p_wire_connection_info{${label}="true"} or 0 * p2p_wire_connection_info{${label}="false"})`,
    note: `a label of an info family: to select such connections, \`and on (target, direction, peer) p2p_wire_connection_info{${label}="true"}\``,
    kept: "rule",
  };
}

function idle(what: string): Change {
  return {
    old: `p2p_monero_${what}_idle_seconds`,
    now: `time() - p2p_monero_connection_last_${what}_timestamp_seconds`,
    note: "a time: it does not change while nothing happens, and its age is right between two polls as well",
    kept: "rule",
  };
}

function moved(old: string, now: string, note: string): Change {
  return { old, now, note, kept: "rule" };
}

function delay(name: string, now: string, note = SINCE_START): Change {
  return { old: `nodejs_eventloop_lag_${name}_seconds`, now, note, kept: "rule" };
}

function quantileOf(quantile: number): string {
  return `0.01 + histogram_quantile(${quantile}, rate(${DELAY}_bucket[2m]))`;
}
