import { type Signal, withDeadline } from "../../lib/abort.ts";
import { isObject } from "../../lib/json.ts";
import { nodeError } from "../../model/failure.ts";
import { attempt } from "../../model/report.ts";
import { LIST_BUDGET } from "../../rpc/budget.ts";
import { callJson } from "../../rpc/call.ts";
import type { RpcClient } from "../../rpc/client.ts";
import { apiPath } from "../../rpc/node-url.ts";
import { checkRowCount, text } from "../decode.ts";
import { explainStatus, isNotOffered } from "./explain.ts";
import { splitKind } from "./values.ts";

/**
 * Addresses of block producers that the node knows by gossip (Spring 1.2 and Wire since W2, where p2p-bp-gossip-endpoint is set).
 * The node dials and drops them with the schedule; before a connection is validated, nothing in its row tells.
 */
type Gossip = {
  /** The addresses, `host:port`; empty where the node does not offer them. Requested rarely. */
  addresses(signal: Signal): Promise<ReadonlySet<string>>;
};

const PATH = "/v1/net/bp_gossip_peers";

/** A producer repeats its gossip every 30 minutes, and the schedule changes less often than once a minute. */
const KEEP_MS = 5 * 60_000;

/** Only a restart of the node with another version adds the call. */
const MISSING_MS = 60 * 60_000;

const NONE: ReadonlySet<string> = new Set();

/**
 * @param limitMs how long the call may take
 * @param maxRows more are refused
 */
export function createGossip(
  client: RpcClient,
  { limitMs, maxRows }: { readonly limitMs: number; readonly maxRows: number },
  now: () => number = () => performance.now(),
): Gossip {
  let kept: { readonly addresses: ReadonlySet<string>; readonly untilMs: number } | undefined;
  return {
    async addresses(signal) {
      if (kept !== undefined && now() < kept.untilMs) return kept.addresses;
      const answer = await attempt(() => withDeadline(signal, limitMs, (share) => fetchGossip(client, maxRows, share)));
      const isMissing = !answer.ok && isNotOffered(answer.failure);
      kept = { addresses: answer.ok ? answer.value : NONE, untilMs: now() + (isMissing ? MISSING_MS : KEEP_MS) };
      return kept.addresses;
    },
  };
}

async function fetchGossip(client: RpcClient, maxRows: number, signal: Signal): Promise<ReadonlySet<string>> {
  const request = { name: PATH, method: "POST", path: apiPath(client.url, PATH), budget: LIST_BUDGET } as const;
  const { value } = await callJson(client, request, signal, explainStatus("net"));
  return decodeGossip(value, `${PATH} at ${client.url.label}`, maxRows);
}

/** @throws NodeError bad_shape, too_large */
function decodeGossip(answer: unknown, call: string, maxRows: number): ReadonlySet<string> {
  if (!Array.isArray(answer)) {
    throw nodeError("bad_shape", `${call}: expected a JSON array`, "check that the URL is the HTTP API of a node");
  }
  checkRowCount(answer, call, maxRows);
  const rows: readonly unknown[] = answer;
  const endpoints = rows.flatMap((row) => (isObject(row) ? (text(row.server_endpoint) ?? []) : []));
  return new Set(endpoints.map((endpoint) => splitKind(endpoint).address));
}
