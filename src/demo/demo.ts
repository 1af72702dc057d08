import type { Config } from "../config/model.ts";
import { parseConfig } from "../config/parse.ts";
import { alignColumns } from "../lib/text/format.ts";
import type { ForkCycle, UpgradeCycle } from "./bitcoin/chain-view.ts";
import { BITCOIN_UPGRADE, createBitcoinNodes, LITECOIN_FORK } from "./bitcoin/nodes.ts";
import { CHAINWEB_LAG, createChainwebNodes } from "./chainweb/nodes.ts";
import { createClock, type LagCycle, type OutageCycle, runOutages } from "./clock.ts";
import {
  bitcoinDemoNodes,
  chainwebDemoNodes,
  type DemoNode,
  moneroDemoNodes,
  type WireServers,
  wireDemoNodes,
} from "./demo-nodes.ts";
import { createDemoServer, type DemoServer } from "./http.ts";
import { createMoneroNodes, MONERO_LAG, MONERO_OUTAGE } from "./monero/nodes.ts";
import { createRandom } from "./random.ts";
import { createWireNodes, WIRE_LAG } from "./wire/nodes.ts";

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

function nodeConfig({ name, chain, url, pin, options }: DemoNode): Record<string, unknown> {
  return {
    name,
    chain,
    url,
    labels: LABELS,
    ...(pin === undefined ? {} : { tls: { pin } }),
    ...(options === undefined ? {} : { [chain]: options }),
  };
}

/** One of the nodes again as a reference: in a real configuration that is a node of someone else with a good head. */
function referencesOf(nodes: readonly DemoNode[]): readonly Record<string, unknown>[] {
  return nodes
    .filter(({ name }) => name === "wire-1")
    .map(({ chain, url }) => ({ name: `${chain}-reference`, chain, url, labels: LABELS }));
}

function guide(nodes: readonly DemoNode[], addresses: readonly string[]): string {
  const stories = alignColumns(nodes.map(({ name, story }) => [`  ${name}`, story]));
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

and in another terminal, on the nodes of this demo
  curl -s ${address}/config > demo.yaml
  peer-exporter nodes --config.file=demo.yaml
  peer-exporter peers wire-1 --config.file=demo.yaml --watch

Stop with Ctrl-C.

`;
}

export type DemoNetwork = { readonly nodes: readonly DemoNode[]; close(): Promise<void> };

const DEFAULT_SEED = 1;

/** What goes wrong with the nodes, and when. */
type Stories = {
  readonly wireLag: LagCycle;
  readonly moneroLag: LagCycle;
  readonly moneroOutage: OutageCycle;
  readonly chainwebLag: LagCycle;
  readonly bitcoinUpgrade: UpgradeCycle;
  readonly litecoinFork: ForkCycle;
};

/** In seconds what takes real nodes minutes, so that a person who watches sees it. */
const SHORT_STORIES: Stories = {
  wireLag: WIRE_LAG,
  moneroLag: MONERO_LAG,
  moneroOutage: MONERO_OUTAGE,
  chainwebLag: CHAINWEB_LAG,
  bitcoinUpgrade: BITCOIN_UPGRADE,
  litecoinFork: LITECOIN_FORK,
};

/**
 * Starts simulated nodes of all chains on ephemeral ports of 127.0.0.1. They use the real wire formats, and all nodes of a
 * chain are on the same network. The same `seed` gives the same peers; certificates and ports are new each time. `speed`
 * is simulated seconds per real second; the simulation begins at the real time.
 * @throws RangeError if `speed` is not a finite number above 0
 */
export async function startDemoNetwork({
  seed = DEFAULT_SEED,
  speed = 1,
  stories = SHORT_STORIES,
}: {
  seed?: number;
  speed?: number;
  stories?: Stories;
} = {}): Promise<DemoNetwork> {
  const clock = createClock(speed);
  const random = createRandom(`demo ${seed}`);
  const wire = createWireNodes(clock, random.fork("wire"), stories.wireLag);
  const monero = createMoneroNodes(clock, random.fork("monero"), {
    lag: stories.moneroLag,
    outage: stories.moneroOutage,
  });
  const chainweb = createChainwebNodes(clock, random.fork("chainweb"), stories.chainwebLag);
  const bitcoin = createBitcoinNodes(clock, random.fork("bitcoin"), {
    upgrade: stories.bitcoinUpgrade,
    fork: stories.litecoinFork,
  });

  const wireServers: WireServers = {
    wire1: createDemoServer(wire.spring.all),
    wire2: createDemoServer(wire.leap.api),
    wire3: createDemoServer(wire.wire.api),
    wire3Metrics: createDemoServer(wire.wire.metrics),
  };
  const servers: DemoServer[] = [
    ...Object.values(wireServers),
    ...Object.values(monero).map(({ server }) => server),
    ...Object.values(chainweb).flatMap(({ p2p, service, listeningPeers }) => [p2p, service, ...listeningPeers]),
    ...Object.values(bitcoin).map(({ server }) => server),
  ];
  const closeAll = async () => {
    await Promise.all(servers.map((server) => server.close()));
  };
  try {
    await Promise.all(servers.map((server) => server.open()));
  } catch (error) {
    await closeAll();
    throw error;
  }
  const outages = runOutages(monero.restarting.server, clock, stories.moneroOutage, monero.restarting.restart);

  return {
    nodes: [
      ...wireDemoNodes(wireServers),
      ...moneroDemoNodes(monero),
      ...chainwebDemoNodes(chainweb),
      ...bitcoinDemoNodes(bitcoin),
    ],
    async close() {
      await outages.stop();
      await closeAll();
    },
  };
}
