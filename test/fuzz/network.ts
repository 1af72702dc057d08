import { Agent } from "node:http";
import type { NodeConfig } from "../../src/config/model.ts";
import type { CreateClient } from "../../src/poll/run-poll.ts";
import { createRpcClient } from "../../src/rpc/client.ts";
import { newRequest, type RawResponse } from "../../src/rpc/dispatch.ts";
import { type NodeUrl, parseNodeUrl } from "../../src/rpc/node-url.ts";
import { bodyError } from "../../src/rpc/request-failure.ts";
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
      // What is refused before it is sent must be refused here as well.
      newRequest(NOWHERE, request);
      const asked = { method, path, body };
      return received(answer(node.name, asked, isUntrusted(node, options.url.hostname)));
    });
};

/** Sends nothing. */
class Nowhere extends Agent {
  addRequest(): void {}
}

const NOWHERE = new Nowhere();

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
