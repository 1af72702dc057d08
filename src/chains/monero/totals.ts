import type { Signal } from "../../lib/abort.ts";
import type { JsonObject } from "../../lib/json.ts";
import { nodeError } from "../../model/failure.ts";
import type { ByteCounts } from "../../model/report.ts";
import type { RpcClient } from "../../rpc/client.ts";
import { count } from "../decode.ts";
import { callEndpoint } from "./endpoint.ts";

/** Bytes since the node's start, P2P only: RPC does not feed these throttles (on_get_net_stats). */
export async function fetchTotals(client: RpcClient, signal: Signal): Promise<ByteCounts> {
  const path = "/get_net_stats";
  return decodeTotals(await callEndpoint(client, path, {}, signal), `${path} at ${client.url.label}`);
}

/** @throws NodeError bad_shape */
export function decodeTotals(answer: JsonObject, call: string): ByteCounts {
  const received = count(answer.total_bytes_in);
  const sent = count(answer.total_bytes_out);
  if (received === undefined || sent === undefined) {
    throw nodeError(
      "bad_shape",
      `${call}: expected whole numbers as total_bytes_in and total_bytes_out`,
      "check that the URL is monerod's RPC",
    );
  }
  return { received, sent };
}
