import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Format } from "../metrics/exposition.ts";
import { type AnswerPage, answerPage } from "./metrics-route.ts";

export type ProbeOptions = {
  readonly nodes: readonly string[];
  /** Polls the node now. */
  readonly probe: (name: string) => Promise<void>;
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
    if (!isDone) return reply.code(504).send("504: the node was not polled within the time that the request allows\n");
    const page: AnswerPage = (format) => options.renderNode(node, format);
    return answerPage(request, reply, page);
  });
}

function probeSeconds(request: FastifyRequest): number {
  const header = Number([request.headers["x-prometheus-scrape-timeout-seconds"] ?? []].flat()[0]);
  return header > TIMEOUT_OFFSET_SECONDS ? Math.min(header - TIMEOUT_OFFSET_SECONDS, LONGEST_SECONDS) : LONGEST_SECONDS;
}

async function endsWithin(work: Promise<void>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
