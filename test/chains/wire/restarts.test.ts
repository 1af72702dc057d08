import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test, vi } from "vitest";
import type { NodeSession } from "../../../src/chains/adapter.ts";
import { nodeError } from "../../../src/model/failure.ts";
import type { Direction, NodeReport } from "../../../src/model/report.ts";
import { EMPTY_HISTORY, type NodeHistory, recordPoll } from "../../../src/poll/history.ts";
import type { RpcRequest } from "../../../src/rpc/message.ts";
import { IS_LONG } from "../../support/effort.ts";
import { openInMemory } from "../sessions.ts";
import type { Reply } from "../support.ts";
import { createSimulatedNode, type Row, VERSIONS, type Version } from "./simulated-node.ts";
import { shown } from "./support.ts";

/**
 * A node is polled while its peers come and go, reconnect and repeat handshakes, and while it is restarted at any moment: between
 * polls, during an outage behind a proxy, twice, or between the calls of one poll. What is counted is compared with what
 * the model knows.
 */

/** Always configured and never closed by itself, so that a restart can be seen. */
const ANCHOR = "anchor.example:9876";
const CONFIGURED = ["a.example:9876", "b.example:9876", "c.example:9876:blk"];
const STRANGERS = ["x", "y", "z"];

const pick = fc.nat({ max: 100 });
const seconds = fc.integer({ min: 1, max: 40 });
const event = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("poll" as const), seconds }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("missed" as const), seconds, pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("restart" as const), configured: fc.subarray(CONFIGURED) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("restart during a poll" as const),
      configured: fc.subarray(CONFIGURED),
      pick,
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("accept" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("close" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("reconnect" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("peer restarts" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("handshake" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("vanish" as const), pick }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("traffic" as const), pick, bytes: fc.nat({ max: 100_000 }) }) },
);

type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

type Counts = Record<Direction, number>;

/** What the model knows of the polls so far. */
type Known = {
  links: Map<number, Direction> | undefined;
  connects: Counts;
  disconnects: Counts;
  /** Configured peers that were open in a list of this process. */
  open: Set<string>;
  process: number;
  /** Bytes of each row since it was first listed. */
  carried: number;
};

async function play(version: Version, events: readonly Event[], hasPlugin: boolean): Promise<void> {
  let nowMs = Date.UTC(2026, 0, 2);
  vi.spyOn(Date, "now").mockImplementation(() => nowMs);
  vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  const node = createSimulatedNode(version, () => nowMs);
  let answer: (path: string) => Reply = (path) => node.answer(path);
  const session = openInMemory(
    "wire",
    ({ path }: RpcRequest) => answer(path),
    hasPlugin ? { prometheus_url: "http://127.0.0.1:9101" } : {},
  );
  let history: NodeHistory = EMPTY_HISTORY;
  let ports = 40_000;
  /** Rows with a connection that no poll has seen: they stay as they are until one has, as polls cannot see more. */
  const fresh = new Set<Row>();
  const known: Known = {
    links: undefined,
    connects: { inbound: 0, outbound: 0, unknown: 0 },
    disconnects: { inbound: 0, outbound: 0, unknown: 0 },
    open: new Set(),
    process: 0,
    carried: 0,
  };
  node.restart([ANCHOR, ...CONFIGURED]);

  const rowsOf = (isWanted: (row: Row) => boolean) =>
    node.process().rows.filter((row) => row.configured !== ANCHOR && !fresh.has(row) && isWanted(row));
  const choose = (index: number, isWanted: (row: Row) => boolean): Row | undefined => {
    const rows = rowsOf(isWanted);
    return rows[index % Math.max(1, rows.length)];
  };
  const restart = (configured: readonly string[]) => {
    nowMs += 700;
    node.restart([ANCHOR, ...configured]);
    for (const row of node.process().rows) fresh.add(row);
  };
  const pollOnce = async (given: NodeSession): Promise<NodeReport> => {
    const report = await given.poll(new AbortController().signal);
    const times = { startedMs: nowMs, endedMs: nowMs, durationSeconds: 0 };
    history = recordPoll(history, report, times, "node");
    return report;
  };

  const quiet: Event = { kind: "poll", seconds: 40 };
  for (const [index, happened] of [...events, quiet, quiet, quiet].entries()) {
    nowMs += 1000;
    switch (happened.kind) {
      case "missed": {
        nowMs += happened.seconds * 1000;
        const isHttp = happened.pick % 2 === 0;
        answer = () => {
          if (isHttp) return { status: 502 };
          throw nodeError("connect", "refused", "start it");
        };
        const report = await pollOnce(session);
        assert.equal(report.peers.ok, false);
        answer = (path) => node.answer(path);
        break;
      }
      case "restart":
        restart(happened.configured);
        break;
      case "accept": {
        const peer = STRANGERS[happened.pick % STRANGERS.length] ?? "x";
        // Versions without sockets in their rows do not distinguish two connections from one peer.
        if (node.hasSocketOf(peer) && !node.showsSockets) break;
        ports += 1;
        node.accept(peer, ports);
        for (const row of node.process().rows.slice(-1)) fresh.add(row);
        break;
      }
      case "close": {
        const row = choose(happened.pick, ({ link }) => link !== undefined);
        if (row !== undefined) node.close(row);
        break;
      }
      case "reconnect": {
        const row = choose(happened.pick, ({ configured }) => configured !== "");
        if (row === undefined) break;
        node.connect(row);
        fresh.add(row);
        break;
      }
      case "peer restarts": {
        const row = choose(happened.pick, ({ configured, link }) => configured !== "" && link !== undefined);
        if (row === undefined) break;
        node.restartPeer(row.configured);
        node.connect(row);
        fresh.add(row);
        break;
      }
      case "handshake": {
        const row = choose(happened.pick, ({ link }) => link !== undefined);
        if (row !== undefined) node.repeatHandshake(row);
        break;
      }
      case "vanish": {
        const row = choose(happened.pick, ({ configured }) => configured !== "");
        if (row !== undefined) node.remove(row);
        break;
      }
      case "traffic": {
        const row = choose(happened.pick, ({ link }) => link !== undefined);
        if (row === undefined) break;
        node.carry(row, happened.bytes);
        known.carried += happened.bytes;
        break;
      }
      case "restart during a poll":
      case "poll": {
        if (happened.kind === "poll") nowMs += happened.seconds * 1000;
        let listed: { rows: Row[]; process: number } | undefined;
        const isBefore = happened.kind !== "poll" && happened.pick % 2 === 0;
        answer = (path) => {
          const reply = node.answer(path);
          if (path !== "/v1/net/connections" || listed !== undefined) return reply;
          listed = { rows: node.process().rows.map((row) => ({ ...row })), process: node.process().serial };
          if (happened.kind !== "poll" && !isBefore) restart(happened.configured);
          return reply;
        };
        fresh.clear();
        const report = await pollOnce(session);
        answer = (path) => node.answer(path);
        assert(listed !== undefined);
        compare(report, history, known, { ...listed, showsSockets: node.showsSockets }, hasPlugin);
        if (hasPlugin && index >= events.length + 2) expectBytes(report, listed.rows);
        break;
      }
    }
  }
}

