import { createLimiter } from "../lib/limiter.ts";
import { createSharedWaits } from "../lib/shared-waits.ts";
import { answerPage, wantedOf } from "./metrics-route.ts";
import { buildBody, type PageView } from "./page-source.ts";
import { answerTarget, debugPage, type ProbeTarget, type SharedAnswer, sharedNotice } from "./probe-target.ts";
import { problem } from "./respond.ts";
import type { Route } from "./router.ts";
import { scrapeTimeoutMs } from "./scrape-timeout.ts";

export type ProbeOptions = {
  /** Names of the configured nodes. */
  readonly nodes: () => readonly string[];
  /** Polls the node now, or shares the answer of a poll that has only just ended. */
  readonly probe: (name: string) => Promise<ProbeOutcome>;
  /** The page with the samples of one node. */
  readonly pageOf: (name: string) => Pick<PageView, "chunks">;
  /** The node's last poll in words. */
  readonly traceOf: (name: string) => string;
  /** Polls a target that is no node of the configuration. */
  readonly probeTarget: ProbeTarget;
};

/** `gone`: the exporter stops, or polls the node no more. */
export type ProbeOutcome = { readonly kind: "polled" | "gone" } | ({ readonly kind: "shared" } & SharedAnswer);

const BUILT_AT_A_TIME = 2;

/** `/probe?node=NAME`: polls one configured node now and answers with its series alone (with
 * `debug=true` the poll in words before them). Or a target: probe-target.ts. */
export function probeRoute(options: ProbeOptions): Route {
  // Many may wait for the same poll, and each page that is compressed takes a megabyte meanwhile.
  const wait = createSharedWaits<string, ProbeOutcome>();
  const inTurn = createLimiter(BUILT_AT_A_TIME);
  return {
    path: "/probe",
    answer: async (request) => {
      const parameters = new URLSearchParams(request.query);
      const [node = "", ...more] = parameters.getAll("node");
      if (!parameters.has("node") && parameters.has("target")) {
        return answerTarget(request, parameters, options.probeTarget);
      }
      if (node === "" || more.length > 0 || parameters.has("target")) {
        return problem(400, "expected /probe?node=NAME, or /probe?target=URL&module=NAME");
      }
      if (!options.nodes().includes(node)) {
        return problem(404, "no node that this exporter polls has this name; see /sd for all of them");
      }
      const outcome = await endsWithin(
        wait(node, () => options.probe(node), request.onGone),
        scrapeTimeoutMs(request),
      );
      if (outcome === undefined) return problem(504, "the node was not polled within the time that the request allows");
      if (outcome.kind === "gone") return problem(503, "the exporter is stopping");
      const page = options.pageOf(node);
      if (parameters.get("debug") === "true") {
        const trace = options.traceOf(node);
        return debugPage({ trace: outcome.kind === "shared" ? sharedNotice(outcome) + trace : trace, page });
      }
      return answerPage(wantedOf(request.headers), (format, encoding) =>
        inTurn(() => buildBody(page, format, encoding)),
      );
    },
  };
}

/** What the work gives; undefined when it takes longer. */
async function endsWithin<T>(work: Promise<T>, milliseconds: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
