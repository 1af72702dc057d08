import type { Logger } from "../logging/logger.ts";
import { failureOf } from "../model/failure.ts";
import type { NodeReport } from "../model/report.ts";
import { failedReport } from "./poll-session.ts";

/**
 * What a report gives; where it cannot be shown, the node is shown as down: what is known of it otherwise is no longer true.
 * @param beforeFailure called before the failure is shown, which may fail as well
 */
export function shownOrFailed<T>(
  report: NodeReport,
  show: (report: NodeReport) => T,
  log: Logger,
  beforeFailure: () => void = () => {},
): T {
  try {
    return show(report);
  } catch (error) {
    const failure = failureOf(error);
    log.error({ err: error }, failure.message);
    beforeFailure();
    return show(failedReport(failure));
  }
}
