import type { IncomingMessage } from "node:http";
import { type Authority, createHostNameFilter, isOriginOf, parseAuthority } from "../lib/host-names.ts";
import { type Answer, problem } from "./respond.ts";

/**
 * What no request comes past, whoever sends it: heads that two readers could understand in two ways, requests that a
 * browser sends for a page of somebody else, and host names of strangers (DNS rebinding). Before passwords are looked at,
 * as none of it needs one.
 */
export type Gate = (request: GateRequest) => Answer | undefined;

export type GateRequest = Pick<IncomingMessage, "httpVersionMajor" | "httpVersionMinor" | "rawHeaders" | "headers"> & {
  readonly method: string;
  /** Of the route that will answer. */
  readonly handler: string;
  /** The host of the request's target where this is a whole URL: it counts, and not the Host header (RFC 9112, section 3.2.2). */
  readonly authority: string | undefined;
};

/** @param allowedHosts names as `parseHostName` gives them; undefined: every name */
export function createGate(allowedHosts: readonly string[] | undefined): Gate {
  const isAllowed = allowedHosts && createHostNameFilter(allowedHosts);
  const read = createAuthorityReader();
  return (request) => {
    const malformed = headProblem(request);
    if (malformed !== undefined) return malformed;
    const { authority, headers, method, handler } = request;
    const named = headers.host === undefined ? undefined : read(headers.host);
    const sentTo = authority === undefined ? named : parseAuthority(authority);
    if ((headers.host !== undefined && named === undefined) || (authority !== undefined && sentTo === undefined)) {
      return BAD_HOST;
    }
    if (isAllowed !== undefined && !OPEN.has(handler) && (sentTo === undefined || !isAllowed(sentTo))) {
      return FOREIGN_HOST;
    }
    return SAFE_METHODS.has(method) && handler !== PROBE ? undefined : crossSiteProblem(headers, sentTo);
  };
}

/** Whoever watches over the process may call it by any name. Both pages say nothing that a stranger could use. */
const OPEN = new Set(["/-/healthy", "/-/ready"]);

/** It polls, whatever the method. */
const PROBE = "/probe";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/** A client that is refused here has nothing more to say on this connection, and its body is not read. */
const refusal = (status: number, words: string): Answer => problem(status, words, { connection: "close" });

/**
 * The algorithm of Go's http.CrossOriginProtection (https://pkg.go.dev/net/http#CrossOriginProtection). Programs send
 * neither header. Browsers send Sec-Fetch-Site with every request to https and loopback addresses, and no page can change
 * it; elsewhere they send Origin with every unsafe request.
 */
function crossSiteProblem(headers: GateRequest["headers"], sentTo: Authority | undefined): Answer | undefined {
  const { "sec-fetch-site": site, origin } = headers;
  if (site !== undefined) return site === "same-origin" || site === "none" ? undefined : OTHER_SITE;
  if (origin === undefined) return undefined;
  return sentTo !== undefined && isOriginOf(origin, sentTo) ? undefined : OTHER_ORIGIN;
}

const OTHER_SITE = refusal(
  403,
  "a browser sent this request for a page of another origin (Sec-Fetch-Site), and such pages may neither reload nor probe; " +
    "type the address into the browser, use the pages of this exporter, or curl",
);

const OTHER_ORIGIN = refusal(
  403,
  "the Origin of this request is not the host that it was sent to, and pages of another origin may neither reload nor probe; " +
    "a reverse proxy must pass the Host header on unchanged (nginx: proxy_set_header Host $http_host)",
);

const FOREIGN_HOST = refusal(
  421,
  "this exporter is not served under the host name of this request; --web.allowed-hosts=NAME allows a name",
);

const BAD_HOST = refusal(400, "expected a host name or IP address, with or without a port, as the host of the request");

/**
 * Headers of which Node keeps the first, while a proxy may have looked at another one. Lengths and encodings that
 * contradict each other its parser refuses by itself.
 */
const TWO_HOSTS = refusal(400, "expected one Host header, found two");
const TWO_ORIGINS = refusal(400, "expected one Origin header, found two");
const TWO_AUTHORIZATIONS = refusal(400, "expected one Authorization header, found two");

const NO_HOST = refusal(400, "expected a Host header, which HTTP/1.1 requires");
const OTHER_PROTOCOL = refusal(400, "this is no HTTP/1.1 request");

/** What is wrong with the headers as they came. Done for each scrape, so the length of a name is looked at first. */
function headProblem({ httpVersionMajor, httpVersionMinor, rawHeaders }: GateRequest): Answer | undefined {
  if (httpVersionMajor !== 1) return OTHER_PROTOCOL;
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

/** Scrapers name the same host again and again: the last one is kept. */
function createAuthorityReader(): (host: string) => Authority | undefined {
  let last: { readonly host: string; readonly authority: Authority | undefined } | undefined;
  return (host) => {
    if (last?.host !== host) last = { host, authority: parseAuthority(host) };
    return last.authority;
  };
}
