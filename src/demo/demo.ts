import type { Config } from "../config/model.ts";
import { parseConfig } from "../config/parse.ts";
import { alignColumns } from "../lib/text/format.ts";
import type { ForkCycle, UpgradeCycle } from "./bitcoin/chain-view.ts";
import { BITCOIN_UPGRADE, createBitcoinNodes, LITECOIN_FORK } from "./bitcoin/nodes.ts";
import { CHAINWEB_LAG, createChainwebNodes } from "./chainweb/nodes.ts";
import { createClock, type LagCycle, type OutageCycle, runOutages } from "./clock.ts";
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

export type DemoNode = {
  readonly name: string;
  readonly chain: "wire" | "monero" | "chainweb" | "bitcoin" | "litecoin";
  /** The node's `url` in a configuration. */
  readonly url: string;
  /** The peer id to pin, where the node has a self-signed certificate. */
  readonly pin?: string;
  /** The chain's block of the node's configuration, where its key is the chain's name. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** What this node does over time, for the person who watches the demo. */
  readonly story: string;
};

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

type WireServers = Readonly<Record<"wire1" | "wire2" | "wire3" | "wire3Metrics", DemoServer>>;

function wireDemoNodes(servers: WireServers): readonly DemoNode[] {
  return [
    {
      name: "wire-1",
      chain: "wire",
      url: http(servers.wire1),
      options: { prometheus_url: http(servers.wire1) },
      story:
        "Healthy Spring 1.2 node: one configured peer refuses, one never answers, one is linked twice, and sometimes peers sync from it.",
    },
    {
      name: "wire-2-lagging",
      chain: "wire",
      url: http(servers.wire2),
      story: "Leap 5 node: falls 220 blocks behind every 4 minutes, first 20 s after the start, and catches up.",
    },
    {
      name: "wire-3",
      chain: "wire",
      url: http(servers.wire3),
      options: { prometheus_url: http(servers.wire3Metrics) },
      story: "Healthy node of the newest Wire version: block ids without numbers, and a score for each peer.",
    },
  ];
}

function moneroDemoNodes(monero: ReturnType<typeof createMoneroNodes>): readonly DemoNode[] {
  return [
    {
      name: "monero-1",
      chain: "monero",
      url: http(monero.healthy.server),
      story: "Healthy node with IPv4, IPv6, Tor and I2P peers, two bans, and sometimes a client that sends nothing.",
    },
    {
      name: "monero-2-lagging",
      chain: "monero",
      url: http(monero.lagging.server),
      story:
        "Cut off with its peers, first 40 s after the start: falls 18 blocks behind without syncing, then catches up; like real nodes, it reports synchronized throughout.",
    },
    {
      name: "monero-3-restricted",
      chain: "monero",
      url: http(monero.restricted.server),
      story: "Restricted RPC: reports a height, but no peer list and no real counts.",
    },
    {
      name: "monero-4-restarting",
      chain: "monero",
      url: http(monero.restarting.server),
      story: "Goes down for 30 s every 2 minutes, first 27 s after the start, and comes back with all counters at 0.",
    },
  ];
}

function chainwebDemoNodes({ healthy, trailing }: ReturnType<typeof createChainwebNodes>): readonly DemoNode[] {
  return [
    {
      name: "kadena-1",
      chain: "chainweb",
      url: `https://127.0.0.1:${healthy.p2p.port()}`,
      ...(healthy.peerId === undefined ? {} : { pin: healthy.peerId }),
      options: {
        service_url: http(healthy.service),
        mempool_peers: true,
        tip_age: true,
        // The other peers have documentation addresses: the demo must not connect to them.
        probe: { peers: 20, timeout: "1s", allow: ["127.0.0.0/8"] },
      },
      story:
        "Healthy node, verified by its peer id, with a certificate that expires in 10 days and more peers than fit on one page; four of them are checked directly, and the id of one differs from the listed one.",
    },
    {
      name: "kadena-2-trailing",
      chain: "chainweb",
      url: http(trailing.p2p),
      options: { service_url: http(trailing.service) },
      story:
        "P2P API without TLS: every 3.5 minutes one of its chains stalls for a while and holds back the adjacent chains.",
    },
  ];
}

function bitcoinDemoNodes(bitcoin: ReturnType<typeof createBitcoinNodes>): readonly DemoNode[] {
  return [
    {
      name: "bitcoin-1",
      chain: "bitcoin",
      url: http(bitcoin.healthy.server),
      story:
        "Healthy Core 30 node with peers on all five networks, feelers, one peer that freezes, and one with permissions.",
    },
    {
      name: "bitcoin-2-catching-up",
      chain: "bitcoin",
      url: http(bitcoin.upgraded.server),
      story:
        "Pruned node: starts again with an old backup, first 20 s after the start, warms up for 15 s, and downloads the missing 4,320 blocks in two minutes.",
    },
    {
      name: "litecoin-1",
      chain: "litecoin",
      url: http(bitcoin.forking.server),
      story:
        "Litecoin Core 0.21 node: every 4 minutes its last three blocks are replaced by a longer branch, and a node that was added stays away.",
    },
  ];
}

function http(server: DemoServer): string {
  return `http://127.0.0.1:${server.port()}`;
}
