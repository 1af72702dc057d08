import { block } from "../../schema/fields.ts";
import type { ChainAdapter, ChainOptions } from "../adapter.ts";
import { lateSession } from "../late-session.ts";
import { families, sources } from "./families.ts";

const optionsSchema = block({});

/** monerod 0.18 and 0.19, and gateways that offer its JSON-RPC. */
export const monero: ChainAdapter = {
  title: "Monero",
  optionsKey: "monero",
  options: optionsSchema.transform(
    (values): ChainOptions => ({
      values,
      open: (target) => lateSession(async () => (await import("./session.ts")).openSession(target)),
    }),
  ),
  traits: {
    directions: ["inbound", "outbound"],
    states: ["connected", "handshaking"],
    flow: "download",
    heights: true,
  },
  apis: ["peers", "head", "last_block", "block", "totals", "sync", "bans", "limits"],
  families,
  sources,
  // The fewest of the rule: 10 minutes, with a block every 120 s.
  usualLagBlocks: 5,
  // Outputs are locked for 10 blocks for this reason (CRYPTONOTE_DEFAULT_TX_SPENDABLE_AGE).
  reorgDepthBlocks: 10,
  discovery: {
    // mainnet, its restricted RPC, testnet and stagenet
    endpoints: [18081, 18089, 28081, 38081].map((port) => ({ scheme: "http", port })),
    variants: [{}],
    companions: {},
  },
  publicWords: [
    ...[
      "get_info",
      "get_connections",
      "get_net_stats",
      "get_limit",
      "in_peers",
      "out_peers",
      "get_version",
      "get_block_header_by_height",
    ],
    ...["get_peer_list", "stagenet", "fakechain", "monerod"],
  ],
};
