import { NEW_TEXTS_PER_HOUR } from "../../model/report.ts";
import { isUp, outcomesOf } from "../../poll/outcomes.ts";
import { knownCombinations } from "../connections.ts";
import { cleanText, renderLabels, type SampleValue } from "../exposition.ts";
import { flag, labelled, type NodeView, type SharedFamily } from "../family.ts";
import { countBy, rowsOf, workingRows } from "../rows.ts";

/** Whether a node answers, what it is, and its peers. */
export const nodeFamilies: readonly SharedFamily[] = [
  {
    name: "p2p_node_up",
    type: "gauge",
    help: "1 if the last poll got the peer list of the node, else 0. Before the first poll 0.",
    labels: [],
    samples: ({ state }) => flag(isUp(state)),
  },
  {
    name: "p2p_node_api_up",
    type: "gauge",
    help: "1 if this part of the last poll succeeded: peers, head, and what else the chain has. A part that is asked less often keeps its last outcome (prometheus 30 s, bans and limits 5 min).",
    source: "each call",
    labels: ["api"],
    samples: ({ state }) => labelled("api", apis(state)),
  },
  {
    name: "p2p_node_info",
    type: "gauge",
    help: "What the node says it is, from the last poll; always 1; absent beyond 60 new answers in an hour (server_version_string, chain_id; version, nettype; X-Chainweb-Node-Version).",
    labels: ["version", "network", "chain_id"],
    newSeries: { perHour: NEW_TEXTS_PER_HOUR },
    samples: ({ report }) => infoSamples(report?.identity),
  },
  {
    name: "p2p_node_peers",
    type: "gauge",
    help: "Peers in working connection, from the last poll. Chainweb: known peers that currently do not fail (its API lists no connections).",
    labels: ["direction"],
    samples: (view) =>
      labelled(
        "direction",
        countBy(workingRows(view), view.traits.directions, ({ direction }) => direction),
      ),
  },
  {
    name: "p2p_node_connections",
    type: "gauge",
    help: "Rows of the peer list by state, from the last poll (connecting, is_socket_open, generation; state). Not for Chainweb, whose API lists no connections.",
    labels: ["direction", "state"],
    samples: connectionCounts,
  },
  {
    name: "p2p_node_syncing_peers",
    type: "gauge",
    help: "Peers in sync traffic, from the last poll: download, this node syncs from them (Monero state synchronizing, standby); upload, they sync from this node (Wire syncing).",
    labels: ["flow"],
    samples: syncingPeers,
  },
];

function apis(state: NodeView["state"]): [string, number][] {
  return outcomesOf(state).map(([api, { ok }]) => [api, ok ? 1 : 0]);
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

function* connectionCounts(view: NodeView): Iterable<SampleValue> {
  const rows = rowsOf(view);
  if (rows === undefined) return;
  for (const [direction, state] of knownCombinations(view.traits)) {
    const labels = renderLabels([
      ["direction", direction],
      ["state", state],
    ]);
    yield [labels, rows.filter((row) => row.direction === direction && row.state === state).length];
  }
}

function syncingPeers(view: NodeView): Iterable<SampleValue> {
  const { flow } = view.traits;
  const rows = rowsOf(view);
  if (flow === undefined || rows === undefined) return [];
  return labelled("flow", [[flow, rows.filter(({ syncing }) => syncing === flow).length]]);
}
