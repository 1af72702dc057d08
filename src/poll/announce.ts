import type { NodeReport, Outcome } from "../chains/chain.ts";
import { formatDuration } from "../config/duration.ts";
import { describeFailure, type Failure } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { NodeState } from "./store.ts";

/** Logs what changed with a poll: one line for each change of a node's state, none for a poll like the last. */
export function announce(before: NodeState, after: NodeState, log: Logger): void {
  const { report, history } = after;
  if (report === undefined || history.lastPoll === undefined) return;
  log.debug({ duration_seconds: history.lastPoll.durationSeconds }, "polled");
  const was = tellableParts(before.report);
  for (const [api, failure] of tellableParts(report)) {
    const earlier = was.get(api);
    if (failure?.reason === earlier?.reason && was.has(api)) continue;
    if (failure !== undefined) {
      log.warn({ api, reason: failure.reason }, `${DOWN[api] ?? `the ${api} API fails`}: ${describeFailure(failure)}`);
    } else if (api === "peers") {
      log.info({ api }, earlier === undefined ? "up" : `up again${downTime(before)}`);
    } else if (earlier !== undefined) {
      log.info({ api }, `the ${api} API answers again`);
    }
  }
}

const DOWN: Readonly<Record<string, string>> = { peers: "down" };

/** The parts of a poll. When the whole node is away, the line about its peers says so for every part. */
function tellableParts(report: NodeReport | undefined): ReadonlyMap<string, Failure | undefined> {
  if (report === undefined) return new Map();
  const outcomes: [string, Outcome<unknown>][] = [["peers", report.peers], ["head", report.head], ...report.parts];
  const parts = outcomes.map(([api, outcome]) => [api, outcome.ok ? undefined : outcome.failure] as const);
  const whole = report.peers.ok ? undefined : report.peers.failure.reason;
  return new Map(
    parts.filter(([api, failure]) => api === "peers" || failure === undefined || failure.reason !== whole),
  );
}

function downTime({ history }: NodeState): string {
  if (history.lastSuccessMs === undefined) return "";
  const seconds = Math.max(0, Math.round((Date.now() - history.lastSuccessMs) / 1000));
  return ` after ${formatDuration(seconds * 1000)} without its peer list`;
}
