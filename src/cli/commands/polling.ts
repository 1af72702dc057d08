import type { Config, NodeConfig } from "../../config/model.ts";
import type { Redact } from "../../lib/safe-error.ts";
import { createLogger } from "../../logging/logger.ts";
import { headLag, type LagSettings, NO_LAG } from "../../poll/head-lag.ts";
import { createKnownHeads } from "../../poll/heads.ts";
import { EMPTY_HISTORY, type NodeHistory, recordPoll } from "../../poll/history.ts";
import { pollSession } from "../../poll/poll-session.ts";
import { openSession, type TracedSession } from "../../poll/session.ts";
import type { NodeState } from "../../poll/store.ts";
import { isCatchingUp } from "../../poll/syncing.ts";
import type { RpcCall } from "../../rpc/client.ts";

/** A node right after a poll. */
export type PolledNode = NodeState & {
  readonly report: NonNullable<NodeState["report"]>;
  readonly calls: readonly RpcCall[];
};

/** Polls nodes for a command, all of them in each round. What must survive between rounds is kept. */
export type Polling = {
  /** Undefined when `end` came first. @param onPolled told after each node */
  round(end: AbortSignal, onPolled?: (done: number) => void): Promise<readonly PolledNode[] | undefined>;
  close(): Promise<void>;
};

/** How many nodes are polled at once: they are asked as gently by a command as by the exporter. */
const CONCURRENCY = 20;

type Known = { readonly node: NodeConfig; readonly session: TracedSession; history: NodeHistory };

export async function openPolling(
  nodes: readonly NodeConfig[],
  lagSettings: LagSettings,
  redact: Redact,
): Promise<Polling> {
  // A bug of ours has its stack in the log.
  const log = await createLogger({ level: "error", format: "pretty", redact });
  const all = nodes.map((node): Known => ({ node, session: openSession(node), history: EMPTY_HISTORY }));

  async function poll(known: Known, end: AbortSignal): Promise<Omit<PolledNode, "lag" | "syncing">> {
    const { node, session } = known;
    const startedMs = Date.now();
    const clock = performance.now();
    const report = await pollSession(session, node, end, log.child({ target: node.name }));
    const durationSeconds = Math.round(performance.now() - clock) / 1000;
    known.history = recordPoll(known.history, report, { startedMs, endedMs: Date.now(), durationSeconds });
    return { node, report, history: known.history, turnMs: node.timeoutMs, calls: session.calls() };
  }

  return {
    async round(end, onPolled = () => {}) {
      let done = 0;
      const polled = await inParallel(all, CONCURRENCY, async (known) => {
        if (end.aborted) return undefined;
        const result = await poll(known, end);
        done += 1;
        onPolled(done);
        return result;
      });
      if (end.aborted) return undefined;
      return withLag(
        polled.filter((one) => one !== undefined),
        lagSettings,
      );
    },
    async close() {
      await Promise.all(all.map(({ session }) => session.close()));
    },
  };
}

/** Each node's lag against its peers, the other nodes and the references, once all of them are known. */
function withLag(polled: readonly Omit<PolledNode, "lag" | "syncing">[], settings: LagSettings): readonly PolledNode[] {
  const heads = createKnownHeads();
  const nowMs = Date.now();
  for (const { node, report } of polled) heads.remember(node.name, node.role, report, Number.POSITIVE_INFINITY);
  return polled.map((one) => {
    const { node, report, history } = one;
    const lag =
      node.role === "node"
        ? headLag(report, heads.others(node.name, report.networkKey, nowMs), settings, nowMs)
        : NO_LAG;
    return { ...one, lag, syncing: isCatchingUp(report, lag, history, nowMs) };
  });
}

async function inParallel<T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const rest = items.entries();
  const worker = async () => {
    for (const [index, item] of rest) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

/** A node is up as the metrics say it: it gave its peers, a reference its head. */
export function isUp({ node, report }: PolledNode): boolean {
  return node.role === "node" ? report.peers.ok : report.head.ok;
}

/** The node and what tells how far it is behind: references of its chain. */
export function withReferences(node: NodeConfig, { references }: Pick<Config, "references">): readonly NodeConfig[] {
  const { chain } = node;
  return [node, ...references.filter((reference) => reference.chain === chain)];
}
