import type { Signal } from "../../lib/abort.ts";
import { isObject, type JsonObject } from "../../lib/json.ts";
import { nodeError } from "../../model/failure.ts";
import type { ChainSample } from "../../model/report.ts";
import { LIST_BUDGET } from "../../rpc/budget.ts";
import type { RpcClient } from "../../rpc/client.ts";
import { text } from "../decode.ts";
import { callRpc } from "./calls.ts";
import { sampleOf } from "./facts.ts";
import { BANS } from "./families.ts";

/** How many bans are in force. A ban of a subnet says nothing of how many peers it keeps away. */
export type Bans = { readonly addresses: number; readonly subnets: number };

export async function fetchBans(client: RpcClient, signal: Signal): Promise<Bans> {
  return decodeBans(await callRpc(client, "get_bans", signal, LIST_BUDGET), `get_bans at ${client.url.label}`);
}

/** @throws NodeError bad_shape when `bans` is there and is not a list */
export function decodeBans(result: JsonObject, call: string): Bans {
  // epee leaves out empty lists.
  const rows = result.bans ?? [];
  if (!Array.isArray(rows)) {
    throw nodeError("bad_shape", `${call}: expected a list of bans`, "check that the URL is monerod's RPC");
  }
  const hosts = rows.flatMap((row: unknown) => (isObject(row) ? (text(row.host) ?? []) : []));
  const subnets = hosts.filter((host) => host.includes("/")).length;
  return { addresses: hosts.length - subnets, subnets };
}

export function banSamples({ addresses, subnets }: Bans): readonly ChainSample[] {
  return [...sampleOf(BANS, addresses, "address"), ...sampleOf(BANS, subnets, "subnet")];
}
