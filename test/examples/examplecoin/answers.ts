import type { RpcRequest } from "../../../src/rpc/message.ts";
import { jsonReply, type Reply } from "../../chains/support.ts";

/** An examplecoind that answers as docs/adding-a-chain.md says, with two peers and one row that cannot be read. */

const PEERS = [
  {
    connection_id: 3,
    remote: "192.0.2.1:9533",
    dialled_by: "us",
    greeted: true,
    software: "examplecoind/3.2.1",
    tip_height: 2_600_010,
    bytes_in: 6000,
    bytes_out: 500,
    opened_at: 1_767_322_000,
    ping_ms: 125,
    last_byte_at: 1_767_323_040,
    wants_payments: true,
  },
  {
    connection_id: 7,
    remote: "[2001:db8::7]:51000",
    dialled_by: "peer",
    greeted: false,
    software: "",
    tip_height: -1,
    bytes_in: 0,
    bytes_out: 120,
    opened_at: 1_767_323_000,
    last_byte_at: 0,
  },
  { connection_id: 8, dialled_by: "peer" },
];

export const RESULTS: Readonly<Record<string, unknown>> = {
  list_peers: PEERS,
  chain_status: {
    ...{ network: "main", height: 2_600_008, header_height: 2_600_010, first_sync: false },
    tip_hash: "ab".repeat(32),
  },
  block_hash: "cd".repeat(32),
  byte_totals: { bytes_in: 123_456, bytes_out: 65_432 },
};

/** @param broken answers of single methods instead */
export function examplecoind(broken: Readonly<Record<string, Reply>> = {}) {
  return ({ body = "" }: Pick<RpcRequest, "body">): Reply => {
    const { method, id } = JSON.parse(body);
    const known = method in RESULTS ? resultReply(RESULTS[method], id) : errorReply(404, "no_such_method");
    return broken[method] ?? known;
  };
}

export function resultReply(result: unknown, id = "peer-exporter"): Reply {
  return jsonReply({ jsonrpc: "2.0", id, result });
}

export function errorReply(status: number, reason: string): Reply {
  const error = { code: -32000, message: "the call failed", data: { reason } };
  return jsonReply({ jsonrpc: "2.0", id: "peer-exporter", error }, status);
}
