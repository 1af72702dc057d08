import { createPrivateKey, X509Certificate } from "node:crypto";
import { dirname, resolve } from "node:path";
import { createSecureContext } from "node:tls";
import { describeFile, errorCode, fileErrorCode } from "../../lib/errno.ts";
import { MAX_FILE_BYTES, files as reader } from "../../lib/files/files.ts";
import { counted } from "../../lib/text/format.ts";
import { createChecker } from "../../schema/fields.ts";
import { ConfigError, type ConfigProblem, describeProblem, problemLines } from "../../schema/problems.ts";
import { readYamlFile, type YamlFile } from "../../schema/yaml-file.ts";
import type { Headers } from "../respond.ts";
import { type RateLimit, type TlsFields, webConfigSchema } from "./schema.ts";
import { contextOptions, type WebTls } from "./tls.ts";

/** A web configuration file, read and checked. */
export type WebConfig = {
  readonly tls: WebTls | undefined;
  /** bcrypt hashes by user name. Without users, everyone has access. */
  readonly users: ReadonlyMap<string, string>;
  /** For every response, by lower-case name. An empty one removes the exporter's own header. */
  readonly headers: Headers;
  readonly rateLimit: RateLimit | undefined;
};

type ReadWebConfig = {
  /** The file itself and the files that it names, as far as it can be read. */
  readonly files: readonly string[];
} & (
  | { readonly ok: true; readonly config: WebConfig }
  /** One line for each problem, in the order of the file. */
  | { readonly ok: false; readonly problems: readonly string[] }
);

/** Reads and checks a web configuration file and the files that it names. */
export async function readWebConfig(path: string): Promise<ReadWebConfig> {
  const own = resolve(path);
  const file = await readYamlFile(path, MAX_FILE_BYTES.webConfiguration, undefined);
  if ("broken" in file) return { files: [own], ok: false, problems: file.broken };
  // A file may consist of comments.
  const checker = createChecker();
  const fields = checker.check(webConfigSchema, file.raw ?? {}, []);
  if (fields === undefined) return { files: [own], ok: false, problems: lines(file, checker.problems) };
  const { tls, problems, files }: LoadedTls =
    fields.tls_server_config && Object.values(fields.tls_server_config).some((value) => value !== undefined)
      ? await loadTls(fields.tls_server_config, path)
      : { tls: undefined, problems: [], files: [] };
  if (problems.length > 0) return { files: [own, ...files], ok: false, problems: lines(file, problems) };
  return {
    files: [own, ...files],
    ok: true,
    config: {
      tls,
      users: new Map(Object.entries(fields.basic_auth_users ?? {})),
      headers: fields.http_server_config?.headers ?? {},
      rateLimit: fields.rate_limit ?? undefined,
    },
  };
}

/** @throws ConfigError */
export async function loadWebConfig(path: string): Promise<WebConfig> {
  const read = await readWebConfig(path);
  if (!read.ok) throw new ConfigError(read.problems);
  return read.config;
}

/** Summarizes a web configuration in one line. */
export function describeWebConfig({ tls, users, headers, rateLimit }: WebConfig): string {
  return [
    tls === undefined ? "no TLS" : `TLS (client certificates: ${tls.clientAuth.type})`,
    users.size === 0 ? "no users: access without a password" : counted(users.size, "user"),
    ...(Object.keys(headers).length === 0 ? [] : [counted(Object.keys(headers).length, "header")]),
    ...(rateLimit === undefined ? [] : [`${rateLimit.burst} requests, then one each ${rateLimit.intervalMs} ms`]),
  ].join(", ");
}

function lines(file: YamlFile, problems: readonly ConfigProblem[]): readonly string[] {
  return problemLines(
    file,
    problems.map((problem) => ({ path: problem.path, message: describeProblem(problem, showKey) })),
  );
}

/** A key may have been meant as a value, with a secret: YAML reads `{alice:$2y$10$…}`, without a space, as one key. */
function showKey(key: string): string {
  return /^[\w.@-]{1,60}$/.test(key) ? key : "…";
}

/** `tls_server_config` with the contents of its files, or their problems. */
type LoadedTls = {
  readonly tls: WebTls | undefined;
  readonly problems: readonly ConfigProblem[];
  /** All files that it names, readable or not. */
  readonly files: readonly string[];
};

