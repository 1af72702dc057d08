import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { probe } from "../reliability/observe.ts";
import { type Exporter, startExporter } from "../support/exporter.ts";
import { find, type Page, value } from "../support/exposition-parser.ts";
import { height, type Monerod, type MoneroPair, startMoneroPair } from "../support/monerod.ts";
import { findServer, type WaitOptions, waitFor } from "../support/servers.ts";
import { pageWhere, untilReady } from "../support/waits.ts";

const monerod = findServer("monerod", "apt-get install monero");

type Row = {
  readonly address: string;
  readonly recv_count: number;
  readonly send_count: number;
  readonly height: number;
};

function isRow(row: unknown): row is Row {
  return typeof row === "object" && row !== null && "address" in row && "recv_count" in row && "send_count" in row;
}

async function connections(node: Monerod): Promise<readonly Row[]> {
  const { connections: rows = [] } = await node.rpc("get_connections");
  if (!Array.isArray(rows) || !rows.every(isRow)) throw new Error("unexpected answer of get_connections");
  return rows;
}

/** The bytes that /get_net_stats tells. */
async function totals(node: Monerod): Promise<{ readonly received: number; readonly sent: number }> {
  const { total_bytes_in: received, total_bytes_out: sent } = await node.other("/get_net_stats");
  if (typeof received !== "number" || typeof sent !== "number") throw new Error("unexpected answer of /get_net_stats");
  return { received, sent };
}

