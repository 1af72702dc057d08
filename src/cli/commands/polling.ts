import type { Config, LagConfig, NodeConfig } from "../../config/model.ts";
import { inParallel } from "../../lib/queue.ts";
import type { Redact } from "../../lib/safe-error.ts";
import { counted } from "../../lib/text/format.ts";
import { createProgress } from "../../lib/text/terminal.ts";
import { createLogger, type Logger } from "../../logging/logger.ts";
import { deriveState } from "../../poll/derive-state.ts";
import { EMPTY_HISTORY, type NodeHistory } from "../../poll/history.ts";
import { createKnownNodes, type KnownNodes, NO_OTHER_NODES } from "../../poll/other-nodes.ts";
import { type FinishedPoll, openSession, runPoll, type TracedSession } from "../../poll/run-poll.ts";
import type { NodeState } from "../../poll/store.ts";
import type { RpcCall } from "../../rpc/client.ts";
import { type Context, createInterrupt } from "../context.ts";

/** A node right after a poll. */
export type PolledNode = NodeState & {
  readonly report: NonNullable<NodeState["report"]>;
  readonly calls: readonly RpcCall[];
};

/** Polls nodes for a command, all of them in each round. Their histories are kept from round to round. */
export type Polling = {
  /**
   * @param onPolled called after each node with the number of polled nodes
   * @returns undefined when `end` is aborted before all nodes are polled
   */
  round(end: AbortSignal, onPolled?: (done: number) => void): Promise<readonly PolledNode[] | undefined>;
  close(): Promise<void>;
};

/** How many nodes are polled at the same time. */
const CONCURRENCY = 20;

type Known = { readonly node: NodeConfig; readonly session: TracedSession; history: NodeHistory };

/** The log of polls, which shows the stack of an internal error. A process needs only one. */
export function openPollLog(redact: Redact): Promise<Logger> {
  return createLogger({ level: "error", format: "pretty", redact });
}

export async function openPolling(
  nodes: readonly NodeConfig[],
  lagSettings: LagConfig,
  ofLog: Redact | Promise<Logger>,
): Promise<Polling> {
  const log = await (typeof ofLog === "function" ? openPollLog(ofLog) : ofLog);
  const others = createKnownNodes();
  const all = nodes.map((node): Known => ({ node, session: openSession(node), history: EMPTY_HISTORY }));

  return {
    async round(end, onPolled = () => {}) {
      let done = 0;
      const polls = await inParallel(all, CONCURRENCY, async ({ node, session }) => {
        if (end.aborted) return undefined;
        const request = others.request(node.name, Date.now());
        const poll = await runPoll(session, node, end, log.child({ target: node.name }), request);
        done += 1;
        onPolled(done);
        return poll;
      });
      if (end.aborted) return undefined;
      const finished = all.flatMap((known, index) => {
        const poll = polls[index];
        return poll === undefined ? [] : [{ known, poll }];
      });
      return deriveStates(finished, others, lagSettings);
    },
    async close() {
      await Promise.all(all.map(({ session }) => session.close()));
    },
  };
}

type Finished = { readonly known: Known; readonly poll: FinishedPoll };

/** Compares the nodes with each other and with the references, once all of them are polled. */
function deriveStates(finished: readonly Finished[], others: KnownNodes, settings: LagConfig): readonly PolledNode[] {
  for (const { known, poll } of finished) {
    const times = { nowMs: poll.times.endedMs, freshUntilMs: Number.POSITIVE_INFINITY };
    others.remember(known.node, poll.report, times, settings);
  }
  const nowMs = Math.max(0, ...finished.map(({ poll }) => poll.times.endedMs));
  // Which nodes are on one chain is known once all of them are compared.
  const comparisons = finished.map(({ known, poll }) => ({
    ...{ known, poll },
    compared: others.compare(known.node, poll.report, nowMs),
  }));
  return comparisons.map(({ known, poll, compared }) => {
    const { report, calls } = poll;
    const isReference = known.node.role === "reference";
    const from = { ...known, intervalMs: known.node.timeoutMs };
    const state = deriveState(from, poll, isReference ? NO_OTHER_NODES : compared, settings);
    known.history = state.history;
    return { ...state, report, calls };
  });
}

/** Polls every node and reference once, with its progress on a terminal. @returns an exit code when a signal ended it */
export async function pollOnce(
  { nodes, references, lag }: Config,
  context: Context,
): Promise<readonly PolledNode[] | { readonly exitCode: number }> {
  const all = [...nodes, ...references];
  const interrupt = createInterrupt(context);
  const progress = createProgress(process.stderr);
  const polling = await openPolling(all, lag, context.redactor.redact);
  const say = (done: number) => progress.show(`polled ${done} of ${counted(all.length, "node")} …`);
  try {
    say(0);
    return (await polling.round(interrupt.signal, say)) ?? { exitCode: interrupt.exitCode() };
  } finally {
    progress.end();
    await polling.close();
  }
}

/** The nodes, and the references of their chains to compare them with. */
export function withReferences(
  nodes: readonly NodeConfig[],
  { references }: Pick<Config, "references">,
): readonly NodeConfig[] {
  const chains = new Set(nodes.map(({ chain }) => chain));
  return [...nodes, ...references.filter((one) => chains.has(one.chain) && !nodes.includes(one))];
}
