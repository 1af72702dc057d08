import type { NodeSession } from "../chains/adapter.ts";
import type { NodeConfig } from "../config/model.ts";
import type { Signal } from "../lib/abort.ts";
import { withDeadline } from "../lib/abort.ts";
import type { Logger } from "../logging/logger.ts";
import { type Failure, failureOf } from "../model/failure.ts";
import type { NodeReport } from "../model/report.ts";

/** A session that ignores its signal gets this much longer, then its poll is given up. */
const GRACE_MS = 1000;

/**
 * One poll within the node's timeout. Never rejects: whatever goes wrong is a report of failure.
 * @param end ends the poll early; what it gives then means nothing
 */
export async function pollSession(
  session: NodeSession,
  node: NodeConfig,
  end: Signal,
  log: Logger,
): Promise<NodeReport> {
  try {
    return await withDeadline(end, node.timeoutMs, (signal) => orGivenUp(session.poll(signal), signal));
  } catch (error) {
    const failure = failureOf(error);
    if (failure.reason === "internal" && !end.aborted) log.error({ err: error }, failure.message);
    return failedReport(failure);
  }
}

/** The poll's result, or an error when it still runs a grace time after its signal has ended. */
async function orGivenUp(poll: Promise<NodeReport>, signal: Signal): Promise<NodeReport> {
  let grace: NodeJS.Timeout | undefined;
  const givenUp = new Promise<never>((_, reject) => {
    const wait = () => {
      grace = setTimeout(() => reject(new Error("the poll did not end in time")), GRACE_MS);
    };
    if (signal.aborted) wait();
    else signal.addEventListener("abort", wait, { once: true });
  });
  try {
    return await Promise.race([poll, givenUp]);
  } finally {
    clearTimeout(grace);
  }
}

export function failedReport(failure: Failure): NodeReport {
  const outcome = { ok: false, failure } as const;
  return { identity: {}, peers: outcome, head: outcome, parts: new Map(), facts: [], minBlockSeconds: 0 };
}