describe.skipIf(monerod === undefined)("two real monerods", () => {
  let pair: MoneroPair;
  let exporter: Exporter;

  beforeAll(async () => {
    pair = await startMoneroPair({
      hub: { extraArgs: ["--in-peers", "33", "--limit-rate-up", "100"] },
      // By default it adds 20 blocks at a time, and get_info waits for them: longer than the timeout on a busy machine.
      leaf: { extraArgs: ["--block-sync-size", "1"] },
    });
    await pair.mine(5);
    // Before the first poll, as bans are asked for only every 5 minutes.
    const ban = (host: string) => ({ host, ban: true, seconds: 3600 });
    await pair.hub.rpc("set_bans", { bans: [ban("203.0.113.7"), ban("198.51.100.0/24"), ban("192.0.2.0/28")] });
    exporter = await startExporter({
      config: `
global: {interval: 3s, timeout: 3s}
nodes:
  - {name: hub, chain: monero, url: "${pair.hub.rpcUrl}"}
  - {name: leaf, chain: monero, url: "${pair.leaf.rpcUrl}"}
references:
  - {name: trusted, chain: monero, url: "${pair.hub.rpcUrl}"}
`,
    });
    await untilReady(exporter);
  });

  afterAll(async () => {
    await exporter?.stop();
    await pair?.stop();
  });

  const until = (what: string, isSo: (page: Page) => boolean, options?: Pick<WaitOptions, "timeoutMs">) =>
    pageWhere(exporter, isSo, what, options);

  test("peers, direction and heights are what get_connections and get_info say", async () => {
    const page = await exporter.page();
    expect(value(page, "p2p_node_up", { target: "hub" })).toBe(1);
    expect(value(page, "p2p_node_up", { target: "leaf" })).toBe(1);
    expect(value(page, "p2p_node_peers", { target: "hub", direction: "inbound" })).toBe(1);
    expect(value(page, "p2p_node_peers", { target: "hub", direction: "outbound" })).toBe(0);
    expect(value(page, "p2p_node_peers", { target: "leaf", direction: "outbound" })).toBe(1);
    expect(value(page, "p2p_node_peers", { target: "leaf", direction: "inbound" })).toBe(0);
    expect(value(page, "p2p_node_head_height", { target: "hub" })).toBe(await height(pair.hub));
    expect(value(page, "p2p_node_head_height", { target: "leaf" })).toBe(await height(pair.leaf));
    expect(value(page, "p2p_node_head_lag_blocks", { target: "leaf" })).toBe(0);
    expect(value(page, "p2p_node_info", { target: "hub", network: "fakechain" })).toBe(1);
  });

  test("bytes, peer height and start of the connection are those of get_connections", async () => {
    // The counters rise by themselves, so a page is compared with the answers right before and right after its poll.
    const polls = async () => value(await exporter.page(), "p2p_node_polls_total", { target: "leaf" });
    const start = await polls();
    const [before] = await connections(pair.leaf);
    const page = await until(
      "one more poll of the leaf",
      (now) => value(now, "p2p_node_polls_total", { target: "leaf" }) > start + 1,
    );
    const [after] = await connections(pair.leaf);
    if (before === undefined || after === undefined) throw new Error("the leaf has no peer");
    const labels = { target: "leaf", direction: "outbound", peer: before.address };
    const received = value(page, "p2p_connection_receive_bytes_total", labels);
    const sent = value(page, "p2p_connection_transmit_bytes_total", labels);
    expect(received).toBeGreaterThanOrEqual(before.recv_count);
    expect(received).toBeLessThanOrEqual(after.recv_count);
    expect(sent).toBeGreaterThanOrEqual(before.send_count);
    expect(sent).toBeLessThanOrEqual(after.send_count);
    expect([before.height, after.height]).toContain(value(page, "p2p_connection_head_height", labels));
    const opened = value(page, "p2p_connection_start_timestamp_seconds", labels);
    const later = await until(
      "two more polls",
      (now) => value(now, "p2p_node_polls_total", { target: "leaf" }) > start + 3,
    );
    expect(value(later, "p2p_connection_start_timestamp_seconds", labels)).toBe(opened);
  });

  test("byte totals are those of /get_net_stats", async () => {
    // A page is compared with the answers right before and right after its poll.
    const polls = async () => value(await exporter.page(), "p2p_node_polls_total", { target: "leaf" });
    const start = await polls();
    const before = await totals(pair.leaf);
    const page = await until(
      "one more poll of the leaf",
      (now) => value(now, "p2p_node_polls_total", { target: "leaf" }) > start + 1,
    );
    const after = await totals(pair.leaf);
    const received = value(page, "p2p_node_receive_bytes_total", { target: "leaf" });
    const sent = value(page, "p2p_node_transmit_bytes_total", { target: "leaf" });
    expect(before.received).toBeGreaterThan(0);
    expect(received).toBeGreaterThanOrEqual(before.received);
    expect(received).toBeLessThanOrEqual(after.received);
    expect(sent).toBeGreaterThanOrEqual(before.sent);
    expect(sent).toBeLessThanOrEqual(after.sent);
    expect(value(page, "p2p_node_api_up", { target: "leaf", api: "totals" })).toBe(1);
  });

  test("limits, caps, bans and what else get_info tells, and nothing of it was changed by the polls", async () => {
    const page = await exporter.page();
    const hub = (name: string, labels: Readonly<Record<string, string>> = {}) =>
      value(page, `p2p_monero_${name}`, { target: "hub", ...labels });
    expect(hub("bans", { kind: "address" })).toBe(1);
    expect(hub("bans", { kind: "subnet" })).toBe(2);
    expect(hub("max_peers", { direction: "inbound" })).toBe(33);
    expect(hub("max_peers", { direction: "outbound" })).toBe(12);
    expect(hub("transmit_limit_bytes_per_second")).toBe(100 * 1024);
    // The leaf has no limit of its inbound peers.
    expect(find(page, "p2p_monero_max_peers", { target: "leaf", direction: "inbound" })).toEqual([]);
    expect(value(page, "p2p_monero_max_peers", { target: "leaf", direction: "outbound" })).toBe(12);

    const info = await pair.hub.rpc("get_info");
    expect(hub("start_timestamp_seconds")).toBe(info.start_time);
    expect([hub("restricted"), hub("untrusted"), hub("offline"), hub("update_available")]).toEqual([0, 0, 0, 0]);
    expect(hub("peers_by_pruning_stripe", { stripe: "none" })).toBe(1);
    expect(find(page, "p2p_monero_peers_by_pruning_stripe", { target: "hub" })).toHaveLength(9);
    expect(hub("rpc_connections")).toBeGreaterThan(0);
    expect(hub("free_space_bytes")).toBeGreaterThan(0);
    expect(hub("database_size_bytes")).toBeGreaterThan(0);
    const lastReceive = "p2p_monero_connection_last_receive_timestamp_seconds";
    const [received] = find(page, lastReceive, { target: "hub", direction: "inbound" });
    expect(Date.now() / 1000 - (received?.value ?? 0)).toBeLessThan(120);

    expect(await pair.hub.other("/in_peers", { set: false })).toMatchObject({ in_peers: 33 });
    expect(await pair.hub.other("/out_peers", { set: false })).toMatchObject({ out_peers: 12 });
    expect(await pair.hub.other("/get_limit")).toMatchObject({ limit_up: 100 });
  });

  test("a leaf that is cut off stays up, its lag rises to the exact number, and falls to 0 after it rejoined", async () => {
    await pair.cut();
    const fork = await height(pair.leaf);
    // With fewer blocks no poll might see the peer in the state synchronizing.
    await pair.mine(100);
    const mined = (await height(pair.hub)) - fork;
    expect(mined).toBeGreaterThanOrEqual(60);
    const referenceOf = (page: Page, reference: string) =>
      value(page, "p2p_node_reference_height", { target: "leaf", reference });
    // The hub and the reference are polled at moments of their own: the one may know the last block before the other.
    const lagging = await until(
      `a lag of ${mined} blocks`,
      (page) =>
        value(page, "p2p_node_head_lag_blocks", { target: "leaf" }) === mined &&
        referenceOf(page, "fleet") === fork + mined &&
        referenceOf(page, "configured") === fork + mined,
    );
    expect(value(lagging, "p2p_node_up", { target: "leaf" })).toBe(1);
    expect(value(lagging, "p2p_node_peers", { target: "leaf", direction: "outbound" })).toBe(0);
    expect(value(lagging, "p2p_node_head_lag_blocks", { target: "hub" })).toBe(0);
    expect(value(lagging, "p2p_reference_up", { target: "trusted" })).toBe(1);
    expect(find(lagging, "p2p_node_up", { target: "trusted" })).toEqual([]);

    await pair.rejoin();
    // Polled without a pause, as it downloads for a few seconds only.
    const syncing = await waitFor(
      async () => {
        await probe(exporter, "leaf");
        const page = await exporter.page();
        const isSeen =
          value(page, "p2p_node_syncing_peers", { target: "leaf", flow: "download" }) === 1 &&
          find(page, "p2p_node_syncing", { target: "leaf" }).length === 1;
        return isSeen ? page : undefined;
      },
      "a peer that the leaf downloads from, and its own word",
      { timeoutMs: 30_000 },
    );
    expect(value(syncing, "p2p_node_syncing", { target: "leaf" })).toBe(1);
    expect(
      find(syncing, "p2p_connection_syncing", { target: "leaf", flow: "download" }).map((sample) => sample.value),
    ).toEqual([1]);
    const done = await until(
      "no lag and no syncing",
      (page) =>
        find(page, "p2p_node_head_lag_blocks", { target: "leaf" })[0]?.value === 0 &&
        find(page, "p2p_node_syncing", { target: "leaf" })[0]?.value === 0,
      { timeoutMs: 120_000 },
    );
    expect(value(done, "p2p_node_head_height", { target: "leaf" })).toBe(fork + mined);
    expect(await exporter.openMetrics()).toBeDefined();
  });

  test("a leaf that is killed is down with all its data, and the hub counts a disconnect", async () => {
    const disconnects = (page: Page) =>
      value(page, "p2p_node_peer_disconnects_total", { target: "hub", direction: "inbound" });
    const before = disconnects(
      await until(
        "the hub with its peer",
        (page) => value(page, "p2p_node_peers", { target: "hub", direction: "inbound" }) === 1,
      ),
    );
    // The cut of the test before was one.
    expect(before).toBeGreaterThanOrEqual(1);
    process.kill(pair.leaf.pid, "SIGKILL");
    const page = await until(
      "the hub without its peer and the leaf down",
      (now) => disconnects(now) > before && value(now, "p2p_node_up", { target: "leaf" }) === 0,
    );
    expect(disconnects(page)).toBe(before + 1);
    expect(value(page, "p2p_node_peers", { target: "hub", direction: "inbound" })).toBe(0);
    expect(value(page, "p2p_node_up", { target: "hub" })).toBe(1);
    const shown = page.families.filter(
      ({ name }) => name.startsWith("p2p_monero_") && find(page, name, { target: "leaf" }).length > 0,
    );
    expect(shown.map(({ name }) => name)).toEqual([]);
  });
});