function compare(
  report: NodeReport,
  history: NodeHistory,
  known: Known,
  listed: { readonly rows: readonly Row[]; readonly process: number; readonly showsSockets: boolean },
  hasPlugin: boolean,
): void {
  const links = new Map<number, Direction>();
  for (const { link, configured } of listed.rows) {
    if (link !== undefined) links.set(link.serial, configured === "" ? "inbound" : "outbound");
  }
  if (known.links !== undefined) {
    for (const [serial, direction] of links) if (!known.links.has(serial)) known.connects[direction] += 1;
    for (const [serial, direction] of known.links) if (!links.has(serial)) known.disconnects[direction] += 1;
  }
  known.links = links;
  if (known.process !== listed.process) known.open.clear();
  known.process = listed.process;
  for (const { configured, link, port } of listed.rows) {
    // A row keeps the last end of its socket, where the version shows it.
    const wasOpen = link !== undefined || (listed.showsSockets && port !== undefined);
    if (configured !== "" && wasOpen) known.open.add(configured);
  }
  const present = new Set(listed.rows.map(({ configured }) => configured));
  const vanished = [...known.open].filter((address) => !present.has(address)).length;
  for (const direction of ["inbound", "outbound"] as const) {
    assert.equal(history.churn?.connects.get(direction), known.connects[direction], `${direction} connects`);
    assert.equal(history.churn?.disconnects.get(direction), known.disconnects[direction], `${direction} disconnects`);
  }
  assert.equal(shown(report.chainSamples).vanished_peers, vanished, "vanished peers");
  assert(report.peers.ok);
  if (!hasPlugin) return;
  assert((history.totals?.counts?.received ?? 0) <= known.carried, "more bytes than were carried");
  for (const [index, connection] of report.peers.value.connections.entries()) {
    const row = listed.rows[index];
    assert(row !== undefined);
    const { receivedBytes, startSeconds, bytesSince } = connection;
    if (startSeconds !== undefined) assert.equal(startSeconds, Math.floor((row.link?.openedMs ?? 0) / 1000), "start");
    const max = bytesSince === "unknown" ? row.received : (row.link?.received ?? 0);
    if (receivedBytes !== undefined) assert(receivedBytes <= max, `${receivedBytes} bytes of at most ${max}`);
  }
}

/** After some quiet polls, all connections have their bytes. Two connections to one peer may share a series of the page. */
function expectBytes({ peers }: NodeReport, rows: readonly Row[]): void {
  assert(peers.ok);
  for (const [index, { link, received, configured }] of rows.entries()) {
    const isAlone = rows.filter((row) => row.link?.nodeId === link?.nodeId).length === 1;
    if (link === undefined || !isAlone) continue;
    const shownBytes: number | undefined = peers.value.connections[index]?.receivedBytes;
    assert(shownBytes !== undefined, "a connection has no bytes");
    if (configured === "") assert.equal(shownBytes, received);
  }
}

describe.each([
  ["without prometheus_plugin", false, VERSIONS],
  ["with prometheus_plugin", true, VERSIONS.slice(VERSIONS.indexOf("leap-5"))],
])("%s", (_, hasPlugin, versions) => {
  test.each(versions)("%s: churn, vanished peers, bytes and starts are those of the model", async (version) => {
    const events = fc.array(event, { minLength: 5, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(events, (list) => play(version, list, hasPlugin)),
      { numRuns: IS_LONG ? 400 : 10 },
    );
    vi.restoreAllMocks();
  });
});
