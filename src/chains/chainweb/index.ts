import type { ChainAdapter, ChainOptions } from "../adapter.ts";
import { families, sources } from "./families.ts";
import { optionsSchema } from "./options.ts";
import { openSession } from "./session.ts";

/** The networks there are, the most common first: the P2P API tells nobody who does not know the name. */
const NETWORKS = [
  ...["mainnet01", "testnet06", "testnet04", "testnet05", "development", "recap-development", "fast-development"],
  ...["evm-testnet", "evm-development", "stoa"],
];

/** Kadena's chainweb-node and its community edition. */
export const chainweb: ChainAdapter = {
  title: "Chainweb",
  optionsKey: "chainweb",
  options: optionsSchema.transform(
    (options): ChainOptions => ({ values: options, open: (target) => openSession(target, options) }),
  ),
  traits: { directions: ["unknown"], states: [] },
  families,
  sources,
  // 90 s, at a block every 30 s on each of 20 chains, whose lags are summed.
  usualLagBlocks: 60,
  discovery: {
    places: [{ scheme: "https", port: 1789 }],
    variants: NETWORKS.map((network) => ({ network })),
    companions: { service_url: { scheme: "http", port: 1848 } },
  },
  publicWords: [
    ...NETWORKS,
    ...["0.0", "cut", "peer", "peers", "info", "mempool", "pact", "header", "height", "payload"],
    ...["kadena", "chainweb-node"],
  ],
};
