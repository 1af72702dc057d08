import { chains } from "../../src/chains/index.ts";
import { FAILURE_REASONS, type Failure } from "../../src/model/failure.ts";
import type { Outcome } from "../../src/model/report.ts";
import { expectDeclared } from "../chains/declared.ts";
import { seriesKey, showSeries } from "../support/exposition-lines.ts";
import { type Page, parseOpenMetrics, parseText, type Sample } from "../support/exposition-parser.ts";
import { CANARY, HONEST, LIAR, type Variant } from "./adapter.ts";
import type { World } from "./world.ts";

/** What must hold after every poll, whatever the node answered. Each function throws with what does not. */

/** What is remembered of one poll to compare the next with. */
export type Observed = {
  readonly counters: ReadonlyMap<string, number>;
  readonly up: number;
  /** The process of the node that the report names. */
  readonly process: string | undefined;
  /** When each row was last shown, by the labels of its p2p_connection_info or p2p_chainweb_peer_info, in minutes. */
  readonly shown: ReadonlyMap<string, number>;
  /** When each of them was new, in minutes. */
  readonly newcomers: readonly number[];
};

export type Observation = {
  readonly world: World;
  readonly variant: Variant;
  readonly before: Observed | undefined;
  /** The answers are those of the last poll again. */
  readonly isRepeated: boolean;
  readonly rows: number | undefined;
};

/** The only families that may be below 0. */
const SIGNED = new Set(["p2p_node_clock_skew_seconds", "p2p_bitcoin_time_offset_seconds"]);

/** Texts of configured nodes, which no stranger chooses. */
const OWN_LABELS = new Set(["target", "chain", "region"]);
const MAX_LABEL = 128;

/** Chainweb's chains are the longest list outside of connections. */
const MAX_OTHER_SERIES = 3500;
const MAX_PAGE_BYTES = 4 * 1024 * 1024;

export function checkLiar({ world, variant, before, isRepeated, rows }: Observation): Observed {
  checkOutcomes(world);
  const stored = world.stored(LIAR);
  const bytes = world.page([stored], "text");
  if (bytes.includes(CANARY)) fail("the page shows a secret");
  if (bytes.length > MAX_PAGE_BYTES) fail(`the page of one node has ${bytes.length} bytes`);
  const page = indexed(parseText(bytes));
  checkValues(page);
  checkBounds(page, variant);
  checkSums(page, rows, heldInfo(page, world));
  return { ...checkCounters(page, world, before, isRepeated), ...checkNewSeries(page, variant, before) };
}

/** 1 when p2p_node_info is held back: it is counted with the connections that are. */
function heldInfo(page: Indexed, world: World): number {
  const identity = world.state(LIAR).report?.identity ?? {};
  const isReported = Object.values(identity).some((text) => text !== undefined && text !== "");
  return isReported && !page.has("p2p_node_info") ? 1 : 0;
}

const HOUR = 60;

/** In no hour a node gets more new series of connections than it may. */
function checkNewSeries(page: Indexed, { config }: Variant, before: Observed | undefined) {
  const minute = Math.floor(performance.now() / 60_000);
  const shown = new Map(before?.shown ?? []);
  const newcomers = [...(before?.newcomers ?? [])].filter((each) => each >= minute - HOUR);
  for (const { labels } of shownRows(page)) {
    // Labels of chains out of closed sets have few values, as the state has: they are not limited.
    const key = JSON.stringify([...labels].filter(([label]) => label !== "identity"));
    if ((shown.get(key) ?? Number.NEGATIVE_INFINITY) < minute - HOUR) newcomers.push(minute);
    shown.set(key, minute);
  }
  const { maxNewPerHour } = config.connections;
  if (newcomers.length > maxNewPerHour) fail(`${newcomers.length} new series in an hour, expected ${maxNewPerHour}`);
  return { shown, newcomers };
}

/** A series for each row whose texts are known: connections, or known peers (Chainweb). */
function shownRows(page: Indexed): readonly Sample[] {
  return page.get("p2p_connection_info") ?? page.get("p2p_chainweb_peer_info") ?? [];
}

/** The number of names that have series. Connections that share one may be in several states. */
function countNames(page: Indexed): number {
  const samples = page.get("p2p_connection_state") ?? shownRows(page);
  return new Set(samples.map(({ labels }) => JSON.stringify([labels.get("direction"), labels.get("peer")]))).size;
}

/** All nodes together, in the other format too. */
export function checkPage(world: World, names: readonly string[]): void {
  const bytes = world.page(
    names.map((name) => world.stored(name)),
    "openmetrics",
  );
  if (bytes.includes(CANARY)) fail("the page shows a secret");
  parseOpenMetrics(bytes);
}

export function checkLog(log: readonly string[]): void {
  for (const line of log) {
    if (line.includes(CANARY) || line.includes(CANARY_BASE64)) fail(`a log line shows a secret: ${line}`);
    if (line.startsWith('{"level":"error"')) fail(`an error was logged: ${line}`);
  }
}

const CANARY_BASE64 = Buffer.from(`user:${CANARY}`).toString("base64");

