import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Format } from "../metrics/exposition.ts";
import { type AnswerPage, answerPage } from "./metrics-route.ts";

export type ProbeOptions = {
  readonly nodes: readonly string[];
  /** Polls the node now; false when the exporter stops instead. */
  readonly probe: (name: string) => Promise<boolean>;
  /** The page with the samples of one node. */
  readonly renderNode: (name: string, format: Format) => string;
};

/** Taken off Prometheus' timeout, so that the answer arrives before Prometheus gives up. */
const TIMEOUT_OFFSET_SECONDS = 0.5;

/** Without a header of Prometheus, the poll's own timeout is the limit; this bounds that too. */
const LONGEST_SECONDS = 120;

/** `/probe?node=NAME`: polls one configured node now and answers with its series alone. */
export function probeRoute(app: FastifyInstance, options: ProbeOptions): void {
  app.get("/probe", async (request, reply) => {
    const { node } = Object(request.query);
    reply.type("text/plain; charset=utf-8");
    if (typeof node !== "string" || node === "") return reply.code(400).send("400: expected /probe?node=NAME\n");
    if (!options.nodes.includes(node)) {
      return reply.code(404).send("404: no node of the configuration has this name; see /sd for all of them\n");
    }
    const seconds = probeSeconds(request);
    const isDone = await endsWithin(options.probe(node), seconds * 1000);
    if (isDone === false) return reply.code(503).send("503: the exporter is stopping\n");
    if (isDone === undefined)
      return reply.code(504).send("504: the node was not polled within the time that the request allows\n");
    const page: AnswerPage = (format) => options.renderNode(node, format);
    return answerPage(request, reply, page);
  });
}

function probeSeconds(request: FastifyRequest): number {
  const header = Number([request.headers["x-prometheus-scrape-timeout-seconds"] ?? []].flat()[0]);
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
