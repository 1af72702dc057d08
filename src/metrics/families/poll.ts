import { labelled, one, type SharedFamily } from "../family.ts";

/** The polls themselves: how old and how costly the data is, and why they fail. */
export const pollFamilies: readonly SharedFamily[] = [
  {
    name: "p2p_node_polls_total",
    type: "counter",
    help: "Polls of the node that ended.",
    source: "the exporter",
    needsHistory: true,
    labels: [],
    samples: ({ state }) => one(state.history.polls),
  },
  {
    name: "p2p_node_poll_failures_total",
    type: "counter",
    help: "Polls of the node that gave no peer list, by reason.",
    source: "the exporter",
    needsHistory: true,
    labels: ["reason"],
    samples: ({ state }) => labelled("reason", state.history.failures),
  },
  {
    name: "p2p_node_poll_duration_seconds",
    type: "gauge",
    help: "How long the last poll took.",
    source: "the exporter",
    labels: [],
    samples: ({ state }) => one(state.history.lastPoll?.durationSeconds),
  },
  {
    name: "p2p_node_poll_interval_seconds",
    type: "gauge",
    help: "Time between two polls of the node by its interval, or between the next two turns of its schedule.",
    source: "the exporter",
    needsHistory: true,
    labels: [],
    samples: ({ state }) => one(state.intervalMs / 1000),
  },
  {
    name: "p2p_node_last_success_timestamp_seconds",
    type: "gauge",
    help: "Unix time of the end of the last poll that got the peer list.",
    source: "the exporter",
    needsHistory: true,
    labels: [],
    samples: ({ state: { history } }) =>
      one(history.lastSuccessMs === undefined ? undefined : history.lastSuccessMs / 1000),
  },
];
