import { type Handler, json } from "./fake-node.ts";

const TOP_BLOCK = "ab".repeat(32);

const INFO = {
  status: "OK",
  height: 1200,
  target_height: 0,
  target: 120,
  synchronized: true,
  restricted: false,
  version: "0.18.4.3-release",
  nettype: "mainnet",
  top_block_hash: TOP_BLOCK,
};

/** A row of get_connections. */
export const CONNECTION = {
  address: "192.0.2.7:18080",
  address_type: 1,
  connection_id: "c1",
  height: 1205,
  incoming: false,
  live_time: 100,
  recv_count: 4000,
  send_count: 3000,
  state: "normal",
};

/** A monerod at the head of mainnet, with these peers and with a last block of this time, in seconds since 1970. */
export function wellMonerod(connections: () => readonly object[], blockTime: () => number): Handler {
  const results: Readonly<Record<string, () => object>> = {
    get_info: () => INFO,
    get_connections: () => ({ status: "OK", connections: connections() }),
    get_last_block_header: () => ({ status: "OK", block_header: { hash: TOP_BLOCK, timestamp: blockTime() } }),
  };
  return ({ body }) => {
    const { method } = JSON.parse(body);
    return json({ jsonrpc: "2.0", id: "0", result: results[method]?.() });
  };
}
