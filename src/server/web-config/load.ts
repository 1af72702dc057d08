import { resolve } from "node:path";
import { MAX_FILE_BYTES } from "../../lib/files/files.ts";
import { counted } from "../../lib/text/format.ts";
import { createChecker } from "../../schema/fields.ts";
import { type GoYamlFile, readGoYamlFile } from "../../schema/go-yaml/file.ts";
import { ConfigError, type ConfigProblem, describeProblem, problemLines } from "../../schema/problems.ts";
import type { YamlFile } from "../../schema/yaml-file.ts";
import type { Headers } from "../respond.ts";
import { loadTls } from "./load-tls.ts";
import { type RateLimit, WEB_CONFIG_SHAPE, type WebConfigFields, webConfigSchema } from "./schema.ts";
import type { WebTls } from "./tls.ts";
import { warningsOf } from "./warnings.ts";

/** A web configuration file, read and checked. */
export type WebConfig = {
  readonly tls: WebTls | undefined;
  /** bcrypt hashes by user name. Without users, everyone has access. */
  readonly users: ReadonlyMap<string, string>;
  /** For every response, by lower-case name. An empty one removes the exporter's own header. */
  readonly headers: Headers;
  readonly rateLimit: RateLimit | undefined;
  /** Settings that are valid but probably a mistake, one line each. */
  readonly warnings: readonly string[];
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
  const file = await readGoYamlFile(path, MAX_FILE_BYTES.webConfiguration, WEB_CONFIG_SHAPE);
  if ("broken" in file) return { files: [own], ok: false, problems: file.broken };
  // A file may consist of comments.
  const checker = createChecker();
  const fields: WebConfigFields | undefined = checker.check(webConfigSchema, file.raw ?? {}, []);
  if (fields === undefined) return { files: [own], ok: false, problems: lines(file, checker.problems) };
  const { tls, problems, files } = await loadTls(fields.tls_server_config, path);
  if (problems.length > 0) return { files: [own, ...files], ok: false, problems: lines(file, problems) };
  const users = fields.basic_auth_users ?? new Map();
  return {
    files: [own, ...files],
    ok: true,
    config: {
      tls,
      users: new Map([...users].map(([name, { hash }]) => [name, hash])),
      headers: fields.http_server_config?.headers ?? {},
      rateLimit: fields.rate_limit ?? undefined,
      warnings: [...lines(file, warningsOf(fields, tls)), ...unread(file)],
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
    ...(rateLimit === undefined ? [] : [describeRate(rateLimit)]),
  ].join(", ");
}

function describeRate({ burst, intervalMs }: RateLimit): string {
  return burst < 1 ? "a rate limit that refuses all requests" : `${burst} requests, then one each ${intervalMs} ms`;
}

/** A second document may have been meant to restrict access. */
function unread({ rest, place }: GoYamlFile): readonly string[] {
  return rest === undefined ? [] : [`${place(rest)}: not read: only the first document of the file counts`];
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
