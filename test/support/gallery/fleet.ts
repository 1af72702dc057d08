import { BY_CONNECTION_TYPE } from "../../../src/chains/bitcoin/peer-families.ts";
import { ADAPTERS, type ChainName, chains } from "../../../src/chains/index.ts";
import type { NodeConfig } from "../../../src/config/model.ts";
import { createRandom } from "../../../src/demo/random.ts";
import { createCatalogue } from "../../../src/metrics/catalogue.ts";
import { createNodeRenderer } from "../../../src/metrics/render-node.ts";
import type { ChainSample } from "../../../src/model/chain-family.ts";
import type { Failure } from "../../../src/model/failure.ts";
import { chainSample, failed, type NodeReport, type PeerConnection, succeeded } from "../../../src/model/report.ts";
import { firstState } from "../../../src/poll/derive-state.ts";
import { EMPTY_HISTORY, type NodeHistory } from "../../../src/poll/history.ts";
import { createRecentPolls, type RecentPolls } from "../../../src/poll/recent-polls.ts";
import { createStore, type NodeState, type NodeStore, toStored } from "../../../src/poll/store.ts";
import { parseNodeUrl } from "../../../src/rpc/node-url.ts";
import { nodeConfig, report, stateAfter } from "../../poll/support.ts";
import { connectionsOf, isBitcoin, KINDS, type Kind, presentAt, STORIES, type Story } from "./kinds.ts";

/** Made-up fleets, polled for an hour without any node: what the pages of the exporter look like. */

export type Fleet = {
  readonly nodes: number;
  /** Minutes that the exporter has run. */
  readonly minutes: number;
  readonly nowMs: number;
  /** Texts that peers and nodes choose. */
  readonly hostile?: readonly string[];
  /** Every node has this story; otherwise each has its own, most of them "well". */
  readonly story?: Story["name"];
  /** Connections of each node; default: 8 to 40, and of the first one 80 more. */
  readonly peers?: number;
  readonly seed?: string;
};

export type MadeFleet = { readonly store: NodeStore; readonly recentPolls: RecentPolls };

/** In turn. */
const CHAINS: readonly (keyof typeof KINDS)[] = [
  "monero",
  "wire",
  "chainweb",
  "monero",
  "antelope",
  "bitcoin",
  "litecoin",
];
const ILL: readonly Story["name"][] = [
  "restricted",
  "down",
  "behind",
  "degraded",
  "flapping",
  "syncing",
  "forked",
  "alone",
  "stalled",
  "waiting",
];
const REGIONS = ["eu-west-1", "us-east-1", "ap-south-1"];

export function makeFleet(fleet: Fleet): MadeFleet {
  const [store, recentPolls] = [createStore(), createRecentPolls()];
  const render = createNodeRenderer(
    createCatalogue(ADAPTERS),
    ({ chain }) => chains[chain].traits,
    ({ connections: { hashKey: _, ...rest } }) => ({ ...rest, hashKey: "gallery" }),
  );
  for (let index = 0; index < fleet.nodes; index += 1) {
    const state = hourOf(fleet, index, recentPolls);
    store.set({ state: toStored(state), lines: render(state).lines });
  }
  return { store, recentPolls };
}

function hourOf(fleet: Fleet, index: number, recentPolls: RecentPolls): NodeState {
  const kind: Kind = KINDS[CHAINS[index % CHAINS.length] ?? "wire"];
  const story = STORIES[fleet.story ?? storyOf(index)];
  const node = configOf(fleet, index, kind);
  let state = firstState(node, 15_000);
  if (story.name === "waiting") return state;
  let history: NodeHistory = EMPTY_HISTORY;
  const seed = `${fleet.seed ?? ""}${index}`;
  const random = createRandom(seed);
  const usual = random.integer(8, 40) + (index === 0 ? 80 : 0);
  const peers = story.name === "alone" ? 0 : (fleet.peers ?? usual);
  const connections = connectionsOf(kind, { seed, peers, hostile: fleet.hostile ?? [] });
  for (let minutes = fleet.minutes; minutes >= 0; minutes -= 1) {
    const endedMs = fleet.nowMs - minutes * 60_000 - (index % 15) * 1000;
    const given = reportOf({ fleet, index, kind, story, connections, minutes, endedMs });
    state = stateAfter(given, { node, history, others: [othersOf(kind, minutes)], endedMs });
    const seconds = random.between(0.02, 0.3);
    const lastPoll = state.history.lastPoll && {
      ...state.history.lastPoll,
      durationSeconds: given.peers.ok ? seconds : story.name === "down" ? 10 : seconds,
    };
    state = { ...state, history: { ...state.history, lastPoll } };
    if (story.name === "forked" && minutes === 0)
      state = { ...state, forks: { ...state.forks, depths: new Map([["fleet", 40]]), reorgDepth: 3 } };
    history = state.history;
    recentPolls.record(state, callsOf(given, node, endedMs));
  }
  return state;
}

function storyOf(index: number): Story["name"] {
  return index % 12 === 3 || index % 50 === 7 ? (ILL[Math.floor(index / 12) % ILL.length] ?? "well") : "well";
}

function configOf({ hostile = [], seed = "" }: Fleet, index: number, { chain }: Kind): NodeConfig {
  const random = createRandom(`${seed}${index}`);
  const region = random.pick(REGIONS);
  const text = hostile.length > 0 ? ` ${hostile[index % hostile.length]}` : "";
  const name = `${chain}-${String(index).padStart(3, "0")}.${region}${text}`;
  return nodeConfig({
    name,
    chain,
    url: parseNodeUrl(`http://10.0.${index >> 8}.${index & 255}:18081`),
    labels: { region, rack: `r${index % 7}`, team: text === "" ? "nodes" : text },
  });
}

