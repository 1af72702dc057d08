import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { PEER_CUT_HEIGHT, PEER_INFO, PEER_REACHABLE } from "../../src/chains/chainweb/families.ts";
import { chains } from "../../src/chains/index.ts";
import { LAST_RECEIVE, LAST_TRANSMIT } from "../../src/chains/monero/families.ts";
import { CONNECTION_INFO, HANDSHAKE_TIME, PEER_SCORE } from "../../src/chains/wire/families.ts";
import { type ChunkUse, createPageRenderer } from "../../src/metrics/page.ts";
import { parseAddress } from "../../src/model/address.ts";
import { knownSamples, type NodeReport, type PeerConnection } from "../../src/model/report.ts";
import type { NodeState } from "../../src/poll/store.ts";
import {
  deadReport,
  failing,
  firstState,
  head,
  INTERVAL_MS,
  NOW,
  nodeConfig,
  peers,
  report,
  row,
  stateAfter,
} from "../poll/support.ts";
import { find, type Page, value } from "../support/exposition-parser.ts";
import { keptWhenDown } from "../support/kept-when-down.ts";
import { bitcoinReport } from "./bitcoin-report.ts";
import { catalogue, names, read, readPage, render, renderPage } from "./support.ts";

/** Whole pages, byte by byte: `UPDATE_GOLDEN=1 npx vitest run test/metrics/page.test.ts` updates them. */
const FOLDER = new URL("../fixtures/pages/", import.meta.url);
const isUpdate = process.env.UPDATE_GOLDEN === "1";

const WIRE = nodeConfig({ name: "wire-1", chain: "wire", labels: { region: "eu" } });
const MONERO = nodeConfig({ name: "monero-1", chain: "monero" });
const CHAINWEB = nodeConfig({ name: "kadena-1", chain: "chainweb" });
const BITCOIN = nodeConfig({ name: "bitcoin-1", chain: "bitcoin" });

const CHAIN_ID = "c0ffee".padEnd(64, "0");

const wireReport = report({
  identity: { version: "v5.0.2", chainId: CHAIN_ID },
  peers: {
    ok: true,
    value: {
      connections: [
        row({
          id: "id 1",
          direction: "outbound",
          address: { ...parseAddress("p2p.example:9876"), type: "ipv4", ip: "192.0.2.7", suffix: ":blk" },
          agent: 'EOS "Test" Agent\\1',
          height: 5000,
          chainId: CHAIN_ID,
          info: { family: CONNECTION_INFO, labels: ["true", "false", "true", "false"] },
          chainSamples: knownSamples([HANDSHAKE_TIME, NOW / 1000 - 3600.25], [PEER_SCORE, 100]),
        }),
        row({
          id: "id 2",
          address: parseAddress("[2001:db8::7]:41234"),
          agent: "wire",
          height: 5002,
          chainId: CHAIN_ID,
          info: { family: CONNECTION_INFO, labels: ["false", "", "", ""] },
          syncing: "upload",
        }),
        row({ id: "id 3", address: parseAddress("198.51.100.9:50001"), height: 5002 }),
        row({ id: "id 4", address: parseAddress("198.51.100.9:50002"), state: "handshaking" }),
        row({ id: "id 5", direction: "outbound", address: parseAddress("203.0.113.5:9876"), state: "dialing" }),
        row({ id: "id 6", direction: "outbound", address: parseAddress("203.0.113.6:9876"), state: "disconnected" }),
      ],
      malformed: 1,
    },
  },
  head: head(4990, { timestampSeconds: NOW / 1000 - 6.5, finalHeight: 4660 }),
  networkKey: `wire ${CHAIN_ID}`,
  minBlockSeconds: 0.5,
  blockSeconds: 0.5,
});

const moneroPeers = peers(
  row({
    id: "a",
    direction: "outbound",
    address: parseAddress("192.0.2.1:18080"),
    height: 3_300_001,
    receivedBytes: 123_456_789,
    sentBytes: 987_654,
    ageSeconds: 3600,
    syncing: "download",
    chainSamples: knownSamples([LAST_RECEIVE, NOW / 1000 - 4], [LAST_TRANSMIT, NOW / 1000 - 60]),
  }),
  row({
    id: "b",
    direction: "outbound",
    address: { ...parseAddress("zpv4fa3szgel7vf6jdjeugizdclq2vzkelscs2bhbgnlldzzggcen3ad.onion:18083"), type: "tor" },
    height: 3_300_001,
    receivedBytes: 5000,
    sentBytes: 7000,
    ageSeconds: 61,
  }),
  row({ id: "c", address: parseAddress("[2001:db8::9]:18080"), receivedBytes: 0, sentBytes: 0, ageSeconds: 2 }),
  // Two that come from behind one address without a port of their own.
  row({ id: "d", address: parseAddress("198.51.100.1"), receivedBytes: 10, sentBytes: 1, ageSeconds: 20 }),
  row({ id: "e", address: parseAddress("198.51.100.1"), receivedBytes: 20, sentBytes: 2, ageSeconds: 10 }),
  row({ id: "f", address: parseAddress("198.51.100.2:60000"), state: "handshaking", ageSeconds: 0 }),
);

