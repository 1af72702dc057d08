import * as z from "zod";
import { didYouMean } from "../../lib/suggest.ts";
import { block, mismatch, parsed, quoted } from "../../schema/fields.ts";
import type { Headers } from "../respond.ts";
import { CIPHERS, CURVES } from "./ciphers.ts";
import { parseGoDuration } from "./go-duration.ts";
import { CLIENT_AUTH_TYPES, type RateLimit, type TLS_VERSIONS } from "./model.ts";

/**
 * The file format of Prometheus' exporter-toolkit, so that one file serves all exporters of a host:
 * https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md
 */

/** There, an empty text is the same as none. */
const text = z
  .string()
  .transform((value) => (value === "" ? undefined : value))
  .nullish();

/** One of Go's names, as what OpenSSL calls it. */
function named(what: string, names: Readonly<Record<string, string>>) {
  return parsed(what, (name) => {
    const found = Object.hasOwn(names, name) ? names[name] : undefined;
    if (found !== undefined) return found;
    const known = Object.keys(names);
    throw new Error(
      `expected ${what}, found ${quoted(name)}${didYouMean(name, known) ?? `; known: ${known.join(", ")}`}`,
    );
  });
}

const version = z.enum(["TLS10", "TLS11", "TLS12", "TLS13"] satisfies (keyof typeof TLS_VERSIONS)[]);

/** Go's older name of the type is still taken there. */
const clientAuthType = z
  .enum([...CLIENT_AUTH_TYPES, "RequireClientCert"])
  .transform((name) => (name === "RequireClientCert" ? "RequireAnyClientCert" : name));

const tlsBlock = block({
  cert: text,
  key: text,
  client_ca: text,
  cert_file: text,
  key_file: text,
  client_ca_file: text,
  client_auth_type: z.preprocess((value) => (value === "" ? undefined : value), clientAuthType.nullish()),
  client_allowed_sans: z.array(z.string().min(1, "expected a name, found an empty text")).nullish(),
  min_version: version.nullish(),
  max_version: version.nullish(),
  cipher_suites: z.array(named("a cipher suite in Go's name", CIPHERS)).nullish(),
  curve_preferences: z.array(named("a curve in Go's name", CURVES)).nullish(),
  prefer_server_cipher_suites: z.boolean().nullish(),
});

export type TlsFields = z.output<typeof tlsBlock>;

const headerValue = z.string().regex(/^[\x20-\x7e]*$/, "expected visible ASCII characters");

function oneOf(...values: readonly string[]) {
  return z.string().refine((value) => value === "" || values.includes(value), `expected ${values.join(" or ")}`);
}

const headersBlock = block({
  "Content-Security-Policy": headerValue.nullish(),
  "X-Frame-Options": oneOf("deny", "sameorigin").nullish(),
  "X-Content-Type-Options": oneOf("nosniff").nullish(),
  "X-XSS-Protection": headerValue.nullish(),
  "Strict-Transport-Security": headerValue.nullish(),
}).transform(
  (fields): Headers =>
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value ?? ""])),
);

/** A hash of a higher cost takes longer than any scrape waits. */
const HIGHEST_COST = 16;

const bcryptHash = z.string({ error: ({ input }) => mismatch("a bcrypt hash", input) }).superRefine((hash, context) => {
  const [, cost] = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(hash) ?? [];
  const report = (message: string) => context.addIssue({ code: "custom", message });
  // The text itself may be a password that somebody took for a hash.
  if (cost === undefined) report("expected a bcrypt hash like $2y$10$…, as htpasswd -nBC 10 makes it");
  else if (Number(cost) < 4) report(`expected a bcrypt hash of cost 4 or more, found ${cost}`);
  else if (Number(cost) > HIGHEST_COST) {
    report(`expected a bcrypt hash of cost ${HIGHEST_COST} at most, found ${cost}: each check would take seconds`);
  }
});

/** A colon ends the name in the header of a request, and no client could send it. */
const userName = z.string().regex(/^[^:\x00-\x1f\x7f]+$/, "expected a user name without colon and control characters");

const interval = z.union([z.literal(0), z.string()], { error: ({ input }) => mismatch("a duration like 1s", input) });

const rateLimitBlock = block({ interval: interval.nullish(), burst: z.int().min(0).nullish() }).transform(
  (fields, context): RateLimit | undefined => {
    const written = String(fields.interval ?? 0);
    const intervalMs = parseGoDuration(written);
    const report = (key: string, message: string) => context.addIssue({ code: "custom", path: [key], message });
    if (intervalMs === undefined) report("interval", `expected a duration like 1s or 100ms, found ${quoted(written)}`);
    else if (intervalMs > 0 && !fields.burst) {
      report("burst", "expected at least 1 beside an interval, as with 0 no request would ever be answered");
    }
    return intervalMs ? { intervalMs, burst: fields.burst ?? 0 } : undefined;
  },
);

export const webConfigSchema = block({
  tls_server_config: tlsBlock.nullish(),
  http_server_config: block({ http2: z.boolean().nullish(), headers: headersBlock.nullish() }).nullish(),
  basic_auth_users: z.record(userName, bcryptHash).nullish(),
  rate_limit: rateLimitBlock.nullish(),
});
