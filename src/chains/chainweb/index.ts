import * as z from "zod";
import { parseRange } from "../../rpc/address-filter.ts";
import { block, nodeUrlField, parsed, quoted, timeoutField } from "../../schema/fields.ts";
import type { ChainAdapter, ChainOptions } from "../adapter.ts";
import { lateSession } from "../late-session.ts";
import { families, sources } from "./families.ts";

const RANGE = "an address range like 10.0.0.0/8";

/** The option stays a text, as options are plain data. */
const rangeField = parsed(RANGE, (text) => {
  if (parseRange(text) === undefined) throw new Error(`expected ${RANGE}, found ${quoted(text)}`);
  return text;
});

const probeSchema = block({
  peers: z.int().min(0).max(50).default(0).describe("how many peers to ask for their cut in each poll; 0: none"),
  timeout: timeoutField.prefault("4s").describe("how long one of them may take"),
  concurrency: z.int().min(1).max(16).default(4).describe("how many are asked at the same time"),
  allow: z.array(rangeField).default([]).describe("address ranges that may be asked although they are not public"),
});

export const optionsSchema = block({
  network: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, "expected a network name like mainnet01")
    .default("mainnet01")
    .describe("the network's name, part of every API path"),
  service_url: nodeUrlField.optional().describe("base URL of the service API, for /info"),
  mempool_peers: z.boolean().default(false).describe("also count the mempool peers of every chain (one request each)"),
  tip_age: z
    .boolean()
    .default(false)
    .describe("also read when the newest block of every chain was made (one request for each new block, at most 20)"),
  probe: probeSchema.prefault({}).describe("ask the peers for their cut; their addresses come from untrusted nodes"),
});

/** Every network, the most common first: the P2P API answers only requests that name its network. */
const NETWORKS = [
  ...["mainnet01", "testnet06", "testnet04", "testnet05", "development", "recap-development", "fast-development"],
  ...["evm-testnet", "evm-development", "stoa"],
];

/** Kadena's chainweb-node and its community edition. */
export const chainweb: ChainAdapter = {
  title: "Chainweb",
  optionsKey: "chainweb",
  options: optionsSchema.transform(
    (options): ChainOptions => ({
      values: options,
      open: (target) => lateSession(async () => (await import("./session.ts")).openSession(target, options)),
    }),
  ),
  traits: {
    directions: ["unknown"],
    states: [],
    unaskedNote: "chainweb.probe.peers lets the exporter ask some of them for their height in each poll",
  },
  apis: ["peers", "head", "info", "tips", "mempool", "probe", "block"],
  families,
  sources,
  // 90 s: each of 20 chains makes a block every 30 s, and their lags are summed.
  usualLagBlocks: 60,
  // Of one chain: the braid makes deeper reorganisations rare.
  reorgDepthBlocks: 6,
  discovery: {
    endpoints: [{ scheme: "https", port: 1789 }],
    variants: NETWORKS.map((network) => ({ network })),
    companions: { service_url: { scheme: "http", port: 1848 } },
  },
  publicWords: [
    ...NETWORKS,
    ...["0.0", "cut", "peer", "peers", "info", "mempool", "pact", "header", "height", "payload"],
    ...["kadena", "chainweb-node"],
  ],
};
