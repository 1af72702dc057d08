import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodePeers } from "../../../src/chains/bitcoin/peers.ts";
import { probe } from "../../reliability/observe.ts";
import { type Exporter, startExporter } from "../../support/exporter.ts";
import { find, type Page, parseText, value } from "../../support/exposition-parser.ts";
import { HURRY } from "../../support/hurry.ts";
import { type Litecoind, startLitecoind } from "../../support/litecoind.ts";
import { findServer, waitFor } from "../../support/servers.ts";
import { untilReady } from "../../support/waits.ts";
import { askEverything, blockchainInfo, deviations, type PeerRow, peerRows } from "./answers.ts";
import { startValve, type Valve } from "./valve.ts";

const litecoind = findServer("litecoind", "apt-get install litecoind");

const USERS = [{ name: "monitor", password: "s3cret" }];
/** The result of a module is shared for a second: each poll takes another one. */
const MODULES = Array.from({ length: 20 }, (_, index) => `m${index}`);
const MODULE = `{chain: litecoin, timeout: 30s, hosts: ["127.0.0.1:*"], auth: {basic: {username: monitor, password: s3cret}}}`;
/** Blocks that all have at first. */
const BASE = 200;
const PATIENT = { timeoutMs: 60_000 };

async function untilHeight(node: Litecoind, height: number): Promise<void> {
  await waitFor(async () => (await blockchainInfo(node)).blocks === height, `height ${height}`, PATIENT);
}

/** Waits until the rows of a node are as wanted. */
function untilRows(node: Litecoind, what: string, areSo: (rows: readonly PeerRow[]) => boolean) {
  return waitFor(
    async () => {
      const rows = await peerRows(node);
      return areSo(rows) && rows;
    },
    what,
    PATIENT,
  );
}

const isOfPeers = ({ version, pingtime }: PeerRow) => version > 0 && pingtime !== undefined;

