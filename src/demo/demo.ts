import type { Config } from "../config/model.ts";
import { parseConfig } from "../config/parse.ts";
import { type DemoNode, startDemoNetwork } from "./network.ts";

/** The simulated nodes and a configuration that polls them. */
export type Demo = {
  readonly config: Config;
  /** Prints where to look, once the exporter listens, and what the nodes that it polls will do. */
  readonly announce: (addresses: readonly string[], polled: Pick<Config, "nodes">) => void;
  close(): Promise<void>;
};

/** Short, so that something happens while one watches. */
const INTERVAL = "5s";
const TIMEOUT = "3s";

/** Every series of the demo carries it, so that invented numbers cannot be taken for real ones. */
const LABELS = { simulated: "true" };

export async function startDemo(print: (text: string) => void): Promise<Demo> {
  const network = await startDemoNetwork();
  const raw = {
    global: { interval: INTERVAL, timeout: TIMEOUT },
    nodes: network.nodes.map(nodeConfig),
    references: referencesOf(network.nodes),
  };
  const parsed = parseConfig(raw, undefined);
  if (!parsed.ok) throw new Error(`the demo's own configuration is bad: ${JSON.stringify(parsed.problems)}`);
  return {
    config: parsed.config,
    announce: (addresses, polled) => {
      const names = new Set(polled.nodes.map(({ name }) => name));
      print(
        guide(
          network.nodes.filter(({ name }) => names.has(name)),
          addresses,
        ),
      );
    },
    close: network.close,
  };
}

function nodeConfig({ name, chain, url, pin, options = {} }: DemoNode): Record<string, unknown> {
  return {
    name,
    chain,
    url,
    labels: LABELS,
    ...(pin === undefined ? {} : { tls: { pin } }),
    [chain]: options,
  };
}

/** One node once more, as a reference would stand in a configuration: somebody else's node with a known good head. */
function referencesOf(nodes: readonly DemoNode[]): readonly Record<string, unknown>[] {
  return nodes
    .filter(({ name }) => name === "wire-1")
    .map(({ chain, url }) => ({ name: `${chain}-reference`, chain, url, labels: LABELS }));
}

function guide(nodes: readonly DemoNode[], addresses: readonly string[]): string {
  const width = Math.max(...nodes.map(({ name }) => name.length));
  const stories = nodes.map(({ name, story }) => `  ${name.padEnd(width)}  ${story}`);
  const [address = ""] = addresses;
  return `
peer-exporter demo: these nodes are SIMULATED, no real network is asked.

${stories.join("\n")}

Look at
  ${address}/metrics    the page that Prometheus scrapes
  ${address}/           every node, for people

Try
  curl -s ${address}/metrics | grep p2p_node_up
  curl -s ${address}/metrics | grep p2p_node_head_lag_blocks

Stop with Ctrl-C.

`;
}
