import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { probe } from "../reliability/observe.ts";
import { type Exporter, startExporter } from "../support/exporter.ts";
import { find, type Page, value } from "../support/exposition-parser.ts";
import {
  connectionStates,
  height,
  type Monerod,
  type MoneroPair,
  startMonerod,
  startMoneroPair,
} from "../support/monerod.ts";
import { findServer, waitFor } from "../support/servers.ts";
import { pageWhere, untilReady } from "../support/waits.ts";

const monerod = findServer("monerod", "apt-get install monero");
const faketime = findServer("faketime", "apt-get install faketime");

const NODES = ["hub", "leaf"] as const;

function forked(page: Page, target: string): readonly number[] {
  return find(page, "p2p_node_forked", { target, reference: "fleet" }).map((sample) => sample.value);
}

async function topHash(node: Monerod): Promise<unknown> {
  return (await node.rpc("get_info")).top_block_hash;
}

describe.skipIf(monerod === undefined)("two real monerods that mine apart", () => {
  let pair: MoneroPair;
  let exporter: Exporter;

  beforeAll(async () => {
    pair = await startMoneroPair();
    await pair.mine(12);
    exporter = await startExporter({
      config: `
global: {interval: 2s, timeout: 2s}
lag: {reorg_depth: 3}
nodes:
  - {name: hub, chain: monero, url: "${pair.hub.rpcUrl}"}
  - {name: leaf, chain: monero, url: "${pair.leaf.rpcUrl}"}
`,
    });
    await untilReady(exporter);
  });

  afterAll(async () => {
    await exporter?.stop();
    await pair?.stop();
  });

  const until = (what: string, isSo: (page: Page) => boolean, timeoutMs = 150_000) =>
    pageWhere(exporter, isSo, what, { timeoutMs });
  const allAre = (wanted: number) => (page: Page) => NODES.every((target) => forked(page, target)[0] === wanted);

  test("on one branch they are not forked", async () => {
    const page = await until("both compared", allAre(0));
    expect(value(page, "p2p_node_head_lag_blocks", { target: "leaf" })).toBe(0);
  });

  test("apart, at one height with different blocks, both are forked, and neither is behind", async () => {
    await pair.cut();
    await pair.hub.mine(6);
    await pair.leaf.mine(6);
    expect(await height(pair.hub)).toBe(await height(pair.leaf));
    expect(await topHash(pair.hub)).not.toBe(await topHash(pair.leaf));
    const page = await until("both forked", allAre(1));
    for (const target of NODES) expect(value(page, "p2p_node_up", { target })).toBe(1);
  });

  test("the longer branch does not hide it, as blocks at a common height are asked for", async () => {
    await pair.hub.mine(10);
    const top = await height(pair.hub);
    await until("the new head", (page) => value(page, "p2p_node_head_height", { target: "hub" }) === top);
    const polls = value(await exporter.page(), "p2p_node_polls_total", { target: "hub" });
    const page = await until(
      "ten more polls",
      (now) => value(now, "p2p_node_polls_total", { target: "hub" }) > polls + 10,
    );
    expect(NODES.map((target) => forked(page, target))).toEqual([[1], [1]]);
  });

  test("joined again, the shorter branch gives way, and none is forked", async () => {
    await pair.rejoin();
    await pair.waitForSync();
    expect(await topHash(pair.hub)).toBe(await topHash(pair.leaf));
    const page = await until("none forked and no lag", (now) =>
      NODES.every(
        (target) => forked(now, target)[0] === 0 && find(now, "p2p_node_head_lag_blocks", { target })[0]?.value === 0,
      ),
    );
    expect(value(page, "p2p_node_head_height", { target: "leaf" })).toBe(await height(pair.hub));
  });
});

