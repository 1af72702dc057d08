import { NODE_COLUMNS, SOME_GREEN, SOME_RED, UP_DOWN } from "../looks.ts";
import { exporter, NODE_LABELS, once, oncePerExporter, perMinute, rate } from "../select.ts";
import { ageOf, graph, stat } from "../shorthand.ts";
import type { DashboardSpec, PanelSpec } from "../spec.ts";
import { exporterVariables } from "../variables.ts";
import { bucketsOf, NAME, named, own, quantileOf } from "./exporter-queries.ts";
import { runtime } from "./exporter-runtime.ts";

const HTTP = "peer_exporter_http_request_duration_seconds";

/** Whether the scrape succeeded, for targets that were a peer-exporter within the time range. */
const UP = oncePerExporter(
  `${exporter("up")} and on (job, instance) last_over_time(${exporter("peer_exporter_build_info")}[$__range])`,
);

/** The nodes of each exporter. */
const WATCHED = oncePerExporter(exporter("peer_exporter_node_info"));

/** A value of each node, for every exporter that watches it: scraped through /sd, the node's own series do not name one. */
function ofWatched(expr: string): string {
  return `0 * ${WATCHED} + on (${NODE_LABELS}) group_left () max by (${NODE_LABELS}) (${expr})`;
}

function mean(sum: string, count: string, labels: string): string {
  const total = (metric: string) => `sum by (${labels}) (${oncePerExporter(rate(exporter(metric)))})`;
  return `${total(sum)} / ${total(count)}`;
}

const now: readonly PanelSpec[] = [
  stat("Exporters up", "Exporters that Prometheus can scrape.", "short", [{ expr: `sum(${UP})` }], {
    steps: SOME_GREEN,
  }),
  stat("Exporters down", "Exporters that Prometheus cannot scrape.", "short", [{ expr: `sum(1 - ${UP})` }], {
    steps: SOME_RED,
  }),
  stat(
    "Failed reloads",
    "Exporters whose last attempt to load the configuration failed: they keep the previous one.",
    "short",
    [{ expr: `sum(1 - ${oncePerExporter(exporter("peer_exporter_config_last_reload_successful"))})` }],
    { steps: SOME_RED },
  ),
  stat(
    "Age of the configuration",
    "Time since the current configuration was loaded, by the exporter that loaded last.",
    "s",
    [{ expr: `min(${ageOf(exporter("peer_exporter_config_last_reload_success_timestamp_seconds"))})` }],
    { decimals: 0, plain: true },
  ),
  stat(
    "Running for",
    "Time since the start of the process, of the exporter that started last.",
    "s",
    [{ expr: `min(${ageOf(`(${own("process_start_time_seconds")})`)})` }],
    { decimals: 0, plain: true },
  ),
  stat("Nodes", "Nodes that the exporters poll.", "short", [{ expr: `count(${once(exporter("p2p_node_up"))})` }]),
  {
    kind: "table",
    title: "Builds",
    description: "The version of each exporter and of the Node.js that runs it.",
    unit: "none",
    height: 6,
    queries: [
      { expr: oncePerExporter(exporter("peer_exporter_build_info")) },
      { expr: oncePerExporter(exporter("peer_exporter_config_last_reload_successful")) },
      { expr: `count by (instance) (${oncePerExporter(exporter("p2p_node_up"))})` },
    ],
    columns: [
      { from: "instance", title: "Exporter" },
      { from: "version", title: "Version" },
      { from: "nodejs_version", title: "Node.js" },
      { from: "#B", title: "Configuration", words: { 0: ["refused", "red"], 1: ["loaded", "green"] } },
      { from: "#C", title: "Nodes", decimals: 0 },
    ],
    sortBy: "Exporter",
    ascending: true,
  },
];