/** A failure of a part is one of the node, told in few words, and the report has only what the adapter declares. */
export function checkOutcomes(world: World): void {
  const { report, node } = world.state(LIAR);
  if (report === undefined) throw new Error("the poll left no report");
  expectDeclared(chains[node.chain], report);
  const outcomes: readonly Outcome<unknown>[] = [report.peers, report.head, ...report.apis.values()];
  for (const outcome of outcomes) if (!outcome.ok) checkFailure(outcome.failure);
}

function checkFailure({ reason, message, advice, retryAfterSeconds = 0 }: Failure): void {
  if (!FAILURE_REASONS.includes(reason)) fail(`the reason ${reason} is not of the closed set`);
  if (reason === "internal") fail(`a bug of the exporter: ${message}`);
  if (message.length > 600 || advice === "") fail(`no message for an operator: ${message.slice(0, 200)}`);
  if (message.includes(CANARY) || advice.includes(CANARY)) fail(`a message shows a secret: ${message}`);
  if (!(retryAfterSeconds >= 0 && retryAfterSeconds <= 3600)) fail(`a pause of ${retryAfterSeconds} s`);
}

type Indexed = ReadonlyMap<string, readonly Sample[]>;

function indexed({ families }: Page): Indexed {
  return new Map(families.map(({ name, samples }) => [name, samples]));
}

