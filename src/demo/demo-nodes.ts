import type { createBitcoinNodes } from "./bitcoin/nodes.ts";
import type { createChainwebNodes } from "./chainweb/nodes.ts";
import type { DemoServer } from "./http.ts";
import type { createMoneroNodes } from "./monero/nodes.ts";

/** The simulated nodes as a configuration and a person see them. */

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

export type WireServers = Readonly<Record<"wire1" | "wire2" | "wire3" | "wire3Metrics", DemoServer>>;

export function wireDemoNodes(servers: WireServers): readonly DemoNode[] {
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

export function moneroDemoNodes(monero: ReturnType<typeof createMoneroNodes>): readonly DemoNode[] {
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

export function chainwebDemoNodes({ healthy, trailing }: ReturnType<typeof createChainwebNodes>): readonly DemoNode[] {
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

export function bitcoinDemoNodes(bitcoin: ReturnType<typeof createBitcoinNodes>): readonly DemoNode[] {
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
        "Pruned node: every 330 s, first after 20 s, it starts from an old backup, warms up for 15 s, and has caught up on 4,320 blocks two minutes later.",
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