const moneroReport = report({
  identity: { version: "0.18.4.3-release", network: "mainnet" },
  peers: moneroPeers,
  head: head(3_299_990, { timestampSeconds: NOW / 1000 - 1320 }),
  apis: new Map([["last_block", { ok: true, value: undefined }]]),
  syncing: true,
  networkKey: "monero mainnet",
  minBlockSeconds: 60,
  blockSeconds: 120,
});

/** Restricted RPC: get_info answers, the peers are hidden. */
const restrictedReport = report({
  ...moneroReport,
  peers: failing("unavailable"),
  head: head(3_300_001),
  apis: new Map(),
  syncing: "unknown",
});

const chainwebHeights = new Map([
  ["0", 6_000_010],
  ["1", 6_000_009],
  ["2", 6_000_010],
]);

function knownPeer(text: string, identity: string, chainSamples?: PeerConnection["chainSamples"]): PeerConnection {
  const address = parseAddress(text);
  const info = { family: PEER_INFO, labels: [address.type, identity] };
  return row({ id: text, direction: "unknown", state: undefined, address, info, chainSamples });
}

const chainwebReport = report({
  identity: { version: "2.31.1", network: "mainnet01" },
  peers: peers(
    knownPeer("192.0.2.50:1789", "pinned", knownSamples([PEER_REACHABLE, 1], [PEER_CUT_HEIGHT, 18_000_027])),
    knownPeer("node.example:443", "ca", knownSamples([PEER_REACHABLE, 0])),
    knownPeer("[2001:db8::50]:1789", ""),
  ),
  head: head(18_000_029, { chainHeights: chainwebHeights }),
  apis: new Map([
    ["info", { ok: true, value: undefined }],
    ["mempool", { ok: true, value: undefined }],
  ]),
  chainSamples: chains.chainweb.families
    .filter(({ scope }) => scope === undefined)
    .flatMap((family) => {
      const [label = ""] = family.labels;
      const values =
        label === "" ? [] : label === "braided_chain" ? [...chainwebHeights.keys()] : family.values?.[label];
      return label === ""
        ? [{ family, labels: [], value: 20 }]
        : (values ?? ["3.2"]).map((text, index) => ({ family, labels: [text], value: 20 + index }));
    }),
  clockSkewSeconds: -0.125,
  networkKey: "chainweb mainnet01",
  blockSeconds: 10,
});

/** A node of the same network that is 5 blocks ahead on one chain. */
const chainwebBest = report({
  networkKey: "chainweb mainnet01",
  head: head(0, { chainHeights: new Map(chainwebHeights).set("1", 6_000_014) }),
});

const degradedChainweb = report({
  ...chainwebReport,
  head: failing("timeout"),
  apis: new Map([
    ["info", failing("connect")],
    ["mempool", failing("timeout")],
  ]),
  chainSamples: [],
  blockSeconds: undefined,
});

/** The node's second poll; the first went well. */
function second(node: NodeState["node"], first: NodeReport, given: NodeReport): NodeState {
  const { history } = stateAfter(first, { node, endedMs: NOW - INTERVAL_MS });
  return stateAfter(given, { node, history });
}

const wireState = stateAfter(wireReport, { node: WIRE });
const moneroState = second(MONERO, moneroReport, moneroReport);
const chainwebState = stateAfter(chainwebReport, { node: CHAINWEB, others: [chainwebBest] });
const bitcoinState = second(BITCOIN, bitcoinReport(NOW - INTERVAL_MS), bitcoinReport(NOW));
const EOS = nodeConfig({ name: "eos-1", chain: "antelope" });

const PAGES: Readonly<Record<string, readonly NodeState[]>> = {
  wire: [wireState],
  monero: [moneroState],
  chainweb: [chainwebState],
  bitcoin: [bitcoinState],
  "before-the-first-poll": [firstState(MONERO)],
  "after-a-failed-poll": [second(MONERO, moneroReport, deadReport("connect"))],
  restricted: [second(MONERO, moneroReport, restrictedReport)],
  "partial-failure": [stateAfter(degradedChainweb, { node: CHAINWEB })],
  "all-chains": [wireState, moneroState, chainwebState, bitcoinState, firstState(EOS)],
};

