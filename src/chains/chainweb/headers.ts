import type { RpcResponse } from "../../rpc/client.ts";

/** What the node says in the headers of every answer of its P2P API. */
export type NodeHeaders = {
  readonly version?: string | undefined;
  /** Its clock minus ours, in seconds. */
  readonly clockSkewSeconds?: number | undefined;
};

export function readHeaders(response: RpcResponse): NodeHeaders {
  const version = header(response, "x-chainweb-node-version");
  const stamp = header(response, "x-server-timestamp");
  if (stamp === undefined || !/^\d{9,11}$/.test(stamp)) return { version };
  // The stamp is cut to whole seconds, so its middle is half a second later.
  const skew = Number(stamp) + 0.5 - (response.sentMs + response.receivedMs) / 2000;
  return { version, clockSkewSeconds: Math.round(skew * 1000) / 1000 };
}

function header(response: RpcResponse, name: string): string | undefined {
  return [response.headers[name] ?? []].flat()[0];
}
