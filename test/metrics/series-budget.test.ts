import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ConnectionSettings } from "../../src/metrics/connection-settings.ts";
import { parseAddress } from "../../src/model/address.ts";
import type { Direction, NodeReport, PeerConnection } from "../../src/model/report.ts";
import { NO_SERIES } from "../../src/poll/store.ts";
import { deadReport, failing, nodeConfig, peers, report, row, stateAfter } from "../poll/support.ts";
import { runs } from "../support/effort.ts";
import { seriesKey } from "../support/exposition-lines.ts";
import { find, type Page, value } from "../support/exposition-parser.ts";
import { catalogue, createRenderer, names, read, renderPage } from "./support.ts";

const MINUTE_MS = 60_000;
const node = nodeConfig({ chain: "wire" });

/** A node that is polled at these times; `next` gives the page of one more poll. */
function setUp(settings: Partial<ConnectionSettings> = {}) {
  const renderNode = createRenderer(settings);
  let series = NO_SERIES;
  return {
    next(given: NodeReport, nowMs: number): Page {
      const state = stateAfter(given, { node });
      const rendered = renderNode(state, { series, nowMs });
      series = rendered.series ?? series;
      return read(renderPage([{ state, ...rendered }], [], "text"), "text");
    },
    memories: () => series.names,
  };
}

function peer(number: number, rest: Partial<PeerConnection> = {}): PeerConnection {
  const host = `${1 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}.7`;
  return row({ id: String(number), address: parseAddress(`${host}:9876`), ...rest });
}

/** Series by family and what was seen when, over many pages. */
function watch() {
  const seen = new Map<string, Map<string, number>>();
  const fresh = new Map<string, number[]>();
  return {
    add(page: Page, minute: number): void {
      for (const { name, samples } of page.families) {
        const lately = seen.get(name) ?? new Map<string, number>();
        seen.set(name, lately);
        for (const sample of samples) {
          const key = seriesKey({
            ...sample,
            labels: new Map([...sample.labels].filter(([label]) => label !== "state")),
          });
          const last = lately.get(key);
          if (last === undefined || last < minute - 60) fresh.set(name, [...(fresh.get(name) ?? []), minute]);
          lately.set(key, minute);
        }
      }
    },
    /** The most new series of a family in any 60 minutes. */
    most(name: string): number {
      const minutes = fresh.get(name) ?? [];
      return Math.max(0, ...minutes.map((first) => minutes.filter((m) => m >= first && m <= first + 60).length));
    },
    total: (name: string) => seen.get(name)?.size ?? 0,
    names: () => [...seen.keys()],
  };
}

describe("a node whose 300 peers, their software and its own version change with each poll", () => {
  const limit = 400;
  const hours = 2;
  const { next, memories } = setUp({ maxNewPerHour: limit });
  const watched = watch();
  const last: Page[] = [];
  for (let poll = 0; poll < 2 * 60 * hours; poll += 1) {
    const minute = Math.floor(poll / 2);
    const rows = Array.from({ length: 300 }, (_, index) => {
      const number = 300 * poll + index;
      return peer(number, { agent: `agent ${number}`, receivedBytes: number, height: 5 });
    });
    const identity = { version: `v${poll}`, network: `net ${poll}`, chainId: `chain ${poll}` };
    const page = next(report({ identity, peers: peers(...rows) }), minute * MINUTE_MS);
    watched.add(page, minute);
    last.splice(0, 1, page);
  }

  test("gets no more new series in any 60 minutes than its budgets allow", () => {
    for (const name of watched.names()) {
      const isOfConnections = name.startsWith("p2p_connection_") || name.startsWith("p2p_wire_");
      // The sample of the others together is one more.
      expect([name, watched.most(name) <= (isOfConnections ? limit : 61)]).toEqual([name, true]);
    }
    expect(watched.total("p2p_connection_info")).toBe(hours * limit);
    expect(watched.total("p2p_node_info")).toBe(hours * 60);
    expect(watched.total("p2p_node_peers_by_agent")).toBe(hours * 60 + 1);
  });

  test("has all of them in its sums, and those held back in a gauge", () => {
    const [page] = last;
    if (page === undefined) throw new Error("no page");
    expect(value(page, "p2p_node_peers", { direction: "inbound" })).toBe(300);
    expect(value(page, "p2p_node_peers_by_agent", { agent: "other", direction: "inbound" })).toBe(300);
    expect(value(page, "p2p_node_connections_omitted")).toBe(50);
    // 250 connections and p2p_node_info.
    expect(value(page, "p2p_node_series_withheld")).toBe(251);
    expect(names(page)).not.toContain("p2p_connection_info");
    expect(names(page)).not.toContain("p2p_node_info");
  });

  test("and the memory for its names is bounded by the budgets", () => {
    for (const [name, { present, past, newcomers }] of memories()) {
      const most = name === "connections" ? limit : 60;
      const remembered = past.reduce((sum, { count }) => sum + count, present.split("\n").length - 1);
      expect([name, remembered <= 2 * most, newcomers.length <= 61]).toEqual([name, true, true]);
    }
  });
});

