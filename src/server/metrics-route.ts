import { CONTENT_TYPES, type Format } from "../metrics/exposition.ts";
import { acceptsGzip, negotiateFormat } from "./negotiate.ts";
import type { Encoding, PageSource } from "./page-source.ts";
import type { Answer, Body, Request } from "./respond.ts";
import type { Route } from "./router.ts";

/** The page with the samples of all nodes. Scrapes never touch a node. */
export function metricsRoute(path: string, page: PageSource): Route {
  let last: (Pick<Request["headers"], "accept" | "accept-encoding"> & { readonly wanted: Wanted }) | undefined;
  /** Scrapers ask with the same headers again and again; reading them takes as long as the rest of a small answer. */
  const remembered = ({ headers }: Request): Wanted => {
    const { accept, "accept-encoding": encoding } = headers;
    if (last === undefined || last.accept !== accept || last["accept-encoding"] !== encoding) {
      last = { accept, "accept-encoding": encoding, wanted: wantedOf(headers) };
    }
    return last.wanted;
  };
  return { path, answer: (request) => answerPage(remembered(request), page) };
}

/** The form of the page that somebody asks for. */
export type Wanted = { readonly format: Format; readonly encoding: Encoding };

export function wantedOf(headers: Request["headers"]): Wanted {
  return {
    format: negotiateFormat([headers.accept ?? []].flat().join(",")),
    encoding: acceptsGzip([headers["accept-encoding"] ?? []].flat().join(",")) ? "gzip" : "identity",
  };
}

/** Answers with a page in this form. */
export function answerPage({ format, encoding }: Wanted, page: PageSource): Answer | Promise<Answer> {
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