async function loadTls(fields: TlsFields, configFile: string): Promise<LoadedTls> {
  const problems: ConfigProblem[] = [];
  const files: string[] = [];
  const report = (key: string | undefined, message: string): undefined => {
    problems.push({ path: ["tls_server_config", ...(key === undefined ? [] : [key])], message });
  };

  const contentOf = async (name: "cert" | "key" | "client_ca"): Promise<string | undefined> => {
    const inline = fields[name] ?? undefined;
    const path = fields[`${name}_file`] ?? undefined;
    if (path === undefined) return inline;
    const absolute = resolve(dirname(configFile), path);
    files.push(absolute);
    if (inline !== undefined) return report(name, `expected at most one of ${name} and ${name}_file`);
    return reader.read(absolute, MAX_FILE_BYTES.tls).then(
      (bytes) => bytes.toString("utf8"),
      async (error: unknown) =>
        report(`${name}_file`, `cannot read ${await describeFile(absolute, error)} (${fileErrorCode(error)})`),
    );
  };

  const [cert, key, clientCa] = await Promise.all([contentOf("cert"), contentOf("key"), contentOf("client_ca")]);
  const where = (name: "cert" | "key" | "client_ca") => (fields[`${name}_file`] ? `${name}_file` : name);
  for (const name of ["cert", "key"] as const) {
    if (!fields[name] && !fields[`${name}_file`]) report(undefined, `missing one of ${name}_file and ${name}`);
  }
  const certificate = cert === undefined ? undefined : readCertificate(cert);
  if (cert !== undefined && certificate === undefined) report(where("cert"), "expected a certificate in PEM form");
  const problem = key === undefined ? undefined : keyProblem(key, certificate);
  if (problem !== undefined) report(where("key"), problem);
  if (clientCa !== undefined && readCertificate(clientCa) === undefined) {
    report(where("client_ca"), "expected certificates in PEM form");
  }
  checkTogether(fields, report);
  if (problems.length > 0 || cert === undefined || key === undefined) return { tls: undefined, problems, files };

  const tls: WebTls = {
    cert,
    key,
    clientCa,
    clientAuth: {
      type: fields.client_auth_type ?? "NoClientCert",
      allowedSans: fields.client_allowed_sans ?? undefined,
    },
    minVersion: fields.min_version ?? "TLS12",
    maxVersion: fields.max_version ?? "TLS13",
    ciphers: listOrNone(fields.cipher_suites),
    curves: listOrNone(fields.curve_preferences),
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

function checkTogether(fields: TlsFields, report: (key: string, message: string) => undefined): void {
  const type = fields.client_auth_type ?? "NoClientCert";
  const ca = fields.client_ca_file ? "client_ca_file" : fields.client_ca ? "client_ca" : undefined;
  if (ca !== undefined && type === "NoClientCert") {
    report(ca, "has no effect without client_auth_type; set it to RequireAndVerifyClientCert");
  }
  // Go would use the system's authorities, which issue certificates to everyone.
  if (ca === undefined && type.includes("Verify")) {
    report("client_auth_type", `${type} needs client_ca_file or client_ca, the authority of the client certificates`);
  }
  if (fields.client_allowed_sans && !type.startsWith("Require")) {
    report("client_allowed_sans", "needs client_auth_type RequireAndVerifyClientCert or RequireAnyClientCert");
  }
  // The names sort in the order of the versions.
  if ((fields.min_version ?? "TLS12") > (fields.max_version ?? "TLS13")) {
    report(fields.max_version ? "max_version" : "min_version", "min_version is higher than max_version");
  }
}

function listOrNone<T>(list: readonly T[] | null | undefined): readonly T[] | undefined {
  return list?.length ? list : undefined;
}

function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function keyProblem(pem: string, certificate: X509Certificate | undefined): string | undefined {
  try {
    const key = createPrivateKey(pem);
    if (certificate?.checkPrivateKey(key) === false) return "the key does not belong to the certificate";
    return undefined;
  } catch {
    return pem.includes("ENCRYPTED")
      ? "expected a private key without passphrase"
      : "expected a private key in PEM form";
  }
}
