import { formatDuration } from "../lib/duration.ts";
import type { Logger } from "../logging/logger.ts";
import { describeFailure, type Failure, type FailureReason } from "../model/failure.ts";
import { type ApiFailure, failuresOf, groupCauses, mainApi, outcomesOf } from "./outcomes.ts";
import type { StoredState } from "./store.ts";

/** Logs what changed between two states of a node. */
export type LogStateChanges = (before: StoredState, after: StoredState, log: Logger) => void;

/**
 * Logs one line for each change of a node's state, none for a poll like the last one. While an API fails, each reason is logged
 * once, as some nodes alternate between two. Each network after the first is logged once as well.
 */
export function createStateChangeLog(): LogStateChanges {
  const alreadyLogged = new Map<string, Set<FailureReason>>();
  const networks = new Set<string>();

  /** Whether this reason is new since the API last answered. */
  function isNewFailure(api: string, reason: FailureReason): boolean {
    const reasons = alreadyLogged.get(api) ?? new Set();
    const isNew = !reasons.has(reason);
    alreadyLogged.set(api, reasons.add(reason));
    return isNew;
  }

  return (before, after, log) => {
    logOtherNetwork(networks, after.report?.networkKey, log);
    if (after.report === undefined || after.history.lastPoll === undefined) return;
    // Withdrawing the data of a node that is not polled leaves its history as it was.
    if (after.history !== before.history) {
      log.debug({ duration_seconds: after.history.lastPoll.durationSeconds }, "polled");
    }
    const main = mainApi(after.node.role);
    const earlier = reportedApis(before);
    const failures: ApiFailure[] = [];
    for (const [api, failure] of reportedApis(after)) {
      const was = earlier.get(api);
      const isChange = failure?.reason !== was?.reason || !earlier.has(api);
      if (failure !== undefined) {
        const isNew = isNewFailure(api, failure.reason);
        if (isChange && isNew) failures.push({ api, failure });
        continue;
      }
      alreadyLogged.delete(api);
      if (!isChange) continue;
      if (api === main) log.info({ api }, upAgain(before));
      else if (was !== undefined) log.info({ api }, `the ${api} API answers again`);
    }
    for (const one of failures) if (one.api === main) logFailure(one, "down", log);
    for (const part of groupCauses(failures.filter(({ api }) => api !== main))) logFailure(part, partFails(part), log);
  };
}

/** The APIs to report on. An API that fails for the same reason as the whole node has no line of its own. */
function reportedApis(state: StoredState): ReadonlyMap<string, Failure | undefined> {
  const failures = new Map(failuresOf(state).map(({ api, failure }) => [api, failure]));
  const reported = outcomesOf(state).filter(([api, { ok }]) => ok || failures.has(api));
  return new Map(reported.map(([api]) => [api, failures.get(api)]));
}

/** Names several APIs that fail for the same cause. */
function partFails({ api }: ApiFailure): string {
  return api.includes(", ") ? `the APIs ${api} fail` : `the ${api} API fails`;
}

function logFailure({ api, failure }: ApiFailure, what: string, log: Logger): void {
  const { reason, bug } = failure;
  log.warn({ api, reason, bug }, `${what}: ${describeFailure(failure)}`);
}

/** Counts from the last successful poll, as a node that is down may still answer with an error. */
function upAgain({ history: { lastSuccessMs } }: StoredState): string {
  if (lastSuccessMs === undefined) return "up";
  const seconds = Math.max(0, Math.round((Date.now() - lastSuccessMs) / 1000));
  return `up again, ${formatDuration(seconds * 1000)} after its last successful poll`;
}

/** Behind a load balancer the network may change with each poll, and a broken node may invent new ones. */
const MAX_NETWORKS = 10;

function logOtherNetwork(seen: Set<string>, found: string | undefined, log: Logger): void {
  if (found === undefined || seen.has(found) || seen.size >= MAX_NETWORKS) return;
  const [first] = seen;
  seen.add(found);
  if (first === undefined) return;
  log.warn(
    `the node is on another network now: expected ${quoted(first)}, found ${quoted(found)}; ` +
      "check which server answers at the URL, and whether the node's configuration changed",
  );
}

/** The node chooses this text. */
function quoted(network: string): string {
  return JSON.stringify(network.slice(0, 100));
}
