import { describe, expect, test } from "vitest";
import { ADAPTERS, chains } from "../../src/chains/index.ts";
import { labelNameProblem, OWN_LABELS } from "../../src/config/schema.ts";
import type { ChainFamily } from "../../src/model/chain-family.ts";
import { FAILURE_REASONS } from "../../src/model/failure.ts";
import { deadReport, failing, firstState, head, nodeConfig, peers, report, row, stateAfter } from "../poll/support.ts";
import { find, value } from "../support/exposition-parser.ts";
import { catalogue, names, readPage } from "./support.ts";

/** What dashboards and alerts rely on: name, type, labels in addition to target, chain and those of the node. */
const CONTRACT: readonly [name: string, type: "gauge" | "counter", labels: readonly string[]][] = [
  ["p2p_node_up", "gauge", []],
  ["p2p_node_api_up", "gauge", ["api"]],
  ["p2p_node_failure_info", "gauge", ["api", "reason"]],
  ["p2p_node_info", "gauge", ["version", "network", "chain_id"]],
  ["p2p_node_peers", "gauge", ["direction"]],
  ["p2p_node_connections", "gauge", ["direction", "state"]],
  ["p2p_node_syncing_peers", "gauge", ["flow"]],
  ["p2p_node_head_height", "gauge", []],
  ["p2p_node_head_timestamp_seconds", "gauge", []],
  ["p2p_node_final_height", "gauge", []],
  ["p2p_node_final_timestamp_seconds", "gauge", []],
  ["p2p_node_block_interval_seconds", "gauge", []],
  ["p2p_node_reference_height", "gauge", ["reference"]],
  ["p2p_node_head_lag_blocks", "gauge", []],
  ["p2p_node_syncing", "gauge", []],
  ["p2p_node_connections_omitted", "gauge", []],
  ["p2p_node_connections_merged", "gauge", []],
  ["p2p_node_connections_malformed", "gauge", []],
  ["p2p_node_clock_skew_seconds", "gauge", []],
  ["p2p_node_receive_bytes_total", "counter", []],
  ["p2p_node_transmit_bytes_total", "counter", []],
  ["p2p_node_peer_connects_total", "counter", ["direction"]],
  ["p2p_node_peer_disconnects_total", "counter", ["direction"]],
  ["p2p_node_peer_subnets", "gauge", []],
  ["p2p_node_largest_subnet_peers", "gauge", []],
  ["p2p_node_peers_by_agent", "gauge", ["agent", "direction"]],
  ["p2p_node_peers_by_head", "gauge", ["position"]],
  ["p2p_node_peers_by_address_type", "gauge", ["address_type"]],
  ["p2p_node_tls_certificate_expiry_timestamp_seconds", "gauge", []],
  ["p2p_connection_latency_seconds", "gauge", ["direction", "peer"]],
  ["p2p_reference_up", "gauge", []],
  ["p2p_reference_head_height", "gauge", []],
  ["p2p_connection_info", "gauge", ["direction", "peer", "agent", "address_type"]],
  ["p2p_connection_state", "gauge", ["direction", "peer", "state"]],
  ["p2p_connection_receive_bytes_total", "counter", ["direction", "peer"]],
  ["p2p_connection_transmit_bytes_total", "counter", ["direction", "peer"]],
  ["p2p_connection_head_height", "gauge", ["direction", "peer"]],
  ["p2p_connection_syncing", "gauge", ["direction", "peer", "flow"]],
  ["p2p_connection_start_timestamp_seconds", "gauge", ["direction", "peer"]],
  ["p2p_chainweb_mempool_peers", "gauge", ["braided_chain"]],
  ["p2p_node_polls_total", "counter", []],
  ["p2p_node_poll_failures_total", "counter", ["reason"]],
  ["p2p_node_poll_duration_seconds", "gauge", []],
  ["p2p_node_poll_interval_seconds", "gauge", []],
  ["p2p_node_last_success_timestamp_seconds", "gauge", []],
];

test.each(CONTRACT)("%s is a %s with the labels %j", (name, type, labels) => {
  expect(catalogue.find((family) => family.name === name)).toMatchObject({ name, type, labels });
});

