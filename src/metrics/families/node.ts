import { NEW_TEXTS_PER_HOUR } from "../../model/chain-family.ts";
import { FAILURE_REASONS } from "../../model/failure.ts";
import { REFERENCE_NAMES } from "../../poll/head-lag.ts";
import { isUp, outcomesOf } from "../../poll/outcomes.ts";
import { cleanText, renderLabels, type SampleValue } from "../exposition.ts";
import { flag, labelled, type NodeView, one, type SharedFamily, sinceFirstPoll } from "../family.ts";

/** Whether the node answers, its version and its network. */
export const nodeFamilies: readonly SharedFamily[] = [
  {
    name: "p2p_node_up",
    type: "gauge",
    help: "1 if the last poll got the node's peer list (Wire: /v1/net/connections; Monero: get_connections; Chainweb: cut/peer; Bitcoin family: getpeerinfo), else 0; 0 before the first poll, and while the last one ended more than two intervals and the timeout ago.",
    labels: [],
    samples: ({ state }) => flag(isUp(state)),
  },
  {
    name: "p2p_node_api_up",
    type: "gauge",
    help: "1 if this API of the node answered in the last poll, else 0. An API that is called less often keeps its last outcome (Wire: prometheus for 30 s; Monero: bans and limits for up to a minute; Bitcoin family: network for up to a minute, chain_tips, bans, address_manager and added_nodes for up to five).",
    source: "each call",
    labels: ["api"],
    samples: ({ state }) => labelled("api", apis(state)),
  },
  {
    name: "p2p_node_failure_info",
    type: "gauge",
    help: "Why an API of the node failed in the last poll (p2p_node_api_up 0); always 1; absent for an API that answered.",
    source: "each call",
    labels: ["api", "reason"],
    values: { reason: FAILURE_REASONS },
    samples: failures,
  },
  {
    name: "p2p_node_info",
    type: "gauge",
    help: "Version and network that the node reports, from the last poll; always 1; absent beyond 60 new values in an hour. Wire: server_version_string and chain_id from get_info; while it fails, the chain_id on which its peers agree (last_handshake). Monero: version and nettype from get_info. Chainweb: the header X-Chainweb-Node-Version, or nodePackageVersion from /info; instance from cut. Bitcoin family: subversion from getnetworkinfo; chain from getblockchaininfo.",
    labels: ["version", "network", "chain_id"],
    newSeries: { perHour: NEW_TEXTS_PER_HOUR },
    samples: ({ report }) => infoSamples(report?.identity),
  },
];

function apis(state: NodeView["state"]): [string, number][] {
  return outcomesOf(state).map(([api, { ok }]) => [api, ok ? 1 : 0]);
}

function* failures({ state }: NodeView): Iterable<SampleValue> {
  for (const [api, outcome] of outcomesOf(state)) {
    if (outcome.ok) continue;
    const labels = renderLabels([
      ["api", api],
      ["reason", outcome.failure.reason],
    ]);
    yield [labels, 1];
  }
}

function infoSamples(identity: NonNullable<NodeView["report"]>["identity"] | undefined): readonly SampleValue[] {
  const { version = "", network = "", chainId = "" } = identity ?? {};
  const labels = renderLabels([
    ["version", cleanText(version)],
    ["network", cleanText(network)],
    ["chain_id", cleanText(chainId)],
  ]);
  return labels === "" ? [] : [[labels, 1]];
}

/** The polls: the age and the cost of the data, and why polls fail. */
export const pollFamilies: readonly SharedFamily[] = [
  {
    name: "p2p_node_polls_total",
    type: "counter",
    help: "Completed polls of the node, counted by the exporter since its start.",
    source: "the exporter",
    needsHistory: true,
    labels: [],
    samples: (view) => one(view.state.history.polls, sinceFirstPoll(view)),
  },
  {
    name: "p2p_node_poll_failures_total",
    type: "counter",
    help: 'Polls of the node that got no peer list, by the reason of p2p_node_failure_info{api="peers"}, counted by the exporter since its start.',
    source: "the exporter",
    needsHistory: true,
    labels: ["reason"],
    values: { reason: FAILURE_REASONS },
    samples: (view) => labelled("reason", view.state.history.failures, sinceFirstPoll(view)),
  },
  {
    name: "p2p_node_poll_duration_seconds",
    type: "gauge",
    help: "Duration of the last poll.",
    source: "the exporter",
    labels: [],
    samples: ({ state }) => one(state.history.lastPoll?.durationSeconds),
  },
  {
    name: "p2p_node_poll_interval_seconds",
    type: "gauge",
    help: "Time between two scheduled polls of the node; with a cron expression, between its next two matches.",
    source: "the exporter",
    needsHistory: true,
    labels: [],
    samples: ({ state }) => one(state.intervalMs / 1000),
  },
  {
    name: "p2p_node_last_success_timestamp_seconds",
    type: "gauge",
    help: "Unix time when the last poll that got the peer list ended.",
    source: "the exporter",
    needsHistory: true,
    labels: [],
    samples: ({ state: { history } }) =>
      one(history.lastSuccessMs === undefined ? undefined : history.lastSuccessMs / 1000),
  },
];

