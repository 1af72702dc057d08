import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UNIQUE_FIRST_BLOCKS } from "../../src/chains/wire/families.ts";
import { parseAddress } from "../../src/model/address.ts";
import { chainSample, type NodeReport, type PeerConnection, succeeded } from "../../src/model/report.ts";
import { createStore, sizeOf } from "../../src/poll/store.ts";
import { deadReport, INTERVAL_MS, NOW, nodeConfig, peers, report, row, stateAfter, times } from "../poll/support.ts";
import { runs } from "../support/effort.ts";
import { find, type Labels, value } from "../support/exposition-parser.ts";
import { anySettings, anyStates } from "./arbitraries.ts";
import { createRenderer, read, render, renderPage } from "./support.ts";

/** The times of creation in OpenMetrics. */

const MONERO = nodeConfig({ name: "monero-1", chain: "monero" });
const WIRE = nodeConfig({ name: "wire-1", chain: "wire" });
const FIRST_POLL = times().startedMs / 1000;

function pageAfter(reports: readonly NodeReport[], node = MONERO) {
  let state = stateAfter(reports[0] ?? report(), { node });
  for (const [turn, given] of reports.slice(1).entries()) {
    state = stateAfter(given, { node, history: state.history, endedMs: NOW + (turn + 1) * INTERVAL_MS });
  }
  return read(render([state], "openmetrics"), "openmetrics");
}

function createdOf(reports: readonly NodeReport[], family: string, labels: Labels = {}, node = MONERO) {
  return find(pageAfter(reports, node), `${family}_created`, labels).map((sample) => sample.value);
}

const connection = (rest: Partial<PeerConnection>) =>
  report({ peers: peers(row({ receivedBytes: 7, sentBytes: 8, ...rest })) });

describe("counters of the exporter", () => {
  test.each([
    ["p2p_node_polls", {}],
    ["p2p_node_poll_failures", { reason: "timeout" }],
    ["p2p_node_peer_connects", { direction: "inbound" }],
    ["p2p_node_peer_disconnects", { direction: "outbound" }],
    ["p2p_node_receive_bytes", {}],
    ["p2p_node_transmit_bytes", {}],
  ])("%s began with the first poll, also after later ones", (family, labels) => {
    const reports = [connection({}), deadReport(), connection({ receivedBytes: 9 })];
    expect(createdOf(reports.slice(0, 1), family, labels)).toEqual([FIRST_POLL]);
    expect(createdOf(reports, family, labels)).toEqual([FIRST_POLL]);
  });
});

describe("the node's own counters", () => {
  const totals = succeeded({ received: 5, sent: 6 });
  const start = Math.floor(NOW / 1000) - 86_400;

  test("began with the node, and begin again with its next process", () => {
    const before = report({ totals, startSeconds: start });
    const after = report({ totals, startSeconds: Math.floor(NOW / 1000) });
    expect(createdOf([before], "p2p_node_receive_bytes")).toEqual([start]);
    expect(createdOf([before, after], "p2p_node_transmit_bytes")).toEqual([Math.floor(NOW / 1000)]);
  });

  test("have no time where the node does not tell its start, or tells one in the future", () => {
    const ahead = NOW / 1000 + 600;
    for (const startSeconds of [undefined, ahead]) {
      const page = pageAfter([report({ totals, startSeconds })]);
      expect(value(page, "p2p_node_receive_bytes_total")).toBe(5);
      expect(find(page, "p2p_node_receive_bytes_created")).toEqual([]);
    }
  });
});

