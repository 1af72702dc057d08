import { CONTENT_TYPES, type Format } from "../metrics/exposition.ts";
import type { Answer, Body, Request } from "./answer.ts";
import { acceptsGzip, negotiateFormat } from "./negotiate.ts";
import type { Encoding, PageSource } from "./page-source.ts";
import type { Route } from "./router.ts";

/** The page with the samples of all nodes. Scrapes never touch a node. */
export function metricsRoute(path: string, page: PageSource): Route {
  return { path, answer: (request) => answerPage(request, page) };
}

/** Answers with a page in the format and encoding that the request prefers. */
export function answerPage({ headers }: Pick<Request, "headers">, page: PageSource): Answer | Promise<Answer> {
  const format = negotiateFormat([headers["accept"] ?? []].flat().join(","));
  const encoding = acceptsGzip([headers["accept-encoding"] ?? []].flat().join(",")) ? "gzip" : "identity";
  const body = page(format, encoding);
  return body instanceof Promise
    ? body.then((built) => pageAnswer(format, encoding, built))
    : pageAnswer(format, encoding, body);
}

function pageAnswer(format: Format, encoding: Encoding, body: Body): Answer {
  return { status: 200, headers: HEADERS[encoding][format], body };
}

const VARY = { vary: "Accept, Accept-Encoding" };
const GZIP = { "content-encoding": "gzip" };

const HEADERS = {
  identity: {
    text: { "content-type": CONTENT_TYPES.text, ...VARY },
    openmetrics: { "content-type": CONTENT_TYPES.openmetrics, ...VARY },
  },
  gzip: {
    text: { "content-type": CONTENT_TYPES.text, ...VARY, ...GZIP },
    openmetrics: { "content-type": CONTENT_TYPES.openmetrics, ...VARY, ...GZIP },
  },
} as const;
