import type { Server as HttpsServer } from "node:https";
import type { TlsOptions } from "node:tls";
import { errorResponse, type Headers, type HttpResponse, type Request } from "../respond.ts";
import { HEALTH_PATHS } from "../router.ts";
import type { RateLimit } from "./schema.ts";
import type { Authenticate, Credentials, Verdict } from "./users.ts";

/** Decides which requests get access to the routes, and adds headers to all responses. */
export type AccessControl = {
  /**
   * @param route the path of the route
   * @param client the name under which the client's costs are counted, as addressGroup returns it
   * @returns undefined when the request may reach its route, otherwise the response to it
   */
  authorize(
    route: string,
    request: Request,
    client: string,
  ): HttpResponse | undefined | Promise<HttpResponse | undefined>;
  /** Whether an authorized request of this route identifies its client, by a password or a verified certificate. */
  identifies(route: string): boolean;
  /** The headers of a response as they are sent. */
  addHeaders(own: Headers): Headers;
};

/** How clients reach the exporter, if not by plain HTTP that is open to everyone. */
export type Access = {
  readonly control: AccessControl;
  /** The options of an HTTPS server; undefined: plain HTTP. */
  readonly tls: TlsOptions | undefined;
  /** Applies later changes of the TLS options to a server. */
  update(server: HttpsServer): void;
};

/** The current rules; a reload replaces them. */
export type Rules = {
  readonly headers: Headers;
  /** Undefined: every request is authorized. */
  readonly authenticate: Authenticate | undefined;
  /** Whether every client has a certificate of a known authority. */
  readonly hasVerifiedClients: boolean;
  readonly rate: { readonly isAllowed: RateLimiter; readonly intervalMs: number } | undefined;
};

export function createAccessControl(rules: () => Rules): AccessControl {
  return {
    authorize(route, request, client) {
      const { authenticate, rate } = rules();
      if (HEALTH_PATHS.has(route)) return undefined;
      if (rate !== undefined && !rate.isAllowed()) return rateExceeded(rate.intervalMs);
      if (authenticate === undefined) return undefined;
      const credentials = readBasicCredentials(request.headers.authorization?.toString());
      if (credentials === undefined) return UNAUTHORIZED;
      const verdict = authenticate(credentials, { client, onGone: request.onGone });
      return typeof verdict === "string" ? refusal(verdict) : verdict.then(refusal);
    },
    identifies(route) {
      const { authenticate, hasVerifiedClients } = rules();
      return hasVerifiedClients || (authenticate !== undefined && !HEALTH_PATHS.has(route));
    },
    addHeaders: (own) => withHeaders(own, rules().headers),
  };
}

function refusal(verdict: Verdict): HttpResponse | undefined {
  if (verdict === "known") return undefined;
  return verdict === "busy" ? BUSY : UNAUTHORIZED;
}

const UNAUTHORIZED = errorResponse(401, "valid user name and password required", {
  "www-authenticate": 'Basic realm="peer-exporter", charset="UTF-8"',
});

const BUSY = errorResponse(503, "too many passwords are waiting to be checked", { "retry-after": "5" });

function rateExceeded(intervalMs: number): HttpResponse {
  const message = "rate_limit of the web configuration exceeded";
  return errorResponse(429, message, { "retry-after": String(Math.ceil(intervalMs / 1000)) });
}

function withHeaders(own: Headers, configured: Headers): Headers {
  const all = { ...own, ...configured };
  return Object.fromEntries(Object.entries(all).filter(([name, value]) => value !== "" || !(name in configured)));
}

/** Parses an Authorization header of the Basic scheme (RFC 7617); undefined when it is malformed. */
export function readBasicCredentials(header: string | undefined): Credentials | undefined {
  const [, encoded] = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header ?? "") ?? [];
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, "base64");
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    return undefined;
  }
  const colon = text.indexOf(":");
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** A byte order mark is part of a password like any other character. */
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Whether another request is allowed now. */
type RateLimiter = () => boolean;

/**
 * A token bucket.
 * @param now milliseconds of a monotonic clock
 */
export function createRateLimiter({ intervalMs, burst }: RateLimit, now: () => number): RateLimiter {
  let tokens = burst;
  let last = now();
  return () => {
    const time = now();
    tokens = Math.min(burst, tokens + (time - last) / intervalMs);
    last = time;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