function headAt({ height, blockSeconds }: Kind, minutes: number): number {
  return height - Math.floor((minutes * 60) / blockSeconds);
}

function othersOf(kind: Kind, minutes: number): NodeReport {
  return report({ head: succeeded({ height: headAt(kind, minutes) }), networkKey: kind.chain });
}

type Moment = {
  readonly fleet: Fleet;
  readonly index: number;
  readonly kind: Kind;
  readonly story: Story;
  readonly connections: readonly PeerConnection[];
  readonly minutes: number;
  readonly endedMs: number;
};

function reportOf({ fleet, index, kind, story, connections, minutes, endedMs }: Moment): NodeReport {
  const address = `http://10.0.${index >> 8}.${index & 255}:18081`;
  if (!story.isUp(minutes)) return deadReport(story, kind, address, minutes);
  const stand = story.name === "stalled" ? 60 : minutes;
  const height = headAt(kind, stand) - story.lag(minutes, kind.blockSeconds);
  const head = succeeded({ height, timestampSeconds: endedMs / 1000 - kind.blockSeconds / 2 });
  return report({
    identity: { version: fleet.hostile?.[index % 5] ?? kind.version, network: kind.network },
    peers: succeeded({ connections: presentAt(connections, minutes), malformed: 0, receivedMs: endedMs }),
    head:
      story.name === "degraded"
        ? failed({
            reason: "timeout",
            message: `get_info at ${address}: no complete answer within 10s`,
            advice: "the node is overloaded or the timeout is too short: raise timeout",
          })
        : head,
    chainSamples: isBitcoin(kind.chain) ? connectionTypes(connections) : [],
    ...(kind.chain === "monero" || isBitcoin(kind.chain) ? { totals: succeeded(bytesAt(endedMs, index)) } : {}),
    syncing: story.name === "syncing",
    networkKey: kind.chain,
    blockSeconds: kind.blockSeconds,
    clockSkewSeconds: index % 40 === 21 ? 7.5 : 0.1,
  });
}

function bytesAt(ms: number, index: number) {
  const seconds = ms / 1000 - 1_790_000_000;
  return {
    received: Math.round(seconds * (4000 + index * 10) + 900_000 * Math.sin(seconds / 400)),
    sent: Math.round(seconds * 9000 + 2_000_000 * Math.sin(seconds / 700)),
  };
}

function deadReport(
  story: Story,
  { chain, blockSeconds, ...kind }: Kind,
  address: string,
  minutes: number,
): NodeReport {
  const call = callOf(chain);
  const rest = { networkKey: chain, blockSeconds, syncing: "unknown" as const };
  if (story.name === "restricted") {
    const failure = failed(isBitcoin(chain) ? notListed(call, address) : restricted(call, address));
    return report({
      ...rest,
      peers: failure,
      head: succeeded({ height: headAt({ chain, blockSeconds, ...kind }, minutes) }),
    });
  }
  const failure = failed({
    reason: "connect",
    message: `${call} at ${address}: the connection was refused (ECONNREFUSED)`,
    advice:
      "check that the node runs and that its API listens at this address and port (a node does not listen while it replays)",
  });
  return report({ ...rest, peers: failure, head: failure });
}

function notListed(call: string, address: string): Failure {
  return {
    reason: "unauthorized",
    message: `${call} at ${address}: expected HTTP 200, found 403`,
    advice: `add ${call} to rpcwhitelist of this user, or this machine to rpcallowip, and restart the node`,
  };
}

function restricted(call: string, address: string): Failure {
  return {
    reason: "unavailable",
    message: `${call} at ${address}: expected the unrestricted RPC, found a restricted one`,
    advice:
      "restricted RPC hides the peers: set the URL of the unrestricted port (rpc-bind-port, default 18081), and start monerod without restricted-rpc, which restricts every port",
  };
}

/** The call that lists the peers. */
function callOf(chain: ChainName): string {
  if (isBitcoin(chain)) return "getpeerinfo";
  return chain === "monero" ? "get_connections" : chain === "chainweb" ? "/peer" : "/v1/net/connections";
}

/** Bars of the page of a node. */
function connectionTypes(connections: readonly PeerConnection[]): readonly ChainSample[] {
  const outbound = connections.filter(({ direction }) => direction === "outbound").length;
  const counts = { inbound: connections.length - outbound, "outbound-full-relay": outbound };
  return Object.entries(counts).map(([type, count]) => chainSample(BY_CONNECTION_TYPE, count, [type]));
}

function callsOf(
  { peers }: NodeReport,
  { chain, url }: NodeConfig,
  endedMs: number,
): Parameters<RecentPolls["record"]>[1] {
  const outcome = peers.ok
    ? ({ kind: "answered", status: 200, bytes: 23_456 } as const)
    : ({ kind: "failed", reason: peers.failure.reason } as const);
  const names = isBitcoin(chain) ? ["getblockchaininfo", "getpeerinfo"] : ["get_connections", "get_info"];
  return names.map((name, index) => ({
    method: "POST",
    name,
    server: url.label,
    startedMs: endedMs - 200 + index * 20,
    milliseconds: 30 + index * 7,
    outcome,
  }));
}