describe.skipIf(litecoind === undefined)("real litecoinds: a hub, a leaf, and one that comes over Tor and IPv6", () => {
  let hub: Litecoind;
  let leaf: Litecoind;
  let hidden: Litecoind;
  let fresh: Litecoind | undefined;
  let valve: Valve | undefined;
  let exporter: Exporter;
  const silent: Socket[] = [];
  /** Connections of the hub that have shaken hands. */
  let hubPeers = 2;
  let polls = 0;

  beforeAll(async () => {
    [hub, leaf, hidden] = await Promise.all([
      // By default it hangs up on silent sockets after a minute.
      startLitecoind({ users: USERS, listens: true, settings: ["peertimeout=600"] }),
      startLitecoind({ users: USERS }),
      startLitecoind({ users: USERS }),
    ]);
    await hub.mine(BASE);
    await Promise.all([leaf.dial(hub.address), hidden.dial(hub.onionAddress)]);
    await Promise.all([untilHeight(leaf, BASE), untilHeight(hidden, BASE)]);
    if (hub.ipv6Address !== undefined) {
      hubPeers += 1;
      await hidden.dial(hub.ipv6Address);
    }
    for (let count = 0; count < 2; count += 1) {
      silent.push(connect(hub.p2pPort, "127.0.0.1").on("error", () => {}));
    }
    await hub.rpc("setban", "203.0.113.7", "add");
    await hub.rpc("setban", "198.51.100.0/24", "add");
    await hub.rpc("setban", "192.0.2.0/28", "add");
    await leaf.rpc("addnode", hub.address, "add");
    // Port 9 has no server.
    await leaf.rpc("addnode", "127.0.0.1:9", "add");
    await untilRows(hub, "all peers of the hub to answer a ping, and two silent ones", (rows) => {
      return rows.length === hubPeers + 2 && rows.filter(isOfPeers).length === hubPeers;
    });
    exporter = await startExporter({
      env: { NODE_OPTIONS: HURRY },
      // Polls by request: each one is between the answers that it is compared with.
      config: `
global: {interval: 30s, timeout: 30s}
connections: {address: full}
nodes:
  - {name: hub, chain: litecoin, url: "${hub.rpcUrl}", auth: {cookie_file: "${hub.cookieFile}"}}
  - {name: leaf, chain: litecoin, url: "${leaf.rpcUrl}", auth: {cookie_file: "${leaf.cookieFile}"}}
probe:
  allow: ["127.0.0.0/8:*"]
  modules:
${MODULES.map((name) => `    ${name}: ${MODULE}`).join("\n")}
`,
    });
    await untilReady(exporter);
  });

  afterAll(async () => {
    for (const socket of silent) socket.destroy();
    valve?.close();
    await exporter?.stop();
    await Promise.all([hub, leaf, hidden, fresh].map((node) => node?.kill()));
  });

  /** A poll without a past: also of what a node is asked for only every few minutes. */
  async function pollAnew({ rpcPort }: Litecoind): Promise<Page> {
    const answer = await fetch(
      `${exporter.url}/probe?module=${MODULES[polls++ % MODULES.length]}&target=127.0.0.1:${rpcPort}`,
    );
    expect(answer.status).toBe(200);
    return parseText(await answer.text());
  }

  /** Such polls until the page is as wanted. */
  function pageWhere(node: Litecoind, what: string, isSo: (page: Page) => boolean): Promise<Page> {
    return waitFor(
      async () => {
        const page = await pollAnew(node);
        return isSo(page) && page;
      },
      what,
      PATIENT,
    );
  }

  /** The page of all nodes after one more poll of each. */
  async function pollBoth(): Promise<Page> {
    await Promise.all([probe(exporter, "hub"), probe(exporter, "leaf")]);
    return exporter.page();
  }

  /** What is wrong on three pages in a row: a value may fall and rise again between the two answers. */
  async function wrongOf(node: Litecoind): Promise<readonly string[]> {
    let wrong: readonly string[] = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const before = await askEverything(node);
      const page = await pollAnew(node);
      wrong = deviations(page, before, await askEverything(node));
      if (wrong.length === 0) break;
    }
    return wrong;
  }

  test("all numbers are between the answers of litecoin-cli before and after the poll", async () => {
    for (const node of [hub, leaf, hidden]) expect(await wrongOf(node)).toEqual([]);
  });

  test("peers are seen from both ends, and those that say nothing shake hands", async () => {
    const page = await pollBoth();
    const hubValue = (name: string, labels: Readonly<Record<string, string>>) =>
      value(page, name, { target: "hub", ...labels });
    expect(hubValue("p2p_node_peers", { direction: "inbound" })).toBe(hubPeers);
    expect(hubValue("p2p_node_peers", { direction: "outbound" })).toBe(0);
    expect(hubValue("p2p_node_connections", { direction: "inbound", state: "handshaking" })).toBe(2);
    expect(hubValue("p2p_node_peers_by_address_type", { address_type: "tor" })).toBe(1);
    expect(hubValue("p2p_node_peers_by_address_type", { address_type: "ipv6" })).toBe(hubPeers - 2);
    expect(hubValue("p2p_bitcoin_bans", { kind: "address" })).toBe(1);
    expect(hubValue("p2p_bitcoin_bans", { kind: "subnet" })).toBe(2);
    const apis = find(page, "p2p_node_api_up", { target: "hub" });
    expect(apis.filter((sample) => sample.value !== 1)).toEqual([]);
    expect(apis.map(({ labels }) => labels.get("api"))).toEqual([
      "peers",
      "head",
      "last_block",
      "totals",
      "uptime",
      "network",
      "chain_tips",
      "bans",
      "added_nodes",
    ]);

    const leafValue = (name: string, labels: Readonly<Record<string, string>>) =>
      value(page, name, { target: "leaf", ...labels });
    expect(leafValue("p2p_node_peers", { direction: "outbound" })).toBe(1);
    expect(leafValue("p2p_bitcoin_peers_by_connection_type", { connection_type: "manual" })).toBe(1);
    expect(leafValue("p2p_connection_head_height", { direction: "outbound", peer: hub.address })).toBe(BASE);
    expect(leafValue("p2p_bitcoin_added_nodes", { state: "connected" })).toBe(1);
    expect(leafValue("p2p_bitcoin_added_nodes", { state: "away" })).toBe(1);
  });

  test("bytes by type of message grow by what the rows of getpeerinfo gained", async () => {
    const sumsOf = (rows: readonly PeerRow[], message: string) =>
      rows.reduce((sum, { bytessent_per_msg }) => sum + (bytessent_per_msg[message] ?? 0), 0);
    const pings = (page: Page) =>
      find(page, "p2p_bitcoin_message_transmit_bytes_total", { target: "hub", message: "ping" })[0]?.value ?? 0;
    const outerBefore = sumsOf(await peerRows(hub), "ping");
    const first = pings(await pollBoth());
    const innerBefore = sumsOf(await peerRows(hub), "ping");
    await hub.rpc("ping");
    // 24 bytes of header, 8 of a number.
    await untilRows(hub, "a ping to each peer", (rows) => sumsOf(rows, "ping") >= innerBefore + 32 * hubPeers);
    const innerAfter = sumsOf(await peerRows(hub), "ping");
    const second = pings(await pollBoth());
    const outerAfter = sumsOf(await peerRows(hub), "ping");
    expect(second - first).toBeGreaterThanOrEqual(innerAfter - innerBefore);
    expect(second - first).toBeLessThanOrEqual(outerAfter - outerBefore);
  });

  test("the row of a frozen peer has the time that its ping waits; below a minute it is not counted", async () => {
    process.kill(leaf.pid, "SIGSTOP");
    try {
      await hub.rpc("ping");
      const isWaiting = ({ pingwait }: PeerRow) => pingwait !== undefined;
      const rows = await untilRows(hub, "only the ping of the leaf to wait", (all) => {
        const [row, ...others] = all.filter(isWaiting);
        return others.length === 0 && (row?.pingwait ?? 0) > 0.2;
      });
      const waiting = rows.filter(isWaiting);
      const decoded = decodePeers(rows, "getpeerinfo", { receivedMs: Date.now() }).connections;
      expect(decoded.flatMap(({ id, pingWaitSeconds }) => (pingWaitSeconds === undefined ? [] : [id]))).toEqual(
        waiting.map(({ id, conntime }) => `${id} ${conntime}`),
      );
      expect(decoded.find(({ pingWaitSeconds }) => pingWaitSeconds !== undefined)?.pingWaitSeconds).toBe(
        waiting[0]?.pingwait,
      );
      expect(await wrongOf(hub)).toEqual([]);
    } finally {
      process.kill(leaf.pid, "SIGCONT");
    }
    await untilRows(hub, "the ping to be answered", (rows) => rows.every(({ pingwait }) => pingwait === undefined));
  });

  test("apart, both are forked; joined again, the shorter branch of 3 blocks is a fork that was left", async () => {
    const churn = (page: Page, event: "connects" | "disconnects", target: string, direction: string) =>
      value(page, `p2p_node_peer_${event}_total`, { target, direction });
    const forked = (page: Page) =>
      ["hub", "leaf"].map((target) => value(page, "p2p_node_forked", { target, reference: "fleet" }));
    const before = await pollBoth();
    expect(forked(before)).toEqual([0, 0]);

    await leaf.rpc("setnetworkactive", false);
    await untilRows(hub, "the hub to lose the leaf", (rows) => rows.filter(isOfPeers).length === hubPeers - 1);
    const off = await pageWhere(
      leaf,
      "no peers",
      (page) => value(page, "p2p_node_peers", { direction: "outbound" }) === 0,
    );
    expect(value(off, "p2p_bitcoin_network_active")).toBe(0);
    expect(value(off, "p2p_bitcoin_added_nodes", { state: "away" })).toBe(2);
    await Promise.all([hub.mine(3), leaf.mine(3, "raw(52)#qu92mhx7")]);
    // The one that is polled last knows the block of the other; the first one compares itself at its next poll.
    await pollBoth();
    const apart = await pollBoth();
    expect(forked(apart)).toEqual([1, 1]);
    expect(churn(apart, "disconnects", "hub", "inbound") - churn(before, "disconnects", "hub", "inbound")).toBe(1);
    expect(churn(apart, "disconnects", "leaf", "outbound") - churn(before, "disconnects", "leaf", "outbound")).toBe(1);

    await hub.mine(2);
    await leaf.rpc("setnetworkactive", true);
    await leaf.dial(hub.address);
    await untilHeight(leaf, BASE + 5);
    await pollBoth();
    const healed = await pollBoth();
    expect(forked(healed)).toEqual([0, 0]);
    expect(churn(healed, "connects", "leaf", "outbound")).toBeGreaterThan(churn(apart, "connects", "leaf", "outbound"));
    const page = await pageWhere(
      leaf,
      "the branch",
      (now) => value(now, "p2p_bitcoin_chain_tips", { status: "valid-fork" }) === 1,
    );
    expect(value(page, "p2p_bitcoin_longest_fork_blocks")).toBe(3);
    expect(value(page, "p2p_bitcoin_chain_tip_height", { status: "valid-fork" })).toBe(BASE + 3);
    expect(value(page, "p2p_bitcoin_network_active")).toBe(1);
    expect(await wrongOf(leaf)).toEqual([]);
  });

  test("a node that joins downloads from its peer, and lacks what its headers have", async () => {
    fresh = await startLitecoind({ users: USERS });
    const node = fresh;
    // All headers (81 bytes each) and some blocks (250 each).
    const way = await startValve(hub.p2pPort, { firstBytes: 30_000 });
    valve = way;
    await node.dial(way.address);
    await waitFor(way.isHolding, "the valve to hold the download", PATIENT);
    await untilRows(node, "blocks in flight", ([row]) => row?.bytesrecv === 30_000 && row.inflight.length > 0);
    expect(await wrongOf(node)).toEqual([]);
    const page = await pollAnew(node);
    expect(value(page, "p2p_node_syncing")).toBe(1);
    expect(value(page, "p2p_node_syncing_peers", { flow: "download" })).toBe(1);
    expect(value(page, "p2p_bitcoin_blocks_in_flight")).toBeGreaterThan(0);
    expect(value(page, "p2p_bitcoin_headers_height")).toBe(BASE + 5);
    const height = value(page, "p2p_node_head_height");
    expect(height).toBeLessThan(BASE);
    expect(value(page, "p2p_node_reference_height", { reference: "peers" })).toBe(BASE + 5);
    expect(value(page, "p2p_node_head_lag_blocks")).toBe(BASE + 5 - height);
    way.open();
    await untilHeight(node, BASE + 5);
    const synced = await pageWhere(node, "no sync", (now) => value(now, "p2p_node_syncing") === 0);
    // Absent once its head is older than a minute: no other height shows then that it is the newest.
    expect(find(synced, "p2p_node_head_lag_blocks").filter((sample) => sample.value !== 0)).toEqual([]);
    expect(value(synced, "p2p_node_syncing_peers", { flow: "download" })).toBe(0);
    expect(await wrongOf(node)).toEqual([]);
  });

  test("a block that the operator declares invalid is an invalid tip above the node's own head", async () => {
    await untilHeight(hidden, BASE + 5);
    const { bestblockhash } = await blockchainInfo(hidden);
    await hidden.rpc("invalidateblock", bestblockhash);
    const page = await pageWhere(hidden, "the head below", (now) => value(now, "p2p_node_head_height") === BASE + 4);
    expect(value(page, "p2p_bitcoin_chain_tips", { status: "invalid" })).toBe(1);
    expect(value(page, "p2p_bitcoin_chain_tip_height", { status: "invalid" })).toBe(BASE + 5);
    expect(value(page, "p2p_bitcoin_chain_tip_height", { status: "active" })).toBe(BASE + 4);
    expect(await wrongOf(hidden)).toEqual([]);
  });

  test("the connections of a killed peer are counted as closed, and it is down", async () => {
    const closed = (page: Page) =>
      value(page, "p2p_node_peer_disconnects_total", { target: "hub", direction: "inbound" });
    const before = await pollBoth();
    const ofHidden = hubPeers - 1;
    await hidden.kill();
    await untilRows(
      hub,
      "the hub to lose them",
      (rows) => rows.filter(({ network }) => network === "onion").length === 0,
    );
    const page = await waitFor(
      async () => {
        const now = await pollBoth();
        return closed(now) >= closed(before) + ofHidden && now;
      },
      "the closed connections",
      PATIENT,
    );
    expect(closed(page) - closed(before)).toBe(ofHidden);
    const down = await pollAnew(hidden);
    expect(value(down, "p2p_node_up")).toBe(0);
    expect(value(down, "p2p_node_failure_info", { api: "peers", reason: "connect" })).toBe(1);
    expect(find(down, "p2p_bitcoin_warming_up")).toEqual([]);
  });
});
