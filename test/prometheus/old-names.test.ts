import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { CHANGES } from "../../tools/stability/changes.ts";
import { blocksOf } from "../documentation/markdown.ts";
import { kindOf } from "../documentation/yaml.ts";
import { findServer, run, tempFolder } from "../support/servers.ts";

/** The rules of docs/migration.md that recreate old names, evaluated by promtool. */

const promtool = findServer("promtool", "apt-get install prometheus");

const [rules = ""] = blocksOf("docs/migration.md")
  .filter(({ language, text }) => language === "yaml" && kindOf(text) === "rules")
  .map(({ text }) => text);

const SCRAPE = 'job="peer-exporter",instance="localhost:10900"';
const WIRE = `${SCRAPE},target="wire-1",chain="wire",region="eu"`;
const MONERO = `${SCRAPE},target="monero-1",chain="monero"`;
const PEER = 'direction="outbound",peer="192.0.2.7:9876"';
/** Without p2p_connection_info. */
const DIALED = 'direction="outbound",peer="192.0.2.8:9876"';
const DELAY = "peer_exporter_event_loop_delay_seconds";

/** What is scraped at 0, 1, 2, ... minutes. */
const SCRAPED: Readonly<Record<string, string>> = {
  [`p2p_node_head_height{${WIRE}}`]: "1000+120x9",
  [`p2p_node_final_height{${WIRE}}`]: "997+120x9",
  [`p2p_wire_fork_db_head_height{${WIRE}}`]: "1002+120x9",
  [`p2p_node_head_height{${MONERO}}`]: "500x9",
  [`p2p_wire_connection_info{${WIRE},${PEER},bp_peer="true",bp_gossip_peer="false",transactions_only="false"}`]: "1x9",
  [`p2p_connection_info{${WIRE},${PEER},agent="Spring Agent",address_type="ipv4"}`]: "1x9",
  [`p2p_connection_state{${WIRE},${PEER},state="handshaking"}`]: "1x2 stale",
  [`p2p_connection_state{${WIRE},${PEER},state="connected"}`]: "_x3 1x6",
  [`p2p_connection_state{${WIRE},${DIALED},state="dialing"}`]: "1x9",
  [`p2p_monero_connection_last_receive_timestamp_seconds{${MONERO},${PEER}}`]: "100x9",
  [`p2p_monero_connection_last_transmit_timestamp_seconds{${MONERO},${PEER}}`]: "290x9",
  [`p2p_node_failure_info{${WIRE},api="head",reason="timeout"}`]: "1x9",
  [`p2p_node_failure_info{${MONERO},api="peers",reason="connect"}`]: "1x9",
  [`target:p2p_node_head_age_seconds:current{${WIRE}}`]: "4x9",
  [`target:p2p_node_poll_failures_per_polls:ratio_rate15m{${WIRE}}`]: "0.5x9",
  [`${DELAY}_bucket{${SCRAPE},le="0.1"}`]: "0+90x9",
  [`${DELAY}_bucket{${SCRAPE},le="0.2"}`]: "0+100x9",
  [`${DELAY}_bucket{${SCRAPE},le="+Inf"}`]: "0+100x9",
  [`${DELAY}_sum{${SCRAPE}}`]: "0+6x9",
  [`${DELAY}_count{${SCRAPE}}`]: "0+100x9",
};

/** What the old names show after five minutes. */
const EXPECTED: Readonly<Record<string, readonly (readonly [labels: string, value: number])[]>> = {
  p2p_wire_lib_lag_blocks: [[WIRE, 3]],
  p2p_wire_fork_db_lag_blocks: [[WIRE, 2]],
  p2p_wire_is_bp_peer: [[`${WIRE},${PEER}`, 1]],
  p2p_wire_is_bp_gossip_peer: [[`${WIRE},${PEER}`, 0]],
  p2p_wire_is_blocks_only: [],
  p2p_wire_is_transactions_only: [[`${WIRE},${PEER}`, 0]],
  'p2p_connection_info{state!=""}': [
    [`${WIRE},${PEER},state="connected",agent="Spring Agent",address_type="ipv4"`, 1],
    [`${WIRE},${DIALED},state="dialing"`, 1],
  ],
  p2p_monero_receive_idle_seconds: [[`${MONERO},${PEER}`, 200]],
  p2p_monero_transmit_idle_seconds: [[`${MONERO},${PEER}`, 10]],
  p2p_probe_failure_info: [[`${MONERO},reason="connect"`, 1]],
  "target:p2p_node_head_timestamp_seconds:age": [[WIRE, 4]],
  "target:p2p_node_poll_failures:ratio_rate15m": [[WIRE, 0.5]],
  nodejs_eventloop_lag_mean_seconds: [[SCRAPE, 0.01 + 0.06]],
  nodejs_eventloop_lag_p90_seconds: [[SCRAPE, 0.01 + 0.1]],
  nodejs_eventloop_lag_max_seconds: [[SCRAPE, 0.01 + 0.2]],
};

test("every kind of rule is evaluated", () => {
  const byRule = CHANGES.filter(({ kept }) => kept === "rule").map(({ old }) => old);
  const tested = Object.keys(EXPECTED).map((query) => query.replace(/\{.*/, ""));
  // Two more quantiles of one histogram.
  expect(byRule.filter((name) => !tested.includes(name)).map((name) => name.slice(-"p50_seconds".length))).toEqual([
    "p50_seconds",
    "p99_seconds",
  ]);
});

describe.skipIf(promtool === undefined)("promtool", () => {
  test("the rules give the values that the old names had", async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, "rules.yaml"), rules);
    const inputs = Object.entries(SCRAPED).map(([series, values]) => ({ series, values }));
    const queries = Object.entries(EXPECTED).map(([query, samples]) => ({
      // promtool compares values exactly.
      expr: `round(${query}, 0.0001)`,
      eval_time: "5m",
      exp_samples: samples.map(([labels, value]) => ({ labels: `{${labels}}`, value: Math.round(value * 1e4) / 1e4 })),
    }));
    const tests = [{ interval: "1m", input_series: inputs, promql_expr_test: queries }];
    writeFileSync(
      join(folder, "test.yaml"),
      stringify({ rule_files: ["rules.yaml"], evaluation_interval: "1m", tests }),
    );
    const { code, output } = await run(promtool ?? "", ["test", "rules", "test.yaml"], { cwd: folder });
    expect([code, output]).toEqual([0, expect.stringContaining("SUCCESS")]);
  });
});
