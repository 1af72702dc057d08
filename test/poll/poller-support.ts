import type { NodeSession } from "../../src/chains/adapter.ts";
import type { NodeConfig } from "../../src/config/model.ts";
import { NodeError } from "../../src/model/failure.ts";
import type { NodeReport } from "../../src/model/report.ts";
import { createPoller } from "../../src/poll/poller.ts";
import { createRecentPolls } from "../../src/poll/recent-polls.ts";
import { createStore, type NodeState, type RenderedNode } from "../../src/poll/store.ts";
import { failure, LAG_SETTINGS, logSink, nodeConfig } from "./support.ts";

export type Poll = NodeSession["poll"];

type Options = {
  readonly nodes?: Readonly<Record<string, Partial<NodeConfig>>>;
  readonly render?: (state: NodeState) => string;
  readonly level?: string;
};

export function rendered(text: string): RenderedNode {
  const bytes = Buffer.from(text);
  return { lines: { bytes, ends: Uint32Array.of(bytes.length) } };
}

/** A poller whose sessions are the given functions, by the node's name. */
export function setUp(sessions: Readonly<Record<string, Poll>>, { nodes = {}, render, level }: Options = {}) {
  const { log, lines } = logSink(level);
  const store = createStore();
  const recentPolls = createRecentPolls();
  const closed: string[] = [];
  const poller = createPoller({
    nodes: Object.keys(sessions).map((name) => nodeConfig({ name, ...nodes[name] })),
    lag: () => LAG_SETTINGS,
    open: ({ name }) => ({
      poll: (signal, request) => sessions[name]?.(signal, request) ?? Promise.reject(new Error("no such session")),
      calls: () => [],
      close: async () => void closed.push(name),
    }),
    render: (given) => rendered(render?.(given) ?? "rendered"),
    store,
    recentPolls,
    log,
  });
  const state = (name = "node-1") => {
    const found = store.get(name);
    if (found === undefined) throw new Error(`${name} is not stored`);
    return found.state;
  };
  return { poller, store, state, recentPolls, lines, closed };
}

/** Returns one report after the other, then the last one again and again. */
export function answers(...reports: readonly (NodeReport | Error)[]): Poll {
  let next = 0;
  return async () => {
    const given = reports[Math.min(next++, reports.length - 1)];
    if (given instanceof Error || given === undefined) throw given;
    return given;
  };
}

export const hang: Poll = () => new Promise(() => {});

/** Ends with its signal, as a session should. */
export const obedient: Poll = (signal) =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new NodeError(failure("timeout"))));
  });
