import type { NodeRole } from "../config/model.ts";
import { formatDuration } from "../lib/duration.ts";
import type { Logger } from "../logging/logger.ts";
import { describeFailure, type Failure, type FailureReason } from "../model/failure.ts";
import { type KeptState, outcomesOf, type ReportOutcomes } from "./store.ts";

/** Logs what changed between two states of a node. */
export type Announce = (before: KeptState, after: KeptState, log: Logger) => void;

/**
 * One line for each change of a node's state, none for a poll like the last. While a part fails, each reason is told once,
 * as some nodes alternate between two; a network that is not the first one is told once too.
 */
export function createAnnouncer(): Announce {
  const told = new Map<string, Set<FailureReason>>();
  const networks = new Set<string>();
  return (before, after, log) => {
    announceNetwork(networks, after.report?.networkKey, log);
    announce(before, after, log, (api, reason) => {
      const reasons = told.get(api) ?? new Set();
      if (reason === undefined) return told.delete(api);
      const isNew = !reasons.has(reason);
      told.set(api, reasons.add(reason));
      return isNew;
    });
  };
}

/** Behind a balancer the network may change with each poll, and a broken node may make up new ones: each is told once. */
const MOST_NETWORKS = 10;

function announceNetwork(seen: Set<string>, found: string | undefined, log: Logger): void {
  if (found === undefined || seen.has(found) || seen.size >= MOST_NETWORKS) return;
  const [first] = seen;
  seen.add(found);
  if (first === undefined) return;
  log.warn(
    `the node is on another network now: expected ${shown(first)}, found ${shown(found)}; ` +
      "check what stands behind the URL, and that nobody changed the node's configuration",
  );
}

/** A node may call its network as it likes. */
function shown(network: string): string {
  return JSON.stringify(network.slice(0, 100));
}

/** Keeps what was told of a part; true when this reason is news. Without a reason the part works again. */
type Tell = (api: string, reason: FailureReason | undefined) => boolean;

function announce(before: KeptState, after: KeptState, log: Logger, tell: Tell): void {
  const { report, history } = after;
  if (report === undefined || history.lastPoll === undefined) return;
  // The history stands still when data of a resting node is withdrawn, which is no poll.
  if (history !== before.history) log.debug({ duration_seconds: history.lastPoll.durationSeconds }, "polled");
  const { main, parts } = SCOPES[after.node.role];
  const was = parts(before.report);
  for (const [api, failure] of parts(report)) {
    const earlier = was.get(api);
    const isNews = tell(api, failure?.reason);
    if (failure?.reason === earlier?.reason && was.has(api)) continue;
    if (failure !== undefined) {
      if (!isNews) continue;
      log.warn(
        { api, reason: failure.reason, bug: failure.bug },
        `${api === main ? "down" : `the ${api} API fails`}: ${describeFailure(failure)}`,
      );
    } else if (api === main) {
      log.info({ api }, upAgain(before));
    } else if (earlier !== undefined) {
      log.info({ api }, `the ${api} API answers again`);
    }
  }
}

type Parts = ReadonlyMap<string, Failure | undefined>;

/** What makes a node or a reference up, and what else is told of it. */
const SCOPES: Readonly<Record<NodeRole, { main: string; parts: (report: ReportOutcomes | undefined) => Parts }>> = {
  node: { main: "peers", parts: tellableParts },
  reference: { main: "head", parts: headAlone },
};

function headAlone(report: ReportOutcomes | undefined): Parts {
  return report === undefined ? new Map() : new Map([["head", report.head.ok ? undefined : report.head.failure]]);
}

/** The parts of a poll. When the whole node is away, the line about its peers says so for every part. */
function tellableParts(report: ReportOutcomes | undefined): Parts {
  if (report === undefined) return new Map();
  const parts = outcomesOf(report).map(([api, outcome]) => [api, outcome.ok ? undefined : outcome.failure] as const);
  const whole = report.peers.ok ? undefined : report.peers.failure.reason;
  return new Map(
    parts.filter(([api, failure]) => api === "peers" || failure === undefined || failure.reason !== whole),
  );
}

/** A node that is down may answer all the same, with an error: so only its good polls are spoken of. */
function upAgain({ node, history }: KeptState): string {
  const lastGoodMs = node.role === "reference" ? history.head?.seenMs : history.lastSuccessMs;
  if (lastGoodMs === undefined) return "up";
  const seconds = Math.max(0, Math.round((Date.now() - lastGoodMs) / 1000));
  return `up again, ${formatDuration(seconds * 1000)} after its last good poll`;
}
