import type { ConfigProblem } from "../../schema/problems.ts";
import type { TlsFields, WebConfigFields } from "./schema.ts";
import type { WebTls } from "./tls.ts";

/** A check that takes a second and longer: any client can cause one. */
const SLOW_COST = 14;

/**
 * What a web configuration says and cannot mean. Other exporters accept these files, so that they are no errors here: a file that
 * serves a whole host has to work.
 * @param tls undefined: plain HTTP
 */
export function warningsOf(fields: WebConfigFields, tls: WebTls | undefined): readonly ConfigProblem[] {
  const block = fields.tls_server_config;
  return [
    ...(block && tls === undefined ? plainHttp(block) : []),
    ...(block && tls !== undefined ? tlsWarnings(block, tls) : []),
    ...[...(fields.basic_auth_users ?? [])].flatMap(([name, hash]) =>
      [
        name.includes(":") ? "no client can send a user name with a colon" : undefined,
        hash.canMatch ? undefined : "no password can have this hash: it is cut or has other characters than bcrypt's",
        hash.cost < SLOW_COST
          ? undefined
          : `each check at the cost ${hash.cost} keeps a processor busy for seconds; 10 is enough`,
      ].flatMap((message) => (message === undefined ? [] : [{ path: ["basic_auth_users", name], message }])),
    ),
    ...(fields.rate_limit && fields.rate_limit.burst < 1
      ? [{ path: ["rate_limit"], message: "with a burst below 1 every request is refused; set burst" }]
      : []),
  ];
}

/** A block without certificate and key has no effect. */
function plainHttp(block: TlsFields): readonly ConfigProblem[] {
  const isEmpty = Object.values(block).every((value) => value === undefined || value === null);
  const message = "has no effect without cert_file and key_file: the exporter serves plain HTTP to every client";
  return isEmpty ? [] : [{ path: ["tls_server_config"], message }];
}

function tlsWarnings(
  block: TlsFields,
  { clientAuth, clientCa, minVersion, maxVersion }: WebTls,
): readonly ConfigProblem[] {
  const { type, allowedSans } = clientAuth;
  const found: (readonly [key: keyof TlsFields, message: string])[] = [];
  if (allowedSans !== undefined && type === "NoClientCert") {
    found.push(["client_allowed_sans", "has no effect, as no client is asked for a certificate: set client_auth_type"]);
  } else if (allowedSans !== undefined && !type.includes("Verify")) {
    found.push([
      "client_allowed_sans",
      `protects nothing with ${type}: anyone can make a certificate with such a name`,
    ]);
  } else if (allowedSans !== undefined && type === "VerifyClientCertIfGiven") {
    found.push(["client_allowed_sans", "also refuses clients without a certificate, which have no name"]);
  }
  const ca = block.client_ca_file ? "client_ca_file" : block.client_ca ? "client_ca" : undefined;
  if (type.includes("Verify") && ca === undefined) {
    found.push(["client_auth_type", "without client_ca_file, certificates of the system's authorities are verified"]);
  }
  if (ca !== undefined && clientCa?.length === 0 && type.includes("Verify")) {
    found.push([ca, "has no certificate in PEM form: every client certificate is refused"]);
  }
  for (const name of ["cert", "key", "client_ca"] as const) {
    if (block[name] && block[`${name}_file`]) found.push([name, `has no effect together with ${name}_file`]);
  }
  // The names sort in the order of the versions.
  if (minVersion > maxVersion) {
    const key = block.max_version ? "max_version" : "min_version";
    found.push([key, "min_version is higher than max_version: no client can connect"]);
  }
  return found.map(([key, message]) => ({ path: ["tls_server_config", key], message }));
}
