import pino from "pino";
import { ADAPTERS, chains } from "../../src/chains/index.ts";
import type { NodeConfig } from "../../src/config/model.ts";
import type { Logger } from "../../src/logging/logger.ts";
import { createCatalogue } from "../../src/metrics/catalogue.ts";
import { createPageRenderer } from "../../src/metrics/page.ts";
import { createNodeRenderer } from "../../src/metrics/render-node.ts";
import { createPoller } from "../../src/poll/poller.ts";
import { createRecentPolls } from "../../src/poll/recent-polls.ts";
import type { CreateClient } from "../../src/poll/run-poll.ts";
import { openSession } from "../../src/poll/run-poll.ts";
import { createStore, type NodeState, type StoredNode } from "../../src/poll/store.ts";
import type { Variant } from "./adapter.ts";

/** The program as it runs, from the client's transport to the page; only server, schedule and sockets are left out. */
export type World = {
  poll(name: string): Promise<void>;
  /** The state behind a node's lines, with its report. */
  state(name: string): NodeState;
  stored(name: string): StoredNode;
  page(nodes: readonly StoredNode[], format: "text" | "openmetrics"): Buffer;
  /** Everything that was logged, one line each. */
  readonly log: readonly string[];
  close(): Promise<void>;
};

const catalogue = createCatalogue(ADAPTERS);
const renderPage = createPageRenderer(catalogue);
const HASH_KEY = "a key of some length";

type Renderer = ReturnType<typeof createNodeRenderer>;

/** A renderer has a large workspace, so each variant keeps its own. */
const renderers = new WeakMap<Variant, Renderer>();

function rendererOf(variant: Variant): Renderer {
  const known = renderers.get(variant);
  if (known !== undefined) return known;
  const settings = { ...variant.config.connections, hashKey: HASH_KEY };
  const made = createNodeRenderer(
    catalogue,
    ({ chain }) => chains[chain].traits,
    () => settings,
  );
  renderers.set(variant, made);
  return made;
}

let sink: string[] = [];
const logger: Logger = pino(
  { level: "debug", base: null, formatters: { level: (label) => ({ level: label }) } },
  { write: (line: string) => void sink.push(line) },
);

export function createWorld(
  variant: Variant,
  names: readonly string[],
  clients: (node: NodeConfig) => CreateClient,
): World {
  const { config } = variant;
  const store = createStore();
  const states = new Map<string, NodeState>();
  const render = rendererOf(variant);
  const log: string[] = [];
  sink = log;
  const poller = createPoller({
    nodes: config.nodes.filter(({ name }) => names.includes(name)),
    lag: () => config.lag,
    open: (node) => openSession(node, clients(node)),
    render(state, before) {
      states.set(state.node.name, state);
      return render(state, before);
    },
    store,
    recentPolls: createRecentPolls(),
    log: logger,
  });
  return {
    log,
    async poll(name) {
      await poller.poll(name);
    },
    state: (name) => known(states.get(name)),
    // Data that is too old is withdrawn by any reading; else the next poll of another node would do it.
    stored: (name) => known(poller.nodes.get(name)),
    page: (nodes, format) => Buffer.concat([...renderPage(nodes, [], format, "owned")]),
    close: () => poller.close(),
  };
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("no such node");
  return value;
}
