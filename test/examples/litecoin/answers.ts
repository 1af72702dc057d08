import type { RpcRequest } from "../../../src/rpc/message.ts";
import { jsonReply, type Reply } from "../../chains/support.ts";

/** A litecoind that answers as 0.21 does, with two peers and one row that cannot be read. */

const PEERS = [
  {
    id: 3,
    addr: "192.0.2.1:9333",
    inbound: false,
    version: 70016,
    subver: "/LitecoinCore:0.21.2.1/",
    synced_headers: 2_600_010,
    bytesrecv: 6000,
    bytessent: 500,
    conntime: 1_767_322_000,
    pingtime: 0.125,
    lastrecv: 1_767_323_040,
    relaytxes: true,
  },
  {
    id: 7,
    addr: "[2001:db8::7]:51000",
    inbound: true,
    version: 0,
    subver: "",
    synced_headers: -1,
    bytesrecv: 0,
    bytessent: 120,
    conntime: 1_767_323_000,
    lastrecv: 0,
  },
  { id: 8, inbound: true },
];

export const RESULTS: Readonly<Record<string, unknown>> = {
  getpeerinfo: PEERS,
  getblockchaininfo: {
    ...{ chain: "main", blocks: 2_600_008, headers: 2_600_010, initialblockdownload: false },
    bestblockhash: "ab".repeat(32),
  },
  getblockhash: "cd".repeat(32),
  getnettotals: { totalbytesrecv: 123_456, totalbytessent: 65_432, timemillis: 1_767_323_045_000 },
};

/** @param broken answers of single methods instead */
export function litecoind(broken: Readonly<Record<string, Reply>> = {}) {
  return ({ body = "" }: Pick<RpcRequest, "body">): Reply => {
    const { method, id } = JSON.parse(body);
    return broken[method] ?? jsonReply({ result: RESULTS[method] ?? null, error: null, id });
  };
}

export function rpcError(status: number, code: number, message: string): Reply {
  return jsonReply({ result: null, error: { code, message }, id: "0" }, status);
}
