import * as z from "zod";
import { didYouMean } from "../../lib/suggest.ts";
import { block, mismatch, parsed, quoted } from "../../schema/fields.ts";
import type { Headers } from "../respond.ts";

/**
 * The file format of Prometheus' exporter-toolkit, so that one file serves all exporters of a host:
 * https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md
 */

/** The client certificates that a server requests, in the names of Go's crypto/tls. */
const CLIENT_AUTH_TYPES = [
  "NoClientCert",
  "RequestClientCert",
  "RequireAnyClientCert",
  "VerifyClientCertIfGiven",
  "RequireAndVerifyClientCert",
] as const;

const TLS_VERSION_NAMES = ["TLS10", "TLS11", "TLS12", "TLS13"] as const;

/** A token bucket: `burst` requests immediately, then one in each interval. */
export type RateLimit = { readonly intervalMs: number; readonly burst: number };

/** Go does not let users choose among these: it always offers all of them. */
export const TLS13_CIPHERS = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];

/** OpenSSL's names by Go's (https://pkg.go.dev/crypto/tls#CipherSuites). */
export const CIPHERS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(TLS13_CIPHERS.map((name) => [name, name])),
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: "ECDHE-ECDSA-AES128-SHA",
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: "ECDHE-ECDSA-AES256-SHA",
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: "ECDHE-RSA-AES128-SHA",
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: "ECDHE-RSA-AES256-SHA",
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: "ECDHE-ECDSA-AES128-GCM-SHA256",
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: "ECDHE-ECDSA-AES256-GCM-SHA384",
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: "ECDHE-RSA-AES128-GCM-SHA256",
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: "ECDHE-RSA-AES256-GCM-SHA384",
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-RSA-CHACHA20-POLY1305",
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-ECDSA-CHACHA20-POLY1305",
};

export const CURVES: Readonly<Record<string, string>> = {
  CurveP256: "prime256v1",
  CurveP384: "secp384r1",
  CurveP521: "secp521r1",
  X25519: "X25519",
};

/** In this format an empty text means that the field is not set. */
const text = z
  .string()
  .transform((value) => (value === "" ? undefined : value))
  .nullish();

/** One of Go's names; the result is OpenSSL's name for it. */
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

const version = z.enum(TLS_VERSION_NAMES);

/** The format still accepts Go's older name of RequireAnyClientCert. */
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
  client_allowed_sans: z.array(z.string().min(1, "expected a name, found an empty string")).nullish(),
  min_version: version.nullish(),
  max_version: version.nullish(),
  cipher_suites: z.array(named("a cipher suite by its Go name", CIPHERS)).nullish(),
  curve_preferences: z.array(named("a curve by its Go name", CURVES)).nullish(),
  prefer_server_cipher_suites: z.boolean().nullish(),
});

type ClientAuthType = (typeof CLIENT_AUTH_TYPES)[number];

/** Which client certificates give access. */
export type ClientAuth = {
  readonly type: ClientAuthType;
  /** The certificate must have one of these names. */
  readonly allowedSans: readonly string[] | undefined;
};

export type TlsVersion = (typeof TLS_VERSION_NAMES)[number];

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

/** A hash of a higher cost takes longer to check than any scrape waits. */
const MAX_COST = 16;

const bcryptHash = z.string({ error: ({ input }) => mismatch("a bcrypt hash", input) }).superRefine((hash, context) => {
  const [, cost] = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(hash) ?? [];
  const report = (message: string) => context.addIssue({ code: "custom", message });
  // The message must not contain the text: it may be a password that was written in place of its hash.
  if (cost === undefined) report("expected a bcrypt hash like $2y$10$…, as printed by htpasswd -nBC 10");
  else if (Number(cost) < 4) report(`expected a bcrypt hash with a cost of at least 4, found ${cost}`);
  else if (Number(cost) > MAX_COST) {
    report(`expected a bcrypt hash with a cost of at most ${MAX_COST}, found ${cost}: each check would take seconds`);
  }
});

/** A colon ends the user name in the header of a request, so no client could send it. */
const userName = z.string().regex(/^[^:\x00-\x1f\x7f]+$/, "expected a user name without colons and control characters");

const interval = z.union([z.literal(0), z.string()], { error: ({ input }) => mismatch("a duration like 1s", input) });

const rateLimitBlock = block({ interval: interval.nullish(), burst: z.int().min(0).nullish() }).transform(
  (fields, context): RateLimit | undefined => {
    const written = String(fields.interval ?? 0);
    const intervalMs = parseGoDuration(written);
    const report = (key: string, message: string) => context.addIssue({ code: "custom", path: [key], message });
    if (intervalMs === undefined) report("interval", `expected a duration like 1s or 100ms, found ${quoted(written)}`);
    else if (intervalMs > 0 && !fields.burst) {
      report("burst", "expected at least 1 with an interval: with 0 every request would be refused");
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

const GO_UNITS_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

const GO_DURATION_PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/** Parses a duration in Go's notation (1s, 100ms, 1.5h) into milliseconds; undefined when it is malformed. */
export function parseGoDuration(text: string): number | undefined {
  if (text === "0") return 0;
  let total = 0;
  GO_DURATION_PART.lastIndex = 0;
  for (let end = 0; end < text.length; end = GO_DURATION_PART.lastIndex) {
    const [, amount, unit = ""] = GO_DURATION_PART.exec(text) ?? [];
    if (amount === undefined) return undefined;
    total += Number(amount) * (GO_UNITS_MS[unit] ?? 0);
  }
  return text === "" ? undefined : total;
}