/** The only series of the configured references. */
export const referenceFamilies: readonly SharedFamily[] = [
  {
    name: "p2p_reference_up",
    type: "gauge",
    help: "1 if the last poll of a configured reference got its head (Wire: get_info; Monero: get_info; Chainweb: cut; Bitcoin family: getblockchaininfo), else 0; while it is 0, head lag may go unnoticed.",
    labels: [],
    about: "reference",
    samples: ({ state }) => flag(isUp(state)),
  },
  {
    name: "p2p_reference_head_height",
    type: "gauge",
    help: "Height of the head of a configured reference, from the last poll. Wire: head_block_num from get_info. Monero: height from get_info. Chainweb: height from cut. Bitcoin family: blocks from getblockchaininfo.",
    labels: [],
    about: "reference",
    samples: ({ report }) => one(report?.head.ok ? report.head.value.height : undefined),
  },
];

/** The node's head, and how far it is behind. */
export const headFamilies: readonly SharedFamily[] = [
  {
    name: "p2p_node_head_height",
    type: "gauge",
    help: "Height of the node's head, from the last poll. Wire: head_block_num from get_info. Monero: height from get_info, the top block + 1. Chainweb: height from cut, the sum over its chains. Bitcoin family: blocks from getblockchaininfo.",
    labels: [],
    samples: ({ report }) => one(report?.head.ok ? report.head.value.height : undefined),
  },
  {
    name: "p2p_node_head_timestamp_seconds",
    type: "gauge",
    help: "Unix time of the node's head block, from the last poll. Wire: head_block_time from get_info. Monero: timestamp from get_last_block_header. Chainweb: creationTime of the oldest of its chains' newest blocks, only with tip_age. Bitcoin family: time from getblockchaininfo, before release 23 from getblockheader.",
    labels: [],
    samples: ({ report }) => one(report?.head.ok ? report.head.value.timestampSeconds : undefined),
  },
  {
    name: "p2p_node_final_height",
    type: "gauge",
    help: "Height of the node's last irreversible block, from the last poll (last_irreversible_block_num from get_info).",
    labels: [],
    samples: ({ report }) => one(report?.head.ok ? report.head.value.finalHeight : undefined),
  },
  {
    name: "p2p_node_final_timestamp_seconds",
    type: "gauge",
    help: "Unix time of the node's last irreversible block, from the last poll; absent where the node does not send it (last_irreversible_block_time from get_info, EOSIO 2.1, Leap 3.1 and later).",
    labels: [],
    samples: ({ report }) => one(report?.head.ok ? report.head.value.finalTimestampSeconds : undefined),
  },
  {
    name: "p2p_node_block_interval_seconds",
    type: "gauge",
    help: "Usual time between two blocks by the rules of the node's chain; multiplied by p2p_node_head_lag_blocks, the lag in seconds. Absent unless the last poll got the head. Wire: half a second. Monero: target from get_info. Chainweb: nodeBlockDelay from /info, else 30 seconds, divided by the number of chains, as the lag is summed over them. Bitcoin family: as the coin has it; absent on regtest.",
    labels: [],
    samples: ({ report }) => one(report?.head.ok ? report.blockSeconds : undefined),
  },
  {
    name: "p2p_node_reference_height",
    type: "gauge",
    help: "Best known head, from the last poll: peers, the highest that enough peers of the node have (lag.min_support); fleet, the highest of the other configured nodes on the same chain; configured, the highest of the configured references on it. Chainweb: the node's own cut height, plus the blocks that the best of them are ahead on each chain.",
    source: "computed",
    labels: ["reference"],
    values: { reference: REFERENCE_NAMES },
    samples: ({ state }) => labelled("reference", state.lag.references),
  },
  {
    name: "p2p_node_head_lag_blocks",
    type: "gauge",
    help: "Blocks that the node's head is behind the best reference, from the last poll, never below 0. Chainweb: summed over the chains. Absent without a reference, and while the head is old and no reference shows that it is the newest.",
    source: "computed",
    labels: [],
    samples: ({ state }) => one(state.lag.blocks),
  },
  {
    name: "p2p_node_syncing",
    type: "gauge",
    help: "1 while the node is catching up, from the last poll; absent while that is not known. Monero: synchronized and target_height from get_info, and the states of its peers from get_connections. Bitcoin family: initialblockdownload, headers and blocks from getblockchaininfo. Other chains: far behind, and over minutes gaining blocks clearly faster than the network makes them.",
    labels: [],
    samples: ({ state }) => flag(state.syncing),
  },
];
