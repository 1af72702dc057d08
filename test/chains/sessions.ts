// Sessions are loaded at the first poll, whose time must not pass while a test's process compiles them.
import "../../src/chains/chainweb/session.ts";
import "../../src/chains/monero/session.ts";
import "../../src/chains/wire/session.ts";
import { onTestFinished } from "vitest";
import type { NodeSession, PollRequest } from "../../src/chains/adapter.ts";
import { type ChainName, chains } from "../../src/chains/index.ts";
import { withDeadline } from "../../src/lib/abort.ts";
import type { NodeReport } from "../../src/model/report.ts";
import { createRpcClient } from "../../src/rpc/client.ts";
import type { RpcRequest } from "../../src/rpc/message.ts";
import { parseNodeUrl } from "../../src/rpc/node-url.ts";
import type { Auth } from "../../src/rpc/settings.ts";
import { type FakeNode, type Handler, startFakeNode } from "../support/fake-node.ts";
import { expectDeclared } from "./declared.ts";
import { memoryClient, type Reply } from "./support.ts";

export type NodeSettings = {
  /** The chain's block of the configuration. */
  readonly options?: unknown;
  readonly auth?: Auth;
  readonly timeoutMs?: number;
  /** As a reference is polled. */
  readonly headOnly?: boolean;
};

/** Opens a session as the program does; closed when the test ends. */
export function openNode(
  chain: ChainName,
  url: string,
  { options = {}, auth, timeoutMs = 5000, headOnly }: NodeSettings = {},
): NodeSession {
  const session = chains[chain].options.parse(options).open({
    name: "node",
    chain,
    url: parseNodeUrl(url),
    timeoutMs,
    headOnly,
    connect: (target, { hostHeader } = {}) =>
      createRpcClient({ url: target, auth, tls: { kind: "ca" }, hostHeader, connectTimeoutMs: timeoutMs }),
    connectUntrusted: createRpcClient,
  });
  onTestFinished(() => session.close());
  return checked(chain, session);
}

/** The same session; each of its reports is one that the adapter declares. */
function checked(chain: ChainName, session: NodeSession): NodeSession {
  return {
    async poll(signal, request) {
      const report = await session.poll(signal, request);
      expectDeclared(chains[chain], report);
      return report;
    },
    close: () => session.close(),
  };
}

/** A fake HTTP node that stops when the test ends. */
export async function serve(handler: Handler): Promise<FakeNode> {
  const node = await startFakeNode(handler);
  onTestFinished(() => node.close());
  return node;
}

/** One poll with the deadline that the poller sets. */
export function poll(session: NodeSession, timeoutMs = 5000, request?: PollRequest): Promise<NodeReport> {
  return withDeadline(new AbortController().signal, timeoutMs, (signal) => session.poll(signal, request));
}

/** A session whose requests are answered without a network. */
export function openInMemory(
  chain: ChainName,
  answer: (request: RpcRequest) => Reply,
  options: unknown = {},
  headOnly?: boolean,
): NodeSession {
  const session = chains[chain].options.parse(options).open({
    name: "node",
    chain,
    url: parseNodeUrl("http://127.0.0.1:8888"),
    timeoutMs: 5000,
    headOnly,
    connect: (url) => ({ ...memoryClient(answer), url }),
    connectUntrusted: ({ url }) => ({ ...memoryClient(answer), url }),
  });
  return checked(chain, session);
}
