import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { CONTENT_TYPES, type Format } from "../metrics/exposition.ts";
import { acceptsGzip, negotiateFormat } from "./negotiate.ts";

const compress = promisify(gzip);

/** Text of this kind shrinks tenfold at the fastest level; higher ones cost three times as much for a fifth less. */
const GZIP_LEVEL = 1;

/** A metrics page in a format. */
export type AnswerPage = (format: Format) => string | Promise<string>;

/** The page with the samples of all nodes. Scrapes never touch a node. */
export function metricsRoute(app: FastifyInstance, path: string, renderPage: AnswerPage): void {
  app.get(path, (request, reply) => answerPage(request, reply, renderPage));
}

/** Answers with a page in the format and encoding that the request prefers. */
export async function answerPage(
  request: FastifyRequest,
  reply: FastifyReply,
  renderPage: AnswerPage,
): Promise<string | Buffer> {
  const format = negotiateFormat(request.headers.accept);
  const page = await renderPage(format);
  reply.header("content-type", CONTENT_TYPES[format]).header("vary", "Accept, Accept-Encoding");
  if (!acceptsGzip(request.headers["accept-encoding"])) return page;
  reply.header("content-encoding", "gzip");
  return compress(page, { level: GZIP_LEVEL });
}