describe("rules that hold for every family", () => {
  test.each(catalogue.map((family) => [family.name, family] as const))("%s", (name, { type, help, labels }) => {
    const subjects = ["node", "connection", "reference", ...ADAPTERS.map(({ optionsKey }) => optionsKey)];
    expect(name).toMatch(new RegExp(`^p2p_(?:${subjects.join("|")})_[a-z0-9_]+$`));
    expect(name).not.toMatch(/__|_(?:sum|count|bucket|created|ms|milliseconds|percent|kilobytes|gauge|counter)$/);
    expect(name.endsWith("_total")).toBe(type === "counter");
    // The unit is at the end, before _total, and times are named as such.
    expect(name).not.toMatch(/_(?:seconds|bytes|timestamp)_(?!total$|seconds$|per_second$)/);
    expect(name).not.toMatch(/_timestamp(?!_seconds)/);
    for (const label of labels) {
      expect(label).toMatch(/^[a-z][a-z0-9_]*$/);
      // Otherwise a label of the configuration could stand twice in one series.
      expect(labelNameProblem(label)).toBeDefined();
      expect(["target", "chain", "le", "quantile", "job", "instance", "node", "type"]).not.toContain(label);
    }
    expect(new Set(labels).size).toBe(labels.length);
    expect(help).toMatch(/^[A-Z1].{10,}\.$/);
    expect(help).not.toMatch(/[\n\\]/);
  });

  test("no name occurs twice, also without _total", () => {
    const all = catalogue.map(({ name }) => name.replace(/_total$/, ""));
    expect(all.filter((name, index) => all.indexOf(name) !== index)).toEqual([]);
  });

  test("the list of reserved labels is that of the families, as the families are declared above the configuration", () => {
    const used = new Set(["target", "chain", ...catalogue.flatMap(({ labels }) => labels)]);
    expect([...new Set(OWN_LABELS)].toSorted()).toEqual([...used].toSorted());
  });

  test("the closed values are of labels that the family has", () => {
    for (const { name, labels, values = {} } of catalogue)
      expect([name, Object.keys(values).filter((label) => !labels.includes(label))]).toEqual([name, []]);
  });

  test("the node's own labels cannot be named target or chain", () => {
    expect(labelNameProblem("target")).toBeDefined();
    expect(labelNameProblem("chain")).toBeDefined();
    expect(labelNameProblem("region")).toBeUndefined();
  });

  test("data of the node says that it is from the last poll", () => {
    // What the exporter itself counts and knows is not.
    const own = /^p2p_node_(?:up|api_up|polls_total|poll_.*|last_success_timestamp_seconds)$/;
    const silent = catalogue.filter(({ name, help }) => !own.test(name) && !/last poll/.test(help));
    expect(silent.map(({ name, help }) => `${name}: ${help}`)).toEqual([]);
  });
});

describe("label values that are known are always there", () => {
  const of = (chain: "wire" | "antelope" | "monero" | "chainweb") =>
    readPage([stateAfter(report(), { node: nodeConfig({ chain }) })]);

  test.each([
    ["wire", ["inbound", "outbound"]],
    ["antelope", ["inbound", "outbound"]],
    ["monero", ["inbound", "outbound"]],
    ["chainweb", ["unknown"]],
  ] as const)("%s without peers has p2p_node_peers 0 for %j", (chain, directions) => {
    const samples = find(of(chain), "p2p_node_peers");
    expect(samples.map(({ labels, value: count }) => [labels.get("direction"), count])).toEqual(
      directions.map((direction) => [direction, 0]),
    );
  });

  test.each([
    ["wire", ["connected", "handshaking", "dialing", "disconnected"]],
    ["monero", ["connected", "handshaking"]],
    ["chainweb", []],
  ] as const)("%s has p2p_node_connections 0 in both directions for %j", (chain, states) => {
    const found = find(of(chain), "p2p_node_connections").map(({ labels, value: count }) => [
      labels.get("direction"),
      labels.get("state"),
      count,
    ]);
    expect(found).toEqual(["inbound", "outbound"].flatMap((direction) => states.map((state) => [direction, state, 0])));
  });

  test("syncing peers are counted where the chain reports them, with its own flow", () => {
    expect(value(of("wire"), "p2p_node_syncing_peers", { flow: "upload" })).toBe(0);
    expect(value(of("monero"), "p2p_node_syncing_peers", { flow: "download" })).toBe(0);
    expect(find(of("chainweb"), "p2p_node_syncing_peers")).toEqual([]);
  });

  test("every reason of failure, in every state of a node", () => {
    for (const state of [firstState(), stateAfter(report()), stateAfter(deadReport("tls"))]) {
      const samples = find(readPage([state]), "p2p_node_poll_failures_total");
      expect(samples.map(({ labels }) => labels.get("reason"))).toEqual([...FAILURE_REASONS]);
      expect(samples.filter(({ value: count }) => count > 0).map(({ labels }) => labels.get("reason"))).toEqual(
        state.report?.peers.ok === false ? ["tls"] : [],
      );
    }
  });
});

