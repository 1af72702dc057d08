import type { ChainFamily } from "../../../src/model/report.ts";

/** What only this chain tells. The name begins with p2p_ and the name of the chain. */
export const HEADERS_HEIGHT: ChainFamily = {
  name: "p2p_litecoin_headers_height",
  type: "gauge",
  help: "The best header that the node has, from the last poll: above the head while it fetches blocks (headers).",
  source: "getblockchaininfo headers",
  labels: [],
};

export const families: readonly ChainFamily[] = [HEADERS_HEIGHT];
