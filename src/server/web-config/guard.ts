import type { Guard } from "../access-control.ts";
import { HEALTH_PATHS } from "../health-routes.ts";
import { type Answer, type Headers, problem } from "../respond.ts";
import { readBasicCredentials } from "./credentials.ts";
import type { RateLimiter } from "./rate-limit.ts";
import type { Authenticate, Verdict } from "./users.ts";

/** The rules of this moment; a reload brings others. */
export type Rules = {
  readonly headers: Headers;
  /** Undefined: everybody is let in. */
  readonly authenticate: Authenticate | undefined;
  /** Nobody comes in without a certificate of a known authority. */
  readonly hasVerifiedClients: boolean;
  readonly rate: { readonly allows: RateLimiter; readonly intervalMs: number } | undefined;
};

/** Who comes in, and with which headers the answers go out. */
export function createGuard(rules: () => Rules): Guard {
  return {
    admit(handler, request, client) {
      const { authenticate, rate } = rules();
      if (HEALTH_PATHS.has(handler)) return undefined;
      if (rate !== undefined && !rate.allows()) return tooMany(rate.intervalMs);
      if (authenticate === undefined) return undefined;
      const credentials = readBasicCredentials(request.headers.authorization?.toString());
      if (credentials === undefined) return UNAUTHORIZED;
      const verdict = authenticate(credentials, { client, onGone: request.onGone });
      return typeof verdict === "string" ? refusal(verdict) : verdict.then(refusal);
    },
    identifies(handler) {
      const { authenticate, hasVerifiedClients } = rules();
      return hasVerifiedClients || (authenticate !== undefined && !HEALTH_PATHS.has(handler));
    },
    dress: (own) => withHeaders(own, rules().headers),
  };
}

function refusal(verdict: Verdict): Answer | undefined {
  if (verdict === "known") return undefined;
  return verdict === "busy" ? BUSY : UNAUTHORIZED;
}

const UNAUTHORIZED = problem(401, "a user name and a password are needed, and these are none", {
  "www-authenticate": 'Basic realm="peer-exporter", charset="UTF-8"',
});

const BUSY = problem(503, "too many passwords wait to be checked", { "retry-after": "5" });

function tooMany(intervalMs: number): Answer {
  const words = "more requests than the rate_limit of the web configuration allows";
  return problem(429, words, { "retry-after": String(Math.ceil(intervalMs / 1000)) });
}

function withHeaders(own: Headers, configured: Headers): Headers {
  const all = { ...own, ...configured };
  return Object.fromEntries(Object.entries(all).filter(([name, value]) => value !== "" || !(name in configured)));
}