describe("counts", () => {
  const rows = [
    row({ id: "1", direction: "outbound", state: "connected", syncing: "upload" }),
    row({ id: "2", direction: "inbound", state: "connected" }),
    row({ id: "3", direction: "inbound", state: "connected", syncing: "upload" }),
    row({ id: "4", direction: "inbound", state: "handshaking", syncing: "upload" }),
    row({ id: "5", direction: "outbound", state: "dialing" }),
    row({ id: "6", direction: "outbound", state: "disconnected" }),
  ];
  const page = readPage([stateAfter(report({ peers: peers(...rows) }), { node: nodeConfig({ chain: "wire" }) })]);

  test("p2p_node_peers are the connected rows", () => {
    expect(value(page, "p2p_node_peers", { direction: "inbound" })).toBe(2);
    expect(value(page, "p2p_node_peers", { direction: "outbound" })).toBe(1);
  });

  test("p2p_node_connections are all rows", () => {
    expect(value(page, "p2p_node_connections", { direction: "inbound", state: "handshaking" })).toBe(1);
    expect(value(page, "p2p_node_connections", { direction: "outbound", state: "disconnected" })).toBe(1);
    const sum = find(page, "p2p_node_connections").reduce((total, sample) => total + sample.value, 0);
    expect(sum).toBe(rows.length);
  });

  test("they do not depend on the limit of series", () => {
    const few = readPage([stateAfter(report({ peers: peers(...rows) }), { node: nodeConfig({ chain: "wire" }) })], {
      maxPerNode: 1,
    });
    for (const name of ["p2p_node_peers", "p2p_node_connections", "p2p_node_syncing_peers"]) {
      expect(find(few, name)).toEqual(find(page, name));
    }
    expect(value(few, "p2p_node_connections_omitted")).toBe(5);
  });

  test("known peers without states all count as peers", () => {
    const known = [1, 2, 3].map((id) => row({ id: String(id), direction: "unknown", state: undefined }));
    const given = stateAfter(report({ peers: peers(...known) }), { node: nodeConfig({ chain: "chainweb" }) });
    expect(value(readPage([given]), "p2p_node_peers", { direction: "unknown" })).toBe(3);
  });

  test("malformed rows are counted", () => {
    const given = report({ peers: { ok: true, value: { connections: [], malformed: 3 } } });
    expect(value(readPage([stateAfter(given)]), "p2p_node_connections_malformed")).toBe(3);
  });
});

describe("values that the node does not report are left out", () => {
  const page = readPage([stateAfter(report())]);

  test.each([
    "p2p_node_info",
    "p2p_node_head_timestamp_seconds",
    "p2p_node_final_height",
    "p2p_node_reference_height",
    "p2p_node_head_lag_blocks",
    "p2p_node_syncing",
    "p2p_node_clock_skew_seconds",
    "p2p_connection_info",
    "p2p_chainweb_mempool_peers",
  ])("%s", (name) => {
    expect(names(page)).not.toContain(name);
  });

  test("labels of p2p_node_info one by one", () => {
    const given = report({ identity: { network: "mainnet" } });
    const [info] = find(readPage([stateAfter(given)]), "p2p_node_info");
    expect(Object.fromEntries(info?.labels ?? [])).toEqual({ target: "node-1", chain: "monero", network: "mainnet" });
  });

  test("a lag of 0 is shown", () => {
    const given = report({ peers: peers(row({ height: 100 })), head: head(100) });
    expect(value(readPage([stateAfter(given)]), "p2p_node_head_lag_blocks")).toBe(0);
  });
});

test("of a chain's own families about rows only info families have labels of their own, as lines of others could not show them", () => {
  const families = Object.values(chains).flatMap((chain): readonly ChainFamily[] => chain.families);
  const ofRows = families.filter(({ scope }) => scope !== undefined);
  expect(ofRows.length).toBeGreaterThan(0);
  for (const { name, labels } of ofRows) expect([name, labels.length > 0]).toEqual([name, name.endsWith("_info")]);
  for (const { name, type } of ofRows.filter(({ labels }) => labels.length > 0))
    expect([name, type]).toEqual([name, "gauge"]);
});

test("further labels of a chain's own family of rows are texts of a closed set, as no budget limits them", () => {
  const families = Object.values(chains).flatMap((chain): readonly ChainFamily[] => chain.families);
  const ofRows = families.filter(({ scope, labels }) => scope !== undefined && labels.length > 0);
  expect(ofRows.length).toBeGreaterThan(0);
  const open = ofRows.filter(({ labels, values }) => labels.some((label) => values?.[label] === undefined));
  expect(open.map(({ name }) => name)).toEqual([]);
});

describe("texts that a node or its peers choose", () => {
  const long = "x".repeat(1000);
  const hostile = `\ud800\n${long}`;
  const page = readPage([
    stateAfter(
      report({
        identity: { version: hostile, network: hostile, chainId: hostile },
        peers: peers(row({ agent: hostile, address: { host: hostile, type: "unknown" } })),
        head: failing("timeout"),
      }),
    ),
  ]);

  test("are at most 128 characters in every label", () => {
    const values = page.families.flatMap(({ samples }) => samples.flatMap(({ labels }) => [...labels.values()]));
    expect(values.filter((text) => [...text].length > 128)).toEqual([]);
    expect(values.filter((text) => text.includes("xxx"))).toHaveLength(8);
  });
});
