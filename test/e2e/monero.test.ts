import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Exporter, startExporter } from "../support/exporter.ts";
import { find, type Page, value } from "../support/exposition-parser.ts";
import { height, type Monerod, type MoneroPair, startMonerod, startMoneroPair } from "../support/monerod.ts";
import { findServer, waitFor } from "../support/servers.ts";

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

describe.skipIf(monerod === undefined)("two real monerods", () => {
  let pair: MoneroPair;
  let exporter: Exporter;

  beforeAll(async () => {
    pair = await startMoneroPair();
    await pair.mine(5);
    exporter = await startExporter({
      config: `
global: {interval: 1s, timeout: 1s}
nodes:
  - {name: hub, chain: monero, url: "${pair.hub.rpcUrl}"}
  - {name: leaf, chain: monero, url: "${pair.leaf.rpcUrl}"}
references:
  - {name: trusted, chain: monero, url: "${pair.hub.rpcUrl}"}
`,
    });
    await waitFor(async () => (await fetch(`${exporter.url}/-/ready`)).status === 200, "the exporter to be ready");
  });

  afterAll(async () => {
    await exporter?.stop();
    await pair?.stop();
  });

  /** Waits until a page fulfils a condition, and gives that page. */
  const pageWhere = (what: string, isSo: (page: Page) => boolean, timeoutMs = 30_000) =>
    waitFor(
      async () => {
        const page = await exporter.page();
        return isSo(page) ? page : undefined;
      },
      what,
      timeoutMs,
    );

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
    const page = await pageWhere(
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
    const later = await pageWhere(
      "two more polls",
      (now) => value(now, "p2p_node_polls_total", { target: "leaf" }) > start + 3,
    );
    expect(value(later, "p2p_connection_start_timestamp_seconds", labels)).toBe(opened);
  });

  test("a leaf that is cut off stays up, its lag rises to the exact number, and falls to 0 after it rejoined", async () => {
    await pair.cut();
    const fork = await height(pair.leaf);
    // Fewer blocks are downloaded within one interval, and no poll would see the peer in the state synchronizing.
    await pair.mine(150);
    const mined = (await height(pair.hub)) - fork;
    expect(mined).toBeGreaterThanOrEqual(60);
    const lagging = await pageWhere(
      `a lag of ${mined} blocks`,
      (page) => value(page, "p2p_node_head_lag_blocks", { target: "leaf" }) === mined,
    );
    expect(value(lagging, "p2p_node_up", { target: "leaf" })).toBe(1);
    expect(value(lagging, "p2p_node_peers", { target: "leaf", direction: "outbound" })).toBe(0);
    expect(value(lagging, "p2p_node_reference_height", { target: "leaf", reference: "fleet" })).toBe(fork + mined);
    expect(value(lagging, "p2p_node_reference_height", { target: "leaf", reference: "configured" })).toBe(fork + mined);
    expect(value(lagging, "p2p_node_head_lag_blocks", { target: "hub" })).toBe(0);
    expect(value(lagging, "p2p_reference_up", { target: "trusted" })).toBe(1);
    expect(find(lagging, "p2p_node_up", { target: "trusted" })).toEqual([]);

    await pair.rejoin();
    const syncing = await pageWhere(
      "a peer that the leaf downloads from",
      (page) => value(page, "p2p_node_syncing_peers", { target: "leaf", flow: "download" }) === 1,
    );
    expect(value(syncing, "p2p_node_syncing", { target: "leaf" })).toBe(1);
    expect(
      find(syncing, "p2p_connection_syncing", { target: "leaf", flow: "download" }).map((sample) => sample.value),
    ).toEqual([1]);
    const done = await pageWhere(
      "no lag and no syncing",
      (page) =>
        value(page, "p2p_node_head_lag_blocks", { target: "leaf" }) === 0 &&
        value(page, "p2p_node_syncing", { target: "leaf" }) === 0,
    );
    expect(value(done, "p2p_node_head_height", { target: "leaf" })).toBe(fork + mined);
    expect(await exporter.openMetrics()).toBeDefined();
  });
});

describe.skipIf(monerod === undefined)("a real monerod with a login and a restricted port", () => {
  const rpcLogin = { username: "monitor", password: "s3cret" };
  let node: Monerod;
  let exporter: Exporter;

  beforeAll(async () => {
    node = await startMonerod({ role: "hub", rpcLogin, restrictedPort: true });
    const auth = (password: string) => `auth: {digest: {username: monitor, password: ${password}}}`;
    exporter = await startExporter({
      config: `
global: {interval: 1s, timeout: 1s}
nodes:
  - {name: right, chain: monero, url: "${node.rpcUrl}", ${auth("s3cret")}}
  - {name: wrong, chain: monero, url: "${node.rpcUrl}", ${auth("canary-wrong")}}
  - {name: none, chain: monero, url: "${node.rpcUrl}"}
  - {name: restricted, chain: monero, url: "${node.restrictedUrl}", ${auth("s3cret")}}
`,
    });
    await waitFor(async () => (await fetch(`${exporter.url}/-/ready`)).status === 200, "the exporter to be ready");
  });

  afterAll(async () => {
    await exporter?.stop();
    await node?.stop();
  });

  test("digest login works poll after poll, and past the sixteenth request on one nonce", async () => {
    const polled = await waitFor(
      async () => {
        const page = await exporter.page();
        return value(page, "p2p_node_polls_total", { target: "right" }) >= 10 ? page : undefined;
      },
      "ten polls",
      30_000,
    );
    expect(value(polled, "p2p_node_up", { target: "right" })).toBe(1);
    const failures = find(polled, "p2p_node_poll_failures_total", { target: "right" });
    expect(failures.filter((sample) => sample.value > 0)).toEqual([]);
  });

  test("a wrong or missing password is unauthorized, says digest, and shows no secret", async () => {
    const page = await exporter.page();
    for (const target of ["wrong", "none"]) {
      expect(value(page, "p2p_node_up", { target })).toBe(0);
      expect(value(page, "p2p_node_poll_failures_total", { target, reason: "unauthorized" })).toBeGreaterThan(0);
      expect(find(page, "p2p_node_head_height", { target })).toEqual([]);
    }
    expect(exporter.program.output()).toContain("auth.digest");
    expect(exporter.program.output()).not.toContain("canary-wrong");
  });

  test("the restricted port is explained, and none of its fake values is shown", async () => {
    const page = await exporter.page();
    expect(value(page, "p2p_node_up", { target: "restricted" })).toBe(0);
    expect(
      value(page, "p2p_node_poll_failures_total", { target: "restricted", reason: "unavailable" }),
    ).toBeGreaterThan(0);
    expect(value(page, "p2p_node_api_up", { target: "restricted", api: "head" })).toBe(1);
    expect(value(page, "p2p_node_head_height", { target: "restricted" })).toBe(1);
    for (const family of ["p2p_node_peers", "p2p_node_connections", "p2p_node_syncing_peers"]) {
      expect(find(page, family, { target: "restricted" })).toEqual([]);
    }
    expect(exporter.program.output()).toContain("restricted RPC hides the peers");
  });
});
