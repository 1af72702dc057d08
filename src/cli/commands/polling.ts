import type { Config, NodeConfig } from "../../config/model.ts";
import { inParallel } from "../../lib/queue.ts";
import type { Redact } from "../../lib/safe-error.ts";
import { createLogger } from "../../logging/logger.ts";
import { deriveState } from "../../poll/derive-state.ts";
import type { LagSettings } from "../../poll/head-lag.ts";
import { createKnownHeads, NO_OTHER_HEADS } from "../../poll/heads.ts";
import { EMPTY_HISTORY, type NodeHistory } from "../../poll/history.ts";
import { type FinishedPoll, openSession, runPoll, type TracedSession } from "../../poll/run-poll.ts";
import type { NodeState } from "../../poll/store.ts";
import type { RpcCall } from "../../rpc/client.ts";

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

export async function openPolling(
  nodes: readonly NodeConfig[],
  lagSettings: LagSettings,
  redact: Redact,
): Promise<Polling> {
  // The log shows the stack of an internal error.
  const log = await createLogger({ level: "error", format: "pretty", redact });
  const all = nodes.map((node): Known => ({ node, session: openSession(node), history: EMPTY_HISTORY }));

  return {
    async round(end, onPolled = () => {}) {
      let done = 0;
      const polls = await inParallel(all, CONCURRENCY, async ({ node, session }) => {
        if (end.aborted) return undefined;
        const poll = await runPoll(session, node, end, log.child({ target: node.name }));
        done += 1;
        onPolled(done);
        return poll;
      });
      if (end.aborted) return undefined;
      const finished = all.flatMap((known, index) => {
        const poll = polls[index];
        return poll === undefined ? [] : [{ known, poll }];
      });
      return deriveStates(finished, lagSettings);
    },
    async close() {
      await Promise.all(all.map(({ session }) => session.close()));
    },
  };
}

type Finished = { readonly known: Known; readonly poll: FinishedPoll };

/** Compares the nodes with each other and with the references, once all of them are polled. */
function deriveStates(finished: readonly Finished[], settings: LagSettings): readonly PolledNode[] {
  const heads = createKnownHeads();
  for (const { known, poll } of finished) {
    heads.remember(known.node.name, known.node.role, poll.report, Number.POSITIVE_INFINITY);
  }
  return finished.map(({ known, poll }) => {
    const { node } = known;
    const { report, times, calls } = poll;
    const isReference = node.role === "reference";
    const others = isReference ? NO_OTHER_HEADS : heads.othersOnNetwork(node.name, report.networkKey, times.endedMs);
    const state = deriveState({ ...known, intervalMs: node.timeoutMs }, poll, others, settings);
    known.history = state.history;
    return { ...state, report, calls };
  });
}

/** The node, and the references of its chain to compare it with. */
export function withReferences(node: NodeConfig, { references }: Pick<Config, "references">): readonly NodeConfig[] {
  const { chain } = node;
  return [node, ...references.filter((reference) => reference.chain === chain)];
}