function checkValues(page: Indexed): void {
  for (const [name, samples] of page) {
    for (const { labels, value } of samples) {
      const shown = () => `${showSeries(name, labels)} ${value}`;
      if (!Number.isFinite(value)) fail(`not finite: ${shown()}`);
      if (value < 0 && !SIGNED.has(name)) fail(`below 0: ${shown()}`);
      if (Object.is(value, -0)) fail(`-0: ${shown()}`);
      for (const [label, text] of labels) {
        if (OWN_LABELS.has(label)) continue;
        if (text.length > MAX_LABEL && [...text].length > MAX_LABEL) fail(`a label of ${text.length}: ${shown()}`);
        if (/[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(text)) fail(`a control character in a label: ${shown()}`);
      }
    }
  }
}

function checkBounds(page: Indexed, { config }: Variant): void {
  const { maxPerNode, series } = config.connections;
  let others = 0;
  for (const [name, samples] of page) {
    if (samples.some(({ labels }) => labels.has("peer"))) {
      const most = series ? maxPerNode : 0;
      const peers = new Set(samples.map(({ labels }) => `${labels.get("direction")} ${labels.get("peer")}`));
      if (peers.size > most) fail(`${peers.size} series of ${name}, max_per_node is ${most}`);
    } else others += samples.length;
  }
  if (others > MAX_OTHER_SERIES) fail(`${others} series beside those of connections`);
  const agents = new Set(page.get("p2p_node_peers_by_agent")?.map(({ labels }) => labels.get("agent"))).size;
  if (agents > 22) fail(`${agents} agents`);
}

function only(page: Indexed, name: string): number | undefined {
  const samples = page.get(name) ?? [];
  if (samples.length > 1) fail(`${name} has ${samples.length} series`);
  return samples[0]?.value;
}

function sum(page: Indexed, name: string, filter: Readonly<Record<string, string>> = {}): number {
  const wanted = Object.entries(filter);
  return (page.get(name) ?? [])
    .filter(({ labels }) => wanted.every(([label, value]) => labels.get(label) === value))
    .reduce((total, { value }) => total + value, 0);
}

/** Families that count the same rows agree with each other, and with the rows that were sent. */
function checkSums(page: Indexed, rows: number | undefined, heldInfos: number): void {
  const up = only(page, "p2p_node_up");
  if (up !== 0 && up !== 1) fail(`p2p_node_up is ${up}`);
  const apis = new Map((page.get("p2p_node_api_up") ?? []).map(({ labels, value }) => [labels.get("api"), value]));
  if (apis.get("peers") !== up) fail("p2p_node_api_up of peers differs from p2p_node_up");
  if ((only(page, "p2p_node_head_height") !== undefined) !== (apis.get("head") === 1)) fail("a head without its API");
  const failed = page.get("p2p_node_failure_info") ?? [];
  const down = [...apis].filter(([, value]) => value === 0).map(([api]) => api);
  if (failed.map(({ labels }) => labels.get("api")).join() !== down.join())
    fail("failures of other APIs than are down");
  const reasons = sum(page, "p2p_node_poll_failures_total");
  if (reasons > (only(page, "p2p_node_polls_total") ?? 0)) fail("more failures than polls");
  if (up === 0) {
    for (const [name, samples] of page) {
      const isOfPeer = name.startsWith("p2p_connection_") || samples.some(({ labels }) => labels.has("peer"));
      if (isOfPeer || PEER_DATA.has(name)) fail(`${name} of a node that is down`);
    }
    return;
  }
  const isListed = page.has("p2p_node_connections");
  const working = sum(page, "p2p_node_peers");
  const all = isListed ? sum(page, "p2p_node_connections") : working;
  const malformed = only(page, "p2p_node_connections_malformed") ?? 0;
  if (rows !== undefined && all + malformed !== rows) fail(`${rows} rows were sent, ${all} + ${malformed} are counted`);
  for (const direction of isListed ? ["inbound", "outbound"] : []) {
    const connected = sum(page, "p2p_node_connections", { direction, state: "connected" });
    if (sum(page, "p2p_node_peers", { direction }) !== connected)
      fail(`p2p_node_peers ${direction} is not ${connected}`);
  }
  const shown = countNames(page);
  const omitted = (only(page, "p2p_node_connections_omitted") ?? 0) + (only(page, "p2p_node_connections_merged") ?? 0);
  const withheld = (only(page, "p2p_node_series_withheld") ?? 0) - heldInfos;
  if (shown + omitted + withheld !== all) {
    fail(`${shown} shown, ${omitted} omitted or merged and ${withheld} withheld of ${all} rows`);
  }
  if (sum(page, "p2p_node_peers_by_address_type") !== working) fail("address types do not sum up to the peers");
  const byAgent = page.get("p2p_node_peers_by_agent");
  if (byAgent !== undefined && sum(page, "p2p_node_peers_by_agent") !== working)
    fail("agents do not sum up to the peers");
  const byHead = page.get("p2p_node_peers_by_head");
  if (byHead !== undefined && sum(page, "p2p_node_peers_by_head") !== working) fail("heads do not sum up to the peers");
  if (sum(page, "p2p_node_syncing_peers") > working) fail("more syncing peers than peers");
  const subnets = only(page, "p2p_node_peer_subnets") ?? 0;
  if (subnets > working) fail("more subnets than peers");
  const largest = only(page, "p2p_node_largest_subnet_peers");
  // Each other subnet has a peer at least.
  if (largest !== undefined && subnets > 0 && largest + subnets - 1 > working) fail(`${largest} peers in a subnet`);
  checkLag(page);
}

const PEER_DATA = new Set([
  "p2p_node_peers",
  "p2p_node_connections",
  "p2p_node_syncing_peers",
  "p2p_node_peer_subnets",
  "p2p_node_largest_subnet_peers",
  "p2p_node_peers_by_agent",
  "p2p_node_peers_by_head",
]);

function checkLag(page: Indexed): void {
  const own = only(page, "p2p_node_head_height");
  const references = (page.get("p2p_node_reference_height") ?? []).map(({ value }) => value);
  const lag = only(page, "p2p_node_head_lag_blocks");
  const expected =
    own === undefined || references.length === 0 ? undefined : Math.max(0, Math.max(...references) - own);
  // A lag of 0 is left out where no reference shows that an old head is the newest.
  if (lag !== expected && !(lag === undefined && expected === 0)) fail(`a lag of ${lag}, expected ${expected}`);
}

/** Counts that the exporter keeps itself; those of the node restart with it. */
const OWN_COUNTERS = ["p2p_node_polls_total", "p2p_node_poll_failures_total"];
const CHURN = ["p2p_node_peer_connects_total", "p2p_node_peer_disconnects_total"];
const BYTES = ["p2p_node_receive_bytes_total", "p2p_node_transmit_bytes_total"];

function checkCounters(page: Indexed, world: World, before: Observed | undefined, isRepeated: boolean) {
  const isSummed = world.state(LIAR).history.totals?.source === "connections";
  const still = [...CHURN, ...(isSummed ? BYTES : [])];
  const counters = new Map(before?.counters ?? []);
  const { process } = world.state(LIAR).history;
  const up = only(page, "p2p_node_up") ?? 0;
  for (const name of [...OWN_COUNTERS, ...still]) {
    for (const sample of page.get(name) ?? []) {
      const key = seriesKey(sample);
      const earlier = counters.get(key);
      if (earlier !== undefined && sample.value < earlier) fail(`${key} fell from ${earlier} to ${sample.value}`);
      // A restart that only the page of a plugin shows, after the list, is counted with the next list.
      const isSameProcess = process === before?.process;
      const mustStand = isRepeated && isSameProcess && up === 1 && before?.up === 1 && still.includes(name);
      if (mustStand && earlier !== undefined && sample.value !== earlier) {
        fail(`${key} rose from ${earlier} to ${sample.value} although nothing happened`);
      }
      counters.set(key, sample.value);
    }
  }
  return { counters, up, process };
}

/** The node that was polled last believes all others of its network, as their data is fresh, and nobody else. */
export function checkFleet(world: World): void {
  const last = HONEST.at(-1) ?? LIAR;
  const { report, lag } = world.state(last);
  if (report === undefined || !report.head.ok) throw new Error(`the well answers of ${last} were not taken`);
  if (report.head.value.chainHeights !== undefined) return;
  const heights = [LIAR, ...HONEST].flatMap((name) => {
    const other = world.state(name).report;
    return name !== last && other?.head.ok && other.networkKey === report.networkKey ? [other.head.value.height] : [];
  });
  const expected = heights.length === 0 ? undefined : Math.max(...heights);
  const found = lag.references.get("fleet");
  if (found !== expected) fail(`${last} takes ${found} for the best head of the fleet, expected ${expected}`);
}

function fail(message: string): never {
  throw new Error(message);
}
