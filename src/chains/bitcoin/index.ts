import { block } from "../../schema/fields.ts";
import type { ChainAdapter, ChainOptions } from "../adapter.ts";
import { lateSession } from "../late-session.ts";
import type { CoinName } from "./coins.ts";
import { nodeFamilies } from "./families.ts";
import { peerFamilies } from "./peer-families.ts";
import { rowFamilies } from "./row-families.ts";
import { sources } from "./sources.ts";

/** Default ports: main network, then test networks (chainparamsbase.cpp of each; those of zcashd are usual for zebrad, which has none). */
const PORTS: Readonly<Record<CoinName, readonly number[]>> = {
  // testnet3, testnet4, signet, regtest. Bitcoin Cash has the same ones.
  bitcoin: [8332, 18332, 48332, 38332, 18443],
  litecoin: [9332, 19332, 19443],
  dogecoin: [22555, 44555],
  bitcoincash: [],
  dash: [9998, 19998, 19898],
  zcash: [8232, 18232],
};

/** btcd has TLS. The second port is that of testnet3 and of regtest (params.go). */
const BTCD_PORTS = [8334, 18334];

/** Bitcoin Core 0.16 to 32 and what was made from it for other coins, btcd and zebra: one API. */
export const bitcoin: ChainAdapter = {
  title: "Bitcoin family",
  optionsKey: "bitcoin",
  options: block({}).transform(
    (values): ChainOptions => ({
      values,
      open: (target) => lateSession(async () => (await import("./session.ts")).openSession(target)),
    }),
  ),
  namesAreChains: true,
  traits: {
    directions: ["inbound", "outbound"],
    states: ["connected", "handshaking"],
    flow: "download",
    cjdns: true,
    agents: true,
    heights: true,
    heightNote: "the best block that a peer is known to have in common with the node; inbound peers often tell none",
  },
  apis: [
    ...["peers", "head", "last_block", "block", "totals", "uptime", "network"],
    ...["chain_tips", "bans", "address_manager", "added_nodes"],
  ],
  families: [...nodeFamilies, ...peerFamilies, ...rowFamilies],
  sources,
  // The fewest of the rule: the fastest coin makes a block every 60 s.
  usualLagBlocks: 5,
  // Payments count as final after six blocks for this reason (bitcoin.org/en/developer-guide, confirmations).
  reorgDepthBlocks: 6,
  discovery: {
    endpoints: [
      ...Object.entries(PORTS).flatMap(([name, ports]) =>
        ports.map((port) => ({ scheme: "http" as const, port, name })),
      ),
      ...BTCD_PORTS.map((port) => ({ scheme: "https" as const, port })),
    ],
    variants: [{}],
    companions: {},
    cookieFile: ".cookie in the folder of the node's data (~/.bitcoin/.cookie), or of its network in there",
  },
  publicWords: [
    ...["bitcoin", "bitcoind", "litecoind", "dogecoind", "dashd", "zcashd", "zebrad", "btcd", "wallet"],
    ...["mainnet", "testnet", "testnet4", "signet", "regtest"],
  ],
};
