import type { NodeConfig, ProbeConfig } from "../config/model.ts";
import type { Logger } from "../logging/logger.ts";
import type { ConnectionSettings } from "../metrics/connection-settings.ts";
import { createOnceRenderer } from "../metrics/render-node.ts";
import { createAdHocProber, TARGET_SHARED_MS } from "../poll/ad-hoc.ts";
import type { LagSettings } from "../poll/head-lag.ts";
import { traceText } from "../poll/outcomes.ts";
import type { TracedSession } from "../poll/run-poll.ts";
import type { ProbeTarget } from "../server/routes/probe.ts";

type TargetProbeOptions = {
  readonly config: () => { readonly probe: ProbeConfig; readonly lag: LagSettings };
  readonly connections: (node: NodeConfig) => ConnectionSettings;
  readonly open: (node: NodeConfig) => TracedSession;
  readonly log: Logger;
};

/** Polls the targets of /probe?target= and renders their pages. */
export function createTargetProbe({ config, connections, open, log }: TargetProbeOptions) {
  const renderer = createOnceRenderer(connections);
  const prober = createAdHocProber({
    config: () => config().probe,
    lag: () => config().lag,
    open,
    render: renderer.renderNode,
    log,
  });
  const probe: ProbeTarget = async (request, maxWaitMs, gone) => {
    const result = await prober.probe(request, maxWaitMs, gone);
    if (result.kind !== "polled") return result;
    const { state, lines, calls, ageMs } = result;
    return {
      kind: "polled",
      page: { chunks: (format, use) => renderer.renderPage(state, lines, format, use) },
      trace: traceText(state, calls),
      shared: ageMs === undefined ? undefined : { ageMs, sharedForMs: TARGET_SHARED_MS },
    };
  };
  return { probe, close: prober.close };
}
