import type { NodeSession, NodeTarget } from "../chains/adapter.ts";
import type { NodeConfig } from "../config/model.ts";
import { redactEcho } from "../config/redact.ts";
import { failed, type Outcome, type PeerList } from "../model/report.ts";
import type { ObserveCall, RpcCall } from "../rpc/client.ts";
import { createRpcClient, type RpcClient, type RpcClientOptions } from "../rpc/client.ts";
import type { NodeUrl } from "../rpc/node-url.ts";
import { errorWithoutEcho, withoutEcho } from "./redact-report.ts";

/** A session that remembers what it did. */
export type TracedSession = NodeSession & {
  /** The exchanges with the node's own servers since the last poll began; those with strangers are left out. */
  calls(): readonly RpcCall[];
};

export type CreateClient = (options: RpcClientOptions) => RpcClient;

/** Opens the chain of a configured node on clients that carry its credentials nowhere else. */
export function openSession(node: NodeConfig, createClient: CreateClient = createRpcClient): TracedSession {
  let calls: RpcCall[] = [];
  const observe: ObserveCall = (call) => void calls.push(call);
  let main: RpcClient | undefined;
  const target: NodeTarget = {
    name: node.name,
    chain: node.chain,
    url: node.url,
    timeoutMs: node.timeoutMs,
    limits: node.limits,
    headOnly: node.role === "reference",
    connect(url, options) {
      const client = createClient({ ...ownOptions(node, url, options?.hostHeader), observe });
      if (url === node.url) main = client;
      return client;
    },
    connectStranger: createClient,
  };
  const session = node.options.open(target);
  const echo = redactEcho(node);
  return {
    calls: () => calls,
    async poll(signal) {
      calls = [];
      // The secrets as they are when the answers are there: files of them are read for each request.
      const report = await session.poll(signal).then(
        (given) => {
          const hide = echo();
          return hide === undefined ? given : withoutEcho(given, hide);
        },
        (error: unknown) => {
          const hide = echo();
          throw hide === undefined ? error : errorWithoutEcho(error, hide);
        },
      );
      const presented = main?.presented();
      return {
        ...report,
        peers: readable(report.peers, node),
        certificateExpirySeconds: presented?.certificateExpirySeconds,
        // A header of the chain's own is better than Date, which a proxy may have set.
        clockSkewSeconds: report.clockSkewSeconds ?? presented?.clockSkewSeconds,
      };
    },
    close: () => session.close(),
  };
}

/** A list of which no row can be read is another API's; an empty list would be a false 0. */
function readable(peers: Outcome<PeerList>, { url, chain }: NodeConfig): Outcome<PeerList> {
  if (!peers.ok || peers.value.malformed === 0 || peers.value.connections.length > 0) return peers;
  return failed({
    reason: "bad_shape",
    message: `peers at ${url.label}: expected rows of ${chain}, found ${peers.value.malformed} that cannot be read`,
    advice: "check that chain and url belong together; if they do, please report this with the node's version",
  });
}

/** The node's credentials go to the host of its own URL only; a further URL brings its own in its userinfo. */
function ownOptions(
  { url, timeoutMs, auth, tls, limits }: NodeConfig,
  target: NodeUrl,
  hostHeader: string | undefined,
): RpcClientOptions {
  const isSameHost = target.hostname === url.hostname && target.socketPath === url.socketPath;
  const ownAuth = target.userinfo === undefined ? undefined : ({ kind: "basic", ...target.userinfo } as const);
  return {
    url: target,
    auth: ownAuth ?? (isSameHost ? auth : undefined),
    // A pin belongs to the one certificate of the node's own URL.
    tls: target === url || (isSameHost && tls.kind !== "pin") ? tls : { kind: "ca" },
    hostHeader,
    connectTimeoutMs: timeoutMs,
    limits,
  };
}
