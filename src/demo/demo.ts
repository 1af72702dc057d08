import type { Config } from "../config/model.ts";
import { parseConfig } from "../config/parse.ts";
import { type DemoNode, startDemoNetwork } from "./network.ts";

/** The simulated nodes and a configuration that polls them. */
type Demo = {
  readonly config: Config;
  /** Prints the addresses of the exporter and what the polled nodes do. Call it when the exporter listens. */
  readonly printGuide: (addresses: readonly string[], polled: Pick<Config, "nodes">) => void;
  close(): Promise<void>;
};

/** Short, so that a person who watches sees changes. */
const INTERVAL = "5s";
const TIMEOUT = "3s";

/** On every series of the demo, so that simulated values are not mistaken for real ones. */
const LABELS = { simulated: "true" };

/** Starts the simulated nodes. `print` writes to standard output. */
export async function startDemo(print: (text: string) => void): Promise<Demo> {
  const network = await startDemoNetwork();
  const raw = {
    global: { interval: INTERVAL, timeout: TIMEOUT },
    nodes: network.nodes.map(nodeConfig),
    references: referencesOf(network.nodes),
  };
  const parsed = parseConfig(raw, undefined);
  if (!parsed.ok) throw new Error(`invalid configuration of the demo: ${JSON.stringify(parsed.problems)}`);
  return {
    config: parsed.config,
    printGuide: (addresses, polled) => {
      const polledNames = new Set(polled.nodes.map(({ name }) => name));
      const nodes = network.nodes.filter(({ name }) => polledNames.has(name));
      print(guide(nodes, addresses));
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

/** One of the nodes again as a reference: in a real configuration that is a node of someone else with a good head. */
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
peer-exporter demo: all nodes are SIMULATED, the demo connects to no real network.

${stories.join("\n")}

Look at
  ${address}/metrics    the page that Prometheus scrapes
  ${address}/           the pages for people

Try
  curl -s ${address}/metrics | grep p2p_node_up
  curl -s ${address}/metrics | grep p2p_node_head_lag_blocks

Stop with Ctrl-C.

`;
}