describe.each(Object.entries(PAGES))("golden page %s", (name, states) => {
  test.each([
    ["text", "txt"],
    ["openmetrics", "openmetrics"],
  ] as const)("%s", (format, extension) => {
    const page = render(states, format);
    read(page, format);
    const file = new URL(`${name}.${extension}`, FOLDER);
    if (isUpdate) {
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(file, page);
    }
    expect(page).toBe(readFileSync(file, "utf8"));
  });
});

test("where the values of a label are declared to be closed, the pages have no others", () => {
  const closed = new Map(catalogue.map(({ name, values = {} }) => [name, values] as const));
  const others = Object.values(PAGES)
    .flatMap((states) => readPage(states).families)
    .flatMap(({ name, samples }) =>
      Object.entries(closed.get(name) ?? {}).flatMap(([label, all]) =>
        samples
          // A label that is not known is absent.
          .flatMap(({ labels }) => labels.get(label) ?? [])
          .flatMap((text) => (all.includes(text) ? [] : `${name} ${text}`)),
      ),
    );
  expect(others).toEqual([]);
});

/** Families of the connections and of what else was taken from the peer list. */
function peerFamilies(page: Page): readonly string[] {
  return names(page).filter((name) => /^p2p_connection_|^p2p_node_(?:peers|connections|syncing_peers)/.test(name));
}

describe("a configured reference", () => {
  const node = nodeConfig({ name: "best", chain: "monero", role: "reference" });
  const pageOf = (given: NodeReport) => readPage([stateAfter(given, { node })]);

  test("has two series of its own, and none of a node", () => {
    const page = pageOf(report({ peers: failing("unavailable"), head: head(3_300_001) }));
    expect(names(page)).toEqual(["p2p_reference_up", "p2p_reference_head_height"]);
    expect(value(page, "p2p_reference_up", { target: "best", chain: "monero" })).toBe(1);
    expect(value(page, "p2p_reference_head_height")).toBe(3_300_001);
  });

  test.each([
    ["not polled yet", readPage([firstState(node)])],
    ["without a head, even if it lists peers", pageOf(report({ peers: peers(row()), head: failing("timeout") }))],
  ])("is down when it is %s", (_, page) => {
    expect(names(page)).toEqual(["p2p_reference_up"]);
    expect(value(page, "p2p_reference_up")).toBe(0);
  });
});

describe("before the first poll", () => {
  const page = readPage([firstState(MONERO)]);

  test("there is up 0, the counters with 0, and no data that needs a poll", () => {
    expect(value(page, "p2p_node_up")).toBe(0);
    expect(value(page, "p2p_node_polls_total")).toBe(0);
    expect(find(page, "p2p_node_poll_failures_total").every(({ value: count }) => count === 0)).toBe(true);
    expect(names(page)).toEqual([
      "p2p_node_up",
      "p2p_node_polls_total",
      "p2p_node_poll_failures_total",
      "p2p_node_poll_interval_seconds",
    ]);
  });
});

describe("after a poll that failed", () => {
  test("the data of the peers disappears immediately, the history stays", () => {
    const good = stateAfter(moneroReport, { node: MONERO, endedMs: NOW - INTERVAL_MS });
    expect(peerFamilies(readPage([good])).length).toBeGreaterThan(8);
    const page = readPage([stateAfter(deadReport("timeout"), { node: MONERO, history: good.history })]);
    expect(peerFamilies(page)).toEqual([]);
    expect(names(page)).toEqual(keptWhenDown("monero"));
    expect(value(page, "p2p_node_up")).toBe(0);
    expect(value(page, "p2p_node_poll_failures_total", { reason: "timeout" })).toBe(1);
    expect(value(page, "p2p_node_last_success_timestamp_seconds")).toBe((NOW - INTERVAL_MS) / 1000);
  });

  test("connections keep their start when the node is back", () => {
    const good = stateAfter(moneroReport, { node: MONERO, endedMs: NOW - 2 * INTERVAL_MS });
    const bad = stateAfter(deadReport(), { node: MONERO, history: good.history, endedMs: NOW - INTERVAL_MS });
    // The ages of the rows grew by 29 s only: cut to whole seconds.
    const later = peers(
      ...(moneroPeers.ok ? moneroPeers.value.connections : []).map((each) => ({
        ...each,
        ageSeconds: (each.ageSeconds ?? 0) + 29,
      })),
    );
    const back = stateAfter({ ...moneroReport, peers: later }, { node: MONERO, history: bad.history });
    const starts = (state: NodeState) => find(readPage([state]), "p2p_connection_start_timestamp_seconds");
    expect(starts(back)).toEqual(starts(good));
  });
});

