import { listsConnections } from "../../src/chains/adapter.ts";
import { ADAPTERS, type ChainName, chains } from "../../src/chains/index.ts";
import type { NodeConfig } from "../../src/config/model.ts";
import { createCatalogue } from "../../src/metrics/catalogue.ts";
import type { NodeFamily } from "../../src/metrics/family.ts";
import { createNodeRenderer, type RenderNode } from "../../src/metrics/render-node.ts";
import { parseAddress } from "../../src/model/address.ts";
import { chainSample, type NodeReport, type PeerConnection, succeeded } from "../../src/model/report.ts";
import { deriveState, firstState } from "../../src/poll/derive-state.ts";
import { NO_OTHER_NODES } from "../../src/poll/other-nodes.ts";
import { NO_SERIES, type NodeState } from "../../src/poll/store.ts";
import type { Visit } from "./peers.ts";

/** How many series the connections of a node make in a day that were not there in the 24 hours before: they fill Prometheus. */

const DAY = 86_400;

/** When the simulation begins; any time would do. */
const START_MS = Date.UTC(2026, 0, 5);

const catalogue = createCatalogue(ADAPTERS);

/** The families that have a series for each connection. */
const families = catalogue.filter(({ connections }) => connections !== undefined);

/** The program's renderer, with the settings of each node. */
function createRenderer(shown: readonly NodeFamily[]): RenderNode {
  return createNodeRenderer(
    shown,
    ({ chain }) => chains[chain].traits,
    ({ connections }) => ({ ...connections, hashKey: "only for a simulation" }),
  );
}

/** Renders one family alone: as all of a connection's series have the same name, the others would only cost time. */
export function renderNames({ chain }: NodeConfig): RenderNode {
  const { optionsKey } = chains[chain];
  return createRenderer(families.filter(({ sources }) => sources[optionsKey] !== undefined).slice(0, 1));
}

/** Renders all series of connections. */
export function renderAll(): RenderNode {
  return createRenderer(families);
}

/** The number of series of one connection, if the node's API says all that it can. */
export function seriesPerConnection(node: NodeConfig): number {
  const visit = {
    id: "1",
    direction: "inbound",
    host: "192.0.2.1",
    port: 50_000,
    agent: "any",
    from: 0,
    to: DAY,
  } as const;
  const { perDay } = newSeries(node, [visit], { days: 1, pollSeconds: DAY, render: renderAll() });
  return perDay[0] ?? 0;
}

/** What is on the pages of a node. */
type NewSeries = {
  /** Series at a moment, on average over all lists of peers. */
  readonly live: number;
  /** New ones by day. */
  readonly perDay: readonly number[];
};

type Options = { readonly days: number; readonly pollSeconds: number; readonly render: RenderNode };

/**
 * Polls a node with these connections, and looks at its lines whenever its peer list is another one.
 * @param visits by their openings
 */
export function newSeries(node: NodeConfig, visits: readonly Visit[], options: Options): NewSeries {
  const { days, pollSeconds, render } = options;
  const counter = createCounter(days);
  const toRow = createRows(node.chain);
  let state = firstState(node, pollSeconds * 1000);
  let series = NO_SERIES;
  let open: readonly Visit[] = [];
  let next = 0;
  for (let seconds = 0; seconds < days * DAY; seconds += pollSeconds) {
    const begun = next;
    while ((visits[next]?.from ?? Number.POSITIVE_INFINITY) <= seconds) next += 1;
    const before = open;
    open = [...open, ...visits.slice(begun, next)].filter(({ to }) => to > seconds);
    if (open.length === before.length && open.every((visit, index) => visit === before[index])) continue;
    state = afterPoll(state, open.map(toRow), seconds * 1000);
    const rendered = render(state, { series, nowMs: seconds * 1000 });
    series = rendered.series ?? series;
    counter.count(rendered.lines.bytes.toString("latin1"), seconds);
  }
  return counter.result();
}

/** Counts the series of pages that were not there in the day before. */
function createCounter(days: number) {
  const lastSeen = new Map<string, number>();
  const perDay = new Array<number>(days).fill(0);
  let [pages, lines] = [0, 0];
  return {
    count(page: string, seconds: number): void {
      let unknown = 0;
      for (const line of page.split("\n")) {
        if (line === "") continue;
        const name = line.slice(0, line.lastIndexOf(" "));
        const seen = lastSeen.get(name);
        if (seen === undefined || seconds - seen > DAY) unknown += 1;
        lastSeen.set(name, seconds);
        lines += 1;
      }
      pages += 1;
      const day = Math.floor(seconds / DAY);
      perDay[day] = (perDay[day] ?? 0) + unknown;
    },
    result: (): NewSeries => ({ live: lines / pages, perDay }),
  };
}

function afterPoll(before: NodeState, connections: readonly PeerConnection[], ms: number): NodeState {
  const report: NodeReport = {
    identity: { version: "1", network: "mainnet" },
    peers: succeeded({ connections, malformed: 0 }),
    head: succeeded({ height: 100 }),
    apis: new Map(),
    chainSamples: [],
    syncing: false,
    minBlockSeconds: 0,
  };
  const times = { startedMs: START_MS + ms, endedMs: START_MS + ms + 50, durationSeconds: 0.05 };
  return deriveState(before, { report, times }, NO_OTHER_NODES, LAG);
}

const LAG = { minSupport: 2, reorgDepth: {} };

/** Makes the row of each visit once: what it says changes no label. */
function createRows(chain: ChainName): (visit: Visit) => PeerConnection {
  const made = new WeakMap<Visit, PeerConnection>();
  const { agent: ofPeers, ...full } = fullRow(chain);
  return (visit) => {
    const known = made.get(visit);
    if (known !== undefined) return known;
    const { id, direction, host, port, agent } = visit;
    const row = { ...full, id, direction, address: parseAddress(`${host}:${port}`), agent: ofPeers && agent };
    made.set(visit, row);
    return row;
  };
}

/** A row with everything that the chain's API can say of a connection. */
function fullRow(chain: ChainName): Omit<PeerConnection, "id" | "direction" | "address"> {
  const { families, sources } = chains[chain];
  const has = (family: string, value: number) => (sources[family] === undefined ? undefined : value);
  const own = families.filter(({ scope }) => scope === "connection" || scope === "peer");
  const info = own.find(({ labels }) => labels.length > 0);
  return {
    state: listsConnections(chains[chain].traits) ? "connected" : undefined,
    agent: sources.p2p_node_peers_by_agent === undefined ? undefined : "any",
    height: has("p2p_connection_head_height", 100),
    receivedBytes: has("p2p_connection_receive_bytes_total", 1),
    sentBytes: has("p2p_connection_transmit_bytes_total", 1),
    startSeconds: has("p2p_connection_start_timestamp_seconds", START_MS / 1000),
    latencySeconds: has("p2p_connection_latency_seconds", 0.1),
    chainSamples: own.filter(({ labels }) => labels.length === 0).map((family) => chainSample(family, 1)),
    info: info && { family: info, labels: info.labels.map((label) => info.values?.[label]?.[0] ?? "true") },
  };
}
