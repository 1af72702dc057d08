import { expect, test } from "vitest";
import { analyse, SCRAPE_LABELS, scrapeLabels } from "./promql-labels.ts";

const ONCE = `max without (${SCRAPE_LABELS.join(", ")})`;
const PER_EXPORTER = `max without (${SCRAPE_LABELS.filter((label) => label !== "instance").join(", ")})`;

test.each([
  "sum(p2p_node_up)",
  "count(p2p_node_up == 1)",
  "avg by (job, chain) (p2p_node_up)",
  "sum by (job, instance, chain) (p2p_node_peers)",
  "quantile(0.5, time() - p2p_connection_start_timestamp_seconds)",
  "sum without (direction, instance) (rate(p2p_node_peer_connects_total[5m]))",
  "topk(10, p2p_connection_latency_seconds)",
  "sum(max by (instance, target) (p2p_node_up))",
  "sum(max without (instance) (p2p_node_up))",
  `sum(${PER_EXPORTER} (p2p_node_up))`,
  "count(peer_exporter_build_info)",
  "count by (instance) (peer_exporter_build_info)",
  "1 + -sum(p2p_node_up)",
])("a query that counts a node or an exporter several times is found: %s", (expr) => {
  expect(analyse(expr).problems).toEqual([expect.stringContaining("over series that differ in")]);
});

test.each([
  "p2p_node_head_height * on (job, instance, target) group_left (network) p2p_node_info",
  "p2p_node_up / ignoring (job) p2p_node_peers",
  "max by (chain, job) (p2p_node_head_height) - on (chain) group_right () p2p_node_head_height",
])("a join that fails where a node has two series is found: %s", (expr) => {
  expect(analyse(expr).problems).toEqual([expect.stringContaining("fails for series that differ in")]);
});

test.each([
  ["sum by (colour) (max by (target) (p2p_node_up))", "colour"],
  ["max without (direction) (p2p_node_up)", "direction"],
  ["p2p_node_up and on (peer) p2p_node_peers", "peer"],
  ["p2p_node_lag", "is not known"],
])("a label or a metric that does not exist is found: %s", (expr, text) => {
  expect(analyse(expr).problems).toEqual([expect.stringContaining(text)]);
});

test.each([
  `sum(${ONCE} (p2p_node_up))`,
  "sum(max by (chain, target) (rate(p2p_node_receive_bytes_total[5m])))",
  "sum without (direction) (p2p_node_peers)",
  "max(p2p_node_up)",
  `count(${PER_EXPORTER} (peer_exporter_build_info))`,
  `sum by (instance) (${PER_EXPORTER} (p2p_node_up))`,
  "p2p_node_up == 0 and on (job, instance) last_over_time(peer_exporter_build_info[1d])",
  "p2p_node_up / p2p_node_poll_interval_seconds > 2 * 3",
  "max by (chain) (p2p_node_head_height) - on (chain) group_right () p2p_node_head_height",
  "p2p_node_up and ignoring (direction) p2p_node_peers > 0",
])("queries that count once pass: %s", (expr) => {
  expect(analyse(expr).problems).toEqual([]);
});

test("the labels of a result are known", () => {
  const labels = (expr: string) => [...(analyse(expr).shape?.labels ?? [])].sort();
  expect(labels(`${ONCE} (p2p_node_peers)`)).toEqual(["chain", "cluster", "direction", "namespace", "target"]);
  expect(labels("max by (chain) (p2p_node_peers) or max by (target) (p2p_node_up)")).toEqual(["chain", "target"]);
  expect(labels("max by (chain) (p2p_node_peers) and max by (target) (p2p_node_up)")).toEqual(["chain"]);
  expect(labels("topk(3, max by (peer) (p2p_connection_latency_seconds))")).toEqual(["peer"]);
  expect(
    labels("histogram_quantile(0.9, max by (le, code) (peer_exporter_http_request_duration_seconds_bucket))"),
  ).toEqual(["code"]);
  expect(labels("max by (chain, target) (p2p_node_up) * on (target) max by (target) (p2p_node_peers)")).toEqual([
    "target",
  ]);
  const left = "max by (chain, target) (p2p_node_up)";
  const right = "max by (network, target) (p2p_node_info)";
  expect(labels(`${left} * on (target) group_left (network) ${right}`)).toEqual(["chain", "network", "target"]);
  expect(labels(`${right} * on (target) group_right () ${left}`)).toEqual(["chain", "target"]);
  expect(analyse("time()").shape).toBeUndefined();
  const { shape } = analyse("max by (instance, chain) (p2p_node_up)");
  expect(shape && scrapeLabels(shape)).toEqual(["instance"]);
});
