import * as z from "zod";
import { cookieSecret, fileSecret, inlineSecret, isSendable, type Secret, secretIn } from "../lib/secret.ts";
import {
  type Auth,
  type ClientCertificate,
  parsePin,
  type SecretHeader,
  type TlsVerification,
} from "../rpc/settings.ts";
import { block, exactlyOne, excludes, headerValueField, parsed, pathField } from "../schema/fields.ts";

/** The `auth` block (credentials that the exporter sends) and the `tls` block (how it verifies the node). */

/** Every key in an `auth` block. */
export const AUTH_KEYS = [
  ...["basic", "digest", "username", "password", "password_file"],
  ...["bearer", "token", "token_file", "header", "headers", "name", "value", "value_file", "cookie_file"],
];

const EMPTY = "expected a non-empty string";
const UNSENDABLE = "expected a string without line breaks or other control characters, as HTTP cannot send them";

/** `NAME` or `NAME_file`: exactly one of them. */
function secretFields<Name extends string>(name: Name, configFile: string | undefined) {
  return {
    [name]: z
      .string()
      .min(1, EMPTY)
      .refine((text) => text === "" || secretIn(text) !== "", { error: EMPTY, abort: true })
      .refine((text) => isSendable(secretIn(text)), UNSENDABLE)
      .optional(),
    [`${name}_file`]: pathField(configFile).optional(),
  } as const;
}

function secretOf(name: string, fields: Readonly<Record<string, unknown>>, context: z.core.$RefinementCtx): Secret {
  const inline = fields[name];
  const file = fields[`${name}_file`];
  if (typeof inline === "string" && file === undefined) return inlineSecret(inline);
  if (typeof file === "string" && inline === undefined) return fileSecret(file);
  context.addIssue({ code: "custom", message: `expected exactly one of ${name} and ${name}_file` });
  return z.NEVER;
}

/** For config.schema.json; `secretOf` does the check. */
function oneSecret(name: string) {
  return exactlyOne(name, `${name}_file`);
}

const username = z.string().regex(/^[^\x00-\x1f\x7f:]+$/, "expected a user name without colons and control characters");

/** The HTTP client sets these itself and refuses them as options. */
const FRAMING_HEADERS = ["content-length", "transfer-encoding", "connection", "expect", "keep-alive", "upgrade"];

const KINDS = ["basic", "digest", "bearer", "header", "cookie_file"];

/** For config.schema.json: one kind, or headers alone. */
function kindsAndHeaders() {
  const none = Object.fromEntries(KINDS.map((kind) => [kind, false]));
  return { oneOf: [...exactlyOne(...KINDS).oneOf, { required: ["headers"], properties: none }] };
}

const CLIENT_SETS_IT = "this header cannot be configured, as the HTTP client sets it";

/** Headers that are not configured in the auth block, or not at all, and why. */
const NO_HEADERS: ReadonlyMap<string, string> = new Map([
  ...FRAMING_HEADERS.map((name) => [name, CLIENT_SETS_IT] as const),
  ["host", "this header cannot be configured here: set host_header of the node"],
]);

/** More of them that `headers` cannot have. */
const NOT_BESIDE: ReadonlyMap<string, string> = new Map([
  [
    "authorization",
    "this header is a login: set basic, digest, bearer or cookie_file in its place, or header for another scheme",
  ],
  ["proxy-authorization", "this header is for a proxy: put the user and password in proxy_url"],
  ...["proxy-connection", "te", "trailer"].map((name) => [name, CLIENT_SETS_IT] as const),
  ["accept-encoding", "this header cannot be configured, as the exporter reads no compressed responses"],
  ["range", "this header cannot be configured, as the exporter reads whole responses"],
]);

function headerNameField(...refused: readonly ReadonlyMap<string, string>[]) {
  return z
    .string()
    .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, "expected the name of an HTTP header")
    .superRefine((name, context) => {
      for (const names of refused) {
        const message = names.get(name.toLowerCase());
        if (message !== undefined) context.addIssue({ code: "custom", message });
      }
    });
}

const headerName = headerNameField(NO_HEADERS);
const furtherHeaderName = headerNameField(NO_HEADERS, NOT_BESIDE);

/** How many further headers there may be. */
const MAX_HEADERS = 32;

function headersField(configFile: string | undefined) {
  return z
    .array(
      block({ name: furtherHeaderName, ...secretFields("value", configFile) })
        .meta(oneSecret("value"))
        .transform((fields, ctx): SecretHeader => ({ name: fields.name, value: secretOf("value", fields, ctx) })),
    )
    .min(1, "expected at least one header")
    .max(MAX_HEADERS, `expected at most ${MAX_HEADERS} headers`)
    .superRefine((headers, context) => {
      const seen = new Set<string>();
      for (const [index, { name }] of headers.entries()) {
        const message = "duplicate name: an earlier header has it, in any case of its letters";
        if (seen.has(name.toLowerCase())) context.addIssue({ code: "custom", path: [index, "name"], message });
        seen.add(name.toLowerCase());
      }
    });
}

/** What an `auth` block adds to requests. */
export type Credentials = { readonly auth: Auth | undefined; readonly headers: readonly SecretHeader[] };