test("an hour after the budget was used up there is room again", () => {
  const { next } = setUp({ maxNewPerHour: 2 });
  const page = (first: number, ms: number) => next(report({ peers: peers(peer(first), peer(first + 1)) }), ms);
  expect(value(page(0, 0), "p2p_node_series_withheld")).toBe(0);
  expect(value(page(2, 60 * MINUTE_MS), "p2p_node_series_withheld")).toBe(2);
  // Whole minutes are counted, and the last one may have been a minute long.
  expect(value(page(2, 61 * MINUTE_MS - 1), "p2p_node_series_withheld")).toBe(2);
  expect(value(page(2, 61 * MINUTE_MS), "p2p_node_series_withheld")).toBe(0);
});

test("a peer that reports other software with each poll uses up the budget each time", () => {
  const { next } = setUp({ maxNewPerHour: 3 });
  const withheld = [0, 1, 2, 3, 1].map((version) =>
    value(next(report({ peers: peers(peer(1, { agent: `v${version}` })) }), 0), "p2p_node_series_withheld"),
  );
  expect(withheld).toEqual([0, 0, 0, 1, 0]);
});

test("a state that changes uses no budget", () => {
  const { next } = setUp({ maxNewPerHour: 1 });
  for (const state of ["dialing", "handshaking", "connected", "disconnected"] as const) {
    expect(value(next(report({ peers: peers(peer(1, { state })) }), 0), "p2p_node_series_withheld")).toBe(0);
  }
});

test("of new connections, outbound ones come first, then working ones, then the oldest; known ones stay", () => {
  const { next } = setUp({ maxNewPerHour: 4 });
  const shown = (...rows: readonly PeerConnection[]) =>
    find(next(report({ peers: peers(...rows) }), 0), "p2p_connection_state").map(({ labels }) => labels.get("peer"));
  const [young, old, dialing, outbound, known] = [
    peer(1, { ageSeconds: 5 }),
    peer(2, { ageSeconds: 50 }),
    peer(3, { state: "dialing", ageSeconds: 500 }),
    peer(4, { direction: "outbound", state: "dialing" }),
    peer(5, { state: "disconnected" }),
  ];
  expect(shown(known)).toHaveLength(1);
  expect(shown(known)).toHaveLength(1);
  expect(shown(dialing, young, old, known)).toHaveLength(4);
  expect(setUp({ maxNewPerHour: 1 }).next(report({ peers: peers(young, outbound) }), 0)).toSatisfy((page: Page) =>
    find(page, "p2p_connection_state").every(({ labels }) => labels.get("direction") === "outbound"),
  );
  const few = setUp({ maxNewPerHour: 3 });
  few.next(report({ peers: peers(known) }), 0);
  const page = few.next(report({ peers: peers(dialing, young, old, outbound, known) }), 0);
  expect(find(page, "p2p_connection_state").map(({ labels }) => labels.get("peer"))).toEqual(
    [old, outbound, known].map(({ address }) => `${address.host}:9876`),
  );
  expect(value(page, "p2p_node_series_withheld")).toBe(2);
});

