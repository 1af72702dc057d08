import { describe, expect, test } from "vitest";
import { chains } from "../../../src/chains/index.ts";
import type { ConnectionsConfig, NodeConfig } from "../../../src/config/model.ts";
import type { TextSample } from "../../../src/lib/prometheus-text.ts";
import { createConnectionSettings } from "../../../src/metrics/connection-settings.ts";
import { createNodeRenderer } from "../../../src/metrics/render-node.ts";
import { parseAddress } from "../../../src/model/address.ts";
import type { PeerConnection } from "../../../src/model/report.ts";
import { createRecentPolls } from "../../../src/poll/recent-polls.ts";
import { createStore, NO_SERIES, toStored } from "../../../src/poll/store.ts";
import { htmlOf, NOTHING } from "../../../src/server/pages/markup.ts";
import { peersTable } from "../../../src/server/pages/peers.ts";
import { catalogue } from "../../metrics/support.ts";
import { nodeConfig, peers, report, row, stateAfter } from "../../poll/support.ts";
import { setUp } from "../support.ts";

const render = createNodeRenderer(
  catalogue,
  ({ chain }) => chains[chain].traits,
  createConnectionSettings("a key of some length").of,
);

/** The page of a node with these peers, as a reader sees it. */
async function pageOf(
  rows: readonly PeerConnection[],
  connections: Partial<ConnectionsConfig>,
  node: Partial<NodeConfig> = {},
) {
  const config = nodeConfig({ name: "n", ...node });
  const state = stateAfter(report({ peers: peers(...rows) }), {
    node: { ...config, connections: { ...config.connections, ...connections } },
  });
  const store = createStore();
  store.set({ state: toStored(state), ...render(state, { series: NO_SERIES, nowMs: 0 }) });
  const { server } = setUp({ nodes: { store, recentPolls: createRecentPolls() } });
  return plain((await server.inject("/nodes/n")).body);
}

function plain(html: string): string {
  return html
    .replaceAll(/<(style|script)>.*?<\/\1>/gs, "")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");
}

const at = (id: string, address: string, more: Partial<PeerConnection> = {}) =>
  row({ id, address: parseAddress(address), ...more });

const ROWS = [
  at("1", "203.0.113.1:41000"),
  at("2", "203.0.114.1:42000"),
  at("3", "198.51.100.7:18080", { direction: "outbound" }),
];

describe("addresses on the page of a node are those of its series", () => {
  test.each<[mode: ConnectionsConfig["address"], shown: readonly string[], hidden: readonly string[]]>([
    ["full", ["203.0.113.1:41000", "203.0.114.1:42000", "198.51.100.7:18080"], []],
    ["host", ["203.0.113.1", "203.0.114.1", "198.51.100.7:18080"], ["203.0.113.1:", "203.0.114.1:"]],
    ["subnet", ["203.0.0.0/16", "198.51.0.0/16"], ["203.0.113.1", "203.0.114.1", "198.51.100.7"]],
    ["hashed", [], ["203.0.", "198.51."]],
    ["none", ["address hidden"], ["203.0.", "198.51."]],
  ])("%s, of its own settings", async (address, shown, hidden) => {
    const text = await pageOf(ROWS, { address });
    for (const each of shown) expect(text).toContain(` ${each} `);
    for (const each of hidden) expect(text).not.toContain(each);
    expect(text).toContain("3 connections at the last poll");
  });
});

describe("what the page says of rows that are not shown", () => {
  test("a single connection is not called 1 connections", async () => {
    expect(await pageOf(ROWS.slice(0, 1), {})).toContain("1 connection at the last poll");
  });

  test("some have no series", async () => {
    const text = await pageOf(ROWS, { maxPerNode: 2 });
    expect(text).toContain("2 connections at the last poll, as in the p2p_connection_* series.");
    expect(text).toContain("1 more connections have no series of their own (connections.max_per_node).");
  });

  test.each([{ maxPerNode: 0 }, { series: false }])("none has: %j", async (connections) => {
    const text = await pageOf(ROWS, connections);
    expect(text).toContain("3 connections have no series of their own");
    expect(text).toContain("peer-exporter peers lists them");
    expect(text).not.toContain("more connections");
  });

  test("some share a row", async () => {
    const text = await pageOf(ROWS, { address: "subnet" });
    expect(text).toContain(
      "3 connections at the last poll, as in the p2p_connection_* series; some share a row (connections.address).",
    );
  });

  test("all are withheld", async () => {
    const text = await pageOf(ROWS, { maxNewPerHour: 0 });
    expect(text).toContain("more series are withheld");
    expect(text).not.toContain("The node has no peers");
  });

  test("there is no peer", async () => {
    expect(await pageOf([], {})).toContain("The node has no peers.");
  });
});

describe("the table of connections", () => {
  const sample = (name: string, labels: Readonly<Record<string, string>>, value = 1): TextSample => ({
    name,
    labels: new Map(Object.entries(labels)),
    value,
  });
  const tableOf = (samples: readonly TextSample[]) =>
    plain(htmlOf(peersTable({ samples, merged: 0, path: "/nodes/n", query: new Map(), nowMs: 0 }) ?? NOTHING));

  test("has the state of a connection, and each state of those that share a row", () => {
    const one = { direction: "outbound", peer: "a:1" };
    const two = { direction: "inbound", peer: "a" };
    const text = tableOf([
      sample("p2p_connection_info", { ...one, agent: "", address_type: "ipv4" }),
      sample("p2p_connection_info", { ...two, agent: "", address_type: "ipv4" }),
      sample("p2p_connection_state", { ...one, state: "dialing" }),
      sample("p2p_connection_state", { ...two, state: "connected" }),
      sample("p2p_connection_state", { ...two, state: "handshaking" }),
    ]);
    expect(text).toContain("a:1 outbound dialing IPv4");
    expect(text).toContain("a inbound connected, handshaking IPv4");
  });

  test("connections that have not shaken hands have a row, too", () => {
    const text = tableOf([
      sample("p2p_connection_info", { direction: "outbound", peer: "a:1", agent: "any/1", address_type: "ipv4" }),
      sample("p2p_connection_state", { direction: "outbound", peer: "a:1", state: "connected" }),
      sample("p2p_connection_state", { direction: "outbound", peer: "b:1", state: "dialing" }),
    ]);
    expect(text).toContain("2 connections at the last poll");
    expect(text).toContain("a:1 outbound connected any/1 IPv4");
    expect(text).toMatch(/b:1 outbound dialing –/);
  });
});