describe.skipIf(monerod === undefined)("a real monerod that is killed and started again between two polls", () => {
  let pair: MoneroPair;
  let exporter: Exporter;
  let restarted: Monerod | undefined;

  beforeAll(async () => {
    pair = await startMoneroPair();
    await pair.mine(3);
    await pair.leaf.rpc("set_bans", { bans: [{ host: "203.0.113.7", ban: true, seconds: 3600 }] });
    exporter = await startExporter({
      // The schedule seldom polls while the node is away, and what is expected is the same if it does.
      config: `
global: {interval: 1m, timeout: 3s}
nodes:
  - {name: leaf, chain: monero, url: "${pair.leaf.rpcUrl}"}
`,
    });
    await untilReady(exporter);
  });

  afterAll(async () => {
    await exporter?.stop();
    await restarted?.stop();
    await pair?.stop();
  });

  test("has a new start, its connections are others, and what its old process did is forgotten", async () => {
    const leaf = (page: Page, name: string, labels: Readonly<Record<string, string>> = {}) =>
      value(page, name, { target: "leaf", ...labels });
    const before = await exporter.page();
    expect(leaf(before, "p2p_monero_bans", { kind: "address" })).toBe(1);
    const peers = leaf(before, "p2p_node_peers", { direction: "outbound" });
    expect(peers).toBe(1);
    process.kill(pair.leaf.pid, "SIGKILL");
    await waitFor(() => pair.leaf.hasEnded(), "monerod to end");
    const again = await startMonerod({ role: "leaf", peer: pair.hub, insteadOf: pair.leaf });
    restarted = again;
    await waitFor(async () => (await connectionStates(again)).includes("normal"), "the leaf to connect again", {
      timeoutMs: 60_000,
    });
    const { start_time } = await again.rpc("get_info");
    // Requests share a poll that ended within the last 6 seconds.
    const page = await waitFor(
      async () => {
        await probe(exporter, "leaf");
        const now = await exporter.page();
        return leaf(now, "p2p_monero_start_timestamp_seconds") === start_time && now;
      },
      "a poll of the new process",
      { timeoutMs: 60_000 },
    );
    expect(leaf(page, "p2p_monero_bans", { kind: "address" })).toBe(0);
    const churn = (name: string) =>
      leaf(page, name, { direction: "outbound" }) - leaf(before, name, { direction: "outbound" });
    expect(churn("p2p_node_peer_disconnects_total")).toBe(1);
    expect(churn("p2p_node_peer_connects_total")).toBe(1);
    const started = find(page, "p2p_connection_start_timestamp_seconds", { target: "leaf" });
    expect(started.every((sample) => sample.value >= Number(start_time) - 1)).toBe(true);
    expect(leaf(page, "p2p_node_receive_bytes_total")).toBeGreaterThanOrEqual(
      leaf(before, "p2p_node_receive_bytes_total"),
    );
  });
});

describe.skipIf(monerod === undefined || faketime === undefined)("a real monerod with a clock that is ahead", () => {
  const AHEAD_SECONDS = 600;
  let node: Monerod;
  let exporter: Exporter;

  beforeAll(async () => {
    node = await startMonerod({ role: "hub", clockAheadSeconds: AHEAD_SECONDS });
    exporter = await startExporter({
      config: `
global: {interval: 2s, timeout: 2s}
nodes:
  - {name: ahead, chain: monero, url: "${node.rpcUrl}"}
`,
    });
    await untilReady(exporter);
  });

  afterAll(async () => {
    await exporter?.stop();
    await node?.stop();
  });

  test("started in the future, and shows no skew that it does not report", async () => {
    const page = await exporter.page();
    const started = value(page, "p2p_monero_start_timestamp_seconds", { target: "ahead" });
    expect(started - Date.now() / 1000).toBeGreaterThan(AHEAD_SECONDS - 120);
    expect(started - Date.now() / 1000).toBeLessThan(AHEAD_SECONDS + 1);
    expect(find(page, "p2p_node_clock_skew_seconds", { target: "ahead" })).toEqual([]);
  });
});