test("rows that share a series are held back together, each counted", () => {
  const { next } = setUp({ maxNewPerHour: 1, address: "subnet" });
  const rows = [peer(1), peer(2), peer(3), peer(70_000), peer(70_001)];
  const page = next(report({ peers: peers(...rows) }), 0);
  expect(find(page, "p2p_connection_info")).toHaveLength(1);
  expect(value(page, "p2p_node_connections_merged")).toBe(2);
  expect(value(page, "p2p_node_series_withheld")).toBe(2);
});

test.each(["full", "subnet", "hashed", "none"] as const)(
  "with addresses that are shown as %s, no more series than the budget in an hour, and each row counted once",
  (address) => {
    const anyRow = fc.record({
      number: fc.nat(200_000),
      direction: fc.constantFrom("inbound", "outbound", "unknown"),
      agent: fc.option(fc.constantFrom("a", "b\t\n", 'c"\\'), { nil: undefined }),
      type: fc.constantFrom("ipv4", "tor", "unknown"),
    });
    const anyPolls = fc.array(fc.array(anyRow, { maxLength: 12 }), { maxLength: 8 });
    fc.assert(
      fc.property(anyPolls, fc.integer({ min: 1, max: 8 }), fc.nat(10), (polls, maxNewPerHour, maxPerNode) => {
        const { next } = setUp({ address, maxNewPerHour, maxPerNode });
        const watched = watch();
        for (const [minute, given] of polls.entries()) {
          const rows = given.map(({ number, direction, agent, type }, index) => {
            const known = peer(number, { id: String(index), direction, agent });
            return { ...known, address: { ...known.address, type } };
          });
          const page = next(report({ peers: peers(...rows) }), minute * MINUTE_MS);
          watched.add(page, minute);
          const counts = ["p2p_node_connections_omitted", "p2p_node_connections_merged", "p2p_node_series_withheld"];
          const counted = counts.reduce((sum, name) => sum + (value(page, name) ?? Number.NaN), 0);
          expect(find(page, "p2p_connection_info").length + counted).toBe(rows.length);
        }
        expect(watched.most("p2p_connection_info")).toBeLessThanOrEqual(maxNewPerHour);
      }),
      { numRuns: runs(30) },
    );
  },
);

test("the budget continues over an outage", () => {
  const { next } = setUp({ maxNewPerHour: 2 });
  next(report({ peers: peers(peer(1), peer(2)) }), 0);
  const down = next(deadReport(), MINUTE_MS);
  expect(names(down)).not.toContain("p2p_node_series_withheld");
  const page = next(report({ peers: peers(peer(1), peer(3)) }), 2 * MINUTE_MS);
  expect(find(page, "p2p_connection_info").map(({ labels }) => labels.get("peer"))).toEqual(["1.0.1.7:9876"]);
});

test("a version that changes with each poll is held back also while the node gives no peers, and the gauge says so", () => {
  const { next } = setUp();
  const page = (version: number) =>
    next(report({ identity: { version: `v${version}` }, peers: failing("unavailable") }), 0);
  for (let version = 0; version < 60; version += 1) expect(names(page(version))).toContain("p2p_node_info");
  expect(names(page(60))).not.toContain("p2p_node_info");
  expect(value(page(61), "p2p_node_series_withheld")).toBe(1);
  expect(value(page(59), "p2p_node_info")).toBe(1);
});