describe("a failure of one API", () => {
  test("restricted RPC: no peers, but the head and the identity of the node", () => {
    const page = readPage([second(MONERO, moneroReport, restrictedReport)]);
    expect(value(page, "p2p_node_up")).toBe(0);
    expect(value(page, "p2p_node_api_up", { api: "peers" })).toBe(0);
    expect(value(page, "p2p_node_api_up", { api: "head" })).toBe(1);
    expect(value(page, "p2p_node_head_height")).toBe(3_300_001);
    expect(value(page, "p2p_node_info", { network: "mainnet" })).toBe(1);
    expect(peerFamilies(page)).toEqual([]);
  });

  test("no head: the peers stay, and values computed from the head are absent", () => {
    const page = readPage([second(CHAINWEB, chainwebReport, degradedChainweb)]);
    expect(value(page, "p2p_node_up")).toBe(1);
    expect(value(page, "p2p_node_peers")).toBe(3);
    expect(Object.fromEntries(find(page, "p2p_node_api_up").map((s) => [s.labels.get("api"), s.value]))).toEqual({
      peers: 1,
      head: 0,
      info: 0,
      mempool: 0,
    });
    const gone = /^p2p_node_(?:head_|final_|reference_|syncing$)|^p2p_chainweb_(?!peer_)/;
    expect(names(page).filter((name) => gone.test(name))).toEqual([]);
    expect(value(page, "p2p_node_clock_skew_seconds")).toBe(-0.125);
  });
});

describe("several nodes on one page", () => {
  const states = PAGES["all-chains"] ?? [];

  test("each family occurs once, with the nodes in the order of the configuration", () => {
    const text = render(states, "text");
    for (const { name } of catalogue) expect(text.split(`# TYPE ${name} `).length).toBeLessThanOrEqual(2);
    expect(find(read(text, "text"), "p2p_node_up").map(({ labels }) => labels.get("target"))).toEqual([
      "wire-1",
      "monero-1",
      "kadena-1",
      "eos-1",
    ]);
  });

  test("one node's lines are the same among others", () => {
    const of = (page: string) => page.split("\n").filter((line) => line.includes('target="monero-1"'));
    expect(of(render(states, "text"))).toEqual(of(render([moneroState], "text")));
  });

  test("the node's configured labels are on each of its series and on no other", () => {
    for (const { samples } of read(render(states, "text"), "text").families) {
      for (const { labels } of samples) {
        expect(labels.get("region")).toBe(labels.get("target") === "wire-1" ? "eu" : undefined);
      }
    }
  });
});

describe("the page", () => {
  test("leaves out families without samples, header and all", () => {
    const own = [{ name: "x", type: "gauge", help: "X.", samples: () => "" }] as const;
    expect(renderPage([], own, "text")).toBe("");
    expect(renderPage([], own, "openmetrics")).toBe("# EOF\n");
  });

  test("the sample lines of the nodes are the same bytes in both formats, but for the times of creation", () => {
    const lines = (page: string) =>
      page.split("\n").filter((line) => !line.startsWith("#") && !/^\w+_created\{/.test(line));
    const states = PAGES["all-chains"] ?? [];
    expect(lines(render(states, "openmetrics"))).toEqual(lines(render(states, "text")));
  });
});

describe("the chunks of a page", () => {
  const CHUNK_BYTES = 256 * 1024;
  const long = "long 1\n".repeat(100_000);
  const own = [{ name: "long", type: "gauge", help: "Many lines.", samples: () => long }] as const;
  const text = `# HELP long Many lines.\n# TYPE long gauge\n${long}`;
  const chunks = (use: ChunkUse) => createPageRenderer([])([], own, "text", use);

  test("have the same size but for the last, which has the rest", () => {
    expect([...chunks("owned")].map(({ length }) => length)).toEqual([
      CHUNK_BYTES,
      CHUNK_BYTES,
      text.length - 2 * CHUNK_BYTES,
    ]);
  });

  test("stay as they are where the reader owns them, and the last takes no more memory than it needs", () => {
    const owned = [...chunks("owned")];
    expect(Buffer.concat(owned).toString()).toBe(text);
    expect(owned.at(-1)?.buffer.byteLength).toBeLessThan(CHUNK_BYTES);
  });

  test("use the same memory where the reader borrows them", () => {
    let page = "";
    const buffers = new Set<ArrayBufferLike>();
    for (const chunk of chunks("borrowed")) {
      page += chunk.toString("latin1");
      buffers.add(chunk.buffer);
    }
    expect(page).toBe(text);
    expect(buffers.size).toBe(1);
  });

  test("a page without content has none", () => {
    expect([...createPageRenderer([])([], [], "text", "owned")]).toEqual([]);
  });
});
