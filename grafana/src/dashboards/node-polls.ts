import { FAILING, UP_DOWN } from "../looks.ts";
import { increase, node, once, over, rate } from "../select.ts";
import { gauge } from "../shorthand.ts";
import type { PanelSpec } from "../spec.ts";

export const polls: readonly PanelSpec[] = [
  {
    kind: "states",
    title: "Parts of the API",
    description: "Whether each part of a poll succeeded. A failed part does not affect the others.",
    unit: "none",
    queries: [{ expr: once(node("p2p_node_api_up")), legend: "{{api}}" }],
    words: UP_DOWN,
  },
  {
    kind: "states",
    title: "Why APIs failed",
    description: "APIs that failed in the last poll and the reason, for as long as they did. Empty if none failed.",
    unit: "none",
    queries: [gauge("p2p_node_failure_info", "{{api}}: {{reason}}")],
    words: FAILING,
  },
  {
    kind: "graph",
    title: "Duration of polls",
    description: "Duration of the last poll, and the time between two polls.",
    unit: "s",
    width: 6,
    min: 0,
    queries: [gauge("p2p_node_poll_duration_seconds", "duration"), gauge("p2p_node_poll_interval_seconds", "interval")],
  },
  {
    kind: "graph",
    title: "Polls and failures",
    description: "Completed polls per second, and those that returned no peer list.",
    unit: "cps",
    width: 6,
    min: 0,
    queries: [
      { expr: once(rate(node("p2p_node_polls_total"))), legend: "polls" },
      { expr: over("sum", ["reason"], rate(node("p2p_node_poll_failures_total"))), legend: "failed" },
    ],
  },
  {
    kind: "bars",
    title: "Failures by reason in the time range",
    description: "Polls without a peer list in the time range of the dashboard. Empty if no poll failed.",
    unit: "short",
    width: 6,
    decimals: 0,
    queries: [
      {
        expr: `sort_desc(${once(increase(node("p2p_node_poll_failures_total")))} > 0)`,
        legend: "{{reason}}",
      },
    ],
  },
  {
    kind: "graph",
    title: "Clock skew",
    description:
      "Chainweb: the node's clock minus the exporter's, in steps of about a second. Other chains: how far the start of the node or its head is in the future, if they are.",
    unit: "s",
    width: 6,
    queries: [
      gauge("p2p_node_clock_skew_seconds", "skew"),
      {
        expr: `${once(node("p2p_monero_start_timestamp_seconds"))} - time() > 0`,
        legend: "start in the future",
      },
      { expr: `${once(node("p2p_node_head_timestamp_seconds"))} - time() > 0`, legend: "head in the future" },
    ],
  },
];
