import { FAILING } from "../looks.ts";
import { increase, node, once, over, perMinute, rate } from "../select.ts";
import { gauge } from "../shorthand.ts";
import type { PanelSpec } from "../spec.ts";

export const polls: readonly PanelSpec[] = [
  {
    kind: "states",
    title: "Why APIs failed",
    description: "APIs that failed in the last poll and the reason, for as long as they did.",
    empty: "No API failed.",
    unit: "none",
    queries: [gauge("p2p_node_failure_info", "{{api}}: {{reason}}")],
    words: FAILING,
  },
  {
    kind: "graph",
    title: "Duration of polls",
    description: "Duration of the last poll. A poll must end before the next one starts, after the interval.",
    unit: "s",
    min: 0,
    queries: [gauge("p2p_node_poll_duration_seconds", "duration"), gauge("p2p_node_poll_interval_seconds", "interval")],
    limits: "/^interval$/",
  },
  {
    kind: "graph",
    title: "Polls and failures",
    description: "Completed polls per minute, and those that returned no peer list.",
    unit: "cpm",
    min: 0,
    queries: [
      { expr: perMinute(once(rate(node("p2p_node_polls_total")))), legend: "polls" },
      { expr: perMinute(over("sum", ["reason"], rate(node("p2p_node_poll_failures_total")))), legend: "failed" },
    ],
    colors: { polls: "green", failed: "red" },
  },
  {
    kind: "bars",
    title: "Failures by reason in the time range",
    description: "Polls without a peer list in the time range of the dashboard, by the reason.",
    unit: "short",
    decimals: 0,
    empty: "No poll failed.",
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
    queries: [
      gauge("p2p_node_clock_skew_seconds", "skew"),
      {
        expr: `${once(node("p2p_monero_start_timestamp_seconds"))} - time() > 0`,
        legend: "start in the future",
      },
      { expr: `${once(node("p2p_node_head_timestamp_seconds"))} - time() > 0`, legend: "head in the future" },
    ],
    empty: "No clock is known to be wrong.",
  },
];
