import * as z from "zod";
import type { ChainOptions } from "../chains/adapter.ts";
import { isObject, type JsonObject } from "../lib/json.ts";
import { block, type Checker, parsed } from "../schema/fields.ts";
import type { JoinConnections } from "./connections.ts";
import { joinLimits } from "./limits.ts";
import type { NodeConfig, ProbeConfig, ProbeModule } from "./model.ts";
import { joinProxy, PROXY_RULES } from "./proxy.ts";
import {
  CHAIN_BLOCKS,
  checkChainOptions,
  DEFAULT_TIMEOUT_MS,
  type GlobalFields,
  nameField,
  nodeSchema,
} from "./schema.ts";
import {
  matchesTarget,
  parseTarget,
  parseTargetPattern,
  SYNTAX,
  type TargetPattern,
  type TargetUrl,
} from "./target.ts";

/** The `probe` block: which targets `/probe?target=` may poll, and with which settings. */

const MAX_CONCURRENCY = 1000;
const DEFAULT_CONCURRENCY = 10;

const patternsField = z.array(parsed(SYNTAX, parseTargetPattern));

export const probeSchema = block({
  allow: patternsField.default([]),
  modules: z.record(nameField, z.unknown()).default({}),
  concurrency: z.int().min(1).max(MAX_CONCURRENCY).default(DEFAULT_CONCURRENCY),
});

