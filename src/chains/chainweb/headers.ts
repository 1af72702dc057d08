import type { RpcResponse } from "../../rpc/message.ts";
import { clockSkewSeconds, firstHeader } from "../../rpc/message.ts";

/** What the node says in the headers of every answer of its P2P API. */
export type NodeHeaders = {
  readonly version?: string | undefined;
  /** Its clock minus ours, in seconds. */
  readonly clockSkewSeconds?: number | undefined;
};

export function readHeaders(response: RpcResponse): NodeHeaders {
  const version = firstHeader(response, "x-chainweb-node-version");
  const stamp = firstHeader(response, "x-server-timestamp");
  if (stamp === undefined || !/^\d{9,11}$/.test(stamp)) return { version };
  return { version, clockSkewSeconds: clockSkewSeconds(Number(stamp), response) };
}
