import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NODE_FAULTS } from "../../tools/faults/node-faults.ts";
import { bare, daemon, info, row, rpc } from "../chains/monero/daemon.ts";
import { fields, fixture } from "../chains/support.ts";
import { digestRules } from "../rpc/digest-node.ts";
import { find, type Page, value } from "../support/exposition-parser.ts";
import { type Handler, json } from "../support/fake-node.ts";
import { hang } from "../support/faults.ts";
import { waitFor } from "../support/servers.ts";
import { type FaultyNode, startFaultyNode } from "./faulty-node.ts";
import { createHosts } from "./hosts.ts";
import {
  failuresOf,
  familiesOf,
  isUp,
  lostSince,
  type NodeEntry,
  type Observed,
  observe,
  probe,
  watchHealthy,
} from "./observe.ts";
import { ASKED, every, matches, maxAge } from "./suite.ts";
import { CHAINS, type Chain, HEALTHY, WELL } from "./well-nodes.ts";

/** Nodes that restart, move or become others, and many that go at once, in one exporter. */

const HEALTHY_SECONDS = 8;
const MANY = Array.from({ length: 100 }, (_, index) => `crowd-${index}`);
const DNS = CHAINS.map((chain) => ({ chain, name: `${chain}-dns`, host: `${chain}.invalid` }));
const MOVING = { name: "moving", host: "moving.invalid" };
const LOGIN = { username: "monitor", password: "s3cret" };

const wireInfo = fields(fixture("wire/get_info.spring-1.2.json"));

/** A Wire node that says another thing of itself. */
const wireWith =
  (change: object): Handler =>
  (call) =>
    call.url === "/v1/chain/get_info" ? json({ ...wireInfo, ...change }) : WELL.wire(call);

/** A monerod's process: its start, its byte counters and its only connection. */
const process_ = (start: number, bytes: number, connection: string): Handler =>
  daemon({
    get_info: rpc({ ...info, start_time: start }),
    get_connections: rpc({ connections: [row({ connection_id: connection, state: "normal" })] }),
    "/get_net_stats": bare({ start_time: start, total_bytes_in: bytes, total_bytes_out: bytes }),
  });

const digest = digestRules({ ...LOGIN, usesPerNonce: 3 });
const digested: Handler = (call) => digest.refusal(call) ?? WELL.monero(call);

const hosts = createHosts();

let healthy: readonly FaultyNode[];
let crowd: FaultyNode;
let named: readonly FaultyNode[];
let swappedWire: FaultyNode;
let swappedMonero: FaultyNode;
let restarted: FaultyNode;
let withDigest: FaultyNode;
let oldHome: FaultyNode;
let newHome: FaultyNode;
let exporter: Observed;
let first: Page;
let watch: ReturnType<typeof watchHealthy>;

beforeAll(async () => {
  for (const { host } of [...DNS, MOVING]) hosts.set(host, "127.0.0.1");
  healthy = await Promise.all(HEALTHY.map(({ chain }) => startFaultyNode(WELL[chain])));
  named = await Promise.all(CHAINS.map((chain) => startFaultyNode(WELL[chain])));
  crowd = await startFaultyNode(WELL.wire);
  swappedWire = await startFaultyNode(WELL.wire);
  swappedMonero = await startFaultyNode(WELL.monero);
  restarted = await startFaultyNode(process_(1_767_000_000, 9_000_000, "before"));
  withDigest = await startFaultyNode(digested);
  oldHome = await startFaultyNode(wireWith({ server_version_string: "v-old" }));
  newHome = await startFaultyNode(wireWith({ server_version_string: "v-new" }), {
    host: "127.0.0.2",
    port: oldHome.port,
  });
  const entry = (name: string, chain: Chain, { url }: FaultyNode, more: object = {}): NodeEntry => ({
    name,
    chain,
    url,
    ...more,
  });
  const withHost = (node: FaultyNode, host: string) => ({ ...node, url: node.url.replace("127.0.0.1", host) });
  const entries = [
    ...HEALTHY.map(({ name, chain }, index) => entry(name, chain, healthy[index] ?? crowd, every(HEALTHY_SECONDS))),
    ...DNS.map(({ name, chain, host }, index) => entry(name, chain, withHost(named[index] ?? crowd, host))),
    ...MANY.map((name) => entry(name, "wire", crowd)),
    entry("swapped-wire", "wire", swappedWire, ASKED),
    entry("swapped-monero", "monero", swappedMonero, ASKED),
    entry("restarted", "monero", restarted, ASKED),
    entry("digest", "monero", withDigest, { ...ASKED, auth: { digest: LOGIN } }),
    entry(MOVING.name, "wire", withHost(oldHome, MOVING.host), ASKED),
  ];
  exporter = await observe(entries, { env: hosts.env });
  first = await exporter.until("all nodes to be up", (page) => entries.every(({ name }) => isUp(page, name)));
  const healthyNames = HEALTHY.map(({ name }) => name);
  watch = watchHealthy(exporter, healthyNames, first, maxAge(HEALTHY_SECONDS));
});

