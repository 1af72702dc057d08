import type { ReloadResult } from "../config/reload.ts";
import { withinTime } from "../lib/abort.ts";
import { createNotifier, takeNotifyVariables } from "../lib/systemd/notifier.ts";
import { createSystemdSend } from "../lib/systemd/send.ts";
import { counted } from "../lib/text/format.ts";
import type { Logger } from "../logging/logger.ts";
import type { NodeCounts } from "../server/routes/operator.ts";

/** The exporter as a service of systemd. Without systemd, nothing happens. */
type SystemdService = {
  /** Called when the exporter listens. */
  ready(nodeCounts: () => NodeCounts): void;
  /** As `onReload` of the reloader. */
  onReload(result: ReloadResult | undefined): void;
  stopping(): Promise<void>;
};

const WITHOUT_SYSTEMD: SystemdService = { ready: () => {}, onReload: () => {}, stopping: async () => {} };

/** How long the end of the process waits for systemd. */
const END_MS = 1000;

/** Removes the variables of systemd from the environment. */
export function openSystemdService(env: NodeJS.ProcessEnv, log: Logger, send = createSystemdSend): SystemdService {
  const access = takeNotifyVariables(env, process.pid);
  if (access === undefined) return WITHOUT_SYSTEMD;
  let countNodes: (() => NodeCounts) | undefined;
  let isReloadFailed = false;
  const notifier = createNotifier({
    send: send(access.socket),
    watchdogMs: access.watchdogMs,
    status: () => describeStatus(countNodes?.(), isReloadFailed),
    onFailure: (error, lines) => log.error(explainFailure(error, lines)),
  });
  return {
    ready(nodeCounts) {
      countNodes = nodeCounts;
      notifier.ready();
    },
    onReload(result) {
      if (result !== undefined) isReloadFailed = !result.ok;
      // A reload that is requested during the start ends before it, too.
      if (countNodes === undefined) return;
      if (result === undefined) notifier.reloading();
      else notifier.reloaded();
    },
    stopping: async () => void (await withinTime(notifier.stopping(), END_MS)),
  };
}

/** One line for `systemctl status`. It names no node, as every user of the machine may read it. */
function describeStatus(counts: NodeCounts | undefined, isReloadFailed: boolean): string {
  if (counts === undefined) return "starting";
  const { nodes, up, all, polled } = counts;
  return [
    `${up} of ${counted(nodes, "node")} up`,
    ...(polled < all ? [`${all - polled} not polled yet`] : []),
    ...(isReloadFailed ? ["last reload failed, see the journal"] : []),
  ].join(", ");
}

/** systemd ends a service that does not tell what it expects, and its log says only that time is over. */
function explainFailure(error: unknown, lines: readonly string[]): string {
  const reason = error instanceof Error ? error.message : "unexpected error";
  const text = `cannot send ${lines[0]?.split(/[\n ]/)[0]} to systemd: ${reason}`;
  const remedy = "install the package systemd, or set Type=exec and WatchdogSec=0 in the unit";
  if (lines[0] === "READY=1") return `${text}; systemd ends the service after TimeoutStartSec: ${remedy}`;
  if (lines.includes("WATCHDOG=1")) return `${text}; systemd restarts the service after WatchdogSec: ${remedy}`;
  return text;
}
