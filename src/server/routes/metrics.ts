import { CONTENT_TYPES, type Format } from "../../metrics/exposition.ts";
import { acceptsGzip, negotiateFormat } from "../negotiate.ts";
import type { Body, HttpResponse, Request } from "../respond.ts";
import type { Route } from "../router.ts";
import type { Encoding } from "./page-body.ts";
import type { PageSource } from "./page-source.ts";

/** The page with the samples of all nodes. Scrapes never touch a node. */
export function metricsRoute(path: string, page: PageSource): Route {
  let last: (Pick<Request["headers"], "accept" | "accept-encoding"> & { readonly wanted: Wanted }) | undefined;
  /** Scrapers send the same headers again and again; reading them takes as long as the rest of a small response. */
  const remembered = ({ headers }: Request): Wanted => {
    const { accept, "accept-encoding": encoding } = headers;
    if (last === undefined || last.accept !== accept || last["accept-encoding"] !== encoding) {
      last = { accept, "accept-encoding": encoding, wanted: wantedOf(headers) };
    }
    return last.wanted;
  };
  return { path, handle: (request) => respondWithPage(remembered(request), page) };
}

/** The format and the encoding that a client asks for. */
type Wanted = { readonly format: Format; readonly encoding: Encoding };

export function wantedOf(headers: Request["headers"]): Wanted {
  return {
    format: negotiateFormat(headers.accept),
    encoding: acceptsGzip(headers["accept-encoding"]) ? "gzip" : "identity",
  };
}

export function respondWithPage(wanted: Wanted, page: PageSource): HttpResponse | Promise<HttpResponse> {
  const body = page(wanted.format, wanted.encoding);
  return body instanceof Promise ? body.then((built) => pageResponse(wanted, built)) : pageResponse(wanted, body);
}

function pageResponse({ format, encoding }: Wanted, body: Body): HttpResponse {
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
