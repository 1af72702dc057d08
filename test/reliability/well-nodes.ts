import { BASE, peerList } from "../chains/chainweb/node.ts";
import { cutAnswer } from "../chains/chainweb/support.ts";
import { bare, daemon, rpc } from "../chains/monero/daemon.ts";
import { fixture, fixtureText, list } from "../chains/support.ts";
import { type Handler, json } from "../support/fake-node.ts";

/** A node of each chain that is well and has peers. */

export const CHAINS = ["wire", "monero", "chainweb"] as const;
export type Chain = (typeof CHAINS)[number];

const wireRows = list(fixture("wire/w4.json"));
const wireInfo = fixture("wire/get_info.spring-1.2.json");
const wirePage = fixtureText("wire/prometheus.w4.txt");

const wire: Handler = ({ url }) => {
  if (url === "/v1/net/connections") return json(wireRows, 201);
  if (url === "/v1/chain/get_info") return json(wireInfo);
  return url === "/v1/prometheus/metrics" ? { body: wirePage } : { status: 404 };
};

const monero = daemon({
  get_connections: json(fixture("monero/get_connections.json")),
  get_bans: rpc({ bans: [{ host: "192.0.2.9", ip: 0, seconds: 60 }] }),
  "/get_net_stats": bare({ start_time: 1_767_000_000, total_bytes_in: 5000, total_bytes_out: 4000 }),
});

const chainwebPeers = peerList(
  ["192.0.2.1", 1789, "a".repeat(43)],
  ["peer.example", 443, null],
  ["2001:db8::7", 31350, "b".repeat(43)],
);

const chainweb: Handler = ({ url }) => {
  const path = url.replace(BASE, "").split("?")[0];
  if (path === "/cut/peer") return chainwebPeers;
  return path === "/cut" ? cutAnswer([7, 8, 7]) : { status: 404, headers: { server: "Chainweb P2P API" } };
};

/** Two of each chain: the head of one is what the other's lag is taken against while all the rest is broken. */
export const HEALTHY: readonly { readonly name: string; readonly chain: Chain }[] = CHAINS.flatMap((chain) =>
  ["healthy", "healthy-too"].map((name) => ({ name: `${chain}-${name}`, chain })),
);

export const WELL: Readonly<Record<Chain, Handler>> = { wire, monero, chainweb };

/** Where each chain gives its peers: a path, or a method of JSON-RPC. */
export const PEERS_CALL: Readonly<Record<Chain, string>> = {
  wire: "/v1/net/connections",
  monero: "get_connections",
  chainweb: "cut/peer",
};
