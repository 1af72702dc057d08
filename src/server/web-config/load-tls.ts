import { dirname, resolve } from "node:path";
import { createSecureContext } from "node:tls";
import { isOtherKey, privateKeyProblem, readCertificate } from "../../lib/certificates.ts";
import { describeFile, errorCode, fileErrorCode } from "../../lib/errno.ts";
import { MAX_FILE_BYTES, files as reader } from "../../lib/files/files.ts";
import type { ConfigProblem } from "../../schema/problems.ts";
import type { TlsFields } from "./schema.ts";
import { systemAuthorities } from "./system-authorities.ts";
import { contextOptions, type WebTls } from "./tls.ts";

/** `tls_server_config` with the contents of its files, or their problems. */
type LoadedTls = {
  /** Undefined: plain HTTP, if there are no problems. */
  readonly tls: WebTls | undefined;
  readonly problems: readonly ConfigProblem[];
  /** All files that it names, readable or not. */
  readonly files: readonly string[];
};

/** Any of these turns TLS on; the others say only how. As IsEnabled of the toolkit. */
const SWITCHES = ["cert", "cert_file", "key", "key_file", "client_ca", "client_ca_file", "client_auth_type"] as const;

type Content = "cert" | "key" | "client_ca";

/** @param configFile the file that the paths are relative to */
export async function loadTls(fields: TlsFields | null | undefined, configFile: string): Promise<LoadedTls> {
  const problems: ConfigProblem[] = [];
  const files: string[] = [];
  if (!fields || SWITCHES.every((name) => !fields[name])) return { tls: undefined, problems, files };
  const report = (key: string | undefined, message: string): undefined => {
    problems.push({ path: ["tls_server_config", ...(key === undefined ? [] : [key])], message });
  };

  /** A file goes before the content in place, as in the toolkit. */
  const contentOf = async (name: Content): Promise<string | undefined> => {
    const path = fields[`${name}_file`];
    if (!path) return fields[name] ?? undefined;
    const absolute = resolve(dirname(configFile), path);
    files.push(absolute);
    return reader.read(absolute, MAX_FILE_BYTES.tls).then(
      (bytes) => bytes.toString("utf8"),
      async (error: unknown) =>
        report(`${name}_file`, `cannot read ${await describeFile(absolute, error)} (${fileErrorCode(error)})`),
    );
  };

  const [cert, key, clientCa] = await Promise.all([contentOf("cert"), contentOf("key"), contentOf("client_ca")]);
  const where = (name: Content) => (fields[`${name}_file`] ? `${name}_file` : name);
  for (const name of ["cert", "key"] as const) {
    if (!fields[name] && !fields[`${name}_file`]) report(undefined, `missing one of ${name}_file and ${name}`);
  }
  const chain = certificatesIn(cert ?? "");
  const certificate = readCertificate(chain.at(0) ?? "");
  if (cert !== undefined && certificate === undefined) report(where("cert"), "expected a certificate in PEM form");
  const problem = key === undefined ? undefined : privateKeyProblem(key);
  if (problem !== undefined) report(where("key"), problem);
  if (key !== undefined && isOtherKey(key, certificate))
    report(where("key"), "the key does not belong to the certificate");
  checkClients(fields, report);
  if (problems.length > 0 || cert === undefined || key === undefined) return { tls: undefined, problems, files };

  const type = fields.client_auth_type ?? "NoClientCert";
  const authorities = clientCa === undefined ? undefined : readable(certificatesIn(clientCa));
  const tls: WebTls = {
    // OpenSSL refuses a chain with a certificate that cannot be read; Go looks at the first one alone.
    cert: readable(chain).join("\n"),
    key,
    clientCa: authorities ?? (type.includes("Verify") ? await systemAuthorities() : undefined),
    clientAuth: { type, allowedSans: fields.client_allowed_sans ?? undefined },
    minVersion: fields.min_version ?? "TLS12",
    maxVersion: fields.max_version ?? "TLS13",
    ciphers: fields.cipher_suites?.length ? fields.cipher_suites : undefined,
    curves: fields.curve_preferences?.length ? fields.curve_preferences : undefined,
    preferServerCiphers: fields.prefer_server_cipher_suites ?? true,
  };
  try {
    createSecureContext(contextOptions(tls));
  } catch (error) {
    report(undefined, `the TLS library rejects this configuration (${errorCode(error)})`);
    return { tls: undefined, problems, files };
  }
  return { tls, problems, files };
}

function checkClients(fields: TlsFields, report: (key: string, message: string) => undefined): void {
  const type = fields.client_auth_type ?? "NoClientCert";
  const ca = fields.client_ca_file ? "client_ca_file" : fields.client_ca ? "client_ca" : undefined;
  if (ca !== undefined && type === "NoClientCert") {
    report(ca, "has no effect without client_auth_type; set it to RequireAndVerifyClientCert");
  }
  // Go uses the system's authorities, which issue certificates to everyone.
  if (ca === undefined && type === "RequireAndVerifyClientCert" && !fields.client_allowed_sans) {
    const remedy = "or client_allowed_sans: the authorities of the system issue certificates to everyone";
    report(
      "client_auth_type",
      `${type} needs client_ca_file or client_ca, the authority of the client certificates, ${remedy}`,
    );
  }
}

/** The certificates of a text in PEM form; what stands between them is left out, as by Go. */
function certificatesIn(pem: string): readonly string[] {
  return pem.match(/^-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END CERTIFICATE-----/gm) ?? [];
}

function readable(certificates: readonly string[]): readonly string[] {
  return certificates.filter((pem) => readCertificate(pem) !== undefined);
}
