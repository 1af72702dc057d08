import { labelled, type NodeFamily, one } from "../family.ts";

/** The polls themselves: how old and how costly the data is, and why they fail. */
export const pollFamilies: readonly NodeFamily[] = [
  {
    name: "p2p_node_polls_total",
    type: "counter",
    help: "Polls of the node that ended.",
    sources: { wire: "the exporter", monero: "the exporter", chainweb: "the exporter" },
    needsHistory: true,
    labels: [],
    samples: ({ state }) => one(state.history.polls),
  },
  {
    name: "p2p_node_poll_failures_total",
    type: "counter",
    help: "Polls of the node that gave no peer list, by reason.",
    sources: { wire: "the exporter", monero: "the exporter", chainweb: "the exporter" },
    needsHistory: true,
    labels: ["reason"],
    samples: ({ state }) => labelled("reason", state.history.failures),
  },
  {
    name: "p2p_node_poll_duration_seconds",
    type: "gauge",
    help: "How long the last poll took.",
    sources: { wire: "the exporter", monero: "the exporter", chainweb: "the exporter" },
    labels: [],
    samples: ({ state }) => one(state.history.lastPoll?.durationSeconds),
  },
  {
    name: "p2p_node_poll_interval_seconds",
    type: "gauge",
    help: "Time between two polls of the node by its interval, or between the next two turns of its schedule.",
    sources: { wire: "the exporter", monero: "the exporter", chainweb: "the exporter" },
    needsHistory: true,
    labels: [],
    samples: ({ state }) => one(state.intervalMs / 1000),
  },
  {
    name: "p2p_node_last_success_timestamp_seconds",
    type: "gauge",
    help: "Unix time of the end of the last poll that got the peer list.",
    sources: { wire: "the exporter", monero: "the exporter", chainweb: "the exporter" },
    needsHistory: true,
    labels: [],
    samples: ({ state: { history } }) =>
      one(history.lastSuccessMs === undefined ? undefined : history.lastSuccessMs / 1000),
  },
];
