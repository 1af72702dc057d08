import { resolve } from "node:path";
import { MAX_FILE_BYTES } from "../../lib/files/files.ts";
import { createChecker } from "../../schema/fields.ts";
import { ConfigError, type ConfigProblem, describeProblem, problemLines } from "../../schema/problems.ts";
import { readYamlFile, type YamlFile } from "../../schema/yaml-file.ts";
import type { WebConfig } from "./model.ts";
import { webConfigSchema } from "./schema.ts";
import { type LoadedTls, loadTls } from "./tls-files.ts";

export type ReadWebConfig = {
  /** The file itself and all files that it names; known as far as it can be read, also where something is wrong. */
  readonly files: readonly string[];
} & (
  | { readonly ok: true; readonly config: WebConfig }
  /** One line for each thing that is wrong, in the order of the file. */
  | { readonly ok: false; readonly problems: readonly string[] }
);

/** Reads and checks a web configuration file and the files that it names. */
export async function readWebConfig(path: string): Promise<ReadWebConfig> {
  const own = resolve(path);
  const file = await readYamlFile(path, MAX_FILE_BYTES.webConfiguration, undefined);
  if ("broken" in file) return { files: [own], ok: false, problems: file.broken };
  // A file with comments only asks for nothing.
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

/** What a file asks for, in a few words. */
export function describeWebConfig({ tls, users, headers, rateLimit }: WebConfig): string {
  const count = (number: number, thing: string) => `${number} ${thing}${number === 1 ? "" : "s"}`;
  return [
    tls === undefined ? "no TLS" : `TLS (client certificates: ${tls.clientAuth.type})`,
    users.size === 0 ? "no users: everybody is let in" : count(users.size, "user"),
    ...(Object.keys(headers).length === 0 ? [] : [count(Object.keys(headers).length, "header")]),
    ...(rateLimit === undefined ? [] : [`one request each ${rateLimit.intervalMs} ms after ${rateLimit.burst}`]),
  ].join(", ");
}

function lines(file: YamlFile, problems: readonly ConfigProblem[]): readonly string[] {
  return problemLines(
    file,
    problems.map((problem) => ({ path: problem.path, message: describeProblem(problem, showKey) })),
  );
}

/** What YAML takes for a key may have been meant as a value: `{alice:$2y$10$…}` without a space is one key. */
function showKey(key: string): string {
  return /^[\w.@-]{1,60}$/.test(key) ? key : "…";
}
