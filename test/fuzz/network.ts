import Request from "undici/lib/core/request.js";
import type { NodeConfig } from "../../src/config/model.ts";
import type { CreateClient } from "../../src/poll/run-poll.ts";
import { createRpcClient } from "../../src/rpc/client.ts";
import { type NodeUrl, parseNodeUrl } from "../../src/rpc/node-url.ts";
import { bodyError } from "../../src/rpc/request-failure.ts";
import type { RawResponse } from "../../src/rpc/transport.ts";
import type { Asked } from "./adapter.ts";
import { bytesOf, type Reply } from "./changes.ts";

/** Answers a request of a node; `isUntrusted`: the request goes to somebody whom the node named. */
export type Answerer = (node: string, asked: Asked, isUntrusted: boolean) => Reply;

/** How requests of a node travel to what answers them. */
export type Clients = (answer: Answerer) => (node: NodeConfig) => CreateClient;

/** Clients whose requests are answered without a network, at the narrowest place: behind all that the client does. */
export const memoryClients: Clients = (answer) => {
  return (node) => (options) =>
    createRpcClient(options, async (_, request) => {
      const { method, path, body = "" } = request;
      // What undici itself refuses to send must be refused here as well.
      new Request(options.url.origin, request, HANDLER);
      const asked = { method: method === "POST" ? "POST" : "GET", path, body: String(body) } as const;
      return received(answer(node.name, asked, isUntrusted(node, options.url.hostname)));
    });
};

const HANDLER = {
  onRequestStart() {},
  onResponseStart() {},
  onResponseData() {},
  onResponseEnd() {},
  onResponseError() {},
};

/** The URL of a node for which a server of this machine stands in, for http://HOST:PORT. */
export function elsewhere(url: NodeUrl, server: string): NodeUrl {
  const { protocol, hostname, origin } = parseNodeUrl(server);
  return { ...url, protocol, hostname, origin };
}

/** Strangers are asked at other addresses than any that the configurations name. */
export function isUntrusted({ url, options }: NodeConfig, hostname: string): boolean {
  return hostname !== url.hostname && !JSON.stringify(options.values).includes(hostname);
}

function received(reply: Reply): RawResponse {
  if (reply.failure !== undefined) {
    const { code, afterHeaders } = reply.failure;
    const error = Object.assign(new Error(`the transport failed`), { code });
    throw afterHeaders ? bodyError(error) : error;
  }
  return { status: reply.status, headers: reply.headers, body: bytesOf(reply) };
}