/** For config.schema.json; `credentialsOf` does the check. */
const CERTIFICATE_NEEDS_HOSTS = {
  if: { properties: { tls: { type: "object", required: ["cert_file"] } }, required: ["tls"] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { required: ["hosts"] },
};

/** A module has the keys of a node, except those that only a configured node can have. */
export function moduleSchema(configFile: string | undefined) {
  const { name: _name, url: _url, interval: _interval, schedule: _schedule, ...shared } = nodeSchema(configFile).shape;
  return block({
    ...shared,
    scheme: z.enum(["http", "https"]).optional(),
    hosts: patternsField.min(1, "expected at least one pattern").optional(),
  }).meta({
    ...PROXY_RULES,
    dependencies: { ...PROXY_RULES.dependencies, auth: ["hosts"] },
    ...CERTIFICATE_NEEDS_HOSTS,
  });
}

type ModuleFields = z.output<ReturnType<typeof moduleSchema>>;

type ProbeContext = {
  readonly configFile: string | undefined;
  readonly global: GlobalFields;
  readonly joinConnections: JoinConnections;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly checker: Checker;
};

/** @returns undefined when something is wrong, which is reported then */
export function parseProbe(
  raw: unknown,
  { configFile, global, joinConnections, env, checker }: ProbeContext,
): ProbeConfig | undefined {
  const probe = checker.check(probeSchema, raw, ["probe"]);
  // Modules are checked even if another key is wrong, so that all problems are reported together.
  const rawModules = isObject(raw) && isObject(raw.modules) ? raw.modules : {};
  const modules = new Map<string, ProbeModule>();
  let schema: ReturnType<typeof moduleSchema> | undefined;
  for (const [name, rawModule] of Object.entries(rawModules)) {
    // Few configurations have modules, and to build the schema takes a millisecond of the start.
    schema ??= moduleSchema(configFile);
    const path = ["probe", "modules", name];
    const fields = checker.check(schema, rawModule, path);
    const options = checkChainOptions(rawModule, path, checker);
    if (fields === undefined || options === undefined || !isObject(rawModule)) continue;
    checkModule(rawModule, fields, options, path, checker);
    modules.set(name, {
      ...assembleModule(fields, options, global),
      proxy: joinProxy(global, fields, env, (subpath, message) => checker.report([...path, ...subpath], message)),
      connections: joinConnections(fields.connections),
    });
  }
  if (probe === undefined) return undefined;
  if (probe.allow.length > 0 && Object.keys(rawModules).length === 0) {
    checker.report(["probe", "allow"], "requires at least one module in probe.modules, which says how to poll targets");
  }
  return { allow: probe.allow, concurrency: probe.concurrency, modules };
}

/**
 * Keys without credentials. Every other key, also one that nodes get later, counts as a credential. No target receives the key of
 * address hashes.
 */
const HARMLESS = new Set([
  ...["chain", "network", "labels", "timeout", "scheme", "hosts", "tls", "limits", "connections"],
  ...["proxy_url", "no_proxy", "proxy_from_environment", "host_header"],
  ...CHAIN_BLOCKS,
]);
const HARMLESS_TLS = new Set(["pin", "ca_file", "server_name", "insecure"]);

function credentialsOf(raw: JsonObject): readonly string[] {
  const tls = isObject(raw.tls) ? Object.keys(raw.tls) : [];
  return [
    ...Object.keys(raw).filter((key) => !HARMLESS.has(key)),
    ...tls.filter((key) => !HARMLESS_TLS.has(key)).map((key) => `tls.${key}`),
  ];
}

function checkModule(
  raw: JsonObject,
  fields: ModuleFields,
  options: ChainOptions,
  path: readonly PropertyKey[],
  { report }: Checker,
): void {
  const credentials = credentialsOf(raw);
  if (credentials.length > 0 && fields.hosts === undefined) {
    const list = credentials.join(", ");
    report(path, `${list} requires hosts: the targets that may receive these credentials`);
  }
  if (fields.tls !== undefined && fields.scheme === "http") report([...path, "tls"], "tls requires the scheme https");
  for (const [key, value] of Object.entries(options.values)) {
    // Such a URL belongs to one node: every target would show the values of that node.
    if (!key.endsWith("_url") || value === undefined) continue;
    const chainBlock = CHAIN_BLOCKS.find((name) => isObject(raw[name])) ?? "";
    report(
      [...path, chainBlock, key],
      "not allowed in a module, which serves any target: configure this node under nodes",
    );
  }
}

function assembleModule(
  fields: ModuleFields,
  options: ChainOptions,
  global: GlobalFields,
): Omit<ProbeModule, "connections" | "proxy"> {
  const { chain, network, labels, auth, tls, limits, timeout, scheme, hosts, host_header: hostHeader } = fields;
  const defaultScheme = scheme ?? (tls === undefined ? "http" : "https");
  return {
    chain,
    network,
    labels,
    timeoutMs: timeout ?? global.timeout ?? DEFAULT_TIMEOUT_MS,
    auth: auth?.auth,
    headers: auth?.headers ?? [],
    tls: tls?.verification ?? { kind: "ca" },
    clientCertificate: tls?.clientCertificate,
    hostHeader,
    limits: joinLimits(global.limits, limits),
    options,
    scheme: defaultScheme,
    needsHttps: tls !== undefined,
    // The client chooses the scheme of a target: credentials for https must not be sent over http.
    hosts: hosts?.map((pattern): TargetPattern => ({ ...pattern, scheme: pattern.scheme ?? defaultScheme })),
  };
}

/** The `target` and `module` parameters of /probe. */
export type ProbeRequest = { readonly target: string; readonly module: string };

type ResolvedProbe =
  | { readonly kind: "allowed"; readonly node: NodeConfig; readonly target: TargetUrl; readonly module: ProbeModule }
  /** The request is not valid. */
  | { readonly kind: "bad"; readonly message: string }
  /** The configuration does not allow this target. */
  | { readonly kind: "forbidden"; readonly message: string };

/** The node to poll for a request, if the configuration allows it. Of the target, messages show scheme, host and port only. */
export function resolveProbe(config: ProbeConfig, request: ProbeRequest): ResolvedProbe {
  if (config.allow.length === 0) return { kind: "forbidden", message: OFF };
  const module = config.modules.get(request.module);
  if (module === undefined) return { kind: "bad", message: moduleProblem(config, request.module) };
  const target = readTarget(request.target, module);
  if (typeof target === "string") return { kind: "bad", message: target };
  const problem = targetProblem(config, module, target);
  if (problem !== undefined) return { kind: "forbidden", message: problem };
  return { kind: "allowed", node: nodeOf(module, target), target, module };
}

const OFF = `the configuration allows no targets. To allow some, with a module for each kind:
probe:
  allow: ["http://10.0.0.0/8:18081", "https://*.nodes.example.com:1789"]
  modules:
    monero: {chain: monero}
Configured nodes need no permission: /probe?node=NAME`;

function moduleProblem({ modules }: ProbeConfig, name: string): string {
  const known = `the modules are ${[...modules.keys()].join(", ")}`;
  return name === ""
    ? `expected /probe?target=URL&module=NAME; ${known}`
    : `the configuration has no module of this name; ${known}`;
}

function readTarget(text: string, { scheme }: ProbeModule): TargetUrl | string {
  try {
    return parseTarget(text, scheme);
  } catch (error) {
    return `target: ${error instanceof Error ? error.message : "not valid"}`;
  }
}

function targetProblem({ allow }: ProbeConfig, module: ProbeModule, target: TargetUrl): string | undefined {
  const { label } = target.url;
  if (!allow.some((pattern) => matchesTarget(pattern, target))) {
    return `${label}${hasPath(target) ? " with this path and query" : ""} is not in the probe.allow list`;
  }
  if (module.needsHttps && target.scheme !== "https") {
    return `${label} is not https, which the tls block of this module requires`;
  }
  if (module.hosts !== undefined && !module.hosts.some((pattern) => matchesTarget(pattern, target))) {
    return `${label} is not in this module's hosts list`;
  }
  return undefined;
}

/** A pattern without a path allows no path, which is easily overlooked. */
function hasPath({ path, query }: TargetUrl): boolean {
  return path !== "" || query !== "";
}

function nodeOf(module: ProbeModule, target: TargetUrl): NodeConfig {
  const { scheme: _scheme, hosts: _hosts, needsHttps: _needsHttps, ...shared } = module;
  return {
    ...shared,
    role: "node",
    name: target.address,
    url: target.url,
    // A reload compares configured nodes only.
    fingerprint: () => "",
    // It is not scheduled; its timeout alone bounds a poll.
    trigger: { kind: "interval", intervalMs: module.timeoutMs },
  };
}
