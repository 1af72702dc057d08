import * as z from "zod";
import { didYouMean } from "../../lib/suggest.ts";
import { block, mismatch, parsed, quoted } from "../../schema/fields.ts";
import type { Shape } from "../../schema/go-yaml/decode.ts";
import type { Headers } from "../respond.ts";
import { type BcryptHash, readBcryptHash } from "./bcrypt-hash.ts";

/**
 * The file format of Prometheus' exporter-toolkit, so that one file serves all exporters of a host:
 * https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md. The toolkit's own types say how a value is
 * read (web/tls_config.go of v0.20.0): a number is a text where a text belongs, and a plain number is a duration in nanoseconds.
 */
export const WEB_CONFIG_SHAPE: Shape = {
  kind: "struct",
  fields: {
    tls_server_config: {
      kind: "struct",
      fields: {
        cert: "text",
        key: "text",
        client_ca: "text",
        cert_file: "text",
        key_file: "text",
        client_ca_file: "text",
        client_auth_type: "text",
        client_allowed_sans: { kind: "list", of: "text" },
        min_version: "name",
        max_version: "name",
        cipher_suites: { kind: "list", of: "name" },
        curve_preferences: { kind: "list", of: "name" },
        prefer_server_cipher_suites: "bool",
      },
    },
    http_server_config: { kind: "struct", fields: { http2: "bool", headers: { kind: "map" } } },
    basic_auth_users: { kind: "map" },
    rate_limit: { kind: "struct", fields: { burst: "int", interval: "duration" } },
  },
};

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

/** An empty item is one that no client has; OpenSSL takes each one once. */
function namesOf(what: string, names: Readonly<Record<string, string>>) {
  return z
    .array(named(what, names).nullable())
    .transform((found) => [...new Set(found.filter((name) => name !== null))])
    .nullish();
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
  client_allowed_sans: z
    .array(
      z
        .string()
        .nullable()
        .transform((name) => name ?? ""),
    )
    .nullish(),
  min_version: version.nullish(),
  max_version: version.nullish(),
  cipher_suites: namesOf("a cipher suite by its Go name", CIPHERS),
  curve_preferences: namesOf("a curve by its Go name", CURVES),
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

/** As Go sends a value: line breaks become spaces, and other characters than ASCII are bytes of UTF-8. */
const headerValue = z
  .string()
  .nullable()
  .transform((value) =>
    Buffer.from((value ?? "").replace(/[\r\n]/g, " ").replace(/^[ \t]+|[ \t]+$/g, "")).toString("latin1"),
  )
  .refine((value) => !/[\x00-\x08\x0a-\x1f\x7f]/.test(value), "expected no control characters");

function oneOf(...values: readonly string[]) {
  const text = z.string().nullable();
  return text.refine((value) => values.includes(value ?? ""), `expected ${values.join(" or ")}`);
}

const headersBlock = z.preprocess(
  (entries) => (entries instanceof Map ? Object.fromEntries(entries) : entries),
  block({
    "Content-Security-Policy": headerValue.optional(),
    "X-Frame-Options": oneOf("deny", "sameorigin").optional(),
    "X-Content-Type-Options": oneOf("nosniff").optional(),
    "X-XSS-Protection": headerValue.optional(),
    "Strict-Transport-Security": headerValue.optional(),
  })
    .transform(
      (fields): Headers =>
        Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value ?? ""])),
    )
    .nullish(),
);

/** bcrypt hashes by name. A Map, as a name may be that of a property of every object. */
const users = z.unknown().transform((entries, context): ReadonlyMap<string, BcryptHash> | undefined => {
  if (entries === null || entries === undefined) return undefined;
  if (!(entries instanceof Map)) {
    context.addIssue({ code: "custom", message: mismatch("a mapping", entries) });
    return z.NEVER;
  }
  const found = new Map<string, BcryptHash>();
  for (const [name, written] of entries) {
    const hash = readBcryptHash(written);
    if (typeof hash === "string") context.addIssue({ code: "custom", path: [name], message: hash });
    else found.set(String(name), hash);
  }
  return found;
});

const rateLimitBlock = block({
  interval: z
    .unknown()
    .optional()
    .transform((value, context) => {
      if (value === undefined || value === null) return 0;
      if (typeof value === "number" && Number.isFinite(value)) return value;
      const found =
        typeof value === "string" ? `expected a duration like 1s or 100ms, found ${quoted(value)}` : undefined;
      context.addIssue({ code: "custom", message: found ?? mismatch("a duration like 1s", value) });
      return z.NEVER;
    }),
  burst: z
    .unknown()
    .optional()
    .transform((value, context) => {
      if (value === undefined || value === null) return 0;
      if (typeof value === "number" && Number.isFinite(value)) return value;
      const isNumber = typeof value === "number";
      const message = isNumber ? "expected a whole number of 64 bits" : mismatch("a whole number", value);
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    }),
}).transform(
  // Go allows everything when the interval is negative.
  ({ interval, burst }): RateLimit | undefined => (interval > 0 ? { intervalMs: interval / 1e6, burst } : undefined),
);

export const webConfigSchema = block({
  tls_server_config: tlsBlock.nullish(),
  http_server_config: block({ http2: z.boolean().nullish(), headers: headersBlock }).nullish(),
  basic_auth_users: users.optional(),
  rate_limit: rateLimitBlock.nullish(),
});

export type WebConfigFields = z.output<typeof webConfigSchema>;