const polls: readonly PanelSpec[] = [
  graph(
    "Polls",
    "Polls of nodes per minute, and those that returned no peer list.",
    "cpm",
    [
      {
        expr: named(perMinute(`sum by (instance) (${oncePerExporter(rate(exporter("p2p_node_polls_total")))})`)),
        legend: `${NAME} polls`,
      },
      {
        expr: named(
          perMinute(`sum by (instance) (${oncePerExporter(rate(exporter("p2p_node_poll_failures_total")))})`),
        ),
        legend: `${NAME} failed`,
      },
    ],
    { width: 8, min: 0 },
  ),
  graph(
    "Slowest poll",
    "The longest of the last polls, and the shortest interval: a poll must end before the next one starts.",
    "s",
    [
      { expr: named(`max by (instance) (${exporter("p2p_node_poll_duration_seconds")})`), legend: `${NAME} slowest` },
      { expr: named(`min by (instance) (${exporter("p2p_node_poll_interval_seconds")})`), legend: `${NAME} interval` },
    ],
    { width: 8, min: 0, limits: "/ interval$/" },
  ),
  graph(
    "Connections without their own series",
    "Connections without series or with shared series, which keep the page small.",
    "short",
    [
      {
        expr: named(`sum by (instance) (${oncePerExporter(exporter("p2p_node_connections_omitted"))})`),
        legend: `${NAME} omitted`,
      },
      {
        expr: named(`sum by (instance) (${oncePerExporter(exporter("p2p_node_series_withheld"))})`),
        legend: `${NAME} withheld`,
      },
      {
        expr: named(`sum by (instance) (${oncePerExporter(exporter("p2p_node_connections_merged"))})`),
        legend: `${NAME} merged`,
      },
    ],
    { width: 8, min: 0 },
  ),
  {
    kind: "table",
    title: "Nodes of each exporter",
    description: "Which exporter watches which node. A node of two exporters has two rows.",
    unit: "none",
    queries: [
      { expr: WATCHED },
      { expr: ofWatched(exporter("p2p_node_up")) },
      { expr: ageOf(`(${ofWatched(exporter("p2p_node_last_success_timestamp_seconds"))})`) },
    ],
    columns: [
      { from: "instance", title: "Exporter" },
      ...NODE_COLUMNS,
      { from: "#B", title: "State", words: UP_DOWN, width: 80 },
      { from: "#C", title: "Age of the data", unit: "s", decimals: 0, width: 140 },
    ],
    sortBy: "Age of the data",
  },
];

const scrapes: readonly PanelSpec[] = [
  graph(
    "Scrape duration",
    "Duration of Prometheus' scrapes of each exporter.",
    "s",
    [{ expr: named(`max by (instance) (${own("scrape_duration_seconds")})`), legend: `${NAME} duration` }],
    { width: 8, min: 0 },
  ),
  graph(
    "Samples per scrape",
    "The size of the page of metrics.",
    "short",
    [{ expr: named(`max by (instance) (${own("scrape_samples_scraped")})`), legend: `${NAME} samples` }],
    { width: 8, min: 0 },
  ),
  graph(
    "New series per scrape",
    "Series that were not in the scrape before: the churn of connections.",
    "short",
    [{ expr: named(`max by (instance) (${own("scrape_series_added")})`), legend: `${NAME} new series` }],
    { width: 8, min: 0 },
  ),
  graph(
    "HTTP requests",
    "Requests per second by handler and status code.",
    "reqps",
    [
      {
        expr: `sum by (handler, code) (${oncePerExporter(rate(exporter(`${HTTP}_count`)))})`,
        legend: "{{handler}} {{code}}",
      },
    ],
    { min: 0 },
  ),
  graph(
    "HTTP duration",
    "Response time of requests: median and 99th percentile.",
    "s",
    [
      { expr: named(quantileOf(HTTP, 0.5)), legend: `${NAME} median` },
      { expr: named(quantileOf(HTTP, 0.99)), legend: `${NAME} 99 of 100` },
    ],
    { min: 0 },
  ),
  {
    kind: "heatmap",
    title: "HTTP durations",
    description: "How long requests took, in buckets: the brighter a cell, the more requests per second.",
    unit: "s",
    queries: [{ expr: bucketsOf(HTTP), legend: "{{le}}" }],
    histogram: true,
  },
  graph(
    "Mean HTTP duration by handler",
    "The mean response time of requests.",
    "s",
    [{ expr: mean(`${HTTP}_sum`, `${HTTP}_count`, "handler"), legend: "{{handler}}" }],
    { min: 0 },
  ),
];

export const exporterItself: DashboardSpec = {
  uid: "peer-exporter-exporter",
  title: "Peers / Exporter",
  description: "The exporter itself: process, event loop, HTTP, polls and configuration.",
  tags: ["exporter"],
  variables: exporterVariables("peer_exporter_build_info"),
  rows: [
    { title: "Now", panels: now },
    { title: "Polls", panels: polls },
    { title: "Scrapes and HTTP", panels: scrapes, folded: true },
    { title: "Process", panels: runtime, folded: true },
  ],
};