test("series beyond the limit are added to the sample for the rest, if the family has one", () => {
  const { next } = setUp();
  const by = (...agents: readonly string[]) => {
    const page = next(report({ peers: peers(...agents.map((agent, index) => peer(index, { agent }))) }), 0);
    return find(page, "p2p_node_peers_by_agent").map(({ labels, value: count }) => [
      labels.get("agent"),
      labels.get("direction"),
      count,
    ]);
  };
  for (let poll = 0; poll < 12; poll += 1) by(...[0, 1, 2, 3, 4].map((index) => `agent ${5 * poll + index}`));
  // 60 are known now, with unknown in both directions; a peer may report the label of the rest as its own.
  const unknown = [
    ["unknown", "inbound", 0],
    ["unknown", "outbound", 0],
  ];
  expect(by("agent 3", "agent 3", "new", "other", "newer")).toEqual([
    ["agent 3", "inbound", 2],
    ...unknown,
    ["other", "inbound", 3],
  ]);
  expect(by("other")).toEqual([["other", "inbound", 1], ...unknown]);
});

test("the rest is one sample for each direction, whatever the peers call themselves", () => {
  const agent = fc.constantFrom("a", "b", "other", 'c",direction="outbound', "d,direction=", "\\", "e\\", undefined);
  const direction = fc.constantFrom<Direction>("inbound", "outbound");
  const anyPolls = fc.array(fc.array(fc.record({ agent, direction, number: fc.nat(99) }), { maxLength: 30 }), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(anyPolls, (polls) => {
      const { next } = setUp();
      // Nearly uses up the budget.
      const early = Array.from({ length: 55 }, (_, index) => peer(index, { agent: `early ${index}` }));
      for (let first = 0; first < 55; first += 11) next(report({ peers: peers(...early.slice(first, first + 11)) }), 0);
      for (const given of polls) {
        const rows = given.map((each, index) => {
          const name = each.agent === "a" ? `a ${each.number}` : each.agent;
          return peer(index, { agent: name, direction: each.direction });
        });
        const samples = find(next(report({ peers: peers(...rows) }), 0), "p2p_node_peers_by_agent");
        for (const side of ["inbound", "outbound"] as const) {
          const own = samples.filter(({ labels }) => labels.get("direction") === side);
          const sum = own.reduce((before, { value: count }) => before + count, 0);
          expect(sum).toBe(rows.filter((each) => each.direction === side).length);
          const unknown = own.find(({ labels }) => labels.get("agent") === "unknown")?.value;
          expect(unknown).toBe(rows.filter((each) => each.direction === side && each.agent === undefined).length);
        }
      }
    }),
    { numRuns: runs(100) },
  );
});

/** Labels whose values come from a closed set: of the program, of the chain's protocol, or of the configuration. */
const CLOSED = new Set([
  ...["api", "direction", "state", "flow", "reference", "reason", "address_type", "position"],
  ...["list", "stripe", "kind", "identity"],
  // src/chains/bitcoin
  ...["status", "peer_network", "table", "connection_type", "transport", "message"],
  // A number below 1000 (chains/chainweb/cut.ts).
  "braided_chain",
]);

test("every family whose labels the node or its peers choose has a limit", () => {
  const open = catalogue.filter(
    ({ labels, connections }) => connections === undefined && labels.some((label) => !CLOSED.has(label)),
  );
  expect(open.filter(({ newSeries }) => newSeries === undefined).map(({ name }) => name)).toEqual([]);
  expect(open.map(({ name }) => name).toSorted()).toEqual([
    "p2p_chainweb_reachable_peers_by_version",
    "p2p_node_info",
    "p2p_node_peers_by_agent",
    "p2p_wire_peers_by_network_version",
    "p2p_wire_peers_by_os",
  ]);
  // These are what makes two connections different ones; others have few values.
  const known = ["direction", "peer", "agent", "address_type"];
  const ofRows = catalogue.flatMap(({ labels, values = {}, connections }) =>
    connections === undefined ? [] : labels.filter((label) => !known.includes(label) && values[label] === undefined),
  );
  expect(ofRows).toEqual([]);
});