describe("counters of a connection", () => {
  const family = "p2p_connection_receive_bytes";

  test("began with the connection", () => {
    const page = pageAfter([connection({ ageSeconds: 60 })]);
    const start = value(page, "p2p_connection_start_timestamp_seconds");
    expect(start).toBe(Math.floor(NOW / 1000) - 60);
    expect(value(page, `${family}_created`)).toBe(start);
    expect(value(page, "p2p_connection_transmit_bytes_created")).toBe(start);
  });

  test.each<[string, Partial<PeerConnection>, readonly number[]]>([
    ["the node tells the start", { startSeconds: 1_700_000_000 }, [1_700_000_000]],
    ["they count from later on", { startSeconds: 1_700_000_000, bytesSince: 1_700_000_500 }, [1_700_000_500]],
    ["they may have bytes of connections before", { startSeconds: 1_700_000_000, bytesSince: "unknown" }, []],
    ["no start is known", {}, []],
    ["the start is in the future", { startSeconds: NOW / 1000 + 1 }, []],
  ])("%s", (_, rest, expected) => {
    expect(createdOf([connection(rest)], family)).toEqual(expected);
  });

  test("those of the chain as well", () => {
    const chainSamples = [chainSample(UNIQUE_FIRST_BLOCKS, 4)];
    const given = connection({ startSeconds: 1_700_000_000, chainSamples });
    expect(createdOf([given], "p2p_wire_connection_unique_first_blocks", {}, WIRE)).toEqual([1_700_000_000]);
  });

  test("each follows its counter, where others have none", () => {
    const rows = ["192.0.2.1:1", "192.0.2.2:1", "192.0.2.3:1"].map((address, index) =>
      row({
        id: address,
        address: parseAddress(address),
        receivedBytes: index,
        sentBytes: index,
        startSeconds: index === 1 ? undefined : 1_700_000_000 + index,
      }),
    );
    const page = render([stateAfter(report({ peers: peers(...rows) }), { node: MONERO })], "openmetrics");
    const lines = page.split("\n").filter((line) => line.startsWith(family));
    expect(lines.map((line) => line.replace(/\{.*peer="(.*):1"\}/, " $1"))).toEqual([
      `${family}_total 192.0.2.1 0`,
      `${family}_created 192.0.2.1 1700000000`,
      `${family}_total 192.0.2.2 1`,
      `${family}_total 192.0.2.3 2`,
      `${family}_created 192.0.2.3 1700000002`,
    ]);
  });
});

test("the text format has no time of creation and no unit, and stays as it was without them", () => {
  fc.assert(
    fc.property(anyStates, anySettings, (states, settings) => {
      const text = render(states, "text", settings);
      expect(text).not.toMatch(/^\w+_created[{ ]/m);
      expect(text).not.toMatch(/^# UNIT/m);
      const openMetrics = render(states, "openmetrics", settings).replace("# EOF\n", "");
      const samples = (page: string) => page.split("\n").filter((line) => !/^#|^\w+_created\{/.test(line));
      expect(samples(openMetrics)).toEqual(samples(text));
    }),
    { numRuns: runs(50) },
  );
});

test("every time of creation belongs to a counter with the same labels, and is not after the poll", () => {
  fc.assert(
    fc.property(anyStates, anySettings, (states, settings) => {
      const page = read(render(states, "openmetrics", settings), "openmetrics");
      const latest = Math.max(0, ...states.map(({ history }) => history.lastPoll?.endedMs ?? 0)) / 1000;
      for (const { name, samples } of page.families) {
        for (const sample of samples) {
          if (sample.name !== `${name}_created`) continue;
          expect(sample.value).toBeLessThanOrEqual(latest);
          expect(value(page, `${name}_total`, Object.fromEntries(sample.labels))).toBeGreaterThanOrEqual(0);
        }
      }
    }),
    { numRuns: runs(50) },
  );
});

test("the lines of both formats share one buffer, which is used again, and count for the size of the store", () => {
  const renderNode = createRenderer();
  const store = createStore();
  const state = stateAfter(connection({ ageSeconds: 60 }), { node: MONERO });
  const first = renderNode(state);
  store.set({ state, ...first });
  expect(first.lines.created?.seconds.buffer).toBe(first.lines.bytes.buffer);
  expect(store.bytes()).toBe(sizeOf(first.lines));
  expect(sizeOf(first.lines)).toBeGreaterThan(first.lines.bytes.length);
  const page = renderPage(store.all(), [], "openmetrics");
  const again = renderNode(state, undefined, store.reusableBuffer("monero-1"));
  expect(again.lines.bytes.buffer).toBe(first.lines.bytes.buffer);
  store.set({ state, ...again });
  expect(renderPage(store.all(), [], "openmetrics")).toBe(page);
});

test("times of creation take little memory next to the lines", () => {
  const rows = Array.from({ length: 250 }, (_, index) =>
    row({
      id: String(index),
      address: parseAddress(`192.0.${index}.1:18080`),
      height: 5000,
      receivedBytes: index,
      sentBytes: index,
      ageSeconds: 60,
    }),
  );
  const { lines } = createRenderer()(stateAfter(report({ peers: peers(...rows) }), { node: MONERO }));
  expect(sizeOf(lines) / lines.bytes.length).toBeLessThan(1.05);
});
