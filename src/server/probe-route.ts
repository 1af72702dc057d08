import { problem, type Request } from "./answer.ts";
import { answerPage, wantedOf } from "./metrics-route.ts";
import { buildBody, type PageView } from "./page-source.ts";
import type { Route } from "./router.ts";

export type ProbeOptions = {
  /** Names of the configured nodes. */
  readonly nodes: () => readonly string[];
  /** Polls the node now; false when the exporter stops instead. */
  readonly probe: (name: string) => Promise<boolean>;
  /** The page with the samples of one node. */
  readonly pageOf: (name: string) => Pick<PageView, "chunks">;
};

/** Taken off Prometheus' timeout, so that the answer arrives before Prometheus gives up. */
const TIMEOUT_OFFSET_SECONDS = 0.5;

/** Without a header of Prometheus, the poll's own timeout is the limit; this bounds that too. */
const LONGEST_SECONDS = 120;

/** `/probe?node=NAME`: polls one configured node now and answers with its series alone. */
export function probeRoute(options: ProbeOptions): Route {
  return {
    path: "/probe",
    answer: async (request) => {
      const [node = "", ...more] = new URLSearchParams(request.query).getAll("node");
      if (node === "" || more.length > 0) return problem(400, "expected /probe?node=NAME");
      if (!options.nodes().includes(node)) {
        return problem(404, "no node that this exporter polls has this name; see /sd for all of them");
      }
      const isDone = await endsWithin(options.probe(node), probeSeconds(request) * 1000);
      if (isDone === false) return problem(503, "the exporter is stopping");
      if (isDone === undefined) return problem(504, "the node was not polled within the time that the request allows");
      return answerPage(wantedOf(request.headers), (format, encoding) =>
        buildBody(options.pageOf(node), format, encoding),
      );
    },
  };
}

function probeSeconds({ headers }: Request): number {
  const header = Number([headers["x-prometheus-scrape-timeout-seconds"] ?? []].flat()[0]);
  return header > TIMEOUT_OFFSET_SECONDS ? Math.min(header - TIMEOUT_OFFSET_SECONDS, LONGEST_SECONDS) : LONGEST_SECONDS;
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
