import type { IncomingMessage } from "node:http";
import { type Authority, createHostNameFilter, isOriginOf, parseAuthority } from "../lib/host-names.ts";
import { errorResponse, type HttpResponse } from "./respond.ts";
import { HEALTH_PATHS } from "./router.ts";

/**
 * Checks that every request must pass, before passwords: headers that two readers could understand in two ways, requests
 * that a browser sends for a page of another origin, and host names that are not allowed (DNS rebinding).
 * @returns the response to a request that does not pass
 */
type CheckRequest = (request: CheckedRequest) => HttpResponse | undefined;

type CheckedRequest = Pick<IncomingMessage, "httpVersionMajor" | "httpVersionMinor" | "rawHeaders" | "headers"> & {
  readonly method: string;
  /** The path of the route that will handle it. */
  readonly route: string;
  /** The host of a request target that is a whole URL. It replaces the Host header (RFC 9112, section 3.2.2). */
  readonly authority: string | undefined;
};

/** @param allowedHosts names as `parseHostName` returns them; undefined: every name */
export function createRequestChecks(allowedHosts: readonly string[] | undefined): CheckRequest {
  const isAllowed = allowedHosts && createHostNameFilter(allowedHosts);
  const read = createAuthorityReader();
  return (request) => {
    const malformed = headerProblem(request);
    if (malformed !== undefined) return malformed;
    const { authority, headers, method, route, rawHeaders } = request;
    const named = headers.host === undefined ? undefined : read(headers.host);
    const host = authority === undefined ? named : parseAuthority(authority);
    if ((headers.host !== undefined && named === undefined) || (authority !== undefined && host === undefined)) {
      return BAD_HOST;
    }
    // Health checks may use any name.
    if (isAllowed !== undefined && !HEALTH_PATHS.has(route) && (host === undefined || !isAllowed(host))) {
      return FOREIGN_HOST;
    }
    const isSafe = SAFE_METHODS.has(method) && route !== PROBE;
    const crossSite = isSafe ? undefined : crossSiteProblem(headers, host);
    return crossSite ?? (rawHeaders.length > 2 * MAX_HEADERS ? TOO_MANY_HEADERS : undefined);
  };
}

/** It polls a node, with every method. */
const PROBE = "/probe";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Headers of one request. Each takes memory for its name and value while the request waits, however short they are. Node
 * drops those beyond its own limit of a thousand silently.
 */
const MAX_HEADERS = 100;

/** Closes the connection: the rest of the request, such as its body, is not read. */
const refusal = (status: number, message: string): HttpResponse =>
  errorResponse(status, message, { connection: "close" });

const TOO_MANY_HEADERS = refusal(431, `the request has more than ${MAX_HEADERS} headers`);

/** RFC 9110, section 10.1.1. */
export const UNMET_EXPECTATION = refusal(417, "the only supported expectation is 100-continue");

/** No page takes a body, so it is not read. */
export const BODY_REFUSED = refusal(413, "requests with a body are not supported");

export const BAD_PATH = errorResponse(400, "the path is not percent-encoded UTF-8");

/** Whether a request announces a body. */
export function hasBody(headers: NodeJS.Dict<string | string[]>): boolean {
  const length = headers["content-length"];
  return (length !== undefined && Number(length) !== 0) || headers["transfer-encoding"] !== undefined;
}

/**
 * The algorithm of Go's http.CrossOriginProtection (https://pkg.go.dev/net/http#CrossOriginProtection). Programs send
 * neither header. Browsers send Sec-Fetch-Site with every request to https and loopback addresses, and pages cannot change
 * it; elsewhere browsers send Origin with every unsafe request.
 */
function crossSiteProblem(headers: CheckedRequest["headers"], host: Authority | undefined): HttpResponse | undefined {
  const { "sec-fetch-site": site, origin } = headers;
  if (site !== undefined) return site === "same-origin" || site === "none" ? undefined : OTHER_SITE;
  if (origin === undefined) return undefined;
  return host !== undefined && isOriginOf(origin, host) ? undefined : OTHER_ORIGIN;
}

const OTHER_SITE = refusal(
  403,
  "a browser sent this request for a page of another origin (Sec-Fetch-Site), and such pages must not reload or probe; " +
    "type the address into the browser, use the pages of this exporter, or curl",
);

const OTHER_ORIGIN = refusal(
  403,
  "the Origin of this request differs from its host, and pages of another origin must not reload or probe; " +
    "a reverse proxy must pass on the Host header unchanged (nginx: proxy_set_header Host $http_host)",
);

const FOREIGN_HOST = refusal(
  421,
  "the host name of this request is not allowed; --web.allowed-hosts=NAME allows a name",
);

const BAD_HOST = refusal(400, "expected a host name or IP address, with or without a port, as the host of the request");

/**
 * Node keeps the first of these headers, while a proxy may have checked another one. Node's parser itself refuses lengths
 * and encodings that contradict each other.
 */
const TWO_HOSTS = refusal(400, "expected one Host header, found two");
const TWO_ORIGINS = refusal(400, "expected one Origin header, found two");
const TWO_AUTHORIZATIONS = refusal(400, "expected one Authorization header, found two");

const NO_HOST = refusal(400, "expected a Host header, which HTTP/1.1 requires");
export const NOT_HTTP = refusal(400, "expected an HTTP/1.1 request");

/** Checks the headers as they were sent. It runs for each scrape, so it compares the length of a name first. */
function headerProblem({ httpVersionMajor, httpVersionMinor, rawHeaders }: CheckedRequest): HttpResponse | undefined {
  if (httpVersionMajor !== 1) return NOT_HTTP;
  let hosts = 0;
  let origins = 0;
  let authorizations = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    if (name.length === "host".length && name.toLowerCase() === "host") hosts += 1;
    else if (name.length === "origin".length && name.toLowerCase() === "origin") origins += 1;
    else if (name.length === "authorization".length && name.toLowerCase() === "authorization") authorizations += 1;
  }
  if (hosts > 1) return TWO_HOSTS;
  if (hosts === 0 && httpVersionMinor > 0) return NO_HOST;
  if (origins > 1) return TWO_ORIGINS;
  return authorizations > 1 ? TWO_AUTHORIZATIONS : undefined;
}

/** Scrapers send the same host again and again, so the last one is remembered. */
function createAuthorityReader(): (host: string) => Authority | undefined {
  let last: { readonly host: string; readonly authority: Authority | undefined } | undefined;
  return (host) => {
    if (last?.host !== host) last = { host, authority: parseAuthority(host) };
    return last.authority;
  };
}
