import { createRpcClient } from "../../src/rpc/client.ts";
import { type Answer, type FakeNode, type ReceivedRequest, startFakeNode } from "../support/fake-node.ts";
import { HONEST, LIAR } from "./adapter.ts";
import { type Campaign, type CampaignResult, runCampaign } from "./campaign.ts";
import { bytesOf, type Reply } from "./changes.ts";
import { type Answerer, type Clients, elsewhere, isUntrusted } from "./network.ts";

/** The same cases with real HTTP between the client and the answers, over sockets of this machine. */
export async function runSockets(campaign: Campaign): Promise<CampaignResult> {
  let answer: Answerer | undefined;
  const servers = new Map<string, FakeNode>();
  const start = async (name: string, strangers: boolean) => {
    const server = await startFakeNode((request) => replyTo(answer?.(name, askedOf(request), strangers)));
    servers.set(`${name} ${strangers}`, server);
  };
  await Promise.all([LIAR, ...HONEST].flatMap((name) => [start(name, false), start(name, true)]));
  const clients: Clients = (given) => {
    answer = given;
    return (node) => (options) => {
      const server = servers.get(`${node.name} ${isUntrusted(node, options.url.hostname)}`);
      if (server === undefined) throw new Error(`no server stands for ${node.name}`);
      return createRpcClient({ ...options, url: elsewhere(options.url, server.url) });
    };
  };
  try {
    return await runCampaign({ ...campaign, clients });
  } finally {
    await Promise.all([...servers.values()].map((server) => server.close()));
  }
}

function askedOf({ method, url, body }: ReceivedRequest) {
  return { method: method === "POST" ? "POST" : "GET", path: url, body } as const;
}

function replyTo(reply: Reply | undefined): Answer {
  if (reply === undefined) throw new Error("nobody asked for an answer");
  const { status, headers, failure } = reply;
  if (failure !== undefined) {
    return {
      body(response) {
        if (!failure.afterHeaders) response.destroy();
        else response.writeHead(200, { "content-length": 1000 }).write("[", () => response.destroy());
      },
    };
  }
  return { status, headers: sendable(headers), body: bytesOf(reply) };
}

/** Node's own server refuses what a broken one may send; what it would refuse is left out here. */
function sendable(headers: Reply["headers"]): Reply["headers"] {
  return Object.fromEntries(
    Object.entries(headers).filter(([, value]) => /^[\t\x20-\x7e\x80-\xff]*$/.test(String(value))),
  );
}