afterAll(async () => {
  await exporter?.stop();
  const nodes = [...healthy, ...named, crowd, swappedWire, swappedMonero, restarted, withDigest, oldHome, newHome];
  await Promise.all(nodes.map((node) => node.close()));
});

/** Polls the node so often, and gives the whole page then. */
async function poll(target: string, times = 1): Promise<Page> {
  for (let turn = 0; turn < times; turn += 1) {
    await probe(exporter, target);
  }
  return exporter.page();
}

const warnings = (target: string) => exporter.linesOf(target).filter(({ level }) => level !== "info");

describe.concurrent("all at the same time", () => {
  test(NODE_FAULTS.manyDown.fault, async () => {
    const { reason, log } = NODE_FAULTS.manyDown;
    await crowd.break("refuse");
    const isGone = (page: Page) => MANY.every((name) => !isUp(page, name));
    await exporter.until("all of them to be down", isGone);
    const page = await poll(MANY[0] ?? "", 2);
    for (const name of MANY) {
      expect(Object.keys(failuresOf(page, name))).toEqual([reason]);
      expect(find(page, "p2p_connection_info", { target: name })).toEqual([]);
      const reported = warnings(name).map(({ msg }) => matches(log, msg));
      // The poll that was under way when they went was cut off, which is another reason and has a line of its own.
      expect(reported.at(-1)).toBe(true);
      expect(reported.length).toBeLessThanOrEqual(2);
    }
    await crowd.mend();
    await exporter.until("all of them to be up again", (now) => MANY.every((name) => isUp(now, name)));
    for (const name of MANY) {
      // Up, down, and up again.
      const levels = exporter.linesOf(name).map(({ level }) => level);
      expect(levels.filter((level, index) => level !== levels[index - 1])).toEqual(["info", "warn", "info"]);
    }
  });

  test(NODE_FAULTS.dnsFails.fault, async () => {
    const { reason, log } = NODE_FAULTS.dnsFails;
    for (const { host } of DNS) hosts.set(host, undefined);
    await Promise.all(named.map((node) => node.break({ socket: hang })));
    await exporter.until("the names to be gone", (page) => DNS.every(({ name }) => !isUp(page, name)));
    const page = await poll("wire-dns");
    for (const { name } of DNS) {
      expect(Object.keys(failuresOf(page, name))).toEqual([reason]);
      expect(warnings(name).map(({ msg }) => msg)).toEqual([expect.stringMatching(/./)]);
      expect(matches(log, warnings(name)[0]?.msg ?? "")).toBe(true);
    }
    expect(named.map((node) => node.dials())).toEqual([0, 0, 0]);
    for (const { host } of DNS) hosts.set(host, "127.0.0.1");
    await Promise.all(named.map((node) => node.mend()));
    await exporter.until("the names to be back with all that they had", (now) =>
      DNS.every(({ name }) => isUp(now, name) && lostSince(first, now, name).length === 0),
    );
  });

  test(NODE_FAULTS.dnsChanges.fault, async () => {
    const versionOf = (page: Page) =>
      find(page, "p2p_node_info", { target: MOVING.name }).map(({ labels }) => labels.get("version"));
    expect(versionOf(first)).toEqual(["v-old"]);
    hosts.set(MOVING.host, "127.0.0.2");
    expect(versionOf(await poll(MOVING.name, 2))).toEqual(["v-old"]);
    await oldHome.break("refuse");
    const moved = await poll(MOVING.name);
    expect(versionOf(moved)).toEqual(["v-new"]);
    expect(failuresOf(moved, MOVING.name)).toEqual({});
    expect(warnings(MOVING.name)).toEqual([]);
  });

  test(NODE_FAULTS.restart.fault, async () => {
    const target = "restarted";
    const counter = (page: Page, name: string, labels = {}) => value(page, name, { target, ...labels });
    await restarted.break({ answer: process_(1_767_000_500, 700, "after") });
    const page = await poll(target);
    expect(counter(page, "p2p_node_receive_bytes_total")).toBe(700);
    expect(isUp(page, target)).toBe(true);
    expect(counter(first, "p2p_node_receive_bytes_total")).toBe(9_000_000);
    expect(counter(page, "p2p_monero_start_timestamp_seconds")).toBe(1_767_000_500);
    const churn = ["p2p_node_peer_connects_total", "p2p_node_peer_disconnects_total"];
    const direction = find(first, "p2p_connection_info", { target })[0]?.labels.get("direction") ?? "";
    expect(churn.map((name) => counter(page, name, { direction }) - counter(first, name, { direction }))).toEqual([
      1, 1,
    ]);
    expect(find(page, "p2p_node_peers", { target }).reduce((sum, { value: peers }) => sum + peers, 0)).toBe(1);
    expect(warnings(target)).toEqual([]);
  });

  test(NODE_FAULTS.swapped.fault, async () => {
    const other = "12".repeat(32);
    await swappedWire.break({ answer: wireWith({ chain_id: other }) });
    await swappedMonero.break({ answer: daemon({ get_info: rpc({ ...info, nettype: "testnet" }) }) });
    const identity = (page: Page, target: string) =>
      find(page, "p2p_node_info", { target }).map(({ labels }) => labels.get("chain_id") ?? labels.get("network"));
    await poll("swapped-monero");
    const page = await poll("swapped-wire");
    expect([identity(page, "swapped-wire"), identity(page, "swapped-monero")]).toEqual([[other], ["testnet"]]);
    const references = (now: Page) =>
      find(now, "p2p_node_reference_height", { target: "swapped-wire", reference: "fleet" });
    expect([references(first).length, references(page).length]).toEqual([1, 0]);
    await waitFor(() => warnings("swapped-wire").length + warnings("swapped-monero").length >= 2, "the log to say so");
    await poll("swapped-wire", 2);
    await poll("swapped-monero", 2);
    for (const target of ["swapped-wire", "swapped-monero"]) {
      expect(warnings(target).map(({ msg }) => matches(NODE_FAULTS.swapped.log, msg))).toEqual([true]);
    }
  });

  test(NODE_FAULTS.digestNonce.fault, async () => {
    await poll("digest", 4);
    // Both know the other nodes of their network then.
    const page = await poll("monero-healthy");
    // More requests than three nonces are good for.
    expect(digest.counts.length).toBeGreaterThan(9);
    expect(new Set(digest.counts)).toEqual(new Set(["00000001", "00000002", "00000003"]));
    expect(isUp(page, "digest")).toBe(true);
    expect(failuresOf(page, "digest")).toEqual({});
    expect(familiesOf(page, "digest")).toEqual(familiesOf(page, "monero-healthy"));
    expect(warnings("digest")).toEqual([]);
  });
});

test("the others stay complete and punctual all the while", async () => {
  expect(await watch.end()).toEqual([]);
  expect(watch.looks()).toBeGreaterThan(3);
});
