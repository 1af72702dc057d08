import { describe, expect, test } from "vitest";
import { createPageRenderer } from "../../src/metrics/page.ts";
import { createOnceRenderer } from "../../src/metrics/render-node.ts";
import type { NodeReport } from "../../src/model/report.ts";
import { createPoller } from "../../src/poll/poller.ts";
import { createRecentPolls } from "../../src/poll/recent-polls.ts";
import { createStore, toStored } from "../../src/poll/store.ts";
import { failing, LAG_SETTINGS, logSink, nodeConfig, peers, report, row, stateAfter } from "../poll/support.ts";
import { value } from "../support/exposition-parser.ts";
import { catalogue, createRenderer, names, read, renderPage, SETTINGS } from "./support.ts";

const NAMES = Array.from({ length: 10 }, (_, index) => `node-${index}`);
const CONNECTIONS = Array.from({ length: 250 }, (_, index) => ({
  id: `connection ${index}`,
  address: { host: `peer-${index}.example`, port: 9876, type: "unknown" } as const,
}));

/** A poller of nodes whose connections have received more with each poll, and who makes their pages. */
function setUp() {
  const store = createStore();
  let received = 1_000_000;
  const poller = createPoller({
    nodes: NAMES.map((name) => nodeConfig({ name })),
    lag: () => LAG_SETTINGS,
    open: () => ({
      poll: async () => {
        received += 1;
        return report({ peers: peers(...CONNECTIONS.map((own) => row({ ...own, receivedBytes: received }))) });
      },
      calls: () => [],
      close: async () => {},
    }),
    render: createRenderer(),
    store,
    recentPolls: createRecentPolls(),
    log: logSink("error").log,
  });
  const page = createPageRenderer(catalogue);
  return {
    store,
    pollAll: () => Promise.all(NAMES.map((name) => poller.poll(name))),
    chunks: () => store.read((nodes) => page(nodes, [], "text", "owned"))[Symbol.iterator](),
    whole: () => renderPage(store.all(), [], "text"),
  };
}

test("a page that is read piece by piece is of one moment, however often its nodes are polled meanwhile", async () => {
  const { pollAll, chunks, whole } = setUp();
  await pollAll();
  await pollAll();
  const before = whole();
  const reading = chunks();
  const pieces: Buffer[] = [];
  for (let next = reading.next(); next.done !== true; next = reading.next()) {
    pieces.push(next.value);
    await pollAll();
  }
  expect(pieces.length).toBeGreaterThan(2);
  // Not with toBe, which would look for the differences of megabytes.
  expect(Buffer.concat(pieces).toString() === before).toBe(true);
  await pollAll();
  expect(whole() === before).toBe(false);
  expect(Buffer.concat([...{ [Symbol.iterator]: chunks }]).toString() === whole()).toBe(true);
});

test("while no reader is active, the lines of a poll reuse the buffer of the poll before", async () => {
  const { store, pollAll, chunks } = setUp();
  const buffers = () => store.all().map(({ lines }) => lines.bytes.buffer);
  await pollAll();
  const first = buffers();
  await pollAll();
  expect(buffers().every((buffer, index) => buffer === first[index])).toBe(true);
  const reading = chunks();
  reading.next();
  await pollAll();
  expect(buffers().some((buffer, index) => buffer === first[index])).toBe(false);
  reading.return?.();
  const later = buffers();
  await pollAll();
  expect(buffers().every((buffer, index) => buffer === later[index])).toBe(true);
});

function pageOf(given: NodeReport) {
  const renderer = createOnceRenderer(() => SETTINGS);
  const state = stateAfter(given);
  const chunks = renderer.renderPage(toStored(state), renderer.renderNode(state), "text", "owned");
  return read(Buffer.concat([...chunks]).toString(), "text");
}

describe("the page of a node that is polled once", () => {
  test("has no counts of polls, and why the only one failed", () => {
    const page = pageOf(report({ peers: failing("timeout") }));
    expect(names(page).filter((name) => name.startsWith("p2p_node_poll"))).toEqual(["p2p_node_poll_duration_seconds"]);
    expect(value(page, "p2p_node_failure_info", { api: "peers", reason: "timeout" })).toBe(1);
  });

  test("has no bytes that were added up over polls, which would always be 0", () => {
    const page = pageOf(report({ peers: peers(row({ receivedBytes: 5, sentBytes: 7 })) }));
    expect(names(page)).not.toContain("p2p_node_receive_bytes_total");
    expect(names(page)).toContain("p2p_connection_receive_bytes_total");
  });

  test("has the node's own counters", () => {
    const page = pageOf(report({ totals: { ok: true, value: { received: 5, sent: 7 } } }));
    expect(value(page, "p2p_node_receive_bytes_total")).toBe(5);
  });
});