export function authField(configFile: string | undefined) {
  const password = secretFields("password", configFile);
  const login = block({ username, ...password }).meta(oneSecret("password"));
  return block({
    basic: login
      .transform(
        (fields, ctx): Auth => ({
          kind: "basic",
          username: fields.username,
          password: secretOf("password", fields, ctx),
        }),
      )
      .optional(),
    digest: login
      .transform(
        (fields, ctx): Auth => ({
          kind: "digest",
          username: fields.username,
          password: secretOf("password", fields, ctx),
        }),
      )
      .optional(),
    bearer: block(secretFields("token", configFile))
      .meta(oneSecret("token"))
      .transform((fields, ctx): Auth => ({ kind: "bearer", token: secretOf("token", fields, ctx) }))
      .optional(),
    header: block({
      name: headerName,
      ...secretFields("value", configFile),
    })
      .meta(oneSecret("value"))
      .transform((fields, ctx): Auth => ({ kind: "header", name: fields.name, value: secretOf("value", fields, ctx) }))
      .optional(),
    cookie_file: pathField(configFile)
      .transform((path): Auth => ({ kind: "cookie", pair: cookieSecret(path) }))
      .optional(),
    headers: headersField(configFile).optional(),
  })
    .meta({ ...kindsAndHeaders(), ...excludes({ header: ["headers"] }) })
    .transform(({ headers, ...choices }, context): Credentials => {
      if (headers === undefined) return { auth: onlyOne(Object.values(choices), LOGINS, context), headers: [] };
      if (choices.header !== undefined) {
        context.addIssue({
          code: "custom",
          message: "header and headers exclude each other: put all of them in headers",
        });
        return z.NEVER;
      }
      const isAlone = Object.values(choices).every((choice) => choice === undefined);
      return { auth: isAlone ? undefined : onlyOne(Object.values(choices), LOGINS, context), headers };
    });
}

const LOGINS = "basic, digest, bearer, header and cookie_file";
const PIN = "a chainweb peer id (43 characters) or the SHA-256 of the certificate in hex";

const pin = parsed(PIN, (text): TlsVerification => {
  const sha256 = parsePin(text);
  if (sha256 === undefined) throw new Error(`expected ${PIN}`);
  return { kind: "pin", sha256 };
});

const VERIFICATION_KEYS = ["pin", "ca_file", "server_name"];

/** For config.schema.json: `insecure: true` excludes the other ways to verify a server, `insecure: false` does not. */
const INSECURE_ALONE = {
  if: { properties: { insecure: { const: true } }, required: ["insecure"] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { properties: Object.fromEntries(VERIFICATION_KEYS.map((key) => [key, false])) },
};

/** For config.schema.json. */
const EXCLUSIONS = excludes({ pin: ["ca_file", "server_name"] });
const TOGETHER = { cert_file: ["key_file"], key_file: ["cert_file"] };

/** A `tls` block. */
type TlsFields = {
  readonly verification: TlsVerification;
  readonly clientCertificate: ClientCertificate | undefined;
};

export function tlsField(configFile: string | undefined) {
  return block({
    pin: pin.optional(),
    ca_file: pathField(configFile).optional(),
    server_name: headerValueField.optional(),
    insecure: z.boolean().optional(),
    cert_file: pathField(configFile).optional(),
    key_file: pathField(configFile).optional(),
  })
    .meta({ minProperties: 1, dependencies: { ...EXCLUSIONS.dependencies, ...TOGETHER }, ...INSECURE_ALONE })
    .transform((fields, context): TlsFields => {
      const { cert_file: certFile, key_file: keyFile } = fields;
      const clientCertificate = certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile };
      if (clientCertificate === undefined && (certFile ?? keyFile) !== undefined) {
        const [key, missing] = certFile === undefined ? ["key_file", "cert_file"] : ["cert_file", "key_file"];
        context.addIssue({ code: "custom", path: [key], message: `requires ${missing}: a certificate and its key` });
        return z.NEVER;
      }
      const ca: TlsVerification | undefined =
        fields.ca_file === undefined && fields.server_name === undefined
          ? undefined
          : { kind: "ca", caFile: fields.ca_file, serverName: fields.server_name };
      const insecure: TlsVerification | undefined = fields.insecure === true ? { kind: "insecure" } : undefined;
      const isPlain = ca === undefined && fields.pin === undefined && fields.insecure !== true;
      if (isPlain && (fields.insecure === false || clientCertificate !== undefined)) {
        return { verification: { kind: "ca" }, clientCertificate };
      }
      const choices = [fields.pin, ca, insecure];
      const verification = onlyOne(choices, "pin, ca_file (with server_name) and insecure", context);
      return { verification, clientCertificate };
    });
}

function onlyOne<T>(choices: readonly (T | undefined)[], names: string, context: z.core.$RefinementCtx): T {
  const [first, ...others] = choices.filter((choice) => choice !== undefined);
  if (first !== undefined && others.length === 0) return first;
  context.addIssue({ code: "custom", message: `expected exactly one of ${names}` });
  return z.NEVER;
}
