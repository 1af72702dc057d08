import { block, hostHeaderField, nodeUrlField } from "../../schema/fields.ts";
import type { ChainAdapter, ChainOptions } from "../adapter.ts";
import { lateSession } from "../late-session.ts";
import { families, sources } from "./families.ts";

const optionsSchema = block({
  chain_url: nodeUrlField.optional().describe("base URL of the listener with chain_api_plugin, where it is not url"),
  prometheus_url: nodeUrlField
    .optional()
    .describe("base URL of the listener with prometheus_plugin, for bytes and latency of each connection"),
  host_header: hostHeaderField.optional().describe("Host header to send, for nodes behind a port mapping or proxy"),
});

/** Wire's nodeop and every Antelope node (Vaulta/EOS, Telos, WAX): one API, several dialects. */
export const wire: ChainAdapter = {
  title: "Wire and Antelope",
  optionsKey: "wire",
  options: optionsSchema.transform(
    (options): ChainOptions => ({
      values: options,
      open: (target) => lateSession(async () => (await import("./session.ts")).openSession(target, options)),
    }),
  ),
  traits: {
    directions: ["inbound", "outbound"],
    states: ["connected", "handshaking", "dialing", "disconnected"],
    flow: "upload",
    agents: true,
    heights: true,
    heightNote: "as of the last handshake, which is rarely repeated",
  },
  apis: ["peers", "head", "prometheus", "block"],
  families,
  sources,
  // 90 s, with a block every half second.
  usualLagBlocks: 180,
  // Three rounds of one producer, which makes 12 blocks in a row.
  reorgDepthBlocks: 36,
  discovery: { endpoints: [{ scheme: "http", port: 8888 }], variants: [{}], companions: {} },
  publicWords: [
    ...[
      "chain",
      "get_info",
      "get_block_info",
      "net",
      "connections",
      "prometheus",
      "nodeop",
      "nodeos",
      "leap",
      "spring",
      "eosio",
    ],
    ...["jungle", "jungle4", "kylin"],
  ],
};
