import { ADAPTERS, chains } from "../chains/index.ts";
import type { NodeConfig, ProbeConfig } from "../config/model.ts";
import type { Logger } from "../logging/logger.ts";
import { createProbeCatalogue } from "../metrics/catalogue.ts";
import type { ConnectionSettings } from "../metrics/connections.ts";
import { createPageRenderer } from "../metrics/page.ts";
import { createNodeRenderer } from "../metrics/render-node.ts";
import { createAdHocProber, TARGET_SHARED_MS } from "../poll/ad-hoc.ts";
import type { LagSettings } from "../poll/head-lag.ts";
import { traceText } from "../poll/outcomes.ts";
import type { TracedSession } from "../poll/run-poll.ts";
import type { ProbeTarget } from "../server/routes/probe.ts";

export type TargetProbeOptions = {
  readonly config: () => { readonly probe: ProbeConfig; readonly lag: LagSettings };
  readonly connections: () => ConnectionSettings;
  readonly open: (node: NodeConfig) => TracedSession;
  readonly log: Logger;
};

/** Everything behind /probe?target=: a catalogue of its own, as nothing is known of a target but its one poll. */
export function createTargetProbe({ config, connections, open, log }: TargetProbeOptions) {
  const catalogue = createProbeCatalogue(ADAPTERS);
  const renderPage = createPageRenderer(catalogue);
  const render = createNodeRenderer(catalogue, ({ chain }) => chains[chain].traits, connections);
  const prober = createAdHocProber({
    config: () => config().probe,
    lag: () => config().lag,
    open,
    render: (state) => render(state).lines,
    log,
  });
  const probe: ProbeTarget = async (request, longestMs, gone) => {
    const result = await prober.probe(request, longestMs, gone);
    if (result.kind !== "polled") return result;
    const nodes = [{ state: result.state, lines: result.lines }];
    return {
      kind: "polled",
      page: { chunks: (format, use) => renderPage(nodes, [], format, use) },
      trace: traceText(result.state, result.calls),
      shared: result.ageMs === undefined ? undefined : { ageMs: result.ageMs, sharedForMs: TARGET_SHARED_MS },
    };
  };
  return { probe, close: prober.close };
}
